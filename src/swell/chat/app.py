"""`@chat`: one function becomes a whole chat product; its options, its life and its tabs."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from swell import ui
from swell.app import App, main
from swell.chat.refusal import LocalizedRefusal
from swell.chat.store import default_path, open_store
from swell.errors import NotFoundError, RefusedError, StoreUnavailableError
from swell.locales import Words, words_of
from swell.logs import logger
from swell.mistakes import check_handler, check_route, did_you_mean
from swell.query import Q
from swell.settings.table import Settings
from swell.workers import Lane

from .feed import Feed
from .files import Files
from .page.actions import Actions
from .page.settings import SettingsForm
from .page.view import View
from .runs.manager import Admit, RunManager
from .runs.run import RunLimits

if TYPE_CHECKING:
    from swell.chat.store import Store

__all__ = ["ChatApp", "chat"]

_log = logger("swell.chat")

_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_UserOf = Callable[[Q], Any]

_SHOW_S = 2.0  # how long tabs may take to show how their answers ended, when the server ends

_PURGE_S = 3600.0  # how often to look for what was deleted long enough ago

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
            from .api import open_doors

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
        self.actions: Actions
        self._handler = handler
        self._given = store
        self.user = user
        self._limits = limits
        self._admit = admit
        self.settings = Settings()
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
        self.settings = settings
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
        self.actions = Actions(self)
        self.own(self._purge_each_hour())

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

    async def purge(self) -> None:
        """Remove what was deleted a day ago, and files that nothing refers to."""
        while await self.store.purge():
            pass
        await self.files.remove_unused()

    async def _purge_each_hour(self) -> None:
        while True:
            try:
                await self.purge()
            except StoreUnavailableError as error:
                _log.warning("could not purge deleted chats, trying again in an hour: %s", error)
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

    # ------------------------------------------------------------------------ acting

    async def serve(self, q: Q) -> None:
        """Answer one query of a tab."""
        if q.events["@system"]:
            q.client.gone = True
            if q.client.view is not None:
                self._forget(q.client.view)
            return
        words = words_of(q.locale)
        try:
            fresh = q.client.view is None
            view = await (self._view(q) if q.action_id is not None else self._open(q))
            if not fresh or q.action_id is not None:
                await self.actions.act(q, view)
        except LocalizedRefusal as refused:
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
                    bar = ui.notification_bar(words_of(q.locale).waiting, type="warning")
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


def _subject(q: Q) -> str:
    """Return who asks: who is signed in, else the browser."""
    return q.auth.subject if q.auth.subject != "anon" else f"browser:{q.session_id}"
