"""Writers: ways to get a connection's frames to its socket.

Plain ASGI has one, an awaited `send` for each frame. Where the server lets us (the
extension `swell.frames` in the scope), finished WebSocket frames are written straight to
the transport, by callbacks of the event loop and without a task for each socket: that
halves the cost of a delivered frame.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from starlette.websockets import WebSocket

from swell.errors import ProtocolError
from swell.live.connection import Connection
from swell.live.group import Write
from swell.live.wire import CLOSE_DRAIN, CLOSE_SLOW

FRAMES = "swell.frames"
"""ASGI extension: a `FrameWriter` for this socket."""

_TEXT = 0x81  # final frame, text


class PeerListener(Protocol):
    """Receives the state of a socket's peer."""

    def paused(self) -> None:
        """Note that the peer does not keep up: something waits for it in this process."""

    def resumed(self) -> None:
        """Note that the peer has caught up: nothing waits any more."""

    def lost(self) -> None:
        """Note that the peer is gone."""


class FrameWriter(Protocol):
    """A server's interface for writing pre-framed WebSocket data."""

    @property
    def write(self) -> Write:
        """Writes a frame with its header to the transport."""

    @property
    def write_through(self) -> Write:
        """Writes like `write`, at less cost, and only while nothing is unsent."""

    def unsent(self) -> int:
        """Return how many bytes wait in this process for the peer to take them."""

    def listen(self, listener: PeerListener) -> None:
        """Register a listener for the state of the peer."""

    def bound(self, peer: str, max_bytes: int, rate_per_s: float, burst: float) -> None:
        """Count the connection as this peer's, and allow it so long messages and so many frames.

        Args:
            peer: See `limits.peer_of`.
            max_bytes: Longest message.
            rate_per_s: Frames per second in the long run, empty ones included.
            burst: Frames at once.
        """

    def used(self) -> None:
        """Mark the connection as in use, so that it is never closed to make room."""


class Writer(Protocol):
    """Moves frames from a connection to its socket."""

    def wake(self) -> None:
        """Note that there may be something to send."""

    async def run(self, connection: Connection) -> None:
        """Send until the connection ends.

        Raises:
            ProtocolError: With the code to close with.
        """


class AsgiWriter:
    """The way that every ASGI server has.

    Args:
        socket: Where to send.
        slow_s: How long a peer may take nothing.
        drained: Set when the server is stopping.
    """

    def __init__(self, socket: WebSocket, slow_s: float, drained: Callable[[], bool]) -> None:
        self._socket = socket
        self._slow_s = slow_s
        self._drained = drained
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Note that there may be something to send."""
        self._awake.set()

    async def run(self, connection: Connection) -> None:
        """Send until the connection ends."""
        while True:
            now = time.monotonic()
            frame = connection.take(now)
            if frame is not None:
                try:
                    async with asyncio.timeout(self._slow_s):
                        await self._socket.send_text(frame.decode())
                except TimeoutError:
                    raise ProtocolError(CLOSE_SLOW, "the reader takes nothing") from None
                continue
            if self._drained():
                raise ProtocolError(CLOSE_DRAIN, "the server goes away")
            self._awake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(connection.due_in(now)):
                    await self._awake.wait()


class DirectWriter:
    """The short way: frames are written in callbacks of the event loop.

    When nothing is pending for a connection, its page writes further saves straight to the
    transport, for the whole group (`swell.live.group`).

    Args:
        writer: The server's extension for this socket.
        slow_s: How long a peer may take nothing.
        drained: Set when the server is stopping.
    """

    def __init__(self, writer: FrameWriter, slow_s: float, drained: Callable[[], bool]) -> None:
        self._writer = writer
        self._slow_s = slow_s
        self._drained = drained
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._connection: Connection | None = None
        self._soon: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None  # for timed work
        self._timer_at = 0.0
        self._stuck: asyncio.TimerHandle | None = None  # set while the peer does not keep up
        self._unsent = 0
        self._through = writer.write_through
        writer.listen(self)

    def wake(self) -> None:
        """Note that there may be something to send."""
        if self._connection is not None and self._soon is None and self._stuck is None:
            self._soon = self._loop.call_soon(self._send_due)

    async def run(self, connection: Connection) -> None:
        """Send until the connection ends."""
        self._connection = connection
        if self._writer.unsent():
            self.paused()
        self._send_due()
        try:
            await self._ended
        finally:
            self.lost()
            for handle in (self._soon, self._timer, self._stuck):
                if handle is not None:
                    handle.cancel()
            # An exception in it refers to this frame: without the cycle all is freed at once.
            self._ended = self._loop.create_future()
            self._ended.cancel()

    def lost(self) -> None:
        """Write nothing more."""
        if self._connection is not None:
            self._connection.go_alone()
            self._connection = None

    def paused(self) -> None:
        """Wait for a reader that does not keep up."""
        if self._connection is None or self._stuck is not None:
            return
        self._connection.go_alone()
        if self._timer is not None:
            self._timer.cancel()  # a beat due before then has to wait as well
            self._timer = None
        self._unsent = self._writer.unsent()
        self._stuck = self._loop.call_later(self._slow_s, self._check_reader)

    def resumed(self) -> None:
        """Send the messages queued since."""
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
            self.wake()

    def _send_due(self) -> None:
        """Send all due messages, and set the timer for the next one."""
        self._soon = None
        connection = self._connection
        if connection is None or self._stuck is not None or self._ended.done():
            return
        connection.go_alone()
        now = time.monotonic()
        try:
            while (frame := connection.take(now)) is not None:
                self._writer.write(framed(frame))
                if not self._keeps_up():
                    return
            if self._drained():
                raise ProtocolError(CLOSE_DRAIN, "the server goes away")
        except Exception as error:
            if not self._ended.done():
                self._ended.set_exception(error)
            return
        self._set_timer(now + connection.due_in(now))
        connection.join_group(self._through)

    def _set_timer(self, at: float) -> None:
        """Schedule sending at `at`, unless the timer fires earlier."""
        if self._timer is not None:
            if self._timer_at <= at:
                return
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._loop.call_later(at - time.monotonic(), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._send_due()

    def _keeps_up(self) -> bool:
        return self._stuck is None

    def _check_reader(self) -> None:
        self._stuck = None
        if self._ended.done():
            return
        if self._writer.unsent() >= self._unsent:
            self._ended.set_exception(ProtocolError(CLOSE_SLOW, "the reader takes nothing"))
        else:
            self.paused()


def framed(payload: bytes) -> bytes:
    """Return a text frame of a server: RFC 6455 section 5.2, unmasked, in one piece."""
    length = len(payload)
    if length < 126:
        return bytes((_TEXT, length)) + payload
    if length < 65536:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big") + payload
