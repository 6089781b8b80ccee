"""Members: accounts of users whom a proxy or `identify=` names, so that they can be managed."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection

from msgspec.structs import replace

from swell.backplane.base import Backplane
from swell.chat.store.engines.base import Engine
from swell.errors import SignInError, StoreUnavailableError
from swell.identity import Identity
from swell.logs import logger
from swell.server.sign_in import Holder
from swell.tasks import Tasks

from .accounts import Account, Accounts
from .base import SignedIn
from .clock import Clock
from .sign_in import FRESH_S, given_roles
from .watch import LOOK_S

__all__ = ["MARK", "Members"]

_log = logger("swell.auth")

MARK = "account:"
"""Before the name of a user, what stands for their sign-in."""

PROVIDER = "elsewhere"
"""Provider of their accounts."""

NOTED_S = 300.0
"""How often the last visit of a user is stored, in seconds."""

_KNOWN_MAX = 10_000


class Members:
    """Accounts of users who sign in elsewhere.

    Each user gets an account with the first visit. An administrator may give it a role or disable
    it, which ends the user's pages in every process within seconds.

    Attributes:
        accounts: The accounts.
        engine: The database.
        sign_ins: None: their sign-ins are elsewhere.

    Args:
        engine: The database, open.
        owned: Whether `close` closes the database.
        clock: The time of the database.
    """

    sign_ins = None

    def __init__(self, engine: Engine, *, owned: bool = False, clock: Clock | None = None) -> None:
        self.accounts = Accounts(engine, clock)
        self.engine = engine
        self._owned = owned
        self._holders: list[Holder] = []
        self._known: OrderedDict[str, tuple[float, Account]] = OrderedDict()
        self._noted: dict[str, float] = {}
        self._tasks = Tasks()

    async def start(self, _backplane: Backplane) -> None:
        """Begin to watch for accounts that change."""
        self._tasks.start(self._look_on(), name="swell-members")

    async def close(self) -> None:
        """Stop, and disconnect."""
        await self._tasks.cancel(1.0)
        if self._owned:
            await self.engine.close()

    async def end_all(self, subject: str) -> None:
        """Forget an account here; its pages end when it is disabled."""
        self._known.pop(subject, None)

    async def end(self, ids: Collection[str]) -> None:
        """Do nothing: sign-ins are elsewhere."""

    def watch(self, holder: Holder) -> None:
        """Notify a part of the application when accounts change."""
        self._holders.append(holder)

    async def admit(self, who: Identity) -> Identity:
        """Return a user with the role of the account.

        Raises:
            SignInError: If the account is disabled.
            StoreUnavailableError: If the database cannot be used.
        """
        now = time.monotonic()
        known = self._known.get(who.subject)
        if known is None or now - known[0] >= FRESH_S:
            known = (now, await self._account(who, now))
            self._known[who.subject] = known
            self._known.move_to_end(who.subject)
            while len(self._known) > _KNOWN_MAX:
                self._noted.pop(self._known.popitem(last=False)[0], None)
        account = known[1]
        if account.disabled is not None:
            raise SignInError(f"the account {who.subject!r} is disabled")
        roles = (*who.roles, *given_roles(account.role))
        return replace(who, roles=roles, sign_in=MARK + who.subject)

    async def _account(self, who: Identity, now: float) -> Account:
        if now - self._noted.get(who.subject, -NOTED_S) < NOTED_S:
            account = await self.accounts.get(who.subject)
            if account is not None:
                return account
        named = SignedIn(who.subject, who.name or who.subject, who.email, who.groups)
        account = await self.accounts.keep(named, PROVIDER)
        self._noted[who.subject] = now
        return account

    async def look(self) -> None:
        """Ask the database once, and end or renew the pages of accounts that have changed.

        Raises:
            StoreUnavailableError: If it cannot be asked.
        """
        ids: set[str] = set().union(*(holder.sign_ins() for holder in self._holders))
        subjects = {id.removeprefix(MARK) for id in ids if id.startswith(MARK)}
        found = {account.subject: account for account in await self.accounts.these(subjects)}
        over = {one for one in subjects if one not in found or found[one].disabled is not None}
        changed = {one for one in subjects - over if self._has_other_role(found[one])}
        for subject in over | changed:
            self._known.pop(subject, None)
        for holder in self._holders:
            holder.end_sign_ins(_ids(over))
            holder.renew_sign_ins(_ids(changed))

    def _has_other_role(self, account: Account) -> bool:
        known = self._known.get(account.subject)
        return known is not None and known[1].role != account.role

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except StoreUnavailableError:
                pass  # the database logs that; the next look tries again
            except Exception:
                _log.exception("could not look whether accounts have changed")


def _ids(subjects: Collection[str]) -> frozenset[str]:
    return frozenset(MARK + subject for subject in subjects)
