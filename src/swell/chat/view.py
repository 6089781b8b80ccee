"""View: one tab's page, attached to a thread and to the runs that answer in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, Protocol
from urllib.parse import unquote

import msgspec

from swell import data, ui
from swell.cards.chatbot import Event
from swell.cards.threads import ThreadsEvent
from swell.chat.records import Accepted, Message, Thread, User
from swell.chat.store.base import Store
from swell.errors import NotFoundError, StoreUnavailableError, SwellError
from swell.logs import logger
from swell.page import AsyncPage
from swell.parts import Part, Text, as_json, as_shown
from swell.site import AsyncSite

from .feed import Change, Feed, RunEnded, RunQueued, ThreadChanged, ThreadRenamed
from .files import Files, readdressed, stored_urls
from .fold import Grown
from .run import Run, RunManager
from .threads import Sidebar
from .window import HELD_MAX, Window
from .words import WORDS, Words

__all__ = ["FIELDS", "View", "split"]

_log = logger("swell.chat")

FIELDS = "content from_user id time status parts branch error error_code error_id"
MOVES: tuple[Event, ...] = ("scroll_up", "scroll_down", "jump", "latest")
"""Events that move the window; those who read a shared thread have them too."""

EVENTS: tuple[Event, ...] = (
    *("stop", "feedback", "suggestion", "edit", "regenerate"),
    *("branch", "delete", "submit", "search"),
    *MOVES,
)
THREAD_EVENTS: tuple[ThreadsEvent, ...] = (
    *("rename", "pin", "archive", "delete", "undo", "search", "more", "command"),
)

_OVER_BOX: Final = "bottom-center"  # where notices stand
_EXPIRY_STEP_S = 5.0  # how often to compare the time with the expiry of a link, at most
_CHANGES_MAX = 100  # changes that wait to be shown; more are one look at everything


def split(parts: Sequence[Part]) -> tuple[str, list[Part]]:
    """Return the text at the end of an answer, which grows, and the parts before it."""
    if parts and isinstance(parts[-1], Text):
        return parts[-1].text, list(parts[:-1])
    return "", list(parts)


class _Tail:
    """Follows one run on one row, at a cost that depends on what is new only."""

    def __init__(self, run: Run, key: int, words: Words, addresses: Mapping[str, str]) -> None:
        self.run = run
        self._words = words
        self._addresses = addresses
        self._place: int | None = None  # in the queue, as shown
        self.key = key
        self._at = len(run.fold.log)
        self._content: int | None = None  # which part is shown as the row's content
        self._state = ""
        self.fresh = True  # nothing of it has been shown on this row

    def cells(self, message: Message) -> list[Any]:
        """Return the whole row, as of now."""
        parts = self.run.fold.parts()
        self._place = self.run.ticket.place
        self._at, self.fresh = len(self.run.fold.log), False
        self._note(parts)
        content, rest = split(parts)
        self._state = self._status()
        rest = readdressed(rest, self._addresses)
        return _row(message, self._queued() or content, rest, self._state)

    def apply(self, page: AsyncPage) -> None:
        """Record what has changed since."""
        run = self.run
        if self._place != run.ticket.place:
            self._place, self._state = run.ticket.place, ""
            page["chat"].data[self.key].content = self._queued()
        log, at = run.fold.log, self._at
        self._at = len(log)
        grown: list[str] = []
        where: int | None = None
        for change in log[at:]:
            if type(change) is not Grown or where not in (None, change.at):
                self._apply_parts(page)
                break
            where = change.at
            grown.append(change.text)
        else:
            if where is not None:
                place = ("content",) if where == self._content else ("parts", where, "text")
                page.extend("chat", ("data", self.key, *place), "".join(grown))
        if self._state != "streaming" and (state := self._status()) != self._state:
            self._state = page["chat"].data[self.key].status = state

    def _apply_parts(self, page: AsyncPage) -> None:
        parts = self.run.fold.parts()
        self._note(parts)
        content, rest = split(parts)
        rest = readdressed(rest, self._addresses)
        row = page["chat"].data[self.key]
        row.content = content
        row.parts = as_json(rest) if rest else None

    def _note(self, parts: Sequence[Part]) -> None:
        self._content = len(parts) - 1 if parts and isinstance(parts[-1], Text) else None

    def _status(self) -> str:
        return "streaming" if self.run.fold or self._place is not None else "pending"

    def _queued(self) -> str:
        """Return what stands in place of an answer that waits in the queue."""
        place = self._place
        return "" if place is None else self._words.queued.format(place=place)


class Product(Protocol):
    """What a view needs of its `@chat` app: see `chat` for the options."""

    store: Store
    runs: RunManager
    files: Files
    feed: Feed
    title: str
    greeting: str
    placeholder: str | None
    suggestions: tuple[str, ...]
    attachments: ui.ChatAttachments | None
    theme: str | None
    line_breaks: bool

    def own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that ends with the app at the latest."""

    def commands(self, words: Words, *, archived: bool) -> list[ui.Command]:
        """Return the menu of the sidebar."""


class View:
    """What one tab shows.

    Args:
        chat: The app.
        user: Who looks.
        page: The tab's page.
        site: Hands out files.
        locale: Language of the page.

    Attributes:
        thread: The thread that is open; None for a new one.
        token: Secret of the read-only link that is open instead, if one is.
        reads: Id of the shared thread then.
        window: Which messages of either are loaded; None while there is no conversation.
        settings: What the person has set for this thread, JSON.
        suggestions: Prompts that can be chosen now, by name.
        words: What the page says itself, in its language.
        lock: Held while the view turns to another thread or branch.
    """

    def __init__(
        self, chat: Product, user: User, page: AsyncPage, site: AsyncSite, locale: str
    ) -> None:
        self.chat = chat
        self.user = user
        self.page = page
        self.site = site
        self.locale = locale
        self.words = WORDS[locale]
        self.thread: Thread | None = None
        self.token: str | None = None
        self.reads: str | None = None
        self.window: Window | None = None
        self.settings: dict[str, Any] = {}
        self.suggestions: dict[str, str] = {}
        self.panel: str | None = None
        self._about: str | None = None  # the thread that the panel is about
        self._files: tuple[str, ...] = ()  # and the files that it offers
        self.lock = asyncio.Lock()
        runs = chat.runs
        self.sidebar = Sidebar(chat.store, user, lambda thread_id: bool(runs.of_thread(thread_id)))
        self._rows: list[tuple[Message, int, list[Any]]] = []  # message, key, cells
        self._next = 0
        self._tails: dict[str, _Tail] = {}
        self._addresses: dict[str, str] = {}  # of stored files in answers that are being made
        self._expiry: asyncio.TimerHandle | None = None  # of the link that is read
        self._heard = False
        self._changes: list[Change] = []  # that have been heard of and are not shown yet
        self._catching_up: asyncio.Task[None] | None = None
        self._said: dict[tuple[str, str], Any] = {}  # properties as last assigned
        self._hash = ""
        chat.feed.subscribe(user.id, self.hear)

    @property
    def address(self) -> str:
        """Location hash of what is shown, without `#`."""
        if self.token is not None:
            return f"s/{self.token}"
        return f"t/{self.thread.id}" if self.thread is not None else ""

    # ------------------------------------------------------------------------- painting

    async def paint(self, address: str) -> None:
        """Put all cards on the page, for the thread at an address."""
        self._hash = address
        self.page["meta"] = ui.meta_card("", title=self.chat.title, theme=self.chat.theme)
        self._lay_out()
        await self.sidebar.load()
        self.page["threads"] = ui.threads_card(
            "sidebar",
            "threads",
            [],
            path="#t/",
            new_path="#",
            events=THREAD_EVENTS,
            thread_commands=[
                ui.command("share", self.words.share, icon="Share"),
                ui.command("export", self.words.export, icon="Download"),
            ],
        )
        await self.go(address)

    async def go(self, address: str) -> None:
        """Show what is at an address: a thread, a shared one, or else a new one."""
        self._hash = address
        kind, _, rest = address.partition("/")
        self._set("meta", "redirect", None)
        try:
            if kind == "t" and rest:
                await self.open(rest)
            elif kind == "s" and rest:
                await self._turn_to(None, rest)
            elif address.startswith("m="):
                await self._go_to(unquote(address.removeprefix("m=")))
            else:
                self.sidebar.archived = False  # where the new one will not be
                await self.sidebar.load()
                await self._turn_to(None, None)
        except NotFoundError:
            await self._turn_to(None, None)
            self.page["meta"].notification_bar = ui.notification_bar(
                self.words.missing, type="warning", position=_OVER_BOX
            )
            await self.page.save()

    async def _go_to(self, message_id: str) -> None:
        """Show a message, in its thread; the address keeps naming the message."""
        message = await self.chat.store.message(self.user.id, message_id)
        if self.thread is None or self.thread.id != message.thread_id:
            thread = await self.chat.store.thread(self.user.id, message.thread_id)
            await self._turn_to(thread, None)
        self._hash = self.address
        await self.move("jump", message_id)

    def leave_address(self) -> None:
        """Take the thread that is gone out of the address: once back, its link leads to it."""
        self._set("meta", "redirect", "#")

    async def open(self, thread_id: str) -> None:
        """Show a thread.

        Raises:
            NotFoundError: If it is not there, or not theirs.
        """
        if self.thread is not None and self.thread.id == thread_id:
            await self.refresh()
            return
        thread = await self.chat.store.thread(self.user.id, thread_id)
        await self._turn_to(thread, None)

    async def _turn_to(self, thread: Thread | None, token: str | None) -> None:
        """Paint the chat card anew: another conversation begins."""
        messages: list[Message] = []
        shown: list[list[Any]] = []
        window: Window | None = None
        until: float | None = None  # when the link expires
        if token is not None:
            thread, _ = await self.chat.store.shared(token, limit=1)
            until = await self.chat.store.shared_until(token)
            window = Window(partial(self._shared, token))
            messages, shown = await self._read(window, thread.user_id, (), token)
        elif thread is not None:
            self.settings = await self.chat.store.settings(self.user.id, thread.id)
            window = self._window(thread)
            messages, shown = await self._read(window, self.user.id, ())
        else:
            self.settings = {}
        self._leave()
        self.offer_undo(None)
        self.thread, self.token = (None, token) if token is not None else (thread, None)
        self._read_along(thread.id if token is not None and thread is not None else None, until)
        self.window = window
        self._rows = []
        rows = {}
        for message, cells in zip(messages, shown, strict=True):
            key = self._new_key()
            tail = self._follow(message, key)
            cells = tail.cells(message) if tail is not None else cells
            self._rows.append((message, key, cells))
            rows[str(key)] = cells
        for known in [known for known in self._said if known[0] == "chat"]:
            del self._said[known]
        self.page["chat"] = ui.chatbot_card(
            "chat",
            "chat",
            data(FIELDS, rows=rows or None, t="map"),
            placeholder=self.chat.placeholder,
            events=MOVES if token is not None else EVENTS,
            greeting=self.chat.greeting,
            attachments=self.chat.attachments if token is None else None,
            read_only=True if token is not None else None,
            line_breaks=True if self.chat.line_breaks else None,
        )
        self._set("meta", "title", thread.title if thread and thread.title else self.chat.title)
        self._dress()
        self._set("threads", "selected", self.thread.id if self.thread else None)
        await self.page.save()

    async def refresh(self) -> None:
        """Show what has changed in the open thread and in the list, and nothing else."""
        await self.sidebar.load()
        self._list()
        if self._about is not None and not await self._is_there(self._about):
            self.close_panel()
        if self.token is not None and self.window is not None:
            shared, _ = await self.chat.store.shared(self.token, limit=1)
            owner, held = shared.user_id, self._held()
            self._sync(*await self._read(self.window, owner, held, self.token))
            self._dress()
            await self.page.save()
            return
        if self.thread is None:
            self._set("threads", "selected", None)
            await self.page.save()
            return
        thread = await self.chat.store.thread(self.user.id, self.thread.id)
        if self.window is None:  # the first prompt has just made the thread
            self.window = self._window(thread)
        messages, drawn = await self._read(self.window, self.user.id, self._held())
        # From here to the end of the edits nobody else gets a turn.
        self.thread = thread
        self._sync(messages, drawn)
        await self._finish()

    async def _finish(self) -> None:
        """Set what depends on the open thread as a whole, and save."""
        if self.thread is not None:
            self._set("meta", "title", self.thread.title or self.chat.title)
            self._set("threads", "selected", self.thread.id)
        self._dress()
        if self.thread is not None and self._hash != self.address:
            self._hash = self.address
            self._set("meta", "redirect", f"#{self.address}")
        await self.page.save()

    def _window(self, thread: Thread) -> Window:
        return Window(partial(self.chat.store.messages, thread.id))

    async def _read(
        self, window: Window, owner_id: str, held: Sequence[str], token: str | None = None
    ) -> tuple[list[Message], list[list[Any]]]:
        """Return the messages of the window and their rows, as of now."""
        messages = await window.load(held)
        cells = [await self._cells(message, owner_id, token) for message in messages]
        if token is None:
            await self._locate(self.chat.runs.of_answer(message.id) for message in messages)
        return messages, cells  # what has changed meanwhile was heard of, and is shown soon

    async def _shared(self, token: str, **what: Any) -> list[Message]:
        """Read messages of a shared thread, as long as it is shared."""
        _, messages = await self.chat.store.shared(token, **what)
        return messages

    def _held(self) -> list[str]:
        return [message.id for message, _, _ in self._rows]

    async def _is_there(self, thread_id: str) -> bool:
        try:
            await self.chat.store.thread(self.user.id, thread_id)
        except NotFoundError:
            return False
        return True

    def follow(self, thread: Thread) -> None:
        """Turn to the end of the thread that has just got a prompt."""
        if self.thread is None or self.thread.id != thread.id:
            self.window = None
        elif self.window is not None:
            self.window.follow()
        self.thread = thread

    async def move(self, event: str, message_id: str) -> None:
        """Move the window over the conversation, as an event of `MOVES` asks for.

        Raises:
            NotFoundError: If the message to go to is not there.
        """
        window, held = self.window, self._held()
        if window is None:
            return
        match event:
            case "scroll_up":
                await window.older(held)
            case "scroll_down":
                window.later(held)
            case "latest":
                window.follow()
            case "jump" if message_id not in held:
                await self._reach(window, message_id)
        await self.refresh()

    async def _reach(self, window: Window, message_id: str) -> None:
        try:
            await window.around(message_id)
        except NotFoundError:
            if self.thread is None:
                raise
            # A search also finds what is on another branch: show that one.
            await self.chat.store.select(self.user.id, self.thread.id, message_id)
            await window.around(message_id)

    def _sync(self, messages: Sequence[Message], drawn: Sequence[list[Any]]) -> None:
        """Make the rows those of `messages`: what is there stays, what differs changes."""
        rows = self.page["chat"].data
        wanted = [message.id for message in messages]
        keys = self._places(wanted)
        for message, key, _ in self._rows:
            if key not in keys:
                rows[key] = None
                self._unfollow(message.id)
        known = {key: cells for _, key, cells in self._rows}
        self._rows = []
        for message, cells, key in zip(messages, drawn, keys, strict=True):
            tail = self._tails.get(message.id)
            if tail is not None and tail.run.ended.is_set():
                self._unfollow(message.id)
                if cells:  # else its end was heard of, and is shown soon
                    rows[key] = cells
            elif tail is None and (tail := self._follow(message, key)) is None:
                if cells != known.get(key):
                    rows[key] = cells
            else:
                if tail.key != key or key not in known or tail.fresh:
                    tail.key = key
                    rows[key] = tail.cells(message)
                cells = []  # the row shows what the run says, whatever was read meanwhile
            self._rows.append((message, key, cells))

    def _places(self, wanted: Sequence[str]) -> list[int]:
        """Return the key of each message: its own when it keeps its place, else a new one."""
        known = {message.id: key for message, key, _ in self._rows}
        keys: list[int] = []
        first = next((i for i, id in enumerate(wanted) if id in known), len(wanted))
        if first < len(wanted):  # older ones go before those that are there
            start = known[wanted[first]]
            lowest = min(known.values(), default=start)
            keys = [min(start, lowest) - first + i for i in range(first)]
        else:
            first = 0
        last: int | None = None
        for id in wanted[first:]:
            key = known.get(id)
            if key is None or (last is not None and key <= last):
                key = self._new_key()
            keys.append(key)
            last = key
        return keys

    def _new_key(self) -> int:
        self._next += 1
        return self._next

    def _dress(self) -> None:
        """Set what depends on the thread as a whole."""
        first_row = self._rows[0][0] if self._rows else None
        newer = self.window is not None and self.window.newer
        last = self._rows[-1][0] if self._rows and not newer else None
        active = self.thread is not None and bool(self.chat.runs.of_thread(self.thread.id))
        self._set("chat", "thread", self.thread.id if self.thread is not None else None)
        self._set("chat", "generating", active)
        self._set("chat", "history_end", first_row is None or first_row.parent_id is None)
        self._set("chat", "newer", newer or None)
        self._list()
        first = self.chat.suggestions if first_row is None and self.token is None else ()
        after = last.suggestions if last is not None and not active else ()
        self.suggestions = {f"{i}-{label}"[:60]: label for i, label in enumerate([*first, *after])}
        offered = [ui.chat_suggestion(name, label) for name, label in self.suggestions.items()]
        self._set("chat", "suggestions", offered if first else None)
        self._set("chat", "follow_ups", offered if after else None)

    def _list(self) -> None:
        """Show the list of threads as it was loaded."""
        archived = self.sidebar.archived
        self._set("threads", "title", self.words.archived if archived else self.chat.title)
        self._set("threads", "commands", self.chat.commands(self.words, archived=archived))
        for name, value in self.sidebar.card().items():
            self._set("threads", name, value)

    def _set(self, card: str, name: str, value: Any) -> None:
        if (card, name) not in self._said and value is None:
            return
        if self._said.get((card, name)) != value:
            setattr(self.page[card], name, value)
        self._said[card, name] = value

    async def _cells(self, message: Message, owner_id: str, token: str | None) -> list[Any]:
        content, rest = split(message.parts)
        if message.role == "user" and message.parts and isinstance(message.parts[0], Text):
            content, rest = message.parts[0].text, message.parts[1:]
        if stored_urls(rest):
            rest = await self.chat.files.shown(owner_id, rest, self.site, token)
        status = None if message.role == "user" else message.status
        return _row(self.chat.runs.for_developers(message), content, rest, status)

    # -------------------------------------------------------------------------- following

    def _follow(self, message: Message, key: int) -> _Tail | None:
        run = self.chat.runs.of_answer(message.id)
        if run is None or self.token is not None:
            return None
        tail = self._tails[message.id] = _Tail(run, key, self.words, self._addresses)
        run.watchers.add(self._hear)
        return tail

    async def _locate(self, runs: Iterable[Run | None]) -> None:
        """Find out where this browser gets the files of answers that are being made."""
        for run in runs:
            while run is not None and (urls := run.fold.stored - self._addresses.keys()):
                for url in urls:
                    address = await self.chat.files.address(self.user.id, url, self.site)
                    self._addresses[url] = address

    def _unfollow(self, message_id: str) -> None:
        tail = self._tails.pop(message_id, None)
        if tail is not None:
            tail.run.watchers.discard(self._hear)

    def _hear(self) -> None:
        """Pass on what a run has said, in the next turn of the loop."""
        if not self._heard:
            self._heard = True
            asyncio.get_running_loop().call_soon(self._pass_on)

    def _pass_on(self) -> None:
        self._heard = False
        for message_id, tail in list(self._tails.items()):
            run = tail.run
            if run.ended.is_set():
                self._unfollow(message_id)  # the refresh that follows shows how it ended
            elif run.fold.stored and run.fold.stored - self._addresses.keys():
                self.chat.own(self._locate_and_hear(run))
            else:
                try:
                    tail.apply(self.page)
                except SwellError as error:
                    _log.warning("an answer cannot be shown: %s", error)
                    self._unfollow(message_id)
        try:
            self.page.commit()
        except SwellError as error:
            _log.warning("a page cannot be saved: %s", error)

    async def _locate_and_hear(self, run: Run) -> None:
        await self._locate([run])
        self._hear()

    # -------------------------------------------------------------------------- other tabs

    def hear(self, change: Change) -> None:
        """Hear that something has changed; shows it soon, many changes at once."""
        if self.token is not None and change.thread_id not in ("", self.reads):
            return
        if len(self._changes) >= _CHANGES_MAX:
            self._changes = [ThreadChanged("")]
        self._changes.append(change)
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = self.chat.own(self._catch_up())

    async def _catch_up(self) -> None:
        pause = 0.05
        while self._changes:
            try:
                async with self.lock:
                    changes, self._changes = self._changes, []
                    before = self._held()
                    await self._show(changes)
                    if self.token is not None and set(before) - set(self._held()):
                        self.page.forget()  # a reader who was away does not get it either
            except NotFoundError:
                async with self.lock:
                    await self._lose()
            except StoreUnavailableError:
                self._changes.append(ThreadChanged(""))
                await asyncio.sleep(pause)
                pause = min(5.0, pause * 2)

    async def show(self, accepted: Accepted) -> None:
        """Turn to the thread that has just got a prompt, and show that."""
        self.follow(accepted.thread)
        await self._show([RunQueued(accepted)])

    async def _show(self, changes: Sequence[Change]) -> None:
        """Show changes by their own records, or read what they are about if that is not enough."""
        for change in changes:
            if not await self._apply(change):
                await self.refresh()
                return
        await self._finish()

    async def _apply(self, change: Change) -> bool:
        """Record a change; return False when it takes a look at the store to show it."""
        if self.token is not None:
            return False
        match change:
            case RunQueued(accepted):
                return self.sidebar.put(accepted.thread) and await self._place(accepted)
            case RunEnded(answer, ended):
                await self._complete(answer)
                return self.sidebar.change(answer.thread_id, updated=ended)
            case ThreadRenamed(thread_id, title):
                if self.thread is not None and self.thread.id == thread_id:
                    self.thread = msgspec.structs.replace(self.thread, title=title)
                return self.sidebar.change(thread_id, title=title)
        return False

    async def _place(self, accepted: Accepted) -> bool:
        """Put a prompt and its answer below the message that they follow."""
        thread, prompt = accepted.thread, accepted.prompt
        if self.thread is None or self.thread.id != thread.id:
            return True
        held = self._held()
        if accepted.answer.id in held:
            return True
        if self.window is None:
            self.window = self._window(thread)
        above = prompt.id if prompt.id in held else prompt.parent_id
        if above in held:
            count = held.index(above) + 1
        elif above is None and (not held or self._rows[0][0].parent_id is None):
            count = 0
        else:
            return False
        new = [accepted.answer] if above == prompt.id else [prompt, accepted.answer]
        if not self.window.at_end or accepted.duplicate or count + len(new) > HELD_MAX:
            return False
        drawn = [await self._cells(message, self.user.id, None) for message in new]
        kept = self._rows[:count]
        self.thread = thread
        self._sync([*(row[0] for row in kept), *new], [*(row[2] for row in kept), *drawn])
        return True

    async def _complete(self, answer: Message) -> None:
        """Show an answer that has ended, if it is on the page."""
        for at, (message, key, _) in enumerate(self._rows):
            if message.id == answer.id:
                self._unfollow(answer.id)
                cells = await self._cells(answer, self.user.id, None)
                self.page["chat"].data[key] = cells
                self._rows[at] = (answer, key, cells)

    def _read_along(self, thread_id: str | None, until: float | None = None) -> None:
        """Hear of changes to a thread that is shared, and when the link expires.

        Args:
            thread_id: The thread, whoever it belongs to; None when none is read.
            until: When the link expires, in seconds since the epoch; None for never.
        """
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self.reads is not None:
            self.chat.feed.unread(self.reads, self.hear)
        self.reads = thread_id
        if thread_id is not None:
            self.chat.feed.read(thread_id, self.hear)
            if until is not None:
                self._await_expiry(thread_id, until)

    def _await_expiry(self, thread_id: str, until: float) -> None:
        """Look at the thread again when its link has expired."""
        left = until - time.time()
        if left <= 0:
            self._expiry = None
            self.hear(ThreadChanged(thread_id))
            return
        # In short steps: the loop's clock stands still while the machine sleeps.
        loop = asyncio.get_running_loop()
        step = min(left, _EXPIRY_STEP_S)
        self._expiry = loop.call_later(step, self._await_expiry, thread_id, until)

    async def _lose(self) -> None:
        """Say that the open thread was deleted in another tab, or is not shared any more."""
        lost, shared = self.thread, self.token is not None
        self._hash = ""
        self.close_panel()
        await self._turn_to(None, None)
        if shared:
            self._set("meta", "notification_bar", self._notice(self.words.unshared))
        elif lost is not None:
            undo = ui.button("restore", self.words.undo, value=lost.id)
            self._set("meta", "notification_bar", self._notice(self.words.removed, undo))
        await self.page.save()
        self.page.forget()

    async def settled(self) -> None:
        """Wait until what has been heard of is shown."""
        if self._catching_up is not None and not self._catching_up.done():
            await asyncio.shield(self._catching_up)

    def close(self) -> None:
        """Let go of everything: the tab is gone."""
        self._leave()
        self._drop_files()
        self.chat.feed.unsubscribe(self.user.id, self.hear)
        self._read_along(None)
        if self._catching_up is not None:
            self._catching_up.cancel()

    def _leave(self) -> None:
        for message_id in list(self._tails):
            self._unfollow(message_id)

    # ------------------------------------------------------------------------------- panels

    def offer_undo(self, message_id: str | None) -> None:
        """Say that a message was deleted, with a button that brings it back; None: no longer."""
        bar = None
        if message_id is not None:
            undo = ui.button("undelete", self.words.undo, value=message_id)
            bar = self._notice(self.words.deleted, undo)
        self._set("meta", "notification_bar", bar)

    def _notice(self, text: str, *buttons: Any) -> Any:
        return ui.notification_bar(
            text, timeout=-1, buttons=list(buttons) or None, position=_OVER_BOX
        )

    def show_panel(
        self,
        name: str,
        items: Iterable[Any],
        *,
        about: str | None = None,
        files: Sequence[str] = (),
    ) -> None:
        """Show a form beside the chat, over it in a narrow window.

        Args:
            name: Which form.
            items: Its components.
            about: Id of the thread it is about; it closes when that is deleted.
            files: Addresses of files that go when it closes.
        """
        self._drop_files()
        self._about, self._files = about, tuple(files)
        self.page["panel"] = ui.form_card("panel", list(items))
        self.panel = name
        self._lay_out()

    def close_panel(self) -> None:
        """Take the form away."""
        if self.panel is not None:
            with suppress(KeyError):
                del self.page["panel"]
            self.panel = self._about = None
            self._drop_files()
            self._lay_out()

    def _drop_files(self) -> None:
        for url in self._files:
            self.site.unload(url)
        self._files = ()

    def _lay_out(self) -> None:
        chat, panel = ui.zone("chat", size="1"), ui.zone("panel", size="360px")
        open_ = self.panel is not None
        narrow = [ui.zone("sidebar"), ui.zone("panel", size="1") if open_ else chat]
        wide = [ui.zone("sidebar", size="auto"), chat, *([panel] if open_ else [])]
        # Zones of the same names, one inside the other alike: the browser moves nothing.
        self.page["meta"].layouts = [
            ui.layout("xs", height="100vh", zones=[ui.zone("body", size="1", zones=narrow)]),
            ui.layout(
                "m", height="100vh", zones=[ui.zone("body", direction="row", size="1", zones=wide)]
            ),
        ]


def _row(message: Message, content: str, rest: Sequence[Part], status: str | None) -> list[Any]:
    index, count = message.siblings
    return [
        content,
        message.role == "user",
        message.id,
        message.created,
        status,
        as_shown(rest) if rest else None,
        [index, count] if count > 1 else None,
        message.error,
        message.error_code,
        message.error_id,
    ]
