"""Ends what acts for a sign-in soon after the sign-in has ended, in every process."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Collection

import msgspec

from swell.backplane.base import Backplane
from swell.errors import DECODE_ERRORS, StoreUnavailableError
from swell.logs import logger
from swell.server.sign_in import Holder
from swell.tasks import Tasks

from .sign_ins import Held, SignIns

__all__ = ["LOOK_S", "Watch"]

_log = logger("swell.auth")

LOOK_S = 2.0
"""How often the database is asked which sign-ins still hold, in seconds."""

PURGE_S = 3600.0
"""How often sign-ins that ended long ago are removed, in seconds."""

_TOPIC = "sign-ins"
_MANY = 1000  # ids in a message
_STORED_MAX = 10_000  # ids that are remembered for longer than needed


class Watch:
    """Tells the holders of sign-ins when these end.

    The processes announce what they end. The database has the last word: every `LOOK_S` each
    process asks which of the sign-ins that it acts for still hold.

    Args:
        sign_ins: The table.
        allows: Returns whether the provider of a sign-in lets it continue.
        has_other_role: Returns whether an account has got another role.
        forget: Called with the ids of sign-ins that have ended.
        use_s: How often the use of a sign-in is stored, in seconds.
    """

    def __init__(
        self,
        sign_ins: SignIns,
        allows: Callable[[Held], bool],
        has_other_role: Callable[[Held], bool],
        forget: Callable[[Collection[str]], None],
        use_s: float,
    ) -> None:
        self._use_s = use_s
        self._sign_ins = sign_ins
        self._allows = allows
        self._has_other_role = has_other_role
        self._forget = forget
        self._holders: list[Holder] = []
        self._used: set[str] = set()
        self._stored: dict[str, float] = {}  # when a use was last stored
        self._tasks = Tasks()
        self._backplane: Backplane | None = None
        self._leave: Callable[[], None] = lambda: None

    def add(self, holder: Holder) -> None:
        """Tell a holder from now on."""
        self._holders.append(holder)

    def start(self, backplane: Backplane) -> None:
        """Begin; needs a running event loop and an open backplane."""
        self._backplane = backplane
        # After a gap, the next look at the database finds what was missed.
        self._leave = backplane.subscribe(_TOPIC, self._heard, lambda: None)
        self._tasks.start(self._look(), name="swell-sign-ins")
        self._tasks.start(self._purge(), name="swell-purge-sign-ins")

    async def close(self) -> None:
        """Stop, and store the last uses."""
        self._leave()
        await self._tasks.cancel(1.0)
        try:
            await self._store_uses()
        except StoreUnavailableError as error:
            _log.warning("could not store when users were last seen: %s", error)

    def used(self, id: str) -> None:
        """Note that a sign-in was used now; it is stored a little later."""
        if time.monotonic() - self._stored.get(id, -math.inf) >= self._use_s:
            self._used.add(id)

    def ended(self, ids: Collection[str]) -> None:
        """End what acts for sign-ins here and in the other processes."""
        self._end(ids)
        if self._backplane is not None:
            every = sorted(ids)
            for start in range(0, len(every), _MANY):
                part = every[start : start + _MANY]
                self._backplane.publish(_TOPIC, msgspec.json.encode(part))

    def held(self) -> set[str]:
        """Return the ids of the sign-ins that something acts for here."""
        return set().union(*(holder.sign_ins() for holder in self._holders))

    async def look(self) -> None:
        """Ask the database once, and end what no longer holds.

        Raises:
            StoreUnavailableError: If it cannot be asked.
        """
        await self._store_uses()
        held = self.held()
        holding = await self._sign_ins.holding(held)
        refused = {one.id for one in holding if not self._allows(one)}
        if refused:
            await self._sign_ins.end(refused)
        over = held - {one.id for one in holding} | refused
        if over:
            self._end(over)
        changed = {one.id for one in holding if self._has_other_role(one)} - over
        if changed:
            self._forget(changed)
            for holder in self._holders:
                holder.renew_sign_ins(changed)

    def _heard(self, message: bytes) -> None:
        try:
            ids = msgspec.json.decode(message, type=list[str])
        except DECODE_ERRORS:
            _log.warning("dropped a message about sign-ins that could not be read")
            return
        self._end(ids)

    def _end(self, ids: Collection[str]) -> None:
        ids = frozenset(ids)
        self._forget(ids)
        for holder in self._holders:
            holder.end_sign_ins(ids)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except StoreUnavailableError:
                pass  # the database logs that; the next look tries again
            except Exception:
                _log.exception("could not look which users are still signed in")

    async def _store_uses(self) -> None:
        used, self._used = self._used, set()
        if not used:
            return
        now = time.monotonic()
        if len(self._stored) > _STORED_MAX:
            self._stored = {id: at for id, at in self._stored.items() if now - at < self._use_s}
        self._stored.update(dict.fromkeys(used, now))
        await self._sign_ins.use(used)

    async def _purge(self) -> None:
        while True:
            try:
                while await self._sign_ins.purge():
                    pass
            except StoreUnavailableError as error:
                _log.warning("could not remove old sign-ins, retrying in an hour: %s", error)
            await asyncio.sleep(PURGE_S)
