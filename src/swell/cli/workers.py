"""Several processes on one port: a supervisor starts them, replaces them and ends them.

The supervisor binds the port and serves nothing. Its children inherit the listening sockets, so
the port is open as long as the supervisor lives. They are started anew (fork and exec, which
`multiprocessing` calls spawn): a fork alone would copy threads and locks in an unknown state, and
would not read changed code after a SIGHUP.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import msgspec
from starlette.types import ASGIApp

from swell.backoff import Backoff
from swell.cli.command_error import CommandError
from swell.cli.load import Target, load_app
from swell.cli.serve import (
    CLOSE_S,
    LAST_S,
    announce,
    bind,
    closed,
    log_to_terminal,
    own_app,
    serve_on,
)
from swell.cli.worker_metrics import SharedMetrics, WorkerMetrics
from swell.errors import SettingError
from swell.logs import logger
from swell.observe.scrape import share
from swell.server.broker import HOOK_GRACE_S
from swell.server.keys import new_key
from swell.server.static import ClientBundle
from swell.settings.table import Settings

__all__ = ["Supervisor", "Worker", "start_workers"]

STEADY_S = 10.0
"""A worker that ends earlier than so long after its start is replaced after a pause, in seconds."""

SLACK_S = 5.0
"""How much longer than its own deadlines a worker may take to end, in seconds."""

_log = logger("swell")


class _Failed(msgspec.Struct, frozen=True):
    """Why a worker could not start, and the exit code of a single process for that."""

    reason: str
    exit_code: int


def start_workers(target: Target, settings: Settings) -> int:
    """Serve an app with `settings.workers` processes until a signal stops them.

    Args:
        target: The app.
        settings: What to run with.

    Returns:
        The exit code: 0 after an orderly stop.

    Raises:
        CommandError: If the app cannot be loaded or started, the address cannot be listened on,
            or this system cannot share a port among processes.
        SettingError: If the web client has not been built.
    """
    if os.name == "nt":
        raise CommandError(
            "--workers needs Linux or macOS; on Windows, start several processes on different "
            "ports behind a proxy"
        )
    ClientBundle.load()
    log_to_terminal(settings)
    key = new_key()
    stop_s = settings.drain_s + HOOK_GRACE_S + CLOSE_S + LAST_S + SLACK_S
    with closed(bind(settings.host, settings.port)) as sockets, WorkerMetrics(settings) as together:

        def start() -> Worker:
            shared = together.take()
            worker = Worker(target, settings, sockets, key, shared)
            worker.ended.add_done_callback(lambda _: together.free(shared))
            return worker

        supervisor = Supervisor(
            start,
            settings.workers,
            lambda address: announce(settings, address, f" with {settings.workers} processes"),
            stop_s,
        )

        async def run() -> None:
            async with together.served():
                await supervisor.run()

        asyncio.run(run())
    return 0


# ----------------------------------------------------------------------------- the worker itself


def _work(
    target: Target,
    settings: Settings,
    sockets: list[socket.socket],
    key: str,
    shared: SharedMetrics | None,
    pipe: Connection,
) -> None:
    """Serve in a child process."""
    if shared is not None:
        share(shared.folder, shared.place)

    async def shared_key(_: Settings) -> str:
        return key

    def load() -> ASGIApp:
        app = load_app(target)
        own_app(app).keys.append(shared_key)  # the last: a chat has a key that lasts
        return app

    # Ctrl+C reaches every process of the terminal; until the server handles it, the supervisor
    # does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # of a terminal that was closed
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    replaced = threading.Event()
    threading.Thread(target=_obey, args=(pipe, replaced), daemon=True).start()
    try:
        code = serve_on(sockets, load, settings, target.name, pipe.send, replaced.is_set)
    except SettingError as error:
        failed = _Failed(str(error), 2)
    except CommandError as error:
        failed = _Failed(str(error), error.exit_code)
    else:
        sys.exit(code)
    with contextlib.suppress(OSError):
        pipe.send(failed)
    sys.exit(failed.exit_code)


def _obey(pipe: Connection, replaced: threading.Event) -> None:
    """End this process when the supervisor has replaced it, or is gone."""
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
        replaced.set()
    os.kill(os.getpid(), signal.SIGTERM)


# ---------------------------------------------------------------------------- as the parent sees it


class Worker:
    """A child process that serves the app; needs a running event loop.

    Args:
        target: The app.
        settings: What to run with.
        sockets: They listen already.
        key: Signs session cookies if the app has no other key.
        shared: Where it writes its metrics.

    Attributes:
        pid: Its process id.
        started: Its address, once it accepts requests; a `CommandError` if it ends before.
        ended: Its exit code, negative for a signal, once it has ended.
        began: When it was started, in seconds of `time.monotonic`.
    """

    def __init__(
        self,
        target: Target,
        settings: Settings,
        sockets: list[socket.socket],
        key: str,
        shared: SharedMetrics | None = None,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._loop = asyncio.get_running_loop()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(target, settings, sockets, key, shared, theirs), name="swell-worker"
        )
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self.began = time.monotonic()
        self.pid = self._process.pid or 0
        self.started: asyncio.Future[str] = self._loop.create_future()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(self._pipe.fileno(), self._read)
        self._loop.add_reader(self._process.sentinel, self._end)

    def replace(self) -> None:
        """Ask it to end, since another worker serves in its place."""
        with contextlib.suppress(OSError):
            self._pipe.send("replaced")

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _read(self) -> bool:
        """Take a message of the worker; return whether there may be more."""
        try:
            message: str | _Failed = self._pipe.recv()
        except (EOFError, OSError):
            self._loop.remove_reader(self._pipe.fileno())
            return False
        if isinstance(message, _Failed):
            self._fail(message.reason, message.exit_code)
        elif not self.started.done():
            self.started.set_result(message)
        return True

    def _fail(self, reason: str, exit_code: int) -> None:
        if not self.started.done():
            self.started.set_exception(CommandError(reason, exit_code))
            self.started.exception()  # it may be of no interest any more

    def _end(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        while self._pipe.poll() and self._read():
            pass
        self._process.join()
        code = self._process.exitcode or 0
        self._fail(f"a worker ended with {_how(code)} before it accepted requests", 1)
        self._loop.remove_reader(self._pipe.fileno())
        self._pipe.close()
        self._process.close()
        self.ended.set_result(code)


def _how(code: int) -> str:
    """Say how a process ended.

    >>> _how(-9), _how(3)
    ('signal 9 (SIGKILL)', 'exit code 3')
    """
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {-code} ({signal.Signals(-code).name})"
    return f"signal {-code}"


# --------------------------------------------------------------------------------- the supervisor


_CLOSING_S = 1.0  # after a SIGHUP, when to look again whether the terminal was closed


def _has_terminal() -> bool:
    """Return whether this process belongs to a terminal that is open."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


class Supervisor:
    """Keeps a number of workers running.

    SIGTERM and SIGINT end all of them, and a second SIGINT does so at once. SIGHUP replaces them
    one after the other: each ends when the one in its place accepts requests. When the terminal is
    closed, all end.

    Args:
        start: Starts a worker.
        count: How many there are.
        announce: Called with the address once all accept requests.
        stop_s: How long they may take to end, in seconds, before they are killed.
    """

    def __init__(
        self,
        start: Callable[[], Worker],
        count: int,
        announce: Callable[[str], None],
        stop_s: float,
    ) -> None:
        self._start = start
        self._count = count
        self._announce = announce
        self._stop_s = stop_s
        self._workers: set[Worker] = set()
        self._places: list[Worker] = []
        self._ending = asyncio.Event()
        self._asked_to_replace = asyncio.Event()

    async def run(self) -> None:
        """Serve until a signal ends it.

        Raises:
            CommandError: If a worker of the first ones cannot start.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_end, number)
        # Under `nohup` the terminal may be closed.
        bound = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN and _has_terminal()
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup, bound)
        serving = asyncio.ensure_future(self._serve())
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving  # raises
        finally:
            serving.cancel()
            ending.cancel()
            await asyncio.wait({serving, ending})
            await self._stop()

    def _on_hangup(self, bound: bool) -> None:
        """Replace the workers, or end when the terminal of this process was closed."""
        if bound and not _has_terminal():
            self._ending.set()
            return
        self._asked_to_replace.set()
        if bound:  # the terminal may be about to close
            asyncio.get_running_loop().call_later(_CLOSING_S, self._end_if_closed)

    def _end_if_closed(self) -> None:
        """End if the terminal of this process has been closed."""
        if not _has_terminal():
            self._ending.set()

    def _on_end(self, number: int) -> None:
        if self._ending.is_set() and number == signal.SIGINT:
            for worker in self._workers:
                worker.send_signal(number)
        self._ending.set()

    async def _serve(self) -> None:
        # The first one alone: it reports what is wrong with the app, once.
        self._places.append(await self._new())
        self._places += await asyncio.gather(*(self._new() for _ in range(self._count - 1)))
        self._announce(self._places[0].started.result())
        locks = [asyncio.Lock() for _ in self._places]
        await asyncio.gather(
            self._replace_when_asked(locks),
            *(self._keep(place, lock) for place, lock in enumerate(locks)),
        )

    async def _new(self) -> Worker:
        """Return a worker that accepts requests.

        Raises:
            CommandError: If it ended before.
        """
        worker = self._start()
        self._workers.add(worker)
        worker.ended.add_done_callback(lambda _: self._workers.discard(worker))
        await asyncio.shield(worker.started)
        return worker

    async def _keep(self, place: int, lock: asyncio.Lock) -> None:
        """Replace a worker that has died, again and again."""
        backoff = Backoff()
        while True:
            worker = self._places[place]
            code = await asyncio.shield(worker.ended)
            async with lock:
                if self._places[place] is not worker:
                    continue  # it was replaced in order
                _log.error("worker %d ended with %s; starting another", worker.pid, _how(code))
                if time.monotonic() - worker.began >= STEADY_S:
                    backoff = Backoff()
                else:
                    await backoff.wait()
                while self._places[place] is worker:
                    try:
                        self._places[place] = await self._new()
                    except CommandError as error:
                        _log.error("could not start a worker, trying again: %s", error)
                        await backoff.wait()

    async def _replace_when_asked(self, locks: list[asyncio.Lock]) -> None:
        while True:
            await self._asked_to_replace.wait()
            self._asked_to_replace.clear()
            _log.info("replacing %d workers, one after the other", self._count)
            for place, lock in enumerate(locks):
                async with lock:
                    old = self._places[place]
                    try:
                        self._places[place] = await self._new()
                    except CommandError as error:
                        _log.error("could not replace the workers: %s", error)
                        break
                old.replace()
                await asyncio.shield(old.ended)
            else:
                _log.info("replaced %d workers", self._count)

    async def _stop(self) -> None:
        """End all workers, and wait for it."""
        for worker in self._workers:
            worker.send_signal(signal.SIGTERM)
        if left := await self._ended():
            _log.error("killing %d workers that have not ended in time", len(left))
            for worker in left:
                worker.send_signal(signal.SIGKILL)
            await self._ended()

    async def _ended(self) -> list[Worker]:
        """Wait until all workers have ended; return those that have not in time."""
        if self._workers:
            await asyncio.wait({worker.ended for worker in self._workers}, timeout=self._stop_s)
        return list(self._workers)
