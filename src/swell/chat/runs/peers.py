"""Peers: the other processes that serve the same app on the same database.

Each process writes a heartbeat. One that is silent for longer than its lease counts as gone, and
others become the owners of its runs. The fencing numbers in the store prevent that it writes
anything of them when it comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING, Protocol

from swell.chat.feed import Feed
from swell.chat.store import processes
from swell.chat.store.processes import Beat, Signal
from swell.errors import StoreUnavailableError
from swell.logs import logger
from swell.tasks import Tasks

from .news import Nudge, Watch, encode, request

if TYPE_CHECKING:
    from swell.chat.store import Store
    from swell.chat.store.runs import Recovered

__all__ = ["Owned", "Peers"]

_log = logger("swell.chat")

_CALM = 2
"""Heartbeats in time before a process judges others: the database may have been away for all."""

_CHECK_S = 0.5
"""How often the lease is compared with the time while the database does not answer, in seconds."""


class Owned(Protocol):
    """The runs of this process."""

    draining: bool

    def running(self) -> set[str]:
        """Return the ids of the runs that this process owns and that have not ended."""

    def lose(self, run_ids: Iterable[str]) -> None:
        """End the handlers of runs that have another owner, without storing anything."""

    async def adopt(self, recovered: Recovered) -> None:
        """Start the runs of processes that are gone, and publish the ends of others."""

    async def reclaim(self, run_ids: Iterable[str]) -> None:
        """Start runs of this process that it does not know, or interrupt them."""

    def obey(self, signal: Signal) -> bool:
        """Do what another process asks of a run; return False when the run is not here.

        A signal may come more than once.
        """

    def watch(self, run_id: str, *, fresh: bool) -> None:
        """Send the changes of a run to the processes that watch it."""


class Peers:
    """Keeps this process among those that serve the app, and hears what they ask of it.

    Args:
        store: The store, on PostgreSQL.
        feed: Carries requests between processes.
        owned: The runs of this process.
        tasks: Owns what runs in the background.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        store: Store,
        feed: Feed,
        owned: Owned,
        tasks: Tasks,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._feed, self._owned, self._tasks = store, feed, owned, tasks
        self._clock = clock
        self._renewed = clock()
        self._others = 0
        self._calm = _CALM
        self._heard_as = ""
        self._unsubscribe: Callable[[], None] | None = None

    async def open(self) -> None:
        """Join, and become the owner of what processes that are gone have left."""
        await self._owned.adopt(await self._store.recover())
        self._listen()
        self._tasks.start(self._live(), name="swell-heartbeat")

    def close(self) -> None:
        """Hear nothing more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def nudge(self, owner: str) -> None:
        """Tell the owner of a run that a signal waits for it."""
        self._feed.backplane.publish(self._feed.topic("process", owner), encode(Nudge()))

    # ------------------------------------------------------------------------------ heartbeat

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(processes.BEAT_S)
            try:
                await self.beat()
            except Exception:
                _log.exception("the heartbeat of this process failed")

    async def beat(self) -> None:
        """Write a heartbeat, and act on what it brings."""
        began, before = self._clock(), self._owned.running()
        writing = asyncio.ensure_future(self._store.beat(draining=self._owned.draining))
        # A database that is cut off may not answer for long.
        while not (await asyncio.wait([writing], timeout=_CHECK_S))[0]:
            self._compare_lease()
        try:
            beat = await writing
        except StoreUnavailableError:
            self._compare_lease()
            return
        with contextlib.suppress(StoreUnavailableError):  # the next one has it all
            await self._act_on(beat, began, before)

    async def _act_on(self, beat: Beat | None, began: float, before: set[str]) -> None:
        self._renewed = began
        if self._heard_as != self._store.owner:  # it is a new process
            self._listen()
        if beat is None:
            _log.warning(
                "this process was silent for too long; its runs now belong to other processes"
            )
            self._owned.lose(before)
            return
        self._owned.lose(before - beat.held)
        self._others = beat.others
        await self._obey(beat.signals, beat.held)
        await self._owned.reclaim(beat.held - self._owned.running())
        self._calm = self._calm + 1 if beat.late < processes.LEASE_S / 2 else 0
        if self._calm >= _CALM:
            await self._owned.adopt(await self._store.recover())

    def _compare_lease(self) -> None:
        """Give up the runs when other processes may have taken them over."""
        if self._others and self._clock() - self._renewed > processes.LEASE_S:
            self._owned.lose(self._owned.running())

    # ------------------------------------------------------------------------------- requests

    def _listen(self) -> None:
        self.close()
        self._heard_as = self._store.owner
        self._unsubscribe = self._feed.backplane.subscribe(
            self._feed.topic("process", self._heard_as), self._hear, self._hear_nudge
        )

    def _hear(self, message: bytes) -> None:
        match request(message):
            case Watch(run_id, fresh):
                self._owned.watch(run_id, fresh=fresh)
            case Nudge():
                self._hear_nudge()

    def _hear_nudge(self) -> None:
        self._tasks.start(self._take_signals())

    async def _take_signals(self) -> None:
        with contextlib.suppress(StoreUnavailableError):  # the next heartbeat brings them
            await self._obey(await self._store.asked())

    async def _obey(self, signals: Iterable[Signal], held: Container[str] | None = None) -> None:
        """Do what is asked; what is asked of a run that is not here yet stays in the store.

        Args:
            signals: What is asked.
            held: Ids of the runs that have not ended, if they are known.
        """
        done = [
            signal.number
            for signal in signals
            if self._owned.obey(signal) or (held is not None and signal.run_id not in held)
        ]
        if done:
            await self._store.drop_signals(done)
