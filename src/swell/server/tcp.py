"""The TCP connections of a process: at most so many, and none that keeps others out by waiting.

A process has a limit of open files, and each connection is one. A peer that opens connections
without a request could take them all. So there is a limit below that one; when it is reached, the
idle connections are closed first, those of the peer with the most of them before others. And each
connection has deadlines: for the head of a request, for its body, for taking an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import sys
import time
from collections import Counter
from enum import IntEnum
from typing import Any, Protocol

from swell.logs import logger
from swell.settings.table import Settings

from .limits import LogLimiter

__all__ = ["AT_ONCE", "Stage", "TcpConnection", "TcpConnections", "connections_allowed"]

_log = logger("swell.server")

AT_ONCE = 16
"""Connections that are taken from the system in one iteration of the event loop."""

FILES_LEFT = 96
"""Open files that are left for everything else at least: the app's own, and the connections that
the system has accepted in the three loop iterations until they are counted.
"""

CONNECTIONS_MAX = 10_000
"""Most connections, unless a setting or the limit of open files is lower."""

FEW = 8
"""Connections that a peer may have before any that it works with is given up for others."""

SWEEP_S = 1.0
"""Time between two looks for deadlines that have passed, in seconds."""

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Stage(IntEnum):
    """Stage of a connection; the lowest stage is closed first."""

    WAITING = 0
    """No request, or not all of its head."""

    SENDING = 1
    """The body of a request is being received."""

    UNUSED = 2
    """A WebSocket without an action."""

    USED = 3
    """In use; never closed to make room."""


class TcpConnection(Protocol):
    """One connection, as far as its number and its deadlines are concerned.

    Attributes:
        peer: What its address counts as, see `limits.peer_of`; empty when it is a proxy's.
        opened_at: When it was opened, in seconds of `time.monotonic`.
    """

    peer: str
    opened_at: float

    def stage(self) -> Stage:
        """Return how far it is."""

    def check(self, now: float) -> None:
        """Close it if a deadline has passed."""

    def give_up(self) -> None:
        """Close it immediately."""


class TcpConnections:
    """All connections of a process.

    Args:
        settings: Deadlines.
        allowed: How many there may be.
    """

    def __init__(self, settings: Settings, allowed: int) -> None:
        self.settings = settings
        self.allowed = allowed
        self._open: dict[TcpConnection, None] = {}
        self._seldom = LogLimiter(_log)
        self._sweep: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start to check deadlines, and to handle errors of accepting connections."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._on_error)
        self._schedule(loop)

    def stop(self) -> None:
        """Look no more."""
        if self._sweep is not None:
            self._sweep.cancel()

    def add(self, connection: TcpConnection) -> bool:
        """Count a connection that has been opened; return whether there is room for it."""
        if len(self._open) >= self.allowed and not self._make_room():
            self._seldom.warning(
                "full",
                "refused a connection: all %d are in use (setting connections_max)",
                self.allowed,
            )
            return False
        self._open[connection] = None
        return True

    def remove(self, connection: TcpConnection) -> None:
        """Forget a connection that is closed."""
        self._open.pop(connection, None)

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def _make_room(self) -> bool:
        """Close idle connections, several at once; return whether there were any."""
        by_peer = Counter(connection.peer for connection in self._open)
        found: list[tuple[Stage, int, float, int, TcpConnection]] = []
        for number, connection in enumerate(self._open):
            stage, many = connection.stage(), by_peer[connection.peer]
            if stage is Stage.WAITING or (
                stage is not Stage.USED and (many > FEW or not connection.peer)
            ):
                found.append((stage, -many, connection.opened_at, number, connection))
        found.sort()
        # Several, or each newcomer of a flood would look at all of them.
        waiting = sum(one[0] is Stage.WAITING for one in found)
        for *_, connection in found[: min(max(1, waiting), max(1, self.allowed // 100))]:
            self.remove(connection)
            connection.give_up()
        if found:
            self._seldom.warning(
                "idle",
                "closed connections that asked for nothing: all %d are open "
                "(setting connections_max)",
                self.allowed,
            )
        return bool(found)

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sweep = loop.call_later(SWEEP_S, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.monotonic()
        for connection in list(self._open):
            connection.check(now)
        self._schedule(loop)

    def _on_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log uncaught exceptions; rate-limit the one for too many open files."""
        error = context.get("exception")
        accepting = str(context.get("message")).startswith("socket.accept")
        if not (accepting and isinstance(error, OSError) and error.errno in _EXHAUSTED):
            loop.default_exception_handler(context)
            return
        self._seldom.warning(
            "exhausted", "cannot accept connections for a second: %s", error.strerror
        )
        self._make_room()


class Deadlines:
    """Tracks the progress of an HTTP peer, and detects a stalled one.

    Args:
        settings: How long that is.
        now: When it was connected, in seconds of a monotonic clock; all times are.
    """

    def __init__(self, settings: Settings, now: float) -> None:
        self._settings = settings
        self._head_by = now + settings.header_timeout_s
        self._body_since: float | None = None
        self._body_bytes = 0
        self._unsent = 0
        self._unsent_since = now

    def answered(self, now: float) -> None:
        """Wait for the head of another request."""
        settings = self._settings
        self._head_by = now + settings.keep_alive_s + settings.header_timeout_s
        self._body_since = None

    def arrived(self, size: int, now: float) -> None:
        """Note bytes of a body."""
        if self._body_since is None:
            self._body_since, self._body_bytes = now, 0
        self._body_bytes += size

    def held(self, seconds: float) -> None:
        """Record that the server paused the body; the deadline is extended."""
        if self._body_since is not None:
            self._body_since += seconds

    def late(self, stage: Stage, unsent: int, now: float) -> bool:
        """Return whether the peer's deadline is over.

        Args:
            stage: How far the connection is.
            unsent: How many bytes of answers the peer has not taken.
            now: The present.
        """
        if unsent == 0 or unsent < self._unsent:
            self._unsent_since = now
        self._unsent = unsent
        settings = self._settings
        if unsent and now - self._unsent_since >= settings.slow_reader_s:
            return True
        if stage is Stage.WAITING:
            return now >= self._head_by
        if stage is Stage.SENDING and self._body_since is not None:
            earned = self._body_bytes / settings.body_bytes_per_s
            return now - self._body_since >= settings.body_timeout_s + earned
        return False

    def took(self, now: float) -> None:
        """Record that the peer has read some of the sent bytes."""
        self._unsent_since = now


def connections_allowed(connections_max: int) -> int:
    """Return how many connections there may be, of which each is an open file.

    A quarter of the files stays for everything else, at least `FILES_LEFT`. The limit of open files
    is raised as far as this account may.

    Args:
        connections_max: The setting; 0 for as many as the limit leaves.
    """
    wanted = connections_max or CONNECTIONS_MAX
    files = _open_files_limit(wanted * 4 // 3 + 1)
    if files is None:
        return wanted
    left = max(AT_ONCE, files - max(files // 4, FILES_LEFT))
    if left < connections_max:
        _log.warning(
            "connections_max is %d, but this process may have only %d files open, which leaves %d "
            "connections; raise that limit (`ulimit -n`)",
            connections_max,
            files,
            left,
        )
    return min(wanted, left)


def _open_files_limit(wanted: int) -> int | None:
    """Return how many files this process may have open, raised towards `wanted`."""
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return wanted if soft == resource.RLIM_INFINITY else soft
