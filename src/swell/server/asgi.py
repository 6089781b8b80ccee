"""The server side of an `App`: which URL is answered by what."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Router, WebSocketRoute
from starlette.routing import Route as HttpRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from swell.backplane.base import Backplane
from swell.errors import SignInError
from swell.expando import Expando
from swell.identity import Identify
from swell.observe import metrics
from swell.observe.ids import ids
from swell.query import UNICAST
from swell.rights import ADMIN
from swell.rules import Rules
from swell.server.locales import page_locale
from swell.settings.table import Settings
from swell.site import FileSource
from swell.temporary import clear_left

from . import checkpoint
from .broker import Broker
from .files import FileStore
from .folders import configured_folders, folder_routes
from .health import Health
from .identity import Caller, direct_peer, header_lists
from .links import Links
from .metrics import metrics_routes
from .push.routes import PageRoutes, is_load
from .relay.leases import Leases
from .relay.relay import Relay
from .request_ids import request_id
from .route import Route
from .security import host_allowed, new_id, request_host, security_headers
from .sessions import Session, SessionSigner
from .sign_in import Members, SignIn
from .static import ClientBundle
from .uploads import FileRoutes
from .watchdog import Watchdog
from .websocket import Sockets

if TYPE_CHECKING:
    from swell.storage.uploads import Uploads

_NOT_FOUND = """<!doctype html><html lang="en"><meta charset="utf-8">{head}<title>Not found</title>
<h1>There is nothing here</h1><p>{hint}</p></html>
"""


class Application(Protocol):
    """The attributes of an `App` that a server uses."""

    state: Expando
    identify: Identify | None
    routes: dict[str, Route]
    rules: Rules
    mounts: dict[str, ASGIApp]
    folders: dict[str, Path]
    modules: set[str]
    checks: dict[str, Callable[[], Awaitable[Any]]]
    backplane: Backplane
    file_sources: dict[str, FileSource]
    pages_alone: bool

    @property
    def running(self) -> Settings:
        """The settings that it runs with."""

    def refused(self, reason: str, scope: Mapping[str, Any], about: str = "") -> None:
        """Write into the audit log that a request was refused."""


class Server:
    """Everything that one running `App` needs.

    Args:
        app: Handlers and settings.
        key: Signs session cookies, unless the setting `secret_key` does; None makes a random one.
        uploads: Where other processes of the service find uploads; None for a single process.
        sign_in: Sign-in through Swell; None without it.
        members: Accounts of users who sign in elsewhere; None without them.
        admin: The page for administrators; None without it.
        scrape: Returns the metrics for `/_s/metrics`; None without metrics.

    Raises:
        SettingError: If a setting cannot be used or the web client has not been built.
    """

    def __init__(
        self,
        app: Application,
        key: str | None = None,
        uploads: Uploads | None = None,
        sign_in: SignIn | None = None,
        scrape: Callable[[], bytes] | None = None,
        *,
        members: Members | None = None,
        admin: Route | None = None,
    ) -> None:
        self.settings = app.running
        self._sign_in = sign_in
        self._bundle = ClientBundle.load()
        secret = self.settings.secret_key
        self._signer = SessionSigner(key if secret is None else secret, self.settings)
        routes = {
            path: msgspec.structs.replace(
                route,
                mode=route.mode or self.settings.app_mode,
                identify=route.identify or app.identify,
            )
            for path, route in app.routes.items()
        }
        if admin is not None and admin.path not in routes:
            identify = app.identify or _common_identify(routes.values())
            routes[admin.path] = msgspec.structs.replace(admin, identify=identify)
        self._routes = routes
        # A session belongs to one user if all routes agree on the user.
        self._one_sign_in = len({one.identify for one in routes.values() if not one.admin}) == 1
        links = Links(self._signer.derived("file links"))
        self._files = FileStore(self.settings, links, app.file_sources)
        self._files.shared = uploads
        self._clearing: asyncio.Task[int] | None = None
        self._sampled: tuple[Callable[[], None], ...] = ()
        self.broker = Broker(
            self.settings,
            routes,
            app.state,
            self._bundle.build,
            self._files,
            app.rules,
            sign_in,
            members,
            identify=app.identify,
            waits=app.pages_alone,
            refused=app.refused,
        )
        self._refused = app.refused
        self._waits = app.pages_alone
        self._state = app.state
        kept = self.settings.checkpoint_dir if self.settings.workers == 1 else None
        self._checkpoint = Path(kept) if kept is not None else None
        self._pushed = PageRoutes(self.broker.pushed, self.settings)
        if sign_in is not None:
            sign_in.watch(self.broker)
        if members is not None:
            members.watch(self.broker)
        self._relay: Relay | None = None
        self._watchdog = Watchdog()
        self._sockets = Sockets(self.broker, self.settings, self._signer, app.refused)

        local = self.broker.local
        assert local.files is not None, "a server has files"
        files = FileRoutes(
            self._files,
            self._signer,
            self.settings,
            self.broker.owner,
            self.broker.may_fetch,
            self.broker.owner_on,
            app.refused,
            programs=local.files,
        )

        async def socket(websocket: WebSocket) -> None:
            await self._sockets.serve(websocket)

        self._router = Router(
            [
                WebSocketRoute("/_s/ws", socket),
                HttpRoute("/_s/ws", self._sockets.not_upgraded, methods=["GET"]),
                *Health(
                    lambda: self.broker.draining, app.checks, lambda: app.backplane.connected
                ).routes(),
                *(sign_in.routes(self._signer) if sign_in is not None else ()),
                *metrics_routes(self.settings.metrics_token, scrape),
                *self._bundle.routes(),
                *files.routes(),
                *local.files.routes(files.admits),
                *local.streams.routes(files.admits),
                *local.cache.routes(),
                *local.sender.routes(),
                *folder_routes(
                    {**app.folders, **configured_folders(self.settings)},
                    self._signer,
                    self.broker.may_fetch,
                    app.modules,
                ),
                # A mount covers the addresses below a path; the application also answers on the
                # path itself.
                *(HttpRoute(path, _Itself(mounted)) for path, mounted in app.mounts.items()),
                *(Mount(path, app=mounted) for path, mounted in app.mounts.items()),
                *self._pushed.routes(),
                HttpRoute("/{path:path}", self._page, methods=["GET"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request or WebSocket."""
        if scope["type"] == "http":
            with ids(request=request_id(scope, self.settings.trusted_proxies)):
                await self._serve(scope, receive, _counted(send) if metrics.is_on() else send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not host_allowed(
            request_host(scope["headers"]), self.settings
        ):
            refusal = PlainTextResponse(
                "This host name is not served here. Add it to the setting allowed_hosts.\n", 400
            )
            self._refused("host", scope)
            await refusal(scope, receive, send)
            return
        base = self.settings.base_url.rstrip("/")
        if base:
            inside = scope["path"].removeprefix(scope.get("root_path", ""))
            if inside != base and not inside.startswith(base + "/"):
                await _gone(scope, receive, send, base + "/")
                return
            scope = {**scope, "root_path": scope.get("root_path", "") + base}
        await self._router(scope, receive, send)

    def start(self) -> None:
        """Start background work; needs a running event loop."""
        self.broker.start()
        broker = self.broker
        if self._checkpoint is not None:
            checkpoint.load(self._checkpoint, self._state, broker.users)
        self._sampled = (
            metrics.sampled("sockets", lambda: broker.sockets),
            metrics.sampled("tabs", lambda: len(broker.clients)),
            metrics.sampled("draining", lambda: broker.draining),
        )
        work = anyio.to_thread.run_sync(clear_left, abandon_on_cancel=True)
        self._clearing = asyncio.create_task(work, name="swell-clear-left")

    def join(self, backplane: Backplane, leases: Leases | None) -> None:
        """Show the pages of other processes here, and those of this one there.

        Args:
            backplane: An open one.
            leases: Who owns shared pages; without them each process keeps its own.
        """
        self._relay = Relay(self.broker, backplane, leases)
        self._relay.start()

    @property
    def relays(self) -> bool:
        """Whether a route has pages for other processes."""
        return any(route.relayed for route in self._routes.values())

    @property
    def shares(self) -> bool:
        """Whether a route has pages that tabs of several processes share."""
        return any(route.relayed and route.mode != UNICAST for route in self._routes.values())

    def watch(self) -> None:
        """Log calls that block the event loop; from when the app has started."""
        self._watchdog.start()

    async def drain(
        self,
        hooks: Sequence[Callable[[float], Awaitable[Any]]] = (),
        *,
        to_others: bool = False,
    ) -> None:
        """Ask browsers to come back later and wait for running handlers and for `hooks`.

        Args:
            hooks: Functions for `on_drain`.
            to_others: Whether other processes serve the app.
        """
        await self.broker.drain(hooks, to_others=to_others)

    async def stop(self) -> None:
        """Cancel what still runs and remove uploaded files."""
        for end in self._sampled:
            end()
        if self._clearing is not None:
            self._clearing.cancel()
            await asyncio.wait({self._clearing})
        if self._relay is not None:
            await self._relay.stop()
        await self.broker.stop()
        if self._checkpoint is not None:
            checkpoint.save(self._checkpoint, self._state, self.broker.users)
        self._watchdog.stop()
        self._files.close()

    async def _page(self, request: Request) -> Response:
        if is_load(request):
            return await self._pushed.load(request)
        prefix = str(request.scope.get("root_path", ""))
        path = "/" + request.path_params["path"].strip("/")
        if path not in self._routes or not await self._is_there(request, self._routes[path]):
            paths = [one.path for one in self._routes.values() if not one.admin]
            if path == "/" and len(paths) == 1:
                return RedirectResponse(prefix + paths[0])
            links = " or ".join(
                f'<a href="{html.escape(prefix + p)}">{html.escape(p)}</a>' for p in paths
            )
            if self._waits:
                return _not_found("No program has pushed this page yet.", again=True)
            return _not_found(f"Try {links}." if paths else "No app has been defined with @app.")
        https = request.scope["scheme"] == "https"
        locale = page_locale(self.settings, request.headers.get("accept-language", ""))
        session = await self._session(request.scope, self._routes[path], locale)
        if session is None:
            return self._to_sign_in(request, prefix)
        sign_in, user = (self._sign_in.path, session.bound) if self._sign_in else ("", "")
        nonce = new_id() if self.settings.page_scripts else ""
        body = self._bundle.render_html(
            prefix=prefix, route=path, locale=locale, sign_in=sign_in, user=user, nonce=nonce
        )
        response = HTMLResponse(body)
        response.headers["cache-control"] = "no-store"
        response.headers["vary"] = "accept-language"
        host = request_host(request.scope["headers"]) or ""
        hsts = self.settings.hsts_max_age_s
        response.raw_headers.extend(
            security_headers(
                host, https, hsts, frame_origins=self.settings.frame_origins, nonce=nonce
            )
        )
        # signed afresh at every visit, so that it ends so long after the last one
        response.raw_headers.append(self._signer.header(request.scope, session))
        return response

    async def _is_there(self, request: Request, route: Route) -> bool:
        """Return whether a route is there for the sender of a request."""
        if not route.admin:
            return True
        session = self._signer.of(request.scope)
        session_id = session.id if session is not None else ""
        headers = header_lists(request.scope["headers"])
        caller = Caller(session_id, headers, direct_peer(request.scope), scope=request.scope)
        try:
            return ADMIN in (await self.broker.identities.of(route, caller)).roles
        except SignInError:
            return False

    def _to_sign_in(self, request: Request, prefix: str) -> Response:
        assert self._sign_in is not None
        query = request.scope.get("query_string", b"").decode("latin-1")
        here = quote(request.scope["path"]) + (f"?{query}" if query else "")
        to = f"{quote(prefix)}{self._sign_in.path}?{urlencode({'next': here})}"
        return RedirectResponse(to, 303, {"cache-control": "no-store"})

    async def _session(self, scope: Scope, route: Route, locale: str) -> Session | None:
        """Return the session for a page load: a new one when another user has signed in.

        None if the user has to sign in first.
        """
        session = self._signer.of(scope)
        subject = ""
        if self.broker.identities.needed(route) and (self._one_sign_in or self._sign_in):
            session_id = session.id if session is not None else ""
            headers = header_lists(scope["headers"])
            caller = Caller(session_id, headers, direct_peer(scope), locale, scope)
            try:
                subject = (await self.broker.identities.of(route, caller)).subject
            except SignInError as error:
                if self._sign_in is not None and not error.temporary:
                    return None
                # else reported at the next `hello`
        if self._sign_in is not None:  # which makes new sessions itself
            return session or self._signer.new()
        if session is not None and subject and not self._signer.belongs_to(session, subject):
            self.broker.end_others(route, session.id, subject)
            session = None
        return session or self._signer.new(subject)


def _counted(send: Send) -> Send:
    """Return a function that sends a response and counts it."""

    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            metrics.http_answered(message["status"])
        await send(message)

    return counted


def _common_identify(routes: Iterable[Route]) -> Identify | None:
    """Return the function that names the users of all these routes; None if they differ."""
    found = {route.identify for route in routes}
    return found.pop() if len(found) == 1 else None


class _Itself:
    """An ASGI application as an endpoint: a route calls functions otherwise, and with a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def _gone(scope: Scope, receive: Receive, send: Send, to: str) -> None:
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).close()
        return
    path = html.escape(to)
    response = _not_found(f'This server answers under <a href="{path}">{path}</a>.')
    await response(scope, receive, send)


def _not_found(hint: str, *, again: bool = False) -> Response:
    head = '<meta http-equiv="refresh" content="2">' if again else ""
    return HTMLResponse(_NOT_FOUND.format(hint=hint, head=head), 404)
