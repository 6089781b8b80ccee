"""Accounts: who has signed in, or may, for all apps of a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, null, select, text, update

from swell.chat.store.engines.base import Engine, Row, Tx
from swell.chat.store.statements import from_json, inserting, to_json
from swell.chat.store.tables import accounts
from swell.errors import NotFoundError

from .base import SignedIn
from .clock import Clock

__all__ = ["ACCOUNT", "Account", "Accounts", "account_of"]

_T = accounts.c
_ONE = _T.subject == bindparam("of")

ACCOUNT = (
    _T.subject,
    _T.name,
    _T.email,
    _T.provider,
    _T.groups,
    _T.role,
    _T.disabled,
    _T.created,
    _T.seen,
)
"""The columns of an account, as `account_of` reads them."""

_GET = select(*ACCOUNT).where(_ONE)
_ALL = select(*ACCOUNT).where(_T.subject > bindparam("after")).order_by(_T.subject)
_PAGE = _ALL.limit(bindparam("most"))
_NAMES = """
    SELECT {columns} FROM accounts WHERE subject IN (SELECT value FROM {subjects})
"""
_quoted = ", ".join(f'"{column.name}"' for column in ACCOUNT)  # `groups` is a word of SQL
_THESE = {
    "sqlite": text(_NAMES.format(columns=_quoted, subjects="json_each(:subjects)")),
    "postgresql": text(
        _NAMES.format(columns=_quoted, subjects="json_array_elements_text(CAST(:subjects AS json))")
    ),
}
_ADD = inserting(accounts, ignore=True)
_UPDATE = (
    update(accounts)
    .where(_ONE)
    .values({name: bindparam(f"new_{name}") for name in ("name", "email", "provider", "groups")})
    .values(seen=bindparam("new_seen"))
)
_ROLE = update(accounts).where(_ONE).values(role=bindparam("new"))
_DISABLE = update(accounts).where(_ONE, _T.disabled.is_(None)).values(disabled=bindparam("new"))
_ENABLE = update(accounts).where(_ONE).values(disabled=null())


class Account(msgspec.Struct, frozen=True):
    """An account.

    Attributes:
        subject: Stable name or id of the user.
        name: Name to show.
        email: Address, as of the last sign-in.
        provider: Name of the provider of the last sign-in.
        groups: Groups at the provider, as of the last sign-in.
        role: Role that an administrator has given; None leaves it to the settings.
        disabled: When an administrator disabled it, in seconds since the epoch; None if it is not.
        created: When it was stored.
        seen: When the user last signed in; None for never.
    """

    subject: str
    name: str
    email: str | None
    provider: str
    groups: tuple[str, ...]
    role: str | None
    disabled: float | None
    created: float
    seen: float | None


def account_of(row: Row) -> Account:
    """Return an account from the columns `ACCOUNT`."""
    subject, name, email, provider, groups, *rest = row
    return Account(subject, name, email, provider, tuple(from_json(groups)), *rest)


class Accounts:
    """The table `accounts`.

    Args:
        engine: The database.
        clock: Its time.
    """

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or Clock()

    async def keep(self, who: SignedIn, provider: str) -> Account:
        """Store what a provider says about a user who signs in, and return the account."""
        return await self._engine.write(lambda tx: self._keep(tx, who, provider))

    async def get(self, subject: str) -> Account | None:
        """Return an account; None if there is none."""
        row = await self._engine.read(lambda tx: tx.row(_GET, of=subject))
        return None if row is None else account_of(row)

    async def these(self, subjects: Collection[str]) -> Sequence[Account]:
        """Return those of these accounts that are there."""
        if not subjects:
            return []

        def read(tx: Tx) -> list[Row]:
            return tx.rows(_THESE[tx.dialect], subjects=to_json(sorted(subjects)))

        return [account_of(row) for row in await self._engine.read(read)]

    async def list(self, *, after: str = "", limit: int = 100) -> list[Account]:
        """Return accounts in the order of their subjects.

        Args:
            after: Subject of the last account of the page before.
            limit: Most accounts.
        """
        rows = await self._engine.read(lambda tx: tx.rows(_PAGE, after=after, most=limit))
        return [account_of(row) for row in rows]

    async def set_role(self, subject: str, role: str | None) -> None:
        """Give an account a role; None leaves it to the settings.

        Raises:
            NotFoundError: If there is no such account.
        """
        await self._change(subject, _ROLE, new=role)

    async def disable(self, subject: str) -> None:
        """Disable an account: its sign-ins end in every process within seconds.

        Raises:
            NotFoundError: If there is no such account.
        """

        def change(tx: Tx) -> None:
            self._known(tx, subject)
            tx.run(_DISABLE, of=subject, new=self._clock.now(tx))

        await self._engine.write(change)

    async def enable(self, subject: str) -> None:
        """Let an account sign in again.

        Raises:
            NotFoundError: If there is no such account.
        """
        await self._change(subject, _ENABLE)

    async def _change(self, subject: str, statement: Any, **values: Any) -> None:
        def change(tx: Tx) -> None:
            self._known(tx, subject)
            tx.run(statement, of=subject, **values)

        await self._engine.write(change)

    def _known(self, tx: Tx, subject: str) -> None:
        if tx.row(_GET, of=subject) is None:
            raise NotFoundError("account", subject)

    def _keep(self, tx: Tx, who: SignedIn, provider: str) -> Account:
        now = self._clock.now(tx)
        told = {
            "name": who.name or who.subject,
            "email": who.email,
            "provider": provider,
            "groups": to_json(who.groups),
        }
        fresh = {"role": None, "disabled": None, "created": now, "seen": now}
        if not tx.run(_ADD, subject=who.subject, **told, **fresh):
            new = {f"new_{name}": value for name, value in told.items()}
            tx.run(_UPDATE, of=who.subject, new_seen=now, **new)
        row = tx.row(_GET, of=who.subject)
        assert row is not None, "it has just been stored"
        return account_of(row)
