"""`@chat`: one function becomes a whole chat product; its page, and what is done on it."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import secrets
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from swell import main, ui
from swell.app import App
from swell.chat.records import Message
from swell.chat.store import Store, default_path, open_store
from swell.chat.store.base import stored
from swell.config import Settings
from swell.errors import NotFoundError, RefusedError, StoreUnavailableError
from swell.logs import logger
from swell.mistakes import check_handler, check_route, did_you_mean
from swell.parts import Card, Part, Text
from swell.query import Q
from swell.workers import Lane

from .ask import ask_id
from .feed import Feed, ThreadChanged
from .files import Files
from .run import Admit, RunLimits, RunManager
from .settings import SettingsForm
from .share import export_panel, import_file, share_panel
from .view import MOVES, View
from .words import WORDS, UnsaidError, Words, grouped

__all__ = ["ChatApp", "chat"]

_log = logger("swell.chat")

_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_UserOf = Callable[[Q], Any]

MAX_PROMPT = 100_000
"""Longest prompt, in code points."""

_SHOW_S = 2.0  # how long tabs may take to show how their answers ended, when the server ends

_PURGE_S = 3600.0  # how often to look for what was deleted long enough ago

_PANEL_NAMES = ("settings", "save_settings", "close_panel", "archived", "new_link", "unshare")

_OPEN_S = (0.1, 5.0)  # first and longest pause before a tab tries again to read its conversations


@did_you_mean
def chat(
    route: str = "/",
    *,
    store: str | Store | None = "default",
    app: str | None = None,
    title: str = "Chat",
    greeting: str | None = None,
    placeholder: str | None = None,
    suggestions: Sequence[str] = (),
    settings: type | None = None,
    attachments: bool | ui.ChatAttachments = False,
    user: _UserOf | None = None,
    theme: str = "auto",
    line_breaks: bool = False,
    limits: RunLimits | None = None,
    openai: bool = False,
    ag_ui: bool = False,
    admit: Admit | None = None,
) -> Callable[[_Handler], _Handler]:
    """Make a function the answer to every prompt of a chat.

    It gets a `Turn` and yields (or returns) text, parts, or the chunks of a provider's stream. An
    async function or generator runs on the event loop, any other in a worker thread.

    Args:
        route: Path of the chat, such as `/`.
        store: Where conversations are kept: `default` is the setting `database_url` or a file of
            this account, a URL such as `sqlite:///chat.db` or `postgresql://...`, a `Store`, or
            None for memory only.
        app: Name under which the chats are stored; only the app of this name sees them. Made from
            the file of the function, its folder and the route when left out, so name the app if
            you may move it.
        title: Name of the app.
        greeting: Line above the prompt box of an empty chat.
        placeholder: Hint in the prompt box.
        suggestions: List of prompts to begin with; two to four look good.
        settings: Class with the settings that people may change, see `docs/tutorial/chat.md`.
        attachments: Let files be sent along: True, or `ui.chat_attachments(...)`.
        user: Called with a query that has the headers of the request, may be async; returns a
            stable name of the person. It is asked whenever a page connects and a file is sent or
            fetched; whoever it has no name for (None, an empty text) sees no page. When left out, a
            person is who the setting `user_header` names, and without it every browser is one.
        theme: Theme of the page, as for `ui.meta_card`.
        line_breaks: Keep single line ends in answers, which Markdown makes spaces of.
        limits: Bounds of runs; those of the settings when left out.
        openai: Let programs use the function by OpenAI's chat API, below the route at `v1`; see
            `docs/howto/doors.md`.
        ag_ui: Let programs use it by AG-UI, below the route at `ag-ui`.
        admit: Called with the person and what they have used (`Used`) before a prompt is
            accepted, may be async; returns None, or a text that tells the person why not.

    Raises:
        ValueError: If the route cannot be used.
        TypeError: If an argument or the function cannot be used, or the settings class cannot be
            shown as a form.
    """
    check_route("chat", route)
    _check_options(suggestions, user, limits)

    def register(handler: _Handler) -> _Handler:
        check_handler("chat", handler, "turn: Turn")
        made = ChatApp(
            handler,
            store=store,
            app=app or app_name(handler, route),
            title=title,
            greeting=greeting,
            placeholder=placeholder,
            suggestions=suggestions,
            settings=settings,
            attachments=attachments,
            user=user,
            theme=theme,
            line_breaks=line_breaks,
            limits=limits,
            admit=admit,
        )
        made.register(main, route)
        if store is not None:
            main.keep_sessions_in = default_path().parent
        if openai or ag_ui:
            from .doors import open_doors

            settings_of = made.form.load if made.form is not None else lambda _: None
            open_doors(main, route, handler, settings_of, title=title, openai=openai, ag_ui=ag_ui)
        return handler

    return register


def _check_options(suggestions: object, user: object, limits: object) -> None:
    """Refuse what would only be noticed by those who chat.

    Raises:
        TypeError: If an option has a wrong type.
    """
    if isinstance(suggestions, str | bytes):
        raise TypeError(f"suggestions must be a list of prompts; write [{suggestions!r}]")
    if not isinstance(suggestions, Sequence) or not all(isinstance(s, str) for s in suggestions):
        raise TypeError(f"suggestions must be a list of prompts, got {suggestions!r}")
    if user is not None and not callable(user):
        raise TypeError(f"user must be a function that takes the query, got {user!r}")
    if limits is not None and not isinstance(limits, RunLimits):
        raise TypeError(f"limits must be a RunLimits(...), got {limits!r}")


def app_name(handler: Callable[..., Any], route: str) -> str:
    """Return the name of an app that gave itself none: the same as long as it stays in its place.

    It says where the function is, for people, and ends with a hash of the whole path.
    """
    inner = inspect.unwrap(handler)
    code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
    module = sys.modules.get(getattr(inner, "__module__", ""))
    file = code.co_filename if code is not None else getattr(module, "__file__", None)
    path = Path(file or "app").resolve()
    mark = hashlib.sha256(str(path).encode()).hexdigest()[:6]
    return f"{path.parent.name}/{path.stem}{route.rstrip('/')}-{mark}"


class ChatApp:
    """One `@chat` app: its store, its runs, and the views of its tabs.

    Args:
        handler: The app's function.
        store: As for `chat`, like all that follows.
        app: See `chat`.
        title: Name of the app.
        greeting: See `chat`.
        placeholder: See `chat`.
        suggestions: See `chat`.
        settings: See `chat`.
        attachments: See `chat`.
        user: See `chat`.
        theme: See `chat`.
        line_breaks: See `chat`.
        limits: Bounds of runs.
        admit: See `chat`.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        *,
        store: str | Store | None,
        app: str,
        title: str,
        greeting: str | None,
        placeholder: str | None,
        suggestions: Sequence[str],
        settings: type | None,
        attachments: bool | ui.ChatAttachments,
        user: _UserOf | None,
        theme: str | None,
        line_breaks: bool = False,
        limits: RunLimits | None,
        admit: Admit | None = None,
    ) -> None:
        self.app = app
        self.title = title
        self.greeting = greeting or title
        self.placeholder = placeholder
        self.suggestions = tuple(suggestions)
        self.theme = theme
        self.line_breaks = line_breaks
        self.form = SettingsForm(settings) if settings is not None else None
        if attachments is True:
            attachments = ui.chat_attachments()
        self.attachments = attachments or None
        self.store: Store
        self.runs: RunManager
        self.files: Files
        self._handler = handler
        self._given = store
        self.user = user
        self._limits = limits
        self._admit = admit
        self._links_s = 0.0  # how long links to shared chats work; 0 for ever
        self.feed = Feed()
        self._views: set[View] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    # ------------------------------------------------------------------------ life

    def register(self, app: App, route: str) -> None:
        """Answer on a route of an application, and begin and end with it."""
        app.add(
            route,
            self.serve,
            "unicast",
            lambda: self.start(app.running),
            self.stop,
            on_drain=self.drain,
            ack="handled",
            user=self.user,
        )
        app.checks.append(self.check)

    async def check(self) -> None:
        """Ask the store something small; it raises while it is away."""
        await self.store.threads("", limit=1)

    async def start(self, settings: Settings | None = None) -> None:
        """Open the store, and take up what an earlier process left.

        Args:
            settings: Those of the application; the defaults when left out.
        """
        given, settings = self._given, settings or Settings()
        self._links_s = settings.share_expires_s
        if given == "default":
            url = settings.database_url
            self.store = open_store(url, app=self.app, source="the settings")
        elif given is None or isinstance(given, str):
            self.store = open_store(given, app=self.app)
        else:
            self.store = given.of_app(self.app)
        await self.store.hold()
        try:
            await self.store.open()
        except BaseException:
            await self.store.close()
            raise
        folder = None if given is None else default_path().parent / "files"
        self.files = Files(self.store, folder)
        self.runs = RunManager(
            self.store,
            self._handler,
            self.files,
            self.form.load if self.form is not None else lambda _stored: None,
            self._limits or RunLimits.of(settings),
            self.feed,
            Lane.of(settings),
            self._admit,
        )
        await self.runs.recover()
        self.own(self._purge())

    def forget_at_end(self) -> None:
        """Keep conversations in memory only, whatever was given; for tests, before `start`."""
        self._given = None

    async def drain(self, seconds: float) -> None:
        """Let answers end that can, and store the others."""
        await self.store.hand_over()
        await self.runs.drain(seconds)
        looking = [view.settled() for view in self._views]
        if looking:
            await asyncio.wait_for(asyncio.gather(*looking), _SHOW_S)

    async def stop(self) -> None:
        """End everything."""
        await self.runs.close()
        for view in tuple(self._views):
            self._forget(view)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=1.0)
        self.files.close()
        await self.store.close()

    def own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something that ends with the app at the latest."""
        task = asyncio.create_task(work, name="swell-chat-view")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _purge(self) -> None:
        """Remove what was deleted a day ago, for as long as the app runs."""
        while True:
            try:
                while await self.store.purge():
                    pass
                await self.files.remove_unused()
            except StoreUnavailableError as error:
                _log.warning("what was deleted stays for another while: %s", error)
            await asyncio.sleep(_PURGE_S)

    def commands(self, words: Words, *, archived: bool) -> list[ui.Command]:
        """Return the menu of the sidebar, which shows archived chats or the others."""
        settings = ui.command("settings", words.settings, icon="Settings")
        return [
            *([settings] if self.form is not None else []),
            ui.command("archived", words.back, icon="Back")
            if archived
            else ui.command("archived", words.archived, icon="Archive"),
            ui.command("import", words.import_chat, icon="Upload", accept=[".json"]),
        ]

    def _publish(self, view: View, thread_id: str = "") -> None:
        """Let others see what a tab has changed: its person's other tabs, and who reads along.

        Args:
            view: The tab, which shows it already.
            thread_id: The thread that has changed; empty when it may be any.
        """
        self.feed.publish(view.user.id, ThreadChanged(thread_id), by=view.hear)

    # ------------------------------------------------------------------------ acting

    async def serve(self, q: Q) -> None:
        """Answer one query of a tab."""
        if q.events["@system"]:
            q.client.gone = True
            if q.client.view is not None:
                self._forget(q.client.view)
            return
        words = WORDS[q.locale]
        try:
            fresh = q.client.view is None
            view = await (self._view(q) if q.action_id is not None else self._open(q))
            if not fresh or q.action_id is not None:
                await self._act(q, view)
        except UnsaidError as refused:
            raise RefusedError(refused.say(words), refused.reason, refused.retry_ms) from None
        except StoreUnavailableError as error:
            raise RefusedError(words.away, error.code) from None
        except NotFoundError:
            raise RefusedError(words.gone, "not_found") from None

    async def _open(self, q: Q) -> View:
        """Return a new tab's view, painted as soon as the store can be read."""
        pause, longest = _OPEN_S
        while True:
            try:
                return await self._view(q)
            except StoreUnavailableError as error:
                if q.client.gone:
                    raise
                if pause == _OPEN_S[0]:
                    _log.warning("a page waits for its conversations: %s", error)
                    bar = ui.notification_bar(WORDS[q.locale].waiting, type="warning")
                    q.page["meta"] = ui.meta_card("", title=self.title, notification_bar=bar)
                    await q.page.save()
            await asyncio.sleep(pause)
            pause = min(2 * pause, longest)

    async def _view(self, q: Q) -> View:
        """Return the tab's view, painted."""
        if q.client.lock is None:
            q.client.lock = asyncio.Lock()
        async with q.client.lock:
            view = q.client.view
            if not isinstance(view, View):
                user = await self.store.visitor(_subject(q))
                view = View(self, user, q.page, q.site, q.locale)
                self._views.add(view)
                try:
                    async with view.lock:
                        await view.paint(str(q.args["#"] or ""))
                except BaseException:
                    self._forget(view)
                    raise
                q.client.view = view
            return view

    def _forget(self, view: View) -> None:
        view.close()
        self._views.discard(view)

    async def _act(self, q: Q, view: View) -> None:
        name = q.args["__wave_submission_name__"]
        if name == "#":
            async with view.lock:
                await view.go(str(q.args["#"] or ""))
        elif (question := ask_id(name)) is not None:
            self.runs.answer(view.user, question, q.args)
        elif q.events.threads is not None:
            await self._on_threads(q, view)
        elif name == "import":
            await self._import(q, view)
        elif name == "undelete":
            await self._undelete(view, str(q.args.undelete))
        elif name == "restore":
            await self._restore(view, str(q.args.restore))
        elif name in _PANEL_NAMES:
            await self._on_panel(q, view, str(name))
        elif view.token is not None:
            await self._on_shared(q, view)
        elif q.args.chat or q.events.chat is not None:
            await self._on_chat(q, view)

    async def _on_chat(self, q: Q, view: View) -> None:
        events: Mapping[str, Any] = {e: q.events.chat[e] for e in q.events.chat or ()}
        submitted = events.get("submit")
        if q.args.chat or submitted is not None:
            given = submitted or {"text": q.args.chat, "files": []}
            await self._ask(q, view, str(given["text"]), given["files"])
            return
        for name, value in events.items():
            id = str(value.get("id", "")) if isinstance(value, dict) else ""
            match name:
                case "stop":
                    if view.thread is not None:
                        await self.runs.stop(self.runs.of_thread(view.thread.id))
                case "edit":
                    await self._edit(q, view, id, str(value.get("content", "")))
                case "regenerate":
                    await self._message(view, id)
                    await self._begin(q, view, regenerate=id)
                case "branch":
                    await self._branch(view, id, -1 if value.get("step") == -1 else 1)
                case "delete":
                    await self._delete(view, id)
                case "feedback":
                    comment = value.get("comment")
                    positive = value.get("positive")
                    rating = positive if isinstance(positive, bool) else None
                    text = str(comment)[:10_000] if comment else None
                    await self.store.rate(view.user.id, id, rating, text)
                case "suggestion":
                    if label := view.suggestions.get(str(value)):
                        await self._ask(q, view, label, [])
                case "scroll_up" | "scroll_down" | "jump" | "latest":
                    async with view.lock:
                        await view.move(name, id)
                case "search":
                    await self._search(view, str(value.get("query", "")))
        if "stop" in events:
            async with view.lock:
                await view.refresh()

    async def _on_shared(self, q: Q, view: View) -> None:
        """Move over a shared thread: nothing else can be done to it."""
        for event in q.events.chat or ():
            if event in MOVES:
                value = q.events.chat[event]
                id = str(value.get("id", "")) if isinstance(value, dict) else ""
                async with view.lock:
                    await view.move(event, id)

    async def _ask(self, q: Q, view: View, text: str, files: Sequence[Mapping[str, Any]]) -> None:
        """Take over a prompt."""
        if len(text) > MAX_PROMPT:
            raise UnsaidError(
                lambda words: words.too_long.format(limit=grouped(MAX_PROMPT, words)), "limit"
            )
        if not text.strip() and not files:
            return
        if files:
            view.user = await stored(self.store, view.user)
        try:
            parts: list[Part] = [Text(text), *await self.files.keep(view.user.id, files)]
        except OSError:
            raise UnsaidError(lambda words: words.files_lost) from None
        async with view.lock:
            thread_id = view.thread.id if view.thread is not None else None
            await self._submit(q, view, thread_id=thread_id, prompt=parts)

    async def _edit(self, q: Q, view: View, id: str, text: str) -> None:
        before = await self._message(view, id)
        kept = [part for part in before.parts if not isinstance(part, Text | Card)]
        if text.strip() and len(text) <= MAX_PROMPT:
            await self._begin(q, view, edit=id, prompt=[Text(text), *kept])

    async def _message(self, view: View, id: str) -> Message:
        """Return a message of the open chat; called before anything is done about it.

        Raises:
            NotFoundError: If there is none, or it is in another chat.
        """
        message = await self.store.message(view.user.id, id)
        if view.thread is None or view.thread.id != message.thread_id:
            raise NotFoundError("message", id)
        return message

    async def _begin(self, q: Q, view: View, **what: Any) -> None:
        """Begin another branch; what is made on this one ends first."""
        if view.thread is not None:
            await self.runs.stop(self.runs.of_thread(view.thread.id))
        async with view.lock:
            await self._submit(q, view, **what)

    async def _submit(self, q: Q, view: View, **what: Any) -> None:
        action_id = q.action_id or secrets.token_hex(16)
        accepted = await self.runs.submit(
            view.user,
            action_id=action_id,
            address=q.peer,
            locale=view.locale,
            settings=view.settings,
            **what,
        )
        view.user = msgspec.structs.replace(view.user, stored=True)
        q.acknowledge(duplicate=accepted.duplicate)
        view.offer_undo(None)
        await view.show(accepted)

    async def _branch(self, view: View, id: str, step: int) -> None:
        message = await self._message(view, id)
        other = await self.store.sibling(view.user.id, id, step)
        async with view.lock:
            await self.store.select(view.user.id, message.thread_id, other)
            await view.refresh()
        self._publish(view, message.thread_id)

    async def _delete(self, view: View, id: str) -> None:
        message = await self._message(view, id)
        await self.runs.stop(self.runs.of_thread(message.thread_id))
        async with view.lock:
            await self.store.delete_message(view.user.id, id)
            view.offer_undo(id)
            await view.refresh()
        self._publish(view, message.thread_id)

    async def _undelete(self, view: View, id: str) -> None:
        async with view.lock:
            thread = await self.store.undelete_message(view.user.id, id)
            view.offer_undo(None)
            await view.refresh()
        self._publish(view, thread.id)

    async def _restore(self, view: View, id: str) -> None:
        """Bring back a thread that was deleted in another tab, and open it."""
        await self.store.undelete_thread(view.user.id, id)
        async with view.lock:
            view.offer_undo(None)
            await view.open(id)
            await view.refresh()
        self._publish(view, id)

    async def _search(self, view: View, query: str) -> None:
        if view.thread is None:
            return
        hits = await self.store.search(view.user.id, query[:200], thread_id=view.thread.id)
        view.page["chat"].found = [
            {"id": hit.message_id, "content": hit.snippet, "time": hit.created} for hit in hits
        ]
        await view.page.save()

    async def _on_threads(self, q: Q, view: View) -> None:
        for event in q.events.threads:
            value = q.events.threads[event]
            if event == "command" and isinstance(value, dict):
                await self._on_command(q, view, str(value.get("id")), str(value.get("name")))
                continue
            if event == "delete" and isinstance(value, dict):
                with suppress(NotFoundError):  # theirs alone; the sidebar says the same
                    thread = await self.store.thread(view.user.id, str(value.get("id")))
                    await self.runs.stop(self.runs.of_thread(thread.id))
            await view.sidebar.act(event, value)
            async with view.lock:
                open_ = view.thread
                if event == "delete" and open_ is not None and open_.id == value.get("id"):
                    await view.go("")
                    view.leave_address()
                await view.refresh()
            if event not in ("search", "more"):
                named = value.get("id") if isinstance(value, dict) else None
                self._publish(view, str(named or ""))

    async def _import(self, q: Q, view: View) -> None:
        submitted = q.events["import"].submit if q.events["import"] else None
        for file in submitted["files"] if submitted else ():
            thread = await import_file(self.store, view.user, file, main.settings or Settings())
            view.user = msgspec.structs.replace(view.user, stored=True)
            async with view.lock:
                await view.open(thread.id)
                await view.refresh()
        self._publish(view)

    async def _on_command(self, q: Q, view: View, thread_id: str, name: str) -> None:
        thread = await self.store.thread(view.user.id, thread_id)
        if name == "share":
            if thread.shared:
                items = share_panel(q, thread, view.words)
                view.panel.show(items, about=thread_id)
            else:
                await self._share(q, view, thread_id)
        elif name == "export":
            items, files = await export_panel(self.store, view, thread)
            view.panel.show(items, about=thread_id, files=files)
        async with view.lock:
            await view.refresh()

    async def _share(self, q: Q, view: View, thread_id: str) -> None:
        """Make a link to a thread, and show it once."""
        lasts = self._links_s or None
        until = None if lasts is None else time.time() + lasts
        token = await self.store.share(view.user.id, thread_id, lasts)
        thread = await self.store.thread(view.user.id, thread_id)
        items = share_panel(q, thread, view.words, token, until)
        view.panel.show(items, about=thread_id)

    async def _on_panel(self, q: Q, view: View, name: str) -> None:
        match name:
            case "settings" if self.form is not None:
                view.panel.show(_settings_panel(self.form, view.settings, view.words))
            case "save_settings" if self.form is not None:
                values, faults = self.form.read(q.args, view.words)
                if faults:
                    shown = {**view.settings, **values}
                    items = _settings_panel(self.form, shown, view.words, faults)
                    view.panel.show(items)
                else:
                    view.settings = {**view.settings, **values}
                    view.panel.close()
            case "archived":
                view.sidebar.archived = not view.sidebar.archived
                await view.sidebar.act("search", {})
            case "new_link":
                await self._share(q, view, str(q.args.new_link))
            case "unshare":
                await self.store.unshare(view.user.id, str(q.args.unshare))
                view.panel.close()
                self._publish(view, str(q.args.unshare))
            case _:
                view.panel.close()
        async with view.lock:
            await view.refresh()


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


def _subject(q: Q) -> str:
    """Return who asks: who is signed in, else the browser."""
    return q.auth.subject if q.auth.subject != "anon" else f"browser:{q.session_id}"
