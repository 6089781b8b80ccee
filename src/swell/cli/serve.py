"""Serving an app with uvicorn: sockets, logging, signals, and starting again on a change."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import gc
import ipaddress
import logging.config
import math
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import FrameType

import msgspec
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.supervisors.basereload import BaseReload
from uvicorn.supervisors.statreload import StatReload

from swell.app import App, main
from swell.cli.broken import broken_app
from swell.cli.command_error import BrokenAppError, CommandError
from swell.cli.load import Target, load_app
from swell.errors import SettingError, SwellError
from swell.logs import logger
from swell.observe import metrics
from swell.observe.logs import logging_config
from swell.server.limits import SeldomWarnings
from swell.server.proxies import TrustedProxies
from swell.server.static import ClientBundle
from swell.server.tcp import AT_ONCE, TcpConnections, connections_allowed
from swell.server.uvicorn_http import CountedConfig, HttpProtocol
from swell.server.uvicorn_ws import WebSocketProtocol
from swell.settings.table import Settings

__all__ = ["bind", "closed", "log_to_terminal", "own_app", "serve", "serve_on", "start"]

RELOAD_DRAIN_S = 1.0
"""How long a reload waits for running handlers, in seconds: the developer is waiting too."""

TIMERS_S = 0.001
"""Timers this close to each other fire together, in seconds."""

BACKLOG = 2048
"""Connections that wait in the system to be taken."""

CLOSE_S = 5
"""How long plain HTTP requests may take to end after the drain, in seconds."""

FIRST_S = 1.0
"""How long a replaced process waits for the first request of a connection, in seconds."""

LAST_S = 5.0
"""How long the last tasks may take at exit, in seconds; then the process exits anyway."""

COLLECT_S = 300.0
"""Time between two collections of garbage among older objects, in seconds."""

COLLECT_SHARE = 1000
"""How many times as long as a collection has taken the process goes without the next, at least."""

_log = logger("swell")


def start(target: Target, settings: Settings, *, reload: bool = False) -> int:
    """Serve an app until a signal stops it.

    Args:
        name: The app, as on the command line.
        settings: Settings of the server.
        reload: Start again in a new process whenever a file beside the app changes.

    Returns:
        The exit code: 0 after an orderly stop.

    Raises:
        CommandError: If the app cannot be loaded, or the address cannot be listened on.
        SettingError: If the web client has not been built.
    """
    if reload:
        ClientBundle.load()  # before anything is started that would have to be stopped again
        return _serve_reloading(target, settings)
    return serve(lambda: load_app(target), settings, target.name)


def serve(load: Callable[[], ASGIApp], settings: Settings, name: str) -> int:
    """Serve the application returned by a function, until a signal stops it.

    Args:
        load: Called when the address is bound and logs are set up.
        settings: Settings of the server.
        name: Name of the app for the error page.

    Returns:
        The exit code: 0 after an orderly stop.

    Raises:
        CommandError: If the app cannot start, or the address cannot be listened on.
        SettingError: If the web client has not been built.
    """
    ClientBundle.load()
    with closed(bind(settings.host, settings.port)) as sockets:
        return serve_on(sockets, load, settings, name)


def serve_on(
    sockets: list[socket.socket],
    load: Callable[[], ASGIApp],
    settings: Settings,
    name: str,
    started: Callable[[str], None] | None = None,
    replaced: Callable[[], bool] = bool,
) -> int:
    """Serve the application returned by a function on listening sockets, until a signal stops it.

    Args:
        sockets: They listen already.
        load: Called when logs are set up.
        settings: What to run with.
        name: Name of the app for the error page.
        started: Called with the address once the app accepts requests; None prints it.
        replaced: Returns, when this process is asked to end, whether another one serves the
            sockets: then it takes no more connections while it drains.

    Returns:
        The exit code: 0 after an orderly stop.

    Raises:
        CommandError: If the app cannot start.
    """
    log_to_terminal(settings)
    app = load()
    own = own_app(app)
    if own is main or own.settings is None:
        own.settings = settings
    starting = _Starting(app)
    address = _address(own, settings, sockets)
    server = _Server(
        _uvicorn_config(starting, settings),
        own.drain,
        functools.partial(started or functools.partial(announce, settings), address),
        replaced,
    )
    _calm_collector()
    with contextlib.suppress(SystemExit):  # uvicorn's way to report that the app did not start
        server.run(sockets=sockets)
    if not server.started and (error := starting.error) is not None:
        if not isinstance(error, SwellError):  # its message is sufficient, and is in the log
            _log.error("the app could not start", exc_info=error)
        words = f"{name} could not start; the reason is above"
        raise BrokenAppError(words, error, error.__traceback__)
    return 0


def own_app(app: ASGIApp) -> App:
    """Return the `App` that is served: of another application `main` is a part."""
    return app if isinstance(app, App) else main


def announce(settings: Settings, address: str, more: str = "") -> None:
    """Print the address of an app that accepts requests; log it if the log is JSON.

    Args:
        settings: What it runs with.
        address: To open in a browser.
        more: Follows the address.
    """
    lines = [f"Swell is running at {address}{more}  (Ctrl+C to stop)"]
    if not _is_loopback(settings.host):
        lines.append(
            "It is open to the network, and users sign in."
            if settings.signs_in or settings.user_header
            else "It is open to the network without sign-in: anyone who can reach this machine can "
            "use it, unless the app refuses them with identify=. Set SWELL_OIDC_ISSUER, "
            "SWELL_PASSWORD_FILE or SWELL_USER_HEADER to let users sign in."
        )
    for line in lines:
        if settings.log_format == "json":
            _log.info("%s", line)
        else:
            print(line, flush=True)


class _Starting:
    """The app; keeps the exception of its startup."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.error: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            self.error = error
            raise


def _calm_collector() -> None:
    """Let Python's garbage collector look less often at what lives as long as the process.

    Imported modules stay; reference counting frees the objects of a streamed token. The
    default thresholds walk through all pages for each few hundred of them. Objects that survived
    twice are visited by `_collect`, hardly ever without it, since that blocks all requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 4, 250)


def _collect(loop: asyncio.AbstractEventLoop) -> None:
    """Free objects that refer to each other, now and again and again.

    Few of ours do; the transports of asyncio do. Without this, what was in use for a while is
    only freed after millions of further objects. With many tabs it takes longer and is rarer.
    """
    begun = time.monotonic()
    gc.collect()
    took = time.monotonic() - begun
    loop.call_later(max(COLLECT_S, COLLECT_SHARE * took), _collect, loop)


def _gather_timers(loop: asyncio.AbstractEventLoop) -> None:
    """Let timers that are due within the same millisecond share one iteration of the event loop.

    The kernel waits in whole milliseconds anyway; asyncio then runs a separate iteration, with a
    system call, for each timer that is due a few microseconds later. Hundreds of answers that wait
    for their next token are hundreds of such timers. On other systems the clock is coarser than
    this automatically; other event loops do not have the attribute, and are not affected.
    """
    resolution = getattr(loop, "_clock_resolution", None)
    if isinstance(resolution, float):
        loop._clock_resolution = max(resolution, TIMERS_S)  # type: ignore[attr-defined]


def _uvicorn_config(app: Callable[..., object], settings: Settings) -> CountedConfig:
    return CountedConfig(
        TrustedProxies(app, settings.trusted_proxies),
        tcp=TcpConnections(settings, connections_allowed(settings.connections_max)),
        host=settings.host,
        http=HttpProtocol,
        backlog=AT_ONCE,  # in one iteration of the event loop; see `_Server.startup`
        timeout_keep_alive=math.ceil(settings.keep_alive_s),
        ws=WebSocketProtocol,
        ws_max_size=settings.frame_max_bytes,
        # Compression costs 50 kB a connection and more time than it saves; heartbeats are ours.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # read by TrustedProxies
        timeout_graceful_shutdown=CLOSE_S,
    )


class _Server(uvicorn.Server):
    """uvicorn, draining before it stops, and ending with exit code 0 when asked to end."""

    def __init__(
        self,
        config: CountedConfig,
        drain: Callable[[], Awaitable[None]],
        started: Callable[[], None],
        replaced: Callable[[], bool],
    ) -> None:
        super().__init__(config)
        self._drain = drain
        self._on_started = started
        self._replaced = replaced
        self._tcp = config.tcp

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        _gather_timers(loop)
        loop.call_later(COLLECT_S, _collect, loop)
        self._tcp.start()
        metrics.sampled("connections", lambda: len(self._tcp))
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(BACKLOG)  # again: the server has set it to its batch size
        if self.started:
            self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # uvicorn notes the signal here, to raise it once more at the end; an orderly stop is not
        # an error, so it is not noted.
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._replaced():
            await self._leave_port()
        draining = asyncio.ensure_future(self._drain())
        while not self.force_exit:
            done, _ = await asyncio.wait({draining}, timeout=0.1)
            if done:
                break
        if draining.cancel():
            await asyncio.wait({draining})
        elif error := draining.exception():
            _log.error("could not drain, stopping now", exc_info=error)
        await super().shutdown(sockets)
        self._tcp.stop()
        _end_anyway()

    async def _leave_port(self) -> None:
        """Take no more connections, and answer one request at most on each of those there are.

        A connection may have been taken a moment ago; its request is still to arrive.
        """
        for server in self.servers:
            server.close()
        for _ in range(int(FIRST_S / 0.05)):
            await asyncio.sleep(0.05)
            open_now = [
                one for one in self.server_state.connections if isinstance(one, HttpProtocol)
            ]
            if self.force_exit or all(one.asked for one in open_now):
                break
        for one in open_now:
            one.shutdown()


def _end_anyway() -> None:
    """See that the process ends: Python waits without end for tasks and threads that do not.

    Everything has been stored and closed by now. Only handlers remain that continue after they
    were cancelled.
    """

    def end() -> None:
        _log.error(
            "tasks are still running %g s after shutdown began; exiting anyway. "
            "Handlers must end when they are cancelled, or in a thread check turn.cancelled",
            LAST_S,
        )
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(LAST_S, end)
    timer.daemon = True
    timer.start()


# ------------------------------------------------------------------------------------ reloading


def _serve_reloading(target: Target, settings: Settings) -> int:
    changed: dict[str, object] = {
        "development": True,
        "drain_s": min(settings.drain_s, RELOAD_DRAIN_S),
    }
    if settings.secret_key is None:
        # one key for all child processes: open tabs keep their session across a reload
        changed["secret_key"] = secrets.token_urlsafe(32)
    settings = msgspec.structs.replace(settings, **changed)
    folder = target.file.parent if target.file is not None else target.roots[0]
    config = uvicorn.Config(
        "swell.app:main", reload=True, reload_dirs=[str(folder)], log_config=None
    )
    log_to_terminal(settings)
    with closed(bind(settings.host, settings.port)) as sockets:
        _Watcher(config, functools.partial(_child, target, settings), sockets).run()
    return 0


def _child(target: Target, settings: Settings, sockets: list[socket.socket]) -> None:
    """Serve in a child process; a broken app leaves the message and waits for the next change."""
    try:
        code = serve_on(sockets, lambda: load_app(target), settings, target.name)
    except (CommandError, SettingError) as failure:
        print(f"swell: {failure}\nswell: waiting for a change", file=sys.stderr, flush=True)
        code = 1
        error: BaseException = failure
        frames = None
        if isinstance(failure, BrokenAppError):
            error, frames = failure.error, failure.frames
        _serve_broken(broken_app(target.name, error, frames, settings), settings, sockets)
    sys.exit(code)


def _serve_broken(app: ASGIApp, settings: Settings, sockets: list[socket.socket]) -> None:
    """Serve the reason why the app could not start, until a signal ends this process."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        http="h11",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=sockets)


class _Watcher(StatReload):
    """uvicorn's watcher, kept out of folders that hold other people's code.

    It notes the times of files before it starts a process, not after: a file that is saved while
    the process is still reading the others must start it once more.
    """

    def startup(self) -> None:
        self._note_times()
        super().startup()

    def restart(self) -> None:
        self._note_times()
        BaseReload.restart(self)

    def _note_times(self) -> None:
        self.mtimes = {}
        for file in self.iter_py_files():
            with contextlib.suppress(FileNotFoundError):
                self.mtimes[file] = file.stat().st_mtime

    def iter_py_files(self) -> Iterator[Path]:
        for root in self.config.reload_dirs:
            for folder, folders, files in os.walk(root):
                folders[:] = [
                    name
                    for name in folders
                    if not name.startswith((".", "__pycache__", "node_modules", "site-packages"))
                    and not Path(folder, name, "pyvenv.cfg").exists()
                ]
                yield from (Path(folder, name) for name in files if name.endswith(".py"))


# ------------------------------------------------------------------------------------- sockets


def bind(host: str, port: int) -> list[socket.socket]:
    """Listen on an address; a host name may stand for several.

    Raises:
        CommandError: If that is not possible, saying why and what to do.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CommandError(f"cannot listen on {host!r}: {error.strerror or error}") from None
    sockets: list[socket.socket] = []
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            # port 0: the first address takes a free one, the others the same
            chosen = sockets[0].getsockname()[1] if sockets else port
            sockets.append(_listen(family, (address[0], chosen, *address[2:])))
        except OSError as error:
            _close(sockets)
            raise CommandError(_why(error, host, port)) from None
    return sockets


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(family: int, address: tuple[object, ...]) -> socket.socket:
    # With the protocol spelled out: asyncio turns Nagle's algorithm off for such sockets alone.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option lets two programs share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 10101
        return (
            f"port {port} on {host} is in use by another program. Stop that one, or choose another "
            f"port: --port {other}"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"this account may not listen on port {port}; ports from 1024 up need no rights"
    return f"cannot listen on {host} port {port}: {error.strerror or error}"


def _close(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.close()


@contextlib.contextmanager
def closed(sockets: list[socket.socket]) -> Iterator[list[socket.socket]]:
    """Close sockets at the end of the block."""
    try:
        yield sockets
    finally:
        _close(sockets)


def _address(app: App, settings: Settings, sockets: list[socket.socket]) -> str:
    """The address to open: that of the first app, on a host that a browser can open."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(settings.host)  # noqa: S104
    if host is None:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
    route = next(iter(app.routes), "/")
    return f"http://{host}:{sockets[0].getsockname()[1]}{settings.prefix}{route}"


# ------------------------------------------------------------------------------------- logging


def log_to_terminal(settings: Settings) -> None:
    """Write the log lines of Swell to standard error, in the format of the settings."""
    logging.captureWarnings(settings.log_format == "json")
    logging.config.dictConfig(
        logging_config(
            settings.log_level,
            settings.log_format,
            one_of_many=settings.workers > 1,
            seldom=SeldomWarnings,
        )
    )
