"""Rows: the messages that one tab shows, and the runs that make some of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from swell.chat.files import Files, readdressed, stored_urls
from swell.chat.records import Message
from swell.chat.runs.answer import Grown
from swell.chat.runs.manager import RunManager
from swell.chat.runs.mirror import Mirror
from swell.chat.runs.run import Run
from swell.errors import SwellError
from swell.locales import Words
from swell.logs import logger
from swell.page.page import AsyncPage
from swell.parts import Part, Text, as_json
from swell.parts.base import as_shown
from swell.site import AsyncSite

__all__ = ["FIELDS", "Rows", "split"]

_log = logger("swell.chat")

FIELDS = "content from_user id time status parts branch error error_code error_id"


def split(parts: Sequence[Part]) -> tuple[str, list[Part]]:
    """Return the text at the end of an answer, which grows, and the parts before it."""
    if parts and isinstance(parts[-1], Text):
        return parts[-1].text, list(parts[:-1])
    return "", list(parts)


class Tail:
    """Follows one run on one row, at a cost proportional to the new text."""

    def __init__(
        self, run: Run | Mirror, key: int, words: Words, addresses: Mapping[str, str]
    ) -> None:
        self.run = run
        self._words = words
        self._addresses = addresses
        self._place: int | None = None  # in the queue, as shown
        self.key = key
        self._at = len(run.answer.log)
        self._content: int | None = None  # which part is shown as the row's content
        self._state = ""
        self.fresh = True  # nothing of it has been shown on this row

    def cells(self, message: Message) -> list[Any]:
        """Return the whole row, as of now."""
        parts = self.run.answer.parts()
        self._place = self.run.ticket.place
        self._at, self.fresh = len(self.run.answer.log), False
        self._note(parts)
        content, rest = split(parts)
        self._state = self._status()
        rest = readdressed(rest, self._addresses)
        return _row(message, self._queued() or content, rest, self._state)

    def apply(self, page: AsyncPage) -> None:
        """Record the changes since the last call."""
        run = self.run
        if self._place != run.ticket.place:
            self._place, self._state = run.ticket.place, ""
            page["chat"].data[self.key].content = self._queued()
        log, at = run.answer.log, self._at
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
        parts = self.run.answer.parts()
        self._note(parts)
        content, rest = split(parts)
        rest = readdressed(rest, self._addresses)
        row = page["chat"].data[self.key]
        row.content = content
        row.parts = as_json(rest) if rest else None

    def _note(self, parts: Sequence[Part]) -> None:
        self._content = len(parts) - 1 if parts and isinstance(parts[-1], Text) else None

    def _status(self) -> str:
        return "streaming" if self.run.answer or self._place is not None else "pending"

    def _queued(self) -> str:
        """Return the placeholder of a queued answer."""
        place = self._place
        return "" if place is None else self._words.queued.format(place=place)


class Rows:
    """The rows of the chat card, in the order of their keys.

    Args:
        page: The tab's page.
        site: Serves files.
        user_id: The user of the page.
        words: The texts of the page's language.
        runs: The run manager.
        files: Stored files.
        own: Starts a task that ends with the app at the latest.
    """

    def __init__(
        self,
        page: AsyncPage,
        site: AsyncSite,
        user_id: str,
        words: Words,
        runs: RunManager,
        files: Files,
        own: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._page = page
        self._site = site
        self._user_id = user_id
        self._words = words
        self._runs = runs
        self._files = files
        self._own = own
        self._shown: list[tuple[Message, int, list[Any]]] = []  # message, key, cells
        self._next = 0
        self._tails: dict[str, Tail] = {}
        self._follows = True
        self._addresses: dict[str, str] = {}  # of stored files in answers that are being made

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, oldest first."""
        return [message.id for message, _, _ in self._shown]

    @property
    def first(self) -> Message | None:
        """The first message, None when there is none."""
        return self._shown[0][0] if self._shown else None

    @property
    def last(self) -> Message | None:
        """The last message, None when there is none."""
        return self._shown[-1][0] if self._shown else None

    # ---------------------------------------------------------------------------- drawing

    async def draw(
        self, messages: Sequence[Message], owner_id: str, token: str | None = None
    ) -> list[list[Any]]:
        """Return the cells of messages.

        Args:
            messages: The messages.
            owner_id: Their owner.
            token: Secret of the link that they are read by, if they are shared.
        """
        drawn = [await self._cells(message, owner_id, token) for message in messages]
        if token is None:
            await self._runs.follow(messages, self._user_id)
            await self._locate(self._runs.of_answer(message.id) for message in messages)
        return drawn

    async def _cells(self, message: Message, owner_id: str, token: str | None) -> list[Any]:
        content, rest = split(message.parts)
        if message.role == "user" and message.parts and isinstance(message.parts[0], Text):
            content, rest = message.parts[0].text, message.parts[1:]
        if stored_urls(rest):
            rest = await self._files.shown(owner_id, rest, self._site, token)
        status = None if message.role == "user" else message.status
        return _row(self._runs.for_developers(message), content, rest, status)

    def begin(
        self, messages: Sequence[Message], drawn: Sequence[list[Any]], *, follows: bool
    ) -> dict[str, list[Any]]:
        """Switch to another conversation and return its rows by key.

        Args:
            messages: Its messages.
            drawn: Their cells.
            follows: Whether the page shows answers while they are made.
        """
        self.leave()
        self._follows = follows
        rows: dict[str, list[Any]] = {}
        for message, cells in zip(messages, drawn, strict=True):
            key = self._new_key()
            tail = self._follow(message, key)
            cells = tail.cells(message) if tail is not None else cells
            self._shown.append((message, key, cells))
            rows[str(key)] = cells
        return rows

    def sync(self, messages: Sequence[Message], drawn: Sequence[list[Any]]) -> None:
        """Update the rows to `messages`, changing only rows that differ."""
        rows = self._page["chat"].data
        keys = self._places([message.id for message in messages])
        for message, key, _ in self._shown:
            if key not in keys:
                rows[key] = None
                self._unfollow(message.id)
        known = {key: cells for _, key, cells in self._shown}
        self._shown = []
        for message, cells, key in zip(messages, drawn, keys, strict=True):
            tail = self._tails.get(message.id)
            if ended := tail is not None and tail.run.ended.is_set():
                self._unfollow(message.id)
                tail = None
            if tail is None and (tail := self._follow(message, key)) is None:
                if cells if ended else cells != known.get(key):  # else its end is shown soon
                    rows[key] = cells
            else:
                if tail.key != key or key not in known or tail.fresh:
                    tail.key = key
                    rows[key] = tail.cells(message)
                cells = []  # the run is newer than the stored message
            self._shown.append((message, key, cells))

    async def extend(self, count: int, messages: Sequence[Message]) -> None:
        """Keep the first `count` rows and put others below them."""
        drawn = await self.draw(messages, self._user_id)
        kept = self._shown[:count]
        self.sync([*(row[0] for row in kept), *messages], [*(row[2] for row in kept), *drawn])

    async def complete(self, answer: Message) -> None:
        """Show an answer that has ended, if it is on the page."""
        for at, (message, key, _) in enumerate(self._shown):
            if message.id == answer.id:
                self._unfollow(answer.id)
                cells = await self._cells(answer, self._user_id, None)
                self._page["chat"].data[key] = cells
                self._shown[at] = (answer, key, cells)

    def leave(self) -> None:
        """Remove all rows, and stop following runs."""
        self._shown = []
        for message_id in list(self._tails):
            self._unfollow(message_id)

    def _places(self, wanted: Sequence[str]) -> list[int]:
        """Return the key of each message: its own when it keeps its place, else a new one."""
        known = {message.id: key for message, key, _ in self._shown}
        keys: list[int] = []
        first = next((i for i, id in enumerate(wanted) if id in known), len(wanted))
        if first < len(wanted):  # older ones are added before the others
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

    # -------------------------------------------------------------------------- following

    def _follow(self, message: Message, key: int) -> Tail | None:
        run = self._runs.of_answer(message.id)
        if run is None or not self._follows:
            return None
        tail = self._tails[message.id] = Tail(run, key, self._words, self._addresses)
        run.watchers.add(self._hear)
        return tail

    async def _locate(self, runs: Iterable[Run | Mirror | None]) -> None:
        """Find out where this browser gets the files of answers that are being made."""
        for run in runs:
            while run is not None and (urls := run.answer.stored - self._addresses.keys()):
                for url in urls:
                    address = await self._files.address(self._user_id, url, self._site)
                    self._addresses[url] = address

    def _unfollow(self, message_id: str) -> None:
        tail = self._tails.pop(message_id, None)
        if tail is not None:
            tail.run.watchers.discard(self._hear)

    def _hear(self) -> None:
        """Show a run's new text in the next frame."""
        self._page.when_due(self._pass_on)

    def _pass_on(self) -> None:
        for message_id, tail in list(self._tails.items()):
            run = tail.run
            if run.ended.is_set():
                self._unfollow(message_id)  # its end was heard of, and is shown soon
            elif run.answer.stored and run.answer.stored - self._addresses.keys():
                self._own(self._locate_and_hear(run))
            else:
                try:
                    tail.apply(self._page)
                except SwellError as error:
                    _log.warning("could not show an answer: %s", error)
                    self._unfollow(message_id)
        try:
            self._page.commit()
        except SwellError as error:
            _log.warning("could not save a page: %s", error)

    async def _locate_and_hear(self, run: Run | Mirror) -> None:
        await self._locate([run])
        self._hear()


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
