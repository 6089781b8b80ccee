"""View: one tab's page, attached to a thread and to the runs that answer in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from swell import ui
from swell.backoff import Backoff
from swell.chat.feed import Change, RunEnded, RunQueued, ThreadChanged, ThreadRenamed
from swell.chat.records import Accepted, Message, Thread, User
from swell.errors import NotFoundError, StoreUnavailableError
from swell.identity import ANON
from swell.locales import words_of
from swell.logs import logger
from swell.page.page import AsyncPage
from swell.query import Auth
from swell.schema.data import data
from swell.site import AsyncSite

from .beside import Beside
from .host import Host
from .panels import Panel
from .rows import FIELDS, Rows
from .sidebar import Sidebar
from .window import HELD_MAX, Window

__all__ = ["View"]

_log = logger("swell.chat")

_OVER_BOX: Final = "bottom-center"  # where notices stand
_EXPIRY_STEP_S = 5.0  # how often to compare the time with the expiry of a link, at most
_CHANGES_MAX = 100  # changes that wait to be shown; more are one look at everything


class View:
    """The conversation of one tab.

    Args:
        chat: The app.
        user: The user of the tab.
        page: The tab's page.
        site: Serves files.
        locale: Language of the page.
        auth: The user as they have signed in.

    Attributes:
        thread: The thread that is open; None for a new one.
        token: Secret of the read-only link that is open instead, if one is.
        reads: Id of the shared thread then.
        window: Which messages of either are loaded; None while there is no conversation.
        settings: The user's settings for this thread, JSON.
        suggestions: Prompts that can be chosen now, by name.
        words: The texts of the page's language.
        rights: Rights of the user: `settings`, `share`, `export`, `import`.
        organisation: That of the user, empty if they belong to none; None without sign-in.
        lock: Held while the view switches to another thread or branch.
        closed: Whether it shows nothing any more; the tab needs a new one.
    """

    def __init__(
        self,
        chat: Host,
        user: User,
        page: AsyncPage,
        site: AsyncSite,
        locale: str,
        auth: Auth,
    ) -> None:
        self.chat = chat
        self.options = chat.options
        self.user = user
        self.page = page
        self.site = site
        self.locale = locale
        self.words = words_of(locale)
        self.thread: Thread | None = None
        self.token: str | None = None
        self.reads: str | None = None
        self.window: Window | None = None
        self.settings: dict[str, Any] = {}
        self.suggestions: dict[str, str] = {}
        zones = self.options.page_zones if self.options.page is not None else None
        self.panel = Panel(page, site, zones, self.options.page_width)
        self.beside = Beside(chat.pages, page, user)
        self.lock = asyncio.Lock()
        self.closed = False
        self.identify(auth)
        runs = chat.runs
        self.sidebar = Sidebar(chat.store, user, runs.is_active)
        self.rows = Rows(page, site, user.id, self.words, runs, chat.files, chat.own)
        self._expiry: asyncio.TimerHandle | None = None  # of the link that is read
        self._changes: list[Change] = []  # that have been heard of and are not shown yet
        self._catching_up: asyncio.Task[None] | None = None
        self._said: dict[tuple[str, str], Any] = {}  # properties as last assigned
        self._hash = ""
        self._behind = False
        chat.feed.subscribe(user.id, self.hear)
        self._unwatch: Callable[[], None] | None = chat.feed.backplane.watch(self._on_connected)

    @property
    def address(self) -> str:
        """Location hash of the shown thread, without `#`."""
        if self.token is not None:
            return f"s/{self.token}"
        return f"t/{self.thread.id}" if self.thread is not None else ""

    def identify(self, auth: Auth) -> None:
        """Learn the roles of the user, which may have changed since the last action."""
        self.auth = auth
        self.user = msgspec.structs.replace(self.user, roles=auth.roles)
        self.rights = self.chat.rights.granted(auth.roles)
        signed_in = auth.subject != ANON
        self.organisation = self.chat.rights.organisation(auth) if signed_in else None

    # ------------------------------------------------------------------------- painting

    async def paint(self, address: str) -> None:
        """Put all cards on the page, for the thread at an address."""
        self._hash = address
        self.page["meta"] = ui.meta_card("", title=self.options.title, theme=self.options.theme)
        self.panel.lay_out()
        if self.beside:
            self._offer_places()
        await self.sidebar.load()
        if self.chat.runs.budgets.shows(self.user.roles):
            await self.chat.runs.budgets.look(self.user)
        self.page["threads"] = ui.threads_card(
            "sidebar",
            "threads",
            [],
            path="#t/",
            new_path="#",
            events=self.chat.actions.thread_events,
            thread_commands=self.chat.actions.thread_commands(self.words, self.rights),
        )
        await self.go(address)

    def switch(self, to: str) -> None:
        """Show the conversation or the app's cards, where there is no room for both."""
        self.panel.shows_cards = to == "cards"
        self.panel.lay_out()

    def _offer_places(self) -> None:
        """Let the user of a phone switch between the conversation and the app's cards."""
        tabs = [ui.tab("talk", self.words.place_chat), ui.tab("cards", self.words.place_cards)]
        self.page["places"] = ui.tab_card("places", tabs, name="places", link=True)

    async def go(self, address: str) -> None:
        """Show the thread at an address, a shared one, or a new one."""
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

    async def empty(self) -> None:
        """Show a new conversation and an empty list: the user was erased."""
        async with self.lock:
            self.panel.close()
            await self.go("")
            self.leave_address()
            await self.page.save()
            self.page.forget()

    def leave_for(self, path: str) -> None:
        """Show another page of this server in place of this one."""
        self._set("meta", "redirect", path)

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
            reader = self.organisation
            thread, _ = await self.chat.store.shared(token, limit=1, organisation=reader)
            until = await self.chat.store.shared_until(token, organisation=reader)
            window = Window(partial(self._shared, token))
            messages, shown = await self._read(window, thread.user_id, (), token)
        elif thread is not None:
            self.settings = await self.chat.store.settings(self.user.id, thread.id)
            window = self._window(thread)
            messages, shown = await self._read(window, self.user.id, ())
        else:
            self.settings = {}
        shown_beside = None if token is not None else await self.beside.load(thread)
        self.offer_undo(None)
        self.beside.show(shown_beside)
        self.thread, self.token = (None, token) if token is not None else (thread, None)
        self._read_along(thread.id if token is not None and thread is not None else None, until)
        self.window = window
        actions = self.chat.actions
        rows = self.rows.begin(messages, shown, follows=token is None)
        for known in [known for known in self._said if known[0] == "chat"]:
            del self._said[known]
        self.page["chat"] = ui.chatbot_card(
            "chat",
            "chat",
            data(FIELDS, rows=rows or None, t="map"),
            events=actions.reader_events if token is not None else actions.chat_events,
            **self._offers(token is None),
        )
        self._set("meta", "title", thread.title if thread and thread.title else self.options.title)
        self._dress()
        self._set("threads", "selected", self.thread.id if self.thread else None)
        await self.page.save()

    def _offers(self, writes: bool) -> dict[str, Any]:
        """Return the properties of the chat card that the options of the app decide about.

        Args:
            writes: Whether the user may write.
        """
        options = self.options
        offers: dict[str, Any] = {
            "greeting": options.greeting or options.title,
            "images": options.images,
            "line_breaks": options.line_breaks or None,
        }
        if not writes:
            return {**offers, "read_only": True}
        attachments = options.attachments
        return {
            **offers,
            "placeholder": options.placeholder,
            "attachments": ui.chat_attachments() if attachments is True else attachments or None,
            "slash_commands": self.chat.names.commands or None,
            "mentions": self.chat.names.mentions or None,
            "commands": list(options.menu) or None,
            "submit_key": options.submit_key,
            "speech": options.speech or None,
        }

    async def refresh(self) -> None:
        """Show the changes of the open thread and of the list."""
        await self.sidebar.load()
        self._list()
        if self.panel.about is not None and not await self._is_there(self.panel.about):
            self.panel.close()
        if self.token is not None and self.window is not None:
            shared, _ = await self.chat.store.shared(
                self.token, limit=1, organisation=self.organisation
            )
            owner, held = shared.user_id, self.rows.ids
            self.rows.sync(*await self._read(self.window, owner, held, self.token))
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
        messages, drawn = await self._read(self.window, self.user.id, self.rows.ids)
        # No await from here to the end of the edits.
        self.thread = thread
        self.rows.sync(messages, drawn)
        await self._finish()

    async def _finish(self) -> None:
        """Set what depends on the open thread as a whole, and save."""
        if self.thread is not None:
            self._set("meta", "title", self.thread.title or self.options.title)
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
        """Return the messages of the window and their rows.

        Changes during the load are queued and shown soon after.
        """
        messages = await window.load(held)
        return messages, await self.rows.draw(messages, owner_id, token)

    async def _shared(self, token: str, **what: Any) -> list[Message]:
        """Read messages of a shared thread, as long as it is shared."""
        _, messages = await self.chat.store.shared(token, organisation=self.organisation, **what)
        return messages

    async def _is_there(self, thread_id: str) -> bool:
        try:
            await self.chat.store.thread(self.user.id, thread_id)
        except NotFoundError:
            return False
        return True

    def follow(self, thread: Thread) -> None:
        """Show the end of the thread that has just received a prompt."""
        if self.thread is None or self.thread.id != thread.id:
            self.window = None
        elif self.window is not None:
            self.window.follow()
        self.thread = thread

    async def move(self, event: str, message_id: str) -> None:
        """Move the window over the conversation in answer to an event.

        Raises:
            NotFoundError: If the message to go to is not there.
        """
        window, held = self.window, self.rows.ids
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
            # A search also finds messages on other branches: show that branch.
            await self.chat.store.select(self.user.id, self.thread.id, message_id)
            await window.around(message_id)

    def _dress(self) -> None:
        """Set what depends on the thread as a whole."""
        first_row = self.rows.first
        newer = self.window is not None and self.window.newer
        last = None if newer else self.rows.last
        active = self.thread is not None and self.chat.runs.is_active(self.thread.id)
        self._set("chat", "thread", self.thread.id if self.thread is not None else None)
        self._set("chat", "generating", active)
        self._set("chat", "history_end", first_row is None or first_row.parent_id is None)
        self._set("chat", "newer", newer or None)
        if self.token is None:
            notice = self.chat.runs.budgets.notice(self.user.id, self.words)
            self._set("chat", "notice", notice)
        self._list()
        first = self.options.suggestions if first_row is None and self.token is None else ()
        after = last.suggestions if last is not None and not active else ()
        offered = [_suggestion(i, one) for i, one in enumerate([*first, *after])]
        self.suggestions = {one.name: one.label for one in offered}
        self._set("chat", "suggestions", offered if first else None)
        self._set("chat", "follow_ups", offered if after else None)

    def _list(self) -> None:
        """Show the list of threads as it was loaded."""
        archived = self.sidebar.archived
        self._set("threads", "title", self.words.archived if archived else self.options.title)
        usage = self.chat.runs.budgets.shows(self.user.roles)
        commands = self.chat.commands(
            self.words, self.auth, self.rights, archived=archived, usage=usage
        )
        self._set("threads", "commands", commands)
        of_threads = self.chat.actions.thread_commands(self.words, self.rights)
        self._set("threads", "thread_commands", of_threads)
        for name, value in self.sidebar.card().items():
            self._set("threads", name, value)

    def _set(self, card: str, name: str, value: Any) -> None:
        if (card, name) not in self._said and value is None:
            return
        if self._said.get((card, name)) != value:
            setattr(self.page[card], name, value)
        self._said[card, name] = value

    # -------------------------------------------------------------------------- other tabs

    def hear(self, change: Change) -> None:
        """Receive a change; changes are shown soon, in batches."""
        if self.token is not None and change.thread_id not in ("", self.reads):
            return
        if len(self._changes) >= _CHANGES_MAX:
            self._changes = [ThreadChanged("")]
        self._changes.append(change)
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = self.chat.own(self._catch_up())

    async def _catch_up(self) -> None:
        backoff = Backoff(0.05)
        while self._changes:
            try:
                async with self.lock:
                    changes, self._changes = self._changes, []
                    if not changes:
                        break  # `show` was faster
                    before = self.rows.ids
                    await self._show(changes)
                    if self.token is not None and set(before) - set(self.rows.ids):
                        self.page.forget()  # nor sent to a reader who reconnects
            except NotFoundError:
                async with self.lock:
                    await self._lose()
            except StoreUnavailableError:
                self._changes.append(ThreadChanged(""))
                await backoff.wait()

    async def show(self, accepted: Accepted) -> None:
        """Turn to the thread that has just got a prompt, and show that."""
        self.follow(accepted.thread)
        change = RunQueued(accepted)
        self._changes = [heard for heard in self._changes if heard != change]
        await self._show([change])

    async def _show(self, changes: Sequence[Change]) -> None:
        """Show changes from their records, or read the store if they have none."""
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
                await self.rows.complete(answer)
                return self.sidebar.change(answer.thread_id, updated=ended, active=False)
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
        held = self.rows.ids
        if accepted.answer.id in held:
            return True
        if self.window is None:
            self.window = self._window(thread)
        above = prompt.id if prompt.id in held else prompt.parent_id
        if above in held:
            count = held.index(above) + 1
        elif above is None and (self.rows.first is None or self.rows.first.parent_id is None):
            count = 0
        else:
            return False
        new = [accepted.answer] if above == prompt.id else [prompt, accepted.answer]
        if not self.window.at_end or accepted.duplicate or count + len(new) > HELD_MAX:
            return False
        self.thread = thread
        await self.rows.extend(count, new)
        return True

    def _read_along(self, thread_id: str | None, until: float | None = None) -> None:
        """Hear of changes to a thread that is shared, and when the link expires.

        Args:
            thread_id: The thread, of any user; None when none is read.
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
        """Show that the open thread was deleted in another tab, or is not shared any more."""
        lost, shared = self.thread, self.token is not None
        self._hash = ""
        self.panel.close()
        await self._turn_to(None, None)
        if shared:
            self._set("meta", "notification_bar", self._notice(self.words.unshared))
        elif lost is not None:
            undo = ui.button("restore", self.words.undo, value=lost.id)
            self._set("meta", "notification_bar", self._notice(self.words.removed, undo))
        await self.page.save()
        self.page.forget()

    async def settled(self) -> None:
        """Wait until the received changes are shown."""
        if self._catching_up is not None and not self._catching_up.done():
            await asyncio.shield(self._catching_up)

    def close(self) -> None:
        """Let go of everything: the tab is gone."""
        self.closed = True
        self.beside.leave()
        self.rows.leave()
        self.panel.drop_files()
        self.chat.feed.unsubscribe(self.user.id, self.hear)
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None  # it refers to this view, which nothing else keeps from now on
        self._read_along(None)
        if self._catching_up is not None:
            self._catching_up.cancel()

    # ------------------------------------------------------------------------------ notices

    def offer_undo(self, message_id: str | None) -> None:
        """Show that a message was deleted, with an undo button; None removes the notice."""
        bar = None
        if message_id is not None:
            undo = ui.button("undelete", self.words.undo, value=message_id)
            bar = self._notice(self.words.deleted, undo)
        self._set("meta", "notification_bar", bar)

    def _on_connected(self, connected: bool) -> None:
        """Say that an answer of another process comes late, as long as the backplane is away."""
        thread = self.thread.id if self.thread is not None else ""
        if not connected and self.chat.runs.is_elsewhere(thread):
            self._behind = True
            self._set("meta", "notification_bar", self._notice(self.words.behind))
            self.page.commit()
        elif connected and self._behind:
            self._behind = False
            self._set("meta", "notification_bar", None)
            self.page.commit()

    async def notify(self, text: str) -> None:
        """Show a notice of the app."""
        self._said.pop(("meta", "notification_bar"), None)  # the same text may come again
        self._set("meta", "notification_bar", self._notice(text))
        await self.page.save()

    def _notice(self, text: str, *buttons: Any) -> Any:
        return ui.notification_bar(
            text, timeout=-1, buttons=list(buttons) or None, position=_OVER_BOX
        )


def _suggestion(place: int, offered: str | ui.ChatSuggestion) -> ui.ChatSuggestion:
    """Return a prompt that can be chosen, under a name that no other one has."""
    if isinstance(offered, str):
        return ui.chat_suggestion(f"{place}-{offered}"[:60], offered)
    return msgspec.structs.replace(offered, name=f"{place}-{offered.name}"[:60])
