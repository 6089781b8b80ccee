"""Actions of a chat page, by the name of their event."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

import msgspec

from swell import ui
from swell.audit.events import AuditEvent
from swell.cards.chatbot import Event as ChatEvent
from swell.cards.threads import ThreadsEvent
from swell.chat.feed import ThreadChanged
from swell.chat.options import Command, Event, OnEvent
from swell.chat.records import Message
from swell.chat.refusal import LocalizedRefusal
from swell.chat.requests import Edit, NewPrompt, Regenerate, Request
from swell.chat.runs.ask import ask_id
from swell.chat.runs.title import first_title
from swell.chat.thread_page import ThreadPage
from swell.errors import NotFoundError, RefusedError, StoreUnavailableError
from swell.locales import Words
from swell.observe import metrics, traces
from swell.parts import Card, Part, Text
from swell.query import Q

from .host import Host
from .settings import SettingsForm
from .share import chosen_link, export_panel, import_file, link_panel, share_panel
from .usage import keep_files, usage_panel
from .view import View

__all__ = ["MAX_PROMPT", "Actions", "check_menu", "check_name"]

MAX_PROMPT = 100_000
"""Longest prompt, in code points."""

_COMMENT_MAX = 10_000  # code points of a comment on an answer
_QUERY_MAX = 200  # code points of a search


class Asked(NamedTuple):
    """One thing that a tab asks for.

    Attributes:
        q: The query.
        view: The tab.
        name: Under which name.
        value: The event's value.
    """

    q: Q
    view: View
    name: str
    value: Any

    def get(self, field: str) -> Any:
        """Return a field of the value, None when it has none of that name."""
        return self.value.get(field) if isinstance(self.value, dict) else None

    @property
    def id(self) -> str:
        """The id in the value, empty when it has none."""
        return str(self.get("id") or "")


Action: TypeAlias = Callable[["Actions", Asked], Awaitable[None]]


class _Command(NamedTuple):
    icon: str
    label: Callable[[Words], str]
    action: Action
    right: str | None


_CHAT: dict[ChatEvent, Action] = {}  # events of the chat card
_READER: dict[ChatEvent, Action] = {}  # those also available to readers of a shared thread
_FORMS: dict[str, Action] = {}  # buttons of forms and notices, commands of the sidebar
_RIGHTS: dict[str, str] = {}  # the rights that some of these need
_AUDITED: dict[str, AuditEvent] = {"delete": "deleted", "undo": "restored"}  # of the sidebar
_MENU: dict[str, _Command] = {}  # commands of a thread in the sidebar, in their order


def on_chat(*names: ChatEvent, reader: bool = False) -> Callable[[Action], Action]:
    """Make a method the answer to events of the chat card.

    Args:
        *names: The events.
        reader: Also available to readers of a shared thread.
    """

    def register(action: Action) -> Action:
        for name in names:
            _CHAT[name] = action
            if reader:
                _READER[name] = action
        return action

    return register


def on_form(*names: str, right: str | None = None) -> Callable[[Action], Action]:
    """Make a method the answer to buttons and commands outside of the chat card.

    Args:
        *names: The names of the events.
        right: The right that a user needs for it.
    """

    def register(action: Action) -> Action:
        _FORMS.update(dict.fromkeys(names, action))
        if right is not None:
            _RIGHTS.update(dict.fromkeys(names, right))
        return action

    return register


def on_menu(
    name: str, icon: str, label: Callable[[Words], str], *, right: str | None = None
) -> Callable[[Action], Action]:
    """Put a command into the menu of each thread, and make a method the answer to it.

    Args:
        name: Name of the event.
        icon: Name of the icon.
        label: Returns the label in the menu.
        right: The right that a user needs for it.
    """

    def register(action: Action) -> Action:
        _MENU[name] = _Command(icon, label, action, right)
        return action

    return register


def check_name(name: str, what: str) -> None:
    """Check the name of a command or control of an app.

    Args:
        name: The name.
        what: What it names, for the error.

    Raises:
        ValueError: If the page of a chat uses it itself.
    """
    if name in {"chat", "threads", "places", "#", *_FORMS} or ask_id(name) is not None:
        raise ValueError(f"the name {name!r} of {what} is taken")


def check_menu(menu: Sequence[ui.Command]) -> None:
    """Check the names of the commands in an app's own menu.

    Raises:
        ValueError: If the page of a chat uses one itself.
    """
    for command in menu:
        check_name(command.name, "a menu command")


class Actions:
    """The actions of one `@chat` app.

    Args:
        chat: The app.

    Attributes:
        chat_events: Events that the chat card sends.
        reader_events: Events available to readers of a shared thread.
        thread_events: Events that the list of threads sends.
    """

    thread_events: tuple[ThreadsEvent, ...] = (
        *("rename", "pin", "archive", "delete", "undo", "search", "more", "command"),
    )

    def __init__(self, chat: Host) -> None:
        self.chat_events = tuple(_CHAT)
        self.reader_events = tuple(_READER)
        self._chat = chat
        self._store = chat.store
        self._runs = chat.runs
        self._menu = {one.name for one in chat.options.menu}
        self._importing = asyncio.Lock()  # one at a time: each takes memory

    def thread_commands(self, words: Words, rights: Container[str]) -> list[ui.Command]:
        """Return the menu of each thread in the sidebar, for a user with these rights."""
        return [
            ui.command(name, one.label(words), icon=one.icon)
            for name, one in _MENU.items()
            if one.right is None or one.right in rights
        ]

    async def act(self, q: Q, view: View) -> None:
        """Run the action of a query.

        Raises:
            LocalizedRefusal: If it cannot be done now.
            NotFoundError: If it is about something that is not there, or not theirs.
            StoreUnavailableError: If the store is away.
        """
        name = q.args["__wave_submission_name__"]
        if name == "#":
            async with view.lock:
                await view.go(str(q.args["#"] or ""))
        elif (question := ask_id(name)) is not None:
            thread_id = view.thread.id if view.thread is not None else ""
            await self._runs.answer(view.user, thread_id, question, q.args)
        elif q.events.threads is not None:
            for event in q.events.threads:
                await self._on_threads(Asked(q, view, event, q.events.threads[event]))
        elif (form := _FORMS.get(str(name))) is not None:
            _need(view, _RIGHTS.get(str(name)))
            await form(self, Asked(q, view, str(name), q.args[str(name)]))
        elif name == "places":
            view.switch(str(q.args["places"]))
            await view.page.save()
        elif view.token is None and await self._on_event(q, view, str(name)):
            pass
        elif str(name) in self._menu and view.token is None:
            await self._command(Asked(q, view, str(name), q.args[str(name)]))
        else:
            await self._on_chat(q, view)

    async def _on_chat(self, q: Q, view: View) -> None:
        events: dict[str, Any] = {event: q.events.chat[event] for event in q.events.chat or ()}
        if q.args.chat or "submit" in events:  # an event is made of the text where there is none
            events = {"submit": events.get("submit") or {"text": q.args.chat, "files": []}}
        known: Mapping[Any, Action] = _CHAT if view.token is None else _READER
        for name, value in events.items():
            if (action := known.get(name)) is not None:
                await action(self, Asked(q, view, name, value))

    async def _command(self, asked: Asked) -> None:
        """Call `on_command` for a command of the app's menu."""
        view, answer = asked.view, self._chat.options.on_command
        assert answer is not None, "options with a menu have it"
        said = await answer(Command(asked.name, asked.value, view.user, view.thread, asked.q))
        if said:
            await view.notify(said)

    async def _on_event(self, q: Q, view: View, name: str) -> bool:
        """Answer an event of one of the app's cards; return False if it is none."""
        page, handler = view.beside.edit(), self._chat.handlers.get(name)
        closed = bool(q.events[name] and q.events[name].dismissed) and page.dismissed(name)
        if handler is not None:
            await self._call(q, view, name, handler, page)
        if closed or handler is not None:
            await page.flush()
        return closed or handler is not None

    async def _call(self, q: Q, view: View, name: str, handler: OnEvent, page: ThreadPage) -> None:
        """Call a handler of the app for each event."""
        about, message = q.args["@message"], None
        if about is not None:
            del q.args["@message"]
            message = await self._store.message(view.user.id, str(about))
            if (run := self._runs.of_answer(message.id)) is not None:  # more than is stored
                message = msgspec.structs.replace(message, parts=run.answer.parts())
        events = [(kind, q.events[name][kind]) for kind in q.events[name] or ()]
        view.user = await self._store.keep(view.user)
        for kind, value in events or [("", q.args[name])]:
            event = Event(
                *(name, kind, value, q.args, view.user, view.thread, message, page, q.locale, q)
            )
            if said := await handler(event):
                await view.notify(said)

    def _publish(self, view: View, thread_id: str = "") -> None:
        """Publish a change of a tab to the user's other tabs and to readers.

        Args:
            view: The tab, which shows it already.
            thread_id: The thread that has changed; empty when it may be any.
        """
        self._chat.feed.publish(view.user.id, ThreadChanged(thread_id), by=view.hear)

    async def _audit(self, asked: Asked, event: AuditEvent, thread_id: str) -> None:
        """Write what a user did with a thread to the audit log."""
        subject = asked.view.user.subject
        await self._chat.audit.write(event, subject=subject, address=asked.q.peer, object=thread_id)

    # -------------------------------------------------------------------------- prompts

    @on_chat("submit")
    async def submit(self, asked: Asked) -> None:
        """Take a prompt."""
        await self._ask(asked.q, asked.view, str(asked.value["text"]), asked.value["files"])

    @on_chat("suggestion")
    async def suggestion(self, asked: Asked) -> None:
        """Take a suggestion as a prompt."""
        if label := asked.view.suggestions.get(str(asked.value)):
            await self._ask(asked.q, asked.view, label, [])

    @on_chat("edit")
    async def edit(self, asked: Asked) -> None:
        """Replace a prompt by another one, on a new branch."""
        before, text = await self._message(asked), str(asked.get("content") or "")
        kept = [part for part in before.parts if not isinstance(part, Text | Card)]
        if text.strip() and len(text) <= MAX_PROMPT:
            await self._begin(asked, Edit(before.id, [Text(text), *kept]))

    @on_chat("regenerate")
    async def regenerate(self, asked: Asked) -> None:
        """Answer again, on another branch."""
        message = await self._message(asked)
        await self._begin(asked, Regenerate(message.id))

    @on_chat("stop")
    async def stop(self, asked: Asked) -> None:
        """Stop the runs of the open thread."""
        view = asked.view
        if view.thread is not None:
            await self._runs.stop_thread(view.thread.id)
        async with view.lock:
            await view.refresh()

    async def _ask(self, q: Q, view: View, text: str, files: Sequence[Mapping[str, Any]]) -> None:
        """Take a prompt."""
        if len(text) > MAX_PROMPT:
            metrics.prompt_refused("limit")
            raise LocalizedRefusal(
                lambda words: words.too_long.format(limit=words.grouped(MAX_PROMPT)), "limit"
            )
        if not text.strip() and not files:
            return
        if files:
            view.user = await self._store.keep(view.user)
        try:
            kept = await keep_files(self._chat, view, files)
        except OSError:
            raise LocalizedRefusal(lambda words: words.files_lost) from None
        parts: list[Part] = [Text(text), *kept]
        async with view.lock:
            thread_id = view.thread.id if view.thread is not None else None
            page = view.beside.take() if thread_id is None else None
            request = NewPrompt(parts, thread_id, title=first_title(parts), page=page)
            await self._submit(q, view, request)

    async def _begin(self, asked: Asked, request: Request) -> None:
        """Begin another branch; the runs of this one are stopped first."""
        view, action_id = asked.view, asked.q.action_id
        again = action_id and await self._runs.has_accepted(view.user, action_id)
        if view.thread is not None and not again:
            await self._runs.stop_thread(view.thread.id)
        async with view.lock:
            await self._submit(asked.q, view, request)

    async def _submit(self, q: Q, view: View, request: Request) -> None:
        action_id = q.action_id or secrets.token_hex(16)
        try:
            accepted = await self._runs.submit(
                view.user,
                request,
                action_id=action_id,
                settings=view.settings,
                locale=view.locale,
                address=q.peer,
                sign_in=q.auth.sign_in,
            )
        except BaseException as error:
            view.beside.refused()
            if isinstance(error, RefusedError):
                metrics.prompt_refused(error.reason)
            raise
        await view.beside.begin(accepted)
        if not accepted.duplicate:
            metrics.prompt_accepted()
        view.user = msgspec.structs.replace(view.user, stored=True)
        q.acknowledge(duplicate=accepted.duplicate)
        view.offer_undo(None)
        try:
            await view.show(accepted)
        except StoreUnavailableError:  # the tab does not send the prompt again
            view.hear(ThreadChanged(accepted.thread.id))

    async def _message(self, asked: Asked) -> Message:
        """Return the message that an action is about; called before anything is done about it.

        Raises:
            NotFoundError: If there is none in the open chat.
        """
        view, message = asked.view, await self._store.message(asked.view.user.id, asked.id)
        if view.thread is None or view.thread.id != message.thread_id:
            raise NotFoundError("message", asked.id)
        return message

    # ------------------------------------------------------------------------- messages

    @on_chat("branch")
    async def branch(self, asked: Asked) -> None:
        """Show the branch before or after this one."""
        view, message = asked.view, await self._message(asked)
        step = -1 if asked.get("step") == -1 else 1
        other = await self._store.sibling(view.user.id, message.id, step)
        async with view.lock:
            await self._store.select(view.user.id, message.thread_id, other)
            await view.refresh()
        self._publish(view, message.thread_id)

    @on_chat("delete")
    async def delete(self, asked: Asked) -> None:
        """Delete a message with all that follows it."""
        view, message = asked.view, await self._message(asked)
        await self._runs.stop_thread(message.thread_id)
        async with view.lock:
            await self._store.delete_message(view.user.id, message.id)
            view.offer_undo(message.id)
            await view.refresh()
        self._publish(view, message.thread_id)

    @on_form("undelete")
    async def undelete(self, asked: Asked) -> None:
        """Bring back a message."""
        view = asked.view
        async with view.lock:
            thread = await self._store.undelete_message(view.user.id, str(asked.value))
            view.offer_undo(None)
            await view.refresh()
        self._publish(view, thread.id)

    @on_chat("feedback")
    async def feedback(self, asked: Asked) -> None:
        """Store a user's rating of an answer."""
        comment, positive = asked.get("comment"), asked.get("positive")
        rating = positive if isinstance(positive, bool) else None
        text = str(comment)[:_COMMENT_MAX] if comment else None
        await self._store.rate(asked.view.user.id, asked.id, rating, text)
        if traces.is_on() and rating is not None:
            with suppress(StoreUnavailableError):  # the rating is stored
                run = await self._store.run_of_answer(asked.id)
                if run is not None:
                    traces.feedback(run.id, run.fence, rating, text)

    @on_chat("scroll_up", "scroll_down", "jump", "latest", reader=True)
    async def move(self, asked: Asked) -> None:
        """Move the window over the conversation."""
        async with asked.view.lock:
            await asked.view.move(asked.name, asked.id)

    @on_chat("search")
    async def search(self, asked: Asked) -> None:
        """Find messages of the open thread."""
        view, query = asked.view, str(asked.get("query") or "")
        if view.thread is None:
            return
        hits = await self._store.search(view.user.id, query[:_QUERY_MAX], thread_id=view.thread.id)
        view.page["chat"].found = [
            {"id": hit.message_id, "content": hit.snippet, "time": hit.created} for hit in hits
        ]
        await view.page.save()

    # -------------------------------------------------------------------------- threads

    async def _on_threads(self, asked: Asked) -> None:
        view, event = asked.view, asked.name
        if event == "command" and isinstance(asked.value, dict):
            await self._on_menu(asked)
            return
        if event == "delete" and isinstance(asked.value, dict):
            with suppress(NotFoundError):  # the sidebar reports it as well
                thread = await self._store.thread(view.user.id, asked.id)
                await self._runs.stop_thread(thread.id)
        found = await view.sidebar.act(event, asked.value)
        if found and (audited := _AUDITED.get(event)) is not None:
            await self._audit(asked, audited, asked.id)
        async with view.lock:
            if event == "delete" and view.thread is not None and view.thread.id == asked.id:
                await view.go("")
                view.leave_address()
            await view.refresh()
        if event not in ("search", "more"):
            self._publish(view, asked.id)

    async def _on_menu(self, asked: Asked) -> None:
        thread = await self._store.thread(asked.view.user.id, asked.id)
        name = str(asked.get("name"))
        if (command := _MENU.get(name)) is not None:
            _need(asked.view, command.right)
            await command.action(self, Asked(asked.q, asked.view, name, thread))
        async with asked.view.lock:
            await asked.view.refresh()

    @on_form("restore")
    async def restore(self, asked: Asked) -> None:
        """Bring back a thread that was deleted in another tab, and open it."""
        view, id = asked.view, str(asked.value)
        await self._store.undelete_thread(view.user.id, id)
        await self._audit(asked, "restored", id)
        async with view.lock:
            view.offer_undo(None)
            await view.open(id)
            await view.refresh()
        self._publish(view, id)

    @on_form("sign_out")
    async def sign_out(self, asked: Asked) -> None:
        """Sign the browser out."""
        async with asked.view.lock:
            asked.view.leave_for(asked.q.auth.sign_out_path)
            await asked.view.page.save()

    @on_form("import", right="import")
    async def import_(self, asked: Asked) -> None:
        """Take the conversations in files."""
        q, view = asked.q, asked.view
        submitted = q.events["import"].submit if q.events["import"] else None
        for file in submitted["files"] if submitted else ():
            async with self._importing:
                thread = await import_file(self._store, view.user, file, self._chat.settings)
            view.user = msgspec.structs.replace(view.user, stored=True)
            await self._audit(asked, "imported", thread.id)
            async with view.lock:
                await view.open(thread.id)
                await view.refresh()
        self._publish(view)

    @on_menu("share", "Share", lambda words: words.share, right="share")
    async def share(self, asked: Asked) -> None:
        """Show a form to make a link to a thread."""
        thread = asked.value
        items = share_panel(thread, asked.view, self._chat.settings)
        asked.view.panel.show(items, about=thread.id)

    @on_menu("export", "Download", lambda words: words.export, right="export")
    async def export(self, asked: Asked) -> None:
        """Offer a thread as files."""
        items, files = await export_panel(self._store, asked.view, asked.value)
        await self._audit(asked, "exported", asked.value.id)
        asked.view.panel.show(items, about=asked.value.id, files=files)

    @on_form("new_link", right="share")
    async def new_link(self, asked: Asked) -> None:
        """Make a link to a thread, and show it once."""
        q, view, thread_id = asked.q, asked.view, str(asked.value)
        link = chosen_link(view, q.args, self._chat.settings)
        token = await self._store.share(
            view.user.id, thread_id, link.lasts_s, audience=link.audience
        )
        await self._audit(asked, "shared", thread_id)
        thread = await self._store.thread(view.user.id, thread_id)
        view.panel.show(link_panel(q, thread, view, token, link), about=thread_id)
        await self._refresh(view)

    @on_form("unshare")
    async def unshare(self, asked: Asked) -> None:
        """End all links of a thread."""
        await self._store.unshare(asked.view.user.id, str(asked.value))
        await self._audit(asked, "unshared", str(asked.value))
        asked.view.panel.close()
        self._publish(asked.view, str(asked.value))
        await self._refresh(asked.view)

    # --------------------------------------------------------------------------- panels

    async def _refresh(self, view: View) -> None:
        async with view.lock:
            await view.refresh()

    @on_form("archived")
    async def archived(self, asked: Asked) -> None:
        """Show archived threads instead of the others, or the others again."""
        asked.view.sidebar.archived = not asked.view.sidebar.archived
        await asked.view.sidebar.act("search", {})
        await self._refresh(asked.view)

    @on_form("settings", right="settings")
    async def settings(self, asked: Asked) -> None:
        """Show the settings that a user may change."""
        view, form = asked.view, self._chat.form
        if form is None:
            view.panel.close()
        else:
            view.panel.show(_settings_panel(form, view.settings, view.words))
        await self._refresh(view)

    @on_form("save_settings", right="settings")
    async def save_settings(self, asked: Asked) -> None:
        """Keep them for the thread's next prompts."""
        view, form = asked.view, self._chat.form
        values, faults = form.read(asked.q.args, view.words) if form is not None else ({}, [])
        if form is not None and faults:
            shown = {**view.settings, **values}
            view.panel.show(_settings_panel(form, shown, view.words, faults))
        else:
            view.settings = {**view.settings, **values}
            view.panel.close()
        await self._refresh(view)

    @on_form("usage")
    async def usage(self, asked: Asked) -> None:
        """Show what the user has used, and may use."""
        asked.view.panel.show(await usage_panel(self._chat, asked.view))
        await self._refresh(asked.view)

    @on_form("close_panel")
    async def close_panel(self, asked: Asked) -> None:
        """Close the panel."""
        asked.view.panel.close()
        await self._refresh(asked.view)


def _need(view: View, right: str | None) -> None:
    """Refuse an action of a user who does not have a right."""
    if right is not None and right not in view.rights:
        raise LocalizedRefusal(lambda words: words.forbidden, "forbidden")


def _settings_panel(
    form: SettingsForm, stored: Mapping[str, Any], words: Words, faults: Sequence[str] = ()
) -> list[Any]:
    return [
        ui.text_xl(words.settings),
        ui.text(words.settings_hold),
        *[ui.message_bar("error", fault) for fault in faults],
        *form.items(stored),
        ui.buttons(
            [
                ui.button("save_settings", words.save, primary=True),
                ui.button("close_panel", words.close),
            ]
        ),
    ]
