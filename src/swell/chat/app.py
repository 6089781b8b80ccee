"""ChatApp: the life of one `@chat` app and of its tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Container, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from swell import ui
from swell.app_name import app_name
from swell.audit.events import AUDITED_REFUSALS
from swell.backoff import Backoff
from swell.backplane.base import Backplane
from swell.backplane.memory import MemoryBackplane
from swell.chat.refusal import LocalizedRefusal
from swell.chat.store import default_path, open_store
from swell.errors import NotFoundError, RefusedError, SettingError, StoreUnavailableError
from swell.identity import Identify
from swell.locales import Words, words_of
from swell.logs import logger
from swell.observe.ids import add_ids
from swell.query import Auth, Q
from swell.rights import ADMIN, Rights
from swell.server.keys import folder_key
from swell.server.route import AckWhen, Mode
from swell.server.sign_in import Holder
from swell.settings.table import Settings
from swell.site import FileSource, LinkedFile
from swell.storage.directory import DirectoryStorage, files_folder
from swell.tasks import Tasks
from swell.workers import Lane

from .feed import Feed, ThreadChanged
from .files import Files
from .options import ChatOptions, OnEvent
from .page.actions import Actions, check_menu, check_name
from .page.settings import SettingsForm
from .page.view import View
from .runs.manager import RunManager
from .runs.names import Names
from .runs.run import RunLimits
from .thread_page import ThreadPages

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from swell.audit.log import AuditLog
    from swell.chat.store import Store
    from swell.chat.store.databases import Databases
    from swell.chat.store.engines.base import Engine

__all__ = ["ChatApp", "add_chat", "add_events"]

_log = logger("swell.chat")

_SHOW_S = 2.0  # how long tabs may take to show how their answers ended, when the server ends

_PURGE_S = 3600.0  # how often to purge

_ERASED_S = 2.0  # how often to look for users who are erased


def add_chat(
    app: Application,
    route: str,
    handler: Callable[..., Any],
    options: ChatOptions | None = None,
) -> ChatApp:
    """Let a function answer the prompts of a chat on a route of an application.

    Args:
        app: The application.
        route: Path of the chat, such as `/`.
        handler: As for `chat`.
        options: Its options; the defaults when left out.

    Raises:
        ValueError: If the route cannot be used.
        TypeError: If the settings class cannot be shown as a form.
    """
    made = ChatApp(handler, options or ChatOptions(), name=app_name(handler, route))
    made.register(app, route)
    return made


def add_events(app: Application, names: Iterable[str], handler: OnEvent) -> None:
    """Let a function answer events of the app's cards in the chats of an application.

    Args:
        app: The application.
        names: Names of controls or cards.
        handler: As for `chat.on`.

    Raises:
        ValueError: If a name is one that the page of a chat uses.
    """
    for name in names:
        check_name(name, "a control")
        app.chat_events[name] = handler


class Application(Protocol):
    """The attributes of `App` that a chat uses."""

    checks: dict[str, Callable[[], Awaitable[Any]]]
    backplane: Backplane
    keys: list[Callable[[Settings], Awaitable[str | None]]]

    @property
    def databases(self) -> Databases:
        """The connections to databases that all parts of the application share."""

    file_sources: dict[str, FileSource]
    names: dict[str, str]
    titles: dict[str, str]
    holders: list[Holder]
    chats: dict[str, Any]
    chat_events: dict[str, OnEvent]

    @property
    def has_admin_page(self) -> bool:
        """Whether there is a page for administrators."""

    def refused(self, reason: str, scope: Mapping[str, Any]) -> None:
        """Write into the audit log that a request was refused."""

    @property
    def running(self) -> Settings:
        """The settings that hold."""

    def add(
        self,
        route: str,
        handler: Callable[..., Any],
        mode: Mode | None = None,
        on_startup: Callable[[], Any] | None = None,
        on_shutdown: Callable[[], Any] | None = None,
        *,
        on_drain: Callable[[float], Awaitable[Any]] | None = None,
        ack: AckWhen = "received",
        identify: Identify | None = None,
        relayed: bool = True,
    ) -> None:
        """Let a function answer on a route."""

    def mount(self, path: str, app: ASGIApp) -> None:
        """Let an ASGI application answer below a path."""


class ChatApp:
    """One `@chat` app: its store, its runs, and the views of its tabs.

    Args:
        handler: The app's function.
        options: Its options.
        name: Under which the chats are stored, unless the options name one.
    """

    def __init__(self, handler: Callable[..., Any], options: ChatOptions, *, name: str) -> None:
        check_menu(options.menu)
        self.options = options
        self.name = options.app or name
        self.form = SettingsForm(options.settings) if options.settings is not None else None
        self.names = Names.of(options.commands, options.mentions)
        self.store: Store
        self.audit: AuditLog
        self.feed: Feed
        self.runs: RunManager
        self.pages: ThreadPages | None = None
        self.files: Files
        self.actions: Actions
        self.route = "/"
        self.handlers: Mapping[str, OnEvent] = {}
        self._databases: Databases | None = None
        self._has_admin_page: Callable[[], bool] = lambda: False
        self._handler = handler
        self.settings = Settings()
        self.rights = Rights(self.settings)
        self._views: set[View] = set()
        self._tasks = Tasks()

    # ------------------------------------------------------------------------ life

    def register(self, app: Application, route: str) -> None:
        """Answer on a route of an application, and begin and end with it."""
        app.add(
            route,
            self.serve,
            "unicast",
            lambda: self.start(app.running, app.backplane),
            self.stop,
            on_drain=self.drain,
            ack="handled",
            identify=self.options.identify,
            relayed=False,  # any process paints them from the store
        )
        name = "database" if "database" not in app.checks else f"database of {route}"
        app.checks[name] = self.check
        app.keys.append(self.session_key)
        self.route = route if route == "/" else route.rstrip("/")
        app.file_sources[self.route] = self.open_file
        app.names[self.route] = self.name
        app.titles[self.route] = self.options.title
        app.holders.append(self)
        app.chats[self.name] = self
        self.handlers = app.chat_events
        self._has_admin_page = lambda: app.has_admin_page
        self._databases = app.databases
        if self.options.openai or self.options.ag_ui:
            from .api import add_endpoints

            add_endpoints(
                app,
                route,
                self._handler,
                self.load_settings,
                self.names,
                title=self.options.title,
                openai=self.options.openai,
                ag_ui=self.options.ag_ui,
                budgets=lambda: self.runs.budgets,
            )

    async def check(self) -> None:
        """Check that the store answers; raise while it is unavailable."""
        await self.store.threads("", limit=1)

    async def start(
        self, settings: Settings | None = None, backplane: Backplane | None = None
    ) -> None:
        """Open the store, and take up what an earlier process left.

        Args:
            settings: Those of the application; the defaults when left out.
            backplane: An open one, which reaches the other processes of the service; without it
                there are none.
        """
        settings = settings or Settings()
        self.feed = Feed(backplane or MemoryBackplane(), self.name)
        self.settings = settings
        self.rights = Rights(settings)
        self.store = self._chosen_store(settings)
        if settings.workers > 1 and not self.store.distributed:
            needed = (
                f"{settings.workers} processes of a chat need PostgreSQL: set SWELL_DATABASE_URL "
                "to postgresql://user:password@host/name, or leave out --workers"
            )
            raise SettingError("workers", "`swell run`", needed)
        await self.store.hold()
        try:
            await self.store.open()
        except BaseException:
            await self.store.close()
            raise
        from swell.audit.log import AuditLog  # here: it loads the database's library

        self.audit = AuditLog(self.store.engine, self.name)
        self.files = self._open_files(temporary=self.options.store is None)
        if self.options.page is not None:
            limit = settings.page_max_bytes
            self.pages = ThreadPages(self.store, self.feed, self.options.page, limit)
        self.runs = RunManager(
            self.store,
            self._handler,
            self.files,
            self.load_settings,
            self.options.limits or RunLimits(),
            settings,
            self.feed,
            Lane.of(settings),
            self.names,
            self.options.admit,
            self.pages,
            self.handlers,
        )
        await self.runs.open()
        self.actions = Actions(self)
        self.own(self._purge_each_hour())
        self.own(self._watch_erasures())

    def _chosen_store(self, settings: Settings) -> Store:
        """Return the store of the options, or of the settings; it is not open."""
        given = self.options.store
        if given == "default":
            url = settings.database_url
            return open_store(url, app=self.name, databases=self._databases, source="the settings")
        if given is None or isinstance(given, str):
            return open_store(given, app=self.name, databases=self._databases)
        return given.of_app(self.name)

    async def session_key(self, settings: Settings) -> str | None:
        """Return the key that signs session cookies: the same in all processes of the app.

        It is in the database if that is PostgreSQL, else in the folder of this account.

        Args:
            settings: Those of the application.
        """
        store = self._chosen_store(settings)
        if not store.distributed:
            if self.options.store is None:
                return None
            return await asyncio.to_thread(folder_key, default_path().parent)
        try:
            return await store.key("session")
        finally:
            await store.close()

    def _open_files(self, *, temporary: bool) -> Files:
        """Return the files of the chats: in the database, unless a directory is set."""
        set_ = self.settings.files_dir
        home = files_folder(set_)
        folder = DirectoryStorage(None if temporary and set_ is None else home)
        if not self.store.distributed:
            return Files(self.store, self.route, folder)
        from swell.storage.database import DatabaseStorage  # it loads SQLAlchemy

        database = DatabaseStorage(self.store.engine)
        ordered = (database, folder) if set_ is None else (folder, database)
        return Files(self.store, self.route, *ordered)

    async def open_file(self, file_id: str, share: str) -> LinkedFile | None:
        """Return the file of a link, as a `FileSource` does."""
        return await self.files.open(file_id, share)

    def load_settings(self, stored: dict[str, Any]) -> Any:
        """Return `turn.settings`, made of the stored values; None without a class."""
        return self.form.load(stored) if self.form is not None else None

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
        if self.pages is not None:
            await self.pages.end()
        await self._tasks.cancel(1.0)
        self.files.close()
        await self.store.close()

    def own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that is cancelled when the app stops."""
        return self._tasks.start(work, name="swell-chat-view")

    async def purge(self) -> None:
        """Purge chats deleted a day ago, unused files, and what is older than it may be."""
        if keep_s := self.settings.chats_keep_s:
            while expired := await self.store.expire_threads(keep_s):
                _log.info(
                    "hid %d chats older than %g s, as chats_keep_s asks", len(expired), keep_s
                )
                for user_id, thread_id in expired:
                    self.feed.publish(user_id, ThreadChanged(thread_id))
        while await self.store.purge():
            pass
        await self.store.drop_usage(self.settings.usage_keep_s)
        while await self.audit.purge(self.settings.audit_keep_s):
            pass
        await self.files.remove_unused()

    async def _purge_each_hour(self) -> None:
        while True:
            try:
                await self.purge()
            except StoreUnavailableError as error:
                _log.warning("could not purge deleted chats, retrying in an hour: %s", error)
            await asyncio.sleep(_PURGE_S)

    async def _watch_erasures(self) -> None:
        """End what this process shows and makes for users who are erased."""
        while True:
            await asyncio.sleep(_ERASED_S)
            if self._views or self.runs.all():
                try:
                    if erased := await self.store.erased():
                        await self._end_erased(erased)
                except StoreUnavailableError:
                    continue

    async def _end_erased(self, erased: Collection[str]) -> None:
        await self.runs.stop([run for run in self.runs.all() if run.user_id in erased])
        for view in tuple(self._views):
            if view.user.id in erased:
                await view.empty()
                self._forget(view)
            elif view.reads is not None:  # a link that may be theirs
                view.hear(ThreadChanged(view.reads))

    def commands(
        self,
        words: Words,
        auth: Auth,
        rights: Container[str],
        *,
        archived: bool,
        usage: bool = False,
    ) -> list[ui.Command]:
        """Return the menu of the sidebar, which shows archived chats or the others.

        Args:
            words: The texts of the page's language.
            auth: The user.
            rights: Rights of the user.
            archived: Whether it shows archived chats.
            usage: Whether the user has limits to look at.
        """
        settings = ui.command("settings", words.settings, icon="Settings")
        import_ = ui.command("import", words.import_chat, icon="Upload", accept=[".json"])
        admin = ui.command(
            "admin", words.admin["administration"], icon="Settings", path=auth.admin_path
        )
        signed_in = [
            ui.command("sign_ins", words.sign_ins, icon="Shield", path=auth.sign_ins_path),
            ui.command("sign_out", words.sign_out, icon="SignOut"),
        ]
        look = ui.command("usage", words.usage, icon="BarChart4")
        return [
            *([settings] if self.form is not None and "settings" in rights else []),
            *([look] if usage else []),
            ui.command("archived", words.back, icon="Back")
            if archived
            else ui.command("archived", words.archived, icon="Archive"),
            *([import_] if "import" in rights else []),
            *([admin] if ADMIN in auth.roles and self._has_admin_page() else []),
            *(signed_in if auth.sign_ins_path else []),
        ]

    @property
    def engine(self) -> Engine:
        """The database of the conversations."""
        return self.store.engine

    async def stop_thread(self, thread_id: str) -> None:
        """Stop the runs of a thread, in all processes."""
        await self.runs.stop_thread(thread_id)

    def sign_ins(self) -> Collection[str]:
        """Return the ids of the sign-ins whose users asked for running answers."""
        return self.runs.sign_ins()

    def end_sign_ins(self, ids: Collection[str]) -> None:
        """Stop the answers of sign-ins that have ended."""
        self.runs.end_sign_ins(ids)

    def renew_sign_ins(self, ids: Collection[str]) -> None:
        """Do nothing: a running answer keeps the roles that its user had."""

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
            view.identify(q.auth)
            thread = {} if view.thread is None else {"thread": view.thread.id}
            add_ids(user=view.user.id, **thread)
            if not fresh or q.action_id is not None:
                await self.actions.act(q, view)
        except LocalizedRefusal as refused:
            await self._audit_refusal(q, refused.reason)
            raise RefusedError(refused.say(words), refused.reason, refused.retry_ms) from None
        except StoreUnavailableError as error:
            raise RefusedError(words.away, error.code) from None
        except NotFoundError as error:
            await self._audit_refusal(q, error.code, error.id)
            raise RefusedError(words.gone, error.code) from None

    async def _audit_refusal(self, q: Q, reason: str, about: str = "") -> None:
        """Write a refusal to the audit log, if it is about rights or limits."""
        if reason in AUDITED_REFUSALS:
            who, name = _subject(q), str(q.args["__wave_submission_name__"] or "")
            await self.audit.write(
                "refused", subject=who, address=q.peer, object=about, reason=reason, action=name
            )

    async def _open(self, q: Q) -> View:
        """Return a new tab's view, painted as soon as the store can be read."""
        backoff = Backoff()
        q.client.address = q.args["#"]  # an action may come before the page is painted
        while True:
            try:
                return await self._view(q)
            except StoreUnavailableError as error:
                if q.client.gone:
                    raise
                if not backoff.waited:
                    _log.warning("could not load a page's conversations, retrying: %s", error)
                    bar = ui.notification_bar(words_of(q.locale).waiting, type="warning")
                    title = self.options.title
                    q.page["meta"] = ui.meta_card("", title=title, notification_bar=bar)
                    await q.page.save()
            await backoff.wait()

    async def _view(self, q: Q) -> View:
        """Return the tab's view, painted."""
        if q.client.lock is None:
            q.client.lock = asyncio.Lock()
        async with q.client.lock:
            view = q.client.view
            if not isinstance(view, View) or view.closed:
                user = await self.store.visitor(_subject(q))
                view = View(self, user, q.page, q.site, q.locale, q.auth)
                self._views.add(view)
                try:
                    async with view.lock:
                        await view.paint(str(q.client.address or ""))
                except BaseException:
                    self._forget(view)
                    raise
                q.client.view = view
            return view

    def _forget(self, view: View) -> None:
        view.close()
        self._views.discard(view)


def _subject(q: Q) -> str:
    """Return the signed-in user, or without sign-in the browser."""
    return q.auth.subject if q.auth.subject != "anon" else f"browser:{q.session_id}"
