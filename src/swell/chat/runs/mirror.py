"""Mirror: a run of another process, with its answer as far as it has arrived here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from swell.backoff import Backoff
from swell.chat.feed import Feed, ThreadChanged
from swell.chat.records import Message
from swell.chat.store.statements import to_json
from swell.errors import StoreUnavailableError
from swell.observe.ids import without_ids
from swell.parts.base import decoded
from swell.tasks import Tasks

from .answer import Answer
from .ask import PREFIX
from .news import WATCH_S, Changed, Stored, Watch, encode, news

if TYPE_CHECKING:
    from swell.chat.store import Store
    from swell.chat.store.runs import Growing

__all__ = ["LOOK_S", "Mirror", "Mirrors"]

LOOK_S = 1.0
"""How often the store is asked for the states of mirrored runs, in seconds."""

AHEAD_MAX = 200
"""Messages of one run that are kept until an earlier one has arrived."""

AGAIN_S = 0.5
"""How long a missing message is waited for, in seconds."""


class _Ticket:
    """A run of another process shows no place in that one's queue."""

    place = None


class Mirror:
    """A run of another process; it has what the rows of a tab use of a `Run`.

    Attributes:
        id: Id of the run.
        answer_id: The message that is made.
        thread_id: The thread.
        user_id: Its user.
        owner: The process that makes it.
        answer: The answer so far.
        ended: Set when the run has ended.
        watchers: Called after each change; they must not block.
    """

    def __init__(self, growing: Growing) -> None:
        run = growing.run
        self.id = run.id
        self.answer_id = run.answer_id
        self.thread_id = run.thread_id
        self.user_id = growing.user_id
        self.owner = run.owner
        self.ended = asyncio.Event()
        self.watchers: set[Callable[[], None]] = set()
        self.ticket = _Ticket()
        self.answer = Answer(growing.parts)
        self.live = False  # changes arrive one after the other
        self.watched_at = 0.0
        self._fence = run.fence
        self._at = growing.flushed
        self._ahead: dict[int, Changed] = {}  # by their starts

    def restore(self, growing: Growing) -> None:
        """Take what the store has, if that is more."""
        if growing.run.fence > self._fence or growing.flushed > self._at:
            self._fence, self._at = growing.run.fence, growing.flushed
            self.owner = growing.run.owner
            self.answer.restore(growing.parts)
        self._use_those_ahead()
        self.changed()

    def receive(self, changes: Changed) -> bool:
        """Apply changes in their order; return False when earlier ones are missing."""
        if changes.fence == self._fence and changes.start + changes.count > self._at:
            if len(self._ahead) >= AHEAD_MAX:
                self._ahead.clear()
            self._ahead[changes.start] = changes
            if self._use_those_ahead():
                self.changed()
        return changes.fence <= self._fence and not self._ahead and self._at >= 0

    def has(self, at: int, fence: int) -> bool:
        """Return whether so many changes have arrived."""
        return fence < self._fence or (fence == self._fence and at <= self._at)

    def poses(self, question_id: str) -> bool:
        """Return whether the answer shows a question that is open."""
        control = f'"{PREFIX}{question_id}-'
        return any(control in to_json(part) for part in self.answer.parts())

    def is_behind(self, flushed: int) -> bool:
        """Return whether the store has more."""
        return flushed > self._at

    def changed(self) -> None:
        """Notify the watchers."""
        for watcher in tuple(self.watchers):
            watcher()

    def _use_those_ahead(self) -> bool:
        used = False
        while (changes := self._ahead.pop(self._at, None)) is not None:
            parts = [(at, decoded(body)) for at, body in changes.placed]
            try:
                self.answer.receive(changes.grown, parts)
            except IndexError:  # of another state than this one: the store knows better
                self._at = -1
                break
            self._at += changes.count
            used = True
        for start in [start for start in self._ahead if start < self._at]:
            del self._ahead[start]
        return used


class Mirrors:
    """The runs of other processes that tabs of this one show.

    Args:
        store: The store.
        feed: Carries the news, and hears of ends.
        tasks: Owns what runs in the background.
    """

    def __init__(self, store: Store, feed: Feed, tasks: Tasks) -> None:
        self._store = store
        self._feed = feed
        self._tasks = tasks
        self._mirrors: dict[str, Mirror] = {}  # by answer
        self._ends: dict[str, Callable[[], None]] = {}  # of subscriptions, by answer
        self._reading: set[str] = set()  # answers
        self._looking: asyncio.Task[None] | None = None

    def of_answer(self, message_id: str) -> Mirror | None:
        """Return the run of another process that makes this message, or None."""
        return self._mirrors.get(message_id)

    def of_thread(self, thread_id: str) -> list[Mirror]:
        """Return the runs of other processes in a thread."""
        return [mirror for mirror in self._mirrors.values() if mirror.thread_id == thread_id]

    async def follow(self, message: Message, user_id: str) -> None:
        """Follow the run that makes a message of the store; let go of one that has ended."""
        if message.status not in ("pending", "streaming"):
            self.end(message.id)
            return
        if message.id in self._mirrors:
            return
        growing = await self._store.growing(message.id)
        if growing is None:  # it has ended since
            self._feed.announce(user_id, ThreadChanged(message.thread_id))
        elif growing.run.owner != self._store.owner and message.id not in self._mirrors:
            self._add(Mirror(growing))

    def end(self, message_id: str) -> bool:
        """Let go of the run that makes a message, if it is followed; return whether it was."""
        mirror = self._mirrors.get(message_id)
        if mirror is not None:
            self._end(mirror)
        return mirror is not None

    def close(self) -> None:
        """Let go of everything."""
        for mirror in list(self._mirrors.values()):
            self._end(mirror)

    def _add(self, mirror: Mirror) -> None:
        self._mirrors[mirror.answer_id] = mirror
        self._ends[mirror.answer_id] = self._feed.backplane.subscribe(
            self._feed.topic("run", mirror.id),
            lambda message: self._hear(mirror, message),
            lambda: self._ask(mirror),
        )
        self._ask(mirror)
        if self._looking is None or self._looking.done():
            self._looking = self._tasks.start(self._look(), context=without_ids())

    def _end(self, mirror: Mirror) -> None:
        if self._mirrors.pop(mirror.answer_id, None) is not None:
            self._ends.pop(mirror.answer_id)()
            mirror.ended.set()
            mirror.changed()

    def _ask(self, mirror: Mirror, *, fresh: bool = True) -> None:
        """Ask the owner for the changes of a run."""
        mirror.watched_at = asyncio.get_running_loop().time()
        mirror.live = mirror.live and not fresh
        self._feed.backplane.publish(
            self._feed.topic("process", mirror.owner), encode(Watch(mirror.id, fresh))
        )

    def _hear(self, mirror: Mirror, message: bytes) -> None:
        match news(message):
            case Stored(fence, at):
                if mirror.has(at, fence):
                    mirror.live = True
                else:
                    self._tasks.start(self._read(mirror))
            case Changed() as changes:
                if mirror.receive(changes):
                    mirror.live = True
                elif self._is_late(mirror):
                    self._ask(mirror)

    def _is_late(self, mirror: Mirror) -> bool:
        return asyncio.get_running_loop().time() - mirror.watched_at > AGAIN_S

    async def _read(self, mirror: Mirror) -> None:
        """Take from the store what did not arrive."""
        if mirror.answer_id in self._reading:
            return
        self._reading.add(mirror.answer_id)
        try:
            growing = await self._store.growing(mirror.answer_id)
        except StoreUnavailableError:
            return  # the next look tries again
        finally:
            self._reading.discard(mirror.answer_id)
        if growing is not None:
            mirror.restore(growing)
        elif mirror.answer_id in self._mirrors:
            self._end(mirror)
            self._feed.announce(mirror.user_id, ThreadChanged(mirror.thread_id))

    async def _look(self) -> None:
        """Look after the mirrors: whatever gets lost on its way is in the store."""
        backoff = Backoff(LOOK_S)
        while self._mirrors:
            await asyncio.sleep(LOOK_S)
            now = asyncio.get_running_loop().time()
            mirrors = list(self._mirrors.values())
            try:
                states = await self._store.states([mirror.id for mirror in mirrors])
            except StoreUnavailableError:
                await backoff.wait()
                continue
            backoff = Backoff(LOOK_S)
            for mirror in mirrors:
                state, owner, flushed = states.get(mirror.id, ("gone", "", 0))
                if state not in ("accepted", "running"):
                    await self._read(mirror)
                    continue
                if not mirror.watchers:  # on a branch that no tab shows: only its end matters
                    mirror.owner, mirror.live = owner, False
                elif owner != mirror.owner:
                    mirror.owner = owner
                    self._ask(mirror)
                elif not mirror.live:
                    self._ask(mirror)
                    await self._read(mirror)
                elif now - mirror.watched_at > WATCH_S / 3:
                    self._ask(mirror, fresh=False)
                if mirror.live and mirror.is_behind(flushed):
                    self._ask(mirror)
