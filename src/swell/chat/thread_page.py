"""The cards beside a conversation: one page per thread, that all of its tabs show.

Handlers edit it as they edit any page. An edit is applied here at once, and shown by the tabs of
this process. It is stored soon after, in the order of the database; tabs of other processes hear of
it then. Two processes may edit the page of one thread at the same time: the one that stores second
applies its edits to what the other has stored.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeAlias

import msgspec

from swell.backoff import Backoff
from swell.cards.base import Card, named_components
from swell.cards.dialog import Dialog, SidePanel
from swell.cards.meta import MetaCard
from swell.chat.feed import Feed
from swell.chat.records import User
from swell.chat.store.ids import new_id
from swell.errors import (
    DECODE_ERRORS,
    CardError,
    LimitError,
    OpError,
    StoreUnavailableError,
    SwellError,
)
from swell.live.buffer import Undo
from swell.live.edits import Edit, resolve
from swell.live.log import op_size
from swell.live.ops import Op, encode
from swell.live.replica import kept
from swell.live.state import PageState
from swell.logs import logger
from swell.page.page import PageBase
from swell.tasks import Tasks

__all__ = ["META", "Layout", "SharedPage", "ThreadPage", "ThreadPages", "Unseen"]

_log = logger("swell.chat")

META = "meta"
"""The one card of the chat that an app may change: what it shows over the page."""

OVER = ("side_panel", "dialog")
"""What an app may show over the page."""

OWN = frozenset({META, "chat", "threads", "panel", "places", ""})
"""Cards of the chat itself."""

_PAUSE_S = 0.05  # between two writes at least; see `_paused`
_PAUSE_MAX_S = 1.0
_END_S = 5.0  # how long the end of the process may take to store pages
_MESSAGE_MAX = 64 * 1024  # bytes; after larger changes, other processes read the store

Layout: TypeAlias = Callable[..., object] | Mapping[str, Card]
"""The cards of a new thread by their names, or a function `(page)` or `(page, user)` that puts them
on a page."""

Listener: TypeAlias = Callable[[Sequence[Op] | None], None]
"""Called with each change; None when the page is another one now."""


class Keeper(Protocol):
    """The methods of `Store` that keep pages."""

    async def thread_page(self, thread_id: str) -> tuple[int, str, str] | None:
        """Return version, JSON, and the name of the write."""

    async def put_thread_page(self, thread_id: str, version: int, state: str, writer: str) -> bool:
        """Store JSON; return False if there is another version by now."""


class _News(msgspec.Struct, array_like=True, frozen=True):
    """What other processes hear: the version, and how it comes of the one before, if that is short.

    Attributes:
        ops: JSON of the ops.
    """

    version: int
    ops: bytes | None


_encode_news = msgspec.msgpack.Encoder().encode
_decode_news = msgspec.msgpack.Decoder(_News).decode
_decode_ops = msgspec.json.Decoder(list[Op]).decode


class SharedPage:
    """The page of one thread, in this process.

    Args:
        first: The state of a new thread.
        limit: Most bytes, as JSON (setting `page_max_bytes`).

    Attributes:
        state: The cards.
        version: That of the store, which `state` was made from; 0 for none.
        thread_id: The thread; empty as long as the conversation has not begun.
        tail: Always None: see `swell.page.page.Target`.
        lock: Held while the store is read or written for it.
    """

    def __init__(self, first: Mapping[str, Any], limit: int) -> None:
        self.state = PageState()
        self.state.load(dict(first))
        self.version = 0
        self.thread_id = ""
        self.tail = None
        self._limit = limit
        self._size = len(encode(first))
        self.lock = asyncio.Lock()
        self._tried: dict[str, int] = {}  # edits in writes whose outcome is not known
        self._edits: list[Edit] = []  # that are not stored yet
        self._ops: list[Op] = []  # that they were resolved to
        self._listeners: set[Listener] = set()
        self._writing: asyncio.Task[None] | None = None
        self._write: Callable[[], asyncio.Task[None]] | None = None

    def listen(self, listener: Listener) -> None:
        """Call a listener with every change, until `leave`."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Stop calling it."""
        self._listeners.discard(listener)

    def tell(self, ops: Sequence[Op] | None) -> None:
        """Call the listeners."""
        for listener in tuple(self._listeners):
            listener(ops)

    @property
    def changed(self) -> bool:
        """Whether there are changes that are not stored."""
        return bool(self._edits)

    # ------------------------------------------------------------------------ target of a page

    def commit(self, edits: list[Edit]) -> bool:
        """Apply the edits of one save, all or none, and show them.

        Raises:
            RowError: If an edit does not fit the kind of its buffer.
            LimitError: If the page would grow past its bound.
        """
        ops = self._applied(edits)
        if ops:
            self._edits += edits
            self._ops += ops
            self.tell(ops)
            self._write_soon()
        return True

    def when_due(self, save: Callable[[], None]) -> None:
        """Save now: there are no frames."""
        save()

    def forget(self) -> None:
        """Do nothing: there is no history."""

    def _applied(self, edits: Sequence[Edit]) -> list[Op]:
        ops: list[Op] = []
        undos: list[Undo] = []
        try:
            for edit in edits:
                for op in map(kept, resolve(edit, self.state, named_components)):
                    undos.append(self.state.apply((op,)))
                    ops.append(op)
            size = self._size + sum(map(op_size, ops))
            if size > self._limit and (size := len(encode(self.state.to_json()))) > self._limit:
                raise LimitError("the page of a thread", f"{self._limit:,} bytes (page_max_bytes)")
        except BaseException:
            for undo in reversed(undos):
                undo()
            raise
        self._size = size
        return ops

    # ---------------------------------------------------------------------------- the store

    def to_store(self, write: Callable[[], asyncio.Task[None]]) -> None:
        """Store the changes from now on: `write` starts a task that does."""
        self._write = write
        if self._edits:
            self._write_soon()

    def _write_soon(self) -> None:
        if self._write is not None and (self._writing is None or self._writing.done()):
            self._writing = self._write()

    async def flush(self) -> None:
        """Wait until the changes so far are stored."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    def take(self) -> tuple[str, list[Edit], list[Op]]:
        """Return the state as JSON, and what it has that the store has not; that counts as stored.

        `restore` takes it back.
        """
        edits, self._edits = self._edits, []
        ops, self._ops = self._ops, []
        text = encode(self.state.to_json())
        self._size = len(text)
        return text.decode(), edits, ops

    def restore(self, edits: list[Edit], ops: list[Op]) -> None:
        """Count changes as not stored again."""
        self._edits[:0] = edits
        self._ops[:0] = ops

    def attempt(self, writer: str, edits: int) -> None:
        """Remember a write, until it is known whether it was stored."""
        self._tried[writer] = edits

    def stored(self) -> None:
        """Count the last write as stored."""
        self.version += 1
        self._tried.clear()

    def load(self, version: int, state: str, writer: str = "") -> None:
        """Take what is stored, with the changes that are not stored on top.

        Args:
            version: Its version.
            state: JSON.
            writer: Names the write; one of this page included some of its changes.
        """
        self.state.load(msgspec.json.decode(state))
        self._size, self.version = len(state), version
        edits, self._edits, self._ops = self._edits[self._tried.get(writer, 0) :], [], []
        self._tried.clear()
        for edit in edits:
            try:
                self._ops += self._applied([edit])
            except SwellError as error:
                _log.warning("a change of a thread's page no longer fits: %s", error)
            else:
                self._edits.append(edit)
        self.tell(None)

    def receive(self, version: int, ops: Sequence[Op]) -> None:
        """Apply the changes of another process.

        Raises:
            OpError: If they do not fit; nothing is changed.
        """
        self.state.apply(ops)
        self.version = version
        self.tell(ops)


class ThreadPage(PageBase):
    """The cards beside a conversation, to edit; see `Turn.page`.

    Args:
        shared: The page of the thread.
    """

    def __init__(self, shared: SharedPage) -> None:
        super().__init__(shared)
        self._shared = shared

    def add(self, key: str, card: Card | Mapping[str, Any]) -> Any:
        """Put a card on the page, replacing one of the same key; see `AsyncPage.add`.

        Raises:
            CardError: If the name is that of a card of the chat itself.
        """
        _check_own(key)
        return super().add(key, card)

    def __delitem__(self, key: str) -> None:
        _check_own(key)
        super().__delitem__(key)

    def drop(self) -> None:
        """Remove all cards of the app."""
        for key in tuple(self._shared.state.cards):
            if key != META:
                del self[key]

    def _assign(self, key: str, path: tuple[str | int, ...], value: Any) -> None:
        if key in OWN and (key != META or path[0] not in OVER):
            raise CardError(
                *(key, str(path[0])),
                "is a part of the chat; an app may change its own cards, and the side_panel and "
                "the dialog of `meta`",
            )
        if key == META and isinstance(value, Dialog | SidePanel):
            # The server takes away what the user closes: else it would come again with a reload.
            value = msgspec.structs.replace(
                value, name=value.name or str(path[0]), events=["dismissed"]
            )
        super()._assign(key, path, value)

    def dismissed(self, name: str) -> bool:
        """Take away what a user has closed; return whether there was a dialog of this name."""
        over = self._shared.state.cards.get(META, {})
        for prop in OVER:
            if over.get(prop) is not None and over[prop].get("name") == name:
                self._assign(META, (prop,), None)
                return True
        return False

    async def save(self) -> None:
        """Show the edits made since the last save in every tab of the thread, all or none.

        They are stored soon after, and at the latest when the handler ends.

        Raises:
            RowError: If an edit does not fit its buffer.
            LimitError: If the page would grow past `page_max_bytes`.
        """
        edits = self._take()
        if edits:
            self._shared.commit(edits)
        await asyncio.sleep(0)

    async def flush(self) -> None:
        """Save, and wait until it is stored."""
        await self.save()
        await self._shared.flush()

    async def end(self) -> None:
        """Save what the handler has not saved, if that can be, and wait until it is stored."""
        try:
            await self.save()
        except SwellError as error:
            _log.warning("the last change of a thread's page was not saved: %s", error)
        await self._shared.flush()


class Unseen(ThreadPage):
    """The page of a turn without one, such as that of an endpoint: changes have no effect."""

    def __init__(self) -> None:
        super().__init__(SharedPage({"cards": []}, 0))

    async def save(self) -> None:
        """Do nothing."""
        self._take()

    def _card(self, _key: str) -> Mapping[str, Any] | None:
        """Return nothing, and warn of nothing."""
        return None


def _check_own(key: str) -> None:
    if key in OWN:
        raise CardError(key, "name", "is that of a card of the chat; choose another one")


class ThreadPages:
    """The pages of the threads that this process shows or changes.

    Args:
        store: Keeps them.
        feed: Reaches the tabs of other processes.
        layout: The cards of a new thread.
        limit: Most bytes of a page.
    """

    def __init__(self, store: Keeper, feed: Feed, layout: Layout, limit: int) -> None:
        self._store = store
        self._feed = feed
        self._layout = layout
        self._limit = limit
        self._open: dict[str, SharedPage] = {}
        self._holders: dict[str, int] = {}
        self._ends: dict[str, Callable[[], None]] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._tasks = Tasks()

    async def begin(self, user: User) -> SharedPage:
        """Return the page of a conversation that has not begun."""
        return SharedPage(await self._first(user), self._limit)

    async def open(self, thread_id: str, user: User) -> SharedPage:
        """Return the page of a thread, until `close` is called for it as often."""
        self._holders[thread_id] = self._holders.get(thread_id, 0) + 1
        try:
            async with self._opening.setdefault(thread_id, asyncio.Lock()):
                if thread_id not in self._open:
                    found = await self._store.thread_page(thread_id)
                    page = SharedPage(await self._first(user), self._limit)
                    self._keep(thread_id, page)
                    if found is not None:
                        page.load(*found)
            return self._open[thread_id]
        except BaseException:
            self.close(thread_id)
            raise

    def bind(self, thread_id: str, page: SharedPage, version: int) -> SharedPage:
        """Return the page of the thread that a conversation has just become, as `open` does.

        Args:
            thread_id: The thread.
            page: The page until now; its changes since `take` go along.
            version: The version that was stored with the thread; 0 for none.
        """
        self._holders[thread_id] = self._holders.get(thread_id, 0) + 1
        known = self._open.get(thread_id)
        if known is None:
            page.version = version
            self._keep(thread_id, page)
            return page
        _, edits, _ = page.take()
        for edit in edits:
            try:
                known.commit([edit])
            except SwellError as error:
                _log.warning("a change of a thread's page no longer fits: %s", error)
        return known

    def close(self, thread_id: str) -> None:
        """Let go of a page that `open` or `bind` returned."""
        left = self._holders[thread_id] = self._holders[thread_id] - 1
        if not left:
            self._tasks.start(self._drop(thread_id), name="swell-thread-page")

    async def end(self) -> None:
        """Store what is not stored, and end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_S):
                for page in tuple(self._open.values()):
                    await page.flush()
        await self._tasks.cancel(1.0)

    async def _drop(self, thread_id: str) -> None:
        if page := self._open.get(thread_id):
            await page.flush()
        if not self._holders.get(thread_id, 0):
            self._holders.pop(thread_id, None)
            self._opening.pop(thread_id, None)
            if self._open.pop(thread_id, None) is not None:
                self._ends.pop(thread_id)()

    async def _first(self, user: User) -> Mapping[str, Any]:
        """Return the state of a new thread."""
        scratch = SharedPage({"cards": [[META, MetaCard("").dump()]]}, self._limit)
        page = ThreadPage(scratch)
        if callable(self._layout):
            known = len(inspect.signature(self._layout).parameters)
            made = self._layout(*(page, user)[:known])
            if inspect.isawaitable(made):
                await made
        else:
            for name, card in self._layout.items():
                page[name] = card
        await page.save()
        return scratch.state.to_json()

    def _keep(self, thread_id: str, page: SharedPage) -> None:
        page.thread_id = thread_id
        self._open[thread_id] = page
        topic = self._feed.topic("page", thread_id)
        self._ends[thread_id] = self._feed.backplane.subscribe(
            topic,
            lambda message: self._hear(page, message),
            lambda: self._look(page),
        )
        page.to_store(lambda: self._tasks.start(self._write(page), name="swell-thread-page"))

    async def _write(self, page: SharedPage) -> None:
        """Store the changes of a page until there are none."""
        backoff = Backoff()
        while page.changed:
            began = time.monotonic()
            try:
                async with page.lock:
                    if not await self._put(page):
                        return
            except StoreUnavailableError as error:
                if not backoff.waited:
                    _log.warning("could not store the page of a thread, retrying: %s", error)
                await backoff.wait()
                continue
            backoff = Backoff()
            # A large page takes long to store: at most a fifth of the time is spent on that.
            pause = min(max(_PAUSE_S, 4 * (time.monotonic() - began)), _PAUSE_MAX_S)
            if page.changed:
                await asyncio.sleep(pause)

    async def _put(self, page: SharedPage) -> bool:
        """Store the changes of a page once; return False if the thread is gone."""
        state, edits, ops = page.take()
        writer = new_id()
        page.attempt(writer, len(edits))
        try:
            done = await self._store.put_thread_page(page.thread_id, page.version, state, writer)
        except BaseException:
            page.restore(edits, ops)
            raise
        if not done:
            page.restore(edits, ops)
            return await self._read(page)
        page.stored()
        text = encode(ops)
        news = _News(page.version, text if len(text) <= _MESSAGE_MAX else None)
        self._feed.backplane.publish(self._feed.topic("page", page.thread_id), _encode_news(news))
        return True

    async def _read(self, page: SharedPage) -> bool:
        """Take what is stored; return whether there is anything."""
        found = await self._store.thread_page(page.thread_id)
        if found is not None and found[0] != page.version:
            page.load(*found)
        return found is not None

    def _hear(self, page: SharedPage, message: bytes) -> None:
        """Take a change of another process."""
        try:
            news = _decode_news(message)
            if news.version <= page.version:
                return
            quiet = not page.changed and not page.lock.locked()
            if news.version == page.version + 1 and news.ops is not None and quiet:
                page.receive(news.version, _decode_ops(news.ops))
                return
        except DECODE_ERRORS:
            pass
        except OpError:
            pass
        self._look(page)

    def _look(self, page: SharedPage) -> None:
        """Read the store soon: changes may have been missed."""
        self._tasks.start(self._reload_later(page), name="swell-thread-page")

    async def _reload_later(self, page: SharedPage) -> None:
        backoff = Backoff()
        while True:
            try:
                async with page.lock:
                    await self._read(page)
                return
            except StoreUnavailableError:
                await backoff.wait()
