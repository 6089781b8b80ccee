"""`App`: the routes, settings and users of one application; `@app` and `main`."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args

from . import rules
from .app_name import app_name
from .app_users import AppUsers
from .backplane.base import Backplane
from .backplane.memory import MemoryBackplane
from .expando import Expando
from .identity import Identify
from .mistakes import check_handler, check_route, did_you_mean
from .observe.observing import Observing
from .server.route import AckWhen, Mode, Route

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from .chat.options import ChatOptions
    from .chat.store.databases import Databases, Lease
    from .leases.pages import PageLeases
    from .query import Query
    from .server.asgi import Server
    from .server.sign_in import Holder
    from .settings.table import Settings
    from .site import FileSource
    from .storage.uploads import Uploads
    from .values.shared import Shared, SharedValues

__all__ = ["App", "app", "main", "registering", "shared"]

_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_PageHandler = TypeVar("_PageHandler", bound="Callable[[Query], Awaitable[object]]")
_Hook = Callable[[], Any]
_Drain = Callable[[float], Awaitable[Any]]
_Key: TypeAlias = "Callable[[Settings], Awaitable[str | None]]"


_SERVERS = ("postgresql:", "postgres:")
_RESERVED = ("/_s/", "/_f/", "/_d/", "/_m/", "/_c/", "/_p/", "/_auth/")

T = TypeVar("T")


class App:
    """An application: routes with their handlers, settings, and one server for them.

    It is an ASGI application. Serve it with `swell run`, or mount it in another one:

        host = FastAPI(lifespan=main.lifespan)
        host.mount("/chat", main)

    A process may serve several; each has separate routes, `@on` rules and `q.app`.

    Args:
        settings: Its settings; None reads the environment at each start.
        identify: Returns the user of a `swell.identity.Request`: an `Identity`, a stable name, or
            None to refuse the page because no user is signed in. May be async. It is called each
            time a page connects and a file is sent or fetched. Without it the setting `user_header`
            names the user, and without that each browser counts as one.

    Attributes:
        settings: As given; `running` are the effective ones.
        identify: As given.
        state: `q.app`.
        routes: The handlers by route.
        rules: The functions registered with `@on`.
        checks: Async functions that raise while a dependency is unavailable, by its name;
            `/_s/ready` calls them, and its answer has the names of those that raise.
        backplane: Carries news between the processes of the service. It is open while the
            application runs.
        keys: Async functions of the settings that return the key that signs session cookies, at
            least 32 characters, or None. The setting `secret_key` comes first, then the first key
            of these; without any, each start makes a new key, which signs all users out.
        file_sources: Functions that open stored files for links to them, by route.
        names: Names of apps by route, as the database has them; others are named by their place.
        titles: Titles of apps by route, for the sign-in page.
        holders: Parts that act for signed-in users, and stop when these sign out.
        chats: Chats by their names, for the page for administrators.
        pages_alone: Whether it only shows pages that programs push, as `swell serve` does.
        chat_events: The functions that `@chat.on` has registered, by name.
    """

    def __init__(
        self, settings: Settings | None = None, *, identify: Identify | None = None
    ) -> None:
        self.settings = settings
        self.identify = identify
        self.state = Expando()
        self.routes: dict[str, Route] = {}
        self.rules = rules.Rules()
        self.mounts: dict[str, ASGIApp] = {}
        self.folders: dict[str, Path] = {}
        self.modules: set[str] = set()
        self.checks: dict[str, Callable[[], Awaitable[Any]]] = {}
        self.backplane: Backplane = MemoryBackplane()
        self.keys: list[_Key] = []
        self.file_sources: dict[str, FileSource] = {}
        self.names: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.holders: list[Holder] = []
        self.chats: dict[str, Any] = {}
        self.pages_alone = False
        self.chat_events: dict[str, Any] = {}
        self._on_startup: list[_Hook] = []
        self._on_shutdown: list[_Hook] = []
        self._on_drain: list[_Drain] = []
        self._server: Server | None = None
        self._users = AppUsers()
        self._leases: PageLeases | None = None
        self._databases: Databases | None = None
        self._database: Lease | None = None
        self._values: SharedValues | None = None
        self._starting = asyncio.Lock()
        self._read: Settings | None = None
        self._observing = Observing()

    @property
    def running(self) -> Settings:
        """The settings that hold: `settings`, or those of the environment, read once a start.

        Raises:
            SettingError: If the environment has a value that cannot be used.
        """
        if self.settings is not None:
            return self.settings
        if self._read is None:
            from .settings.load import load_settings

            self._read = load_settings(os.environ, {})
        return self._read

    def page(
        self,
        route: str,
        mode: Mode | None = None,
        on_startup: _Hook | None = None,
        on_shutdown: _Hook | None = None,
        *,
        on_drain: _Drain | None = None,
        ack: AckWhen = "received",
        forgive: Callable[[str], None] | None = None,
    ) -> Callable[[_PageHandler], _PageHandler]:
        """Make an async function the handler of a route; the arguments are those of `app`."""
        check_route("app", route)

        def register(handler: _PageHandler) -> _PageHandler:
            check_handler("app", handler, "q: Q")
            hooks = on_startup, on_shutdown
            self.add(route, handler, mode, *hooks, on_drain=on_drain, ack=ack, forgive=forgive)
            return handler

        return register

    def chat(
        self, route: str = "/", options: ChatOptions | None = None
    ) -> Callable[[_Handler], _Handler]:
        """Make a function the answer to every prompt of a chat, as `@chat` does.

        Args:
            route: Path of the chat.
            options: Its options; the defaults when left out.
        """
        from .chat.app import add_chat  # the package is not loaded by apps without a chat

        check_route("chat", route)

        def register(handler: _Handler) -> _Handler:
            check_handler("chat", handler, "turn: Turn")
            add_chat(self, route, handler, options)
            return handler

        return register

    def on_chat(self, *names: str) -> Callable[[_Handler], _Handler]:
        """Make an async function the answer to events of cards in chats, as `@chat.on` does.

        Args:
            *names: Names of controls or cards.

        Raises:
            ValueError: If a name is one that the page of a chat uses.
        """
        from .chat.app import add_events

        def register(handler: _Handler) -> _Handler:
            check_handler("chat.on", handler, "event: Event")
            add_events(self, names, handler)
            return handler

        return register

    def add(
        self,
        route: str,
        handler: Callable[..., Any],
        mode: Mode | None = None,
        on_startup: _Hook | None = None,
        on_shutdown: _Hook | None = None,
        *,
        on_drain: _Drain | None = None,
        ack: AckWhen = "received",
        identify: Identify | None = None,
        forgive: Callable[[str], None] | None = None,
        relayed: bool = True,
    ) -> None:
        """Let `handler` answer on `route`; a later handler of a route replaces the earlier.

        The other arguments are those of `app`.

        Args:
            identify: Returns the user on this route, instead of `App.identify`.
            relayed: Whether tabs at other processes of the service get the page of this process;
                if not, each process has separate pages.

        Raises:
            ValueError: If the route, the mode or `ack` cannot be used.
        """
        if not route.startswith("/") or route.startswith(_RESERVED):
            raise ValueError(
                f"route must start with '/' and not with {', '.join(_RESERVED)}, got {route!r}"
            )
        if mode is not None and mode not in get_args(Mode):
            raise ValueError(f"mode must be one of {', '.join(get_args(Mode))}, got {mode!r}")
        if ack not in get_args(AckWhen):
            raise ValueError(f"ack must be one of {', '.join(get_args(AckWhen))}, got {ack!r}")
        path = route if route == "/" else route.rstrip("/")
        self.routes[path] = Route(path, handler, mode, ack, identify, forgive, relayed)
        if on_startup is not None:
            self._on_startup.append(on_startup)
        if on_shutdown is not None:
            self._on_shutdown.append(on_shutdown)
        if on_drain is not None:
            self._on_drain.append(on_drain)

    def mount(self, path: str, app: ASGIApp) -> None:
        """Let another ASGI application answer below a path, such as an API beside the pages.

        Args:
            path: Begins with `/`, and is not only that.
            app: It gets every HTTP request below the path, without authentication: it must check
                access.

        Raises:
            ValueError: If the path cannot be used.
        """
        path = "/" + path.strip("/")
        if path == "/" or f"{path}/".startswith(_RESERVED):
            raise ValueError(f"an application cannot be mounted at {path!r}")
        self.mounts[path] = app

    def serve_folder(self, path: str, folder: str | Path, *, modules: bool = False) -> None:
        """Let browsers read the files of a folder, such as the documents that answers cite.

        With the setting `user_header`, all signed-in users may read them; without it, all users.
        Pictures are shown, other files are downloads. There is no listing; hidden files and
        symbolic links that lead out of the folder are not there.

        Args:
            path: Where they are, such as `/docs`: `/docs/a.pdf` is `a.pdf` of the folder.
            folder: The folder; it has to be there.
            modules: Let pages of this server run its `.js` files, for `ui.element`. Use it for a
                folder that only the app writes to.

        Raises:
            ValueError: If the path cannot be used, or there is no such folder.
        """
        path = "/" + path.strip("/")
        if path == "/" or f"{path}/".startswith(_RESERVED):
            raise ValueError(f"a folder cannot be served at {path!r}")
        if not Path(folder).is_dir():
            raise ValueError(f"{folder} is not a folder")
        self.folders[path] = Path(folder)
        if modules:
            self.modules.add(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._serve_lifespan(receive, send)
            return
        if self._server is None:  # mounted in an application that does not run our lifespan
            await self.startup()
        assert self._server is not None
        await self._server(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _host: Any = None) -> AsyncIterator[None]:
        """Start and stop with the application that this one is mounted in."""
        await self.startup()
        try:
            yield
        finally:
            await self.shutdown()

    async def startup(self) -> None:
        """Make the server and run the `on_startup` functions, once; later calls do nothing."""
        async with self._starting:
            if self._server is None:
                self._read = None
                try:
                    await self._observing.open(self.running, self._name())
                    await self._start()
                except BaseException:
                    await self._observing.close()
                    raise

    @property
    def databases(self) -> Databases:
        """The connections to databases that all parts of the application share."""
        if self._databases is None:
            from .chat.store.databases import Databases

            self._databases = Databases()
        return self._databases

    def shared(self, name: str, kind: type[T], *, app: str | None = None) -> Shared[T]:
        """Return a value that all processes of the app share; the arguments are as for `shared`.

        Raises:
            ValueError: If the name is empty, too long or not printable.
        """
        from .values.shared import Shared

        return Shared(name, kind, self._shared_values, lambda: app or self._name())

    def _name(self) -> str:
        """Return the name under which shared values are stored."""
        if not self.routes:
            return "app"
        route = min(self.routes)
        return self.names.get(route) or app_name(self.routes[route].handler, route)

    def _shared_values(self) -> SharedValues:
        """Return where shared values are.

        Raises:
            RuntimeError: If they are in a database and the app does not run.
        """
        if self._values is None:
            from .values.memory import MemoryKeeper
            from .values.shared import SharedValues

            if self._database is None:
                if self.running.database_url.startswith(_SERVERS):
                    raise RuntimeError(
                        "shared values are in the database, to which an app is connected while it "
                        "runs; use them in handlers and in on_startup"
                    )
                self._values = SharedValues(MemoryKeeper(), self.backplane)
            else:
                from .values.database import DatabaseKeeper

                self._values = SharedValues(DatabaseKeeper(self._database), self.backplane)
        return self._values

    async def _open_database(self) -> Lease | None:
        """Connect to the database server of the settings; None without one."""
        url = self.running.database_url
        if not url.startswith(_SERVERS):
            return None
        from .chat.store import lease_of

        lease = lease_of(url, self.databases, "the settings")
        try:
            await lease.open()
        except BaseException:
            await lease.close()
            raise
        return lease

    def _uploads(self) -> Uploads | None:
        """Return where all processes of the service find uploads; None in a single process."""
        if self._database is None:
            return None
        from .storage.uploads import Uploads

        return Uploads(self._database)

    async def _start(self) -> None:
        from .backplane.open import open_backplane
        from .server.asgi import Server

        self._database = await self._open_database()
        await self._open_users()
        self._server = Server(
            self,
            await self._key(),
            self._uploads(),
            self._users.sign_in,
            self._observing.scrape,
            members=self._users.members,
            admin=self._users.admin_page(self.chats, self.running, self._title),
        )
        self._server.start()
        self.backplane = await open_backplane(self.running)
        self._observing.watch(lambda: self.backplane.connected, lambda: self.backplane.waiting)
        self._values = None
        try:
            await self._join()
            for hook in self._on_startup:
                await _call(hook)
            engine = next((chat.engine for chat in self.chats.values()), self._database)
            await self._users.start(self.backplane, self.holders, engine, self.running)
        except BaseException:
            await self._users.close()
            await self._leave()
            await self.backplane.close()
            raise
        self._server.watch()

    def refused(self, reason: str, scope: Mapping[str, Any], about: str = "") -> None:
        """Write into the audit log that a request was refused; the request does not wait for that.

        Args:
            reason: Why, as one word.
            scope: The ASGI scope of the request.
            about: What was asked for; the path when left out.
        """
        from .server.limits import address_of, audited_peer

        address = audited_peer(address_of(scope, self.running.trusted_proxies))
        self._users.refused(reason, address, about or str(scope.get("path", "")))

    async def _open_users(self) -> None:
        ways = (self.identify, *(route.identify for route in self.routes.values()))
        elsewhere = self.running.user_header is not None or any(ways)
        name, title = self._name(), self._title
        await self._users.open(self.running, self._database, name, title, elsewhere=elsewhere)

    @property
    def has_admin_page(self) -> bool:
        """Whether there is a page for administrators."""
        return self._users.administered

    def _title(self) -> str:
        """Return the title of the app for the sign-in page."""
        if self.running.sign_in_title is not None:
            return self.running.sign_in_title
        return next((self.titles[route] for route in sorted(self.titles)), "Swell")

    async def _join(self) -> None:
        """Show pages of other processes, if the service has any."""
        server = self._server
        assert server is not None
        if not server.relays or isinstance(self.backplane, MemoryBackplane):
            return
        if server.shares and self._database is not None:
            from .leases.pages import PageLeases

            self._leases = PageLeases(self._database, self._database.owner, self._name())
            await self._leases.open()
        server.join(self.backplane, self._leases)

    async def _leave(self) -> None:
        """Leave the shared pages of this process to the others."""
        leases, self._leases = self._leases, None
        if leases is not None:
            await leases.close()

    async def _key(self) -> str | None:
        """Return the key that signs session cookies; None for a random one."""
        settings = self.running
        if settings.secret_key is not None:
            return settings.secret_key
        for key in self.keys:
            if (found := await key(settings)) is not None:
                return found
        if self._database is None:
            return None
        from .chat.store import Store

        return await Store(self._database).key("session")

    async def drain(self) -> None:
        """Ask every browser to reconnect later, and wait up to `drain_s` for the handlers."""
        if self._server is not None:
            others = self.running.workers > 1 or not isinstance(self.backplane, MemoryBackplane)
            await self._server.drain(self._on_drain, to_others=others)

    async def shutdown(self) -> None:
        """Stop handlers that still run, then run the `on_shutdown` functions."""
        server, self._server = self._server, None
        if server is None:
            return
        await server.stop()
        await self._users.close()
        await self._leave()
        for hook in self._on_shutdown:
            await _call(hook)
        if self._values is not None:
            self._values.close()
        await self.backplane.close()
        if self._database is not None:
            await self._database.close()
            self._database = self._values = None
        await self._observing.close()

    async def _serve_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.startup()
        except BaseException as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shutdown()
        await send({"type": "lifespan.shutdown.complete"})


main = App()
"""The application that `@app` adds to and `swell run` serves."""

main.rules = rules.DEFAULT
_registering: ContextVar[App] = ContextVar("app", default=main)


@contextmanager
def registering(app: App) -> Iterator[App]:
    """Let `@app`, `@chat` and `@on` add to another application than `main` in the block.

        with registering(App()) as admin:
            import admin_pages

    Args:
        app: The application.
    """
    added, ruled = _registering.set(app), rules.registering.set(app.rules)
    try:
        yield app
    finally:
        _registering.reset(added)
        rules.registering.reset(ruled)


def current() -> App:
    """Return the application that decorators add to now."""
    return _registering.get()


@did_you_mean
def app(
    route: str,
    mode: Mode | None = None,
    on_startup: _Hook | None = None,
    on_shutdown: _Hook | None = None,
    *,
    on_drain: _Drain | None = None,
    ack: AckWhen = "received",
    forgive: Callable[[str], None] | None = None,
) -> Callable[[_PageHandler], _PageHandler]:
    """Make an async function the handler of a route.

    It is called when a browser opens the route, and for every submission and event after.

    Args:
        route: Path such as `/demo`.
        mode: Who shares the page: `unicast` (one tab), `multicast` (all tabs of a user) or
            `broadcast` (all users). The setting `app_mode` when left out.
        on_startup: Called without arguments when the server starts; may be async.
        on_shutdown: Called without arguments when it stops; may be async.
        on_drain: Async function, called with the setting `drain_s` when the server is asked to
            stop, for work outside of handlers: browsers stay connected until it
            has ended, at most a little longer than that.
        ack: When an action is acknowledged: `received` before the
            handler runs, or `handled` when the handler calls `q.acknowledge()` or ends. Then a
            handler that raises refuses the action, and the browser keeps the text of the prompt
            box.
        forgive: Called with a message about each value on a page that H2O Wave ignores; Swell then
            ignores it as well. Without it such a value is an error.

    Raises:
        ValueError: If the route, the mode or `ack` cannot be used.
        TypeError: If the parentheses were left out, or the function does not take the query.
    """
    hooks = on_startup, on_shutdown
    return current().page(route, mode, *hooks, on_drain=on_drain, ack=ack, forgive=forgive)


def shared(name: str, kind: type[T], *, app: str | None = None) -> Shared[T]:
    """Return a value that all processes of an app share.

        visits = shared("visits", int)

        @app("/")
        async def serve(q: Q):
            count = await visits.update(lambda count: (count or 0) + 1)

    It is in the database if the setting `database_url` names PostgreSQL, else in the memory of the
    process, where it lasts until the process exits.

    Args:
        name: Its name in the app, 1 to 200 characters.
        kind: Its type: anything that msgspec reads from JSON, such as `int`, `list[str]` or a
            `msgspec.Struct`. None stands for no value.
        app: Name of the app that has it; for `main` and other apps without a name that of their
            first route, so that two apps on one database do not see each other's values.

    Raises:
        ValueError: If the name is empty, too long or not printable.
    """
    return current().shared(name, kind, app=app)


async def _call(hook: _Hook) -> None:
    result = hook()
    if inspect.isawaitable(result) or isinstance(result, Awaitable):
        await result
