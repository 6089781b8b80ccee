"""Sign-ins: the browsers in which an account is signed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Double, bindparam, case, delete, func, select, text, update

from swell.audit.log import record
from swell.chat.store.engines.base import Engine, Row, Tx
from swell.chat.store.retention import alone
from swell.chat.store.statements import from_json, inserting, to_json
from swell.chat.store.tables import accounts, sign_ins
from swell.observe import metrics
from swell.server.limits import audited_peer

from .accounts import ACCOUNT, Account, account_of
from .base import Ended, SignedIn, Tokens
from .clock import Clock

__all__ = ["Held", "Lifetime", "SignIns", "StoredSignIn", "fresh_until", "sign_in_id"]

PURGED_AT_ONCE = 500
"""Most sign-ins that one transaction removes."""

SKEW_S = 60.0
"""How far the clock of a provider may be behind that of the database, in seconds."""

AGENT_MAX = 300
"""Most characters of a browser's name that are stored."""

_T = sign_ins.c
_ONE = _T.id == bindparam("of")
_HOLDS = (_T.ended.is_(None)) & (_T.expires > bindparam("now"))
_SIGN_IN = (
    _T.id,
    _T.subject,
    _T.provider,
    _T.claims,
    _T.tokens,
    _T.sid,
    _T.address,
    _T.agent,
    _T.created,
    _T.seen,
    _T.expires,
)
_JOINED = select(*_SIGN_IN, *ACCOUNT).join(accounts, accounts.c.subject == _T.subject)
_FIND = _JOINED.where(_ONE, _HOLDS, accounts.c.disabled.is_(None))
_OF = select(*_SIGN_IN).where(_T.subject == bindparam("whose"), _HOLDS).order_by(_T.seen.desc())
_ADD = inserting(sign_ins)
_UNTIL = bindparam("until_at", type_=Double)
_USE = (
    update(sign_ins)
    .where(_ONE, _HOLDS)
    .values(seen=bindparam("now"), expires=case((_T.until < _UNTIL, _T.until), else_=_UNTIL))
)
_END = update(sign_ins).where(_ONE, _T.ended.is_(None)).values(ended=bindparam("now"))
_IDS = select(_T.id).where(_T.ended.is_(None))
_WAS_HERE = (
    select(_T.id)
    .where(_T.subject.in_((bindparam("whose"), bindparam("full"))))
    .where(_T.provider == bindparam("at"), _T.address == bindparam("place"))
    .limit(1)
)
_IDS_OF = _IDS.where(_T.subject == bindparam("whose"))
_IDS_AT = _IDS.where(_T.provider == bindparam("at"), _T.created <= bindparam("until_at"))
_IDS_SUBJECT = _IDS_AT.where(_T.subject == bindparam("whose"))
_IDS_SID = _IDS_AT.where(_T.sid == bindparam("named"))
_IDS_BOTH = _IDS_SUBJECT.where(_T.sid == bindparam("named"))
_OVER = select(_T.id).where(func.coalesce(_T.ended, _T.expires) < bindparam("before"))
_PURGE = delete(sign_ins).where(_T.id.in_(_OVER.limit(PURGED_AT_ONCE)))
_HELD = """
    SELECT sign_ins.id, sign_ins.subject, sign_ins.provider, sign_ins.sid, accounts.role
    FROM sign_ins JOIN accounts ON accounts.subject = sign_ins.subject
    WHERE sign_ins.id IN (SELECT value FROM {ids}) AND sign_ins.ended IS NULL
    AND sign_ins.expires > :now AND accounts.disabled IS NULL
"""
_HOLDING = {
    "sqlite": text(_HELD.format(ids="json_each(:ids)")),
    "postgresql": text(_HELD.format(ids="json_array_elements_text(CAST(:ids AS json))")),
}


def sign_in_id(session_id: str) -> str:
    """Return the id of the sign-in of a session, which cannot replace its cookie."""
    return sha256(b"swell sign-in " + session_id.encode()).hexdigest()


def fresh_until(tokens: Tokens | None) -> float | None:
    """Return when tokens have to be refreshed; None if they cannot or need not be."""
    return None if tokens is None or tokens.refresh is None else tokens.expires


class Lifetime(NamedTuple):
    """How long sign-ins hold, in seconds.

    Attributes:
        idle_s: After the last use.
        total_s: However often they are used.
        kept_s: How long one that has ended is kept.
    """

    idle_s: float
    total_s: float
    kept_s: float = 30 * 86400.0


class Held(NamedTuple):
    """A sign-in that holds.

    Attributes:
        id: See `sign_in_id`.
        subject: The account.
        provider: Name of the provider.
        sid: The provider's name of the session.
        role: The role that an administrator has given.
    """

    id: str
    subject: str
    provider: str
    sid: str | None
    role: str | None


class StoredSignIn(msgspec.Struct, frozen=True):
    """A browser in which an account is signed in.

    Attributes:
        id: See `sign_in_id`.
        subject: The account.
        provider: Name of the provider.
        claims: What the provider said about the user.
        tokens: Its tokens, encrypted.
        sid: Its name of the session.
        address: Network address of the sign-in.
        agent: The browser, as it calls itself.
        created: When it began, in seconds since the epoch.
        seen: When it was last used.
        expires: When it ends, if it is not used again.
    """

    id: str
    subject: str
    provider: str
    claims: Mapping[str, Any]
    tokens: str | None
    sid: str | None
    address: str
    agent: str
    created: float
    seen: float
    expires: float


class SignIns:
    """The table `sign_ins`.

    Args:
        engine: The database.
        lifetime: How long they hold.
        clock: Its time.
    """

    def __init__(self, engine: Engine, lifetime: Lifetime, clock: Clock | None = None) -> None:
        self._engine = engine
        self._lifetime = lifetime
        self._clock = clock or Clock()

    async def add(
        self,
        id: str,
        who: SignedIn,
        provider: str,
        *,
        tokens: str | None = None,
        address: str = "",
        agent: str = "",
    ) -> None:
        """Store a sign-in of an account.

        Args:
            id: See `sign_in_id`.
            who: The user.
            provider: Name of the provider.
            tokens: Tokens of the provider, encrypted.
            address: Network address of the browser.
            agent: Its `User-Agent`.
        """

        def add(tx: Tx) -> None:
            now = self._clock.now(tx)
            until = now + self._lifetime.total_s
            if who.expires is not None:
                until = min(until, who.expires)
            tx.run(
                _ADD,
                id=id,
                subject=who.subject,
                provider=provider,
                claims=to_json(who.claims),
                tokens=tokens,
                sid=who.sid,
                address=address,
                agent=agent[:AGENT_MAX],
                created=now,
                seen=now,
                expires=min(until, now + self._lifetime.idle_s),
                until=until,
                ended=None,
                fresh_until=fresh_until(who.tokens),
                refreshing=None,
            )
            record(tx, "sign_in", who.subject, audited_peer(address), at=now, provider=provider)

        await self._engine.write(add)
        metrics.audited("sign_in", stored=True)
        metrics.signed_in("done")

    async def find(self, id: str) -> tuple[StoredSignIn, Account] | None:
        """Return a sign-in that holds, and its account; None if it has ended or is disabled."""
        row = await self._engine.read(lambda tx: tx.row(_FIND, of=id, now=self._clock.now(tx)))
        if row is None:
            return None
        return _stored(row[: len(_SIGN_IN)]), account_of(row[len(_SIGN_IN) :])

    async def of(self, subject: str) -> list[StoredSignIn]:
        """Return the sign-ins of an account that hold, the last used one first."""

        def read(tx: Tx) -> list[Row]:
            return tx.rows(_OF, whose=subject, now=self._clock.now(tx))

        return [_stored(row) for row in await self._engine.read(read)]

    async def was_here(self, name: str, provider: str, address: str) -> bool:
        """Return whether a user has signed in from an address in the last weeks.

        Args:
            name: The user, as the provider calls them.
            provider: Name of the provider.
            address: Network address.
        """
        given = {"whose": name, "full": f"{provider}:{name}", "at": provider, "place": address}
        return await self._engine.read(lambda tx: tx.row(_WAS_HERE, **given)) is not None

    async def use(self, ids: Collection[str]) -> None:
        """Note that sign-ins are used now, which prolongs them."""

        def use(tx: Tx) -> None:
            now = self._clock.now(tx)
            for id in sorted(ids):
                tx.run(_USE, of=id, now=now, until_at=now + self._lifetime.idle_s)

        await self._engine.write(use)

    async def end(self, ids: Collection[str]) -> None:
        """End sign-ins."""
        await self._engine.write(lambda tx: self._end(tx, ids))

    async def end_all(self, subject: str, *, but: str = "") -> list[str]:
        """End the sign-ins of an account, and return their ids.

        Args:
            subject: The account.
            but: Id of one that stays.
        """

        def end(tx: Tx) -> list[str]:
            ids = [row[0] for row in tx.rows(_IDS_OF, whose=subject) if row[0] != but]
            self._end(tx, ids)
            return ids

        return await self._engine.write(end)

    async def end_at(self, provider: str, what: Ended) -> list[str]:
        """End the sign-ins that a provider has ended, and return their ids.

        Those that began after the provider said so stay.
        """
        named = {"at": provider, "until_at": what.issued + SKEW_S}
        if what.subject is not None:
            named["whose"] = what.subject
        if what.sid is not None:
            named["named"] = what.sid
        statement = _IDS_SUBJECT if what.sid is None else _IDS_BOTH
        statement = _IDS_SID if what.subject is None else statement

        def end(tx: Tx) -> list[str]:
            ids = [row[0] for row in tx.rows(statement, **named)]
            self._end(tx, ids)
            return ids

        return await self._engine.write(end)

    async def holding(self, ids: Collection[str]) -> list[Held]:
        """Return which of these sign-ins hold."""
        if not ids:
            return []

        def read(tx: Tx) -> list[Row]:
            asked = to_json(sorted(ids))
            return tx.rows(_HOLDING[tx.dialect], ids=asked, now=self._clock.now(tx))

        return [Held(*row) for row in await self._engine.read(read)]

    async def purge(self) -> int:
        """Remove sign-ins that ended long ago, at most 500, and return how many."""

        def remove(tx: Tx) -> int:
            before = self._clock.now(tx) - self._lifetime.kept_s
            return tx.run(_PURGE, before=before) if alone(tx) else 0

        return await self._engine.write(remove)

    def _end(self, tx: Tx, ids: Collection[str]) -> None:
        now = self._clock.now(tx)
        for id in sorted(ids):
            tx.run(_END, of=id, now=now)


def _stored(row: Row) -> StoredSignIn:
    id, subject, provider, claims, *rest = row
    return StoredSignIn(id, subject, provider, from_json(claims), *rest)
