"""Outlets: ways of getting a connection's frames to its socket.

Plain ASGI has one, an awaited `send` for each frame. Where the server lets us (the
extension `swell.frames` in the scope), finished WebSocket frames are written straight to
the transport, by callbacks of the event loop and without a task for each socket: that
halves what a delivered frame costs.
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
from swell.live.wire import CLOSE_DRAIN, CLOSE_SLOW

FRAMES = "swell.frames"
"""ASGI extension: a `FrameWriter` for this socket."""

_TEXT = 0x81  # final frame, text


class FrameWriter(Protocol):
    """What a server offers for writing finished WebSocket frames."""

    def write(self, frame: bytes) -> bool:
        """Write a frame with its header; return whether the peer keeps up."""

    def unsent(self) -> int:
        """Return how many bytes wait in this process for the peer to take them."""

    def when_writable(self, callback: Callable[[], None]) -> None:
        """Call back each time the peer has caught up."""


class Outlet(Protocol):
    """Moves frames from a connection to its socket."""

    def wake(self) -> None:
        """Note that there may be something to send."""

    async def run(self, connection: Connection) -> None:
        """Send until the connection ends.

        Raises:
            ProtocolError: With the code to close with.
        """


class AsgiOutlet:
    """The way that every ASGI server has.

    Args:
        socket: Where to send.
        slow_s: How long a peer may take nothing.
        drained: Tells when the server is about to end.
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


class DirectOutlet:
    """The short way: frames are written in callbacks of the event loop.

    Args:
        writer: The server's extension for this socket.
        slow_s: How long a peer may take nothing.
        drained: Tells when the server is about to end.
    """

    def __init__(self, writer: FrameWriter, slow_s: float, drained: Callable[[], bool]) -> None:
        self._writer = writer
        self._slow_s = slow_s
        self._drained = drained
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._connection: Connection | None = None
        self._soon: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._paced = False
        writer.when_writable(self._resume)

    def wake(self) -> None:
        """Note that there may be something to send."""
        connection = self._connection
        if connection is None or self._soon is not None or self._stuck is not None:
            return
        if self._paced and not connection.urgent:
            return  # the timer of the pace sends what has come by then, in one frame
        self._soon = self._loop.call_soon(self._flush)

    async def run(self, connection: Connection) -> None:
        """Send until the connection ends."""
        self._connection = connection
        self._flush()
        try:
            await self._ended
        finally:
            self._connection = None
            for handle in (self._soon, self._timer, self._stuck):
                if handle is not None:
                    handle.cancel()

    def _flush(self) -> None:
        self._soon = None
        self._paced = False
        connection = self._connection
        if connection is None or self._ended.done():
            return
        now = time.monotonic()
        try:
            while (frame := connection.take(now)) is not None:
                if not self._writer.write(framed(frame)):
                    self._wait_for_reader()
                    return
            if self._drained():
                raise ProtocolError(CLOSE_DRAIN, "the server goes away")
        except Exception as error:
            self._ended.set_exception(error)
            return
        self._paced = connection.pending
        self._set_timer(now, connection.due_in(now))

    def _set_timer(self, now: float, delay: float) -> None:
        """Flush again after `delay`, unless a timer that is set already comes before that."""
        timer = self._timer
        if timer is not None and not timer.cancelled():
            at = timer.when() - self._loop.time() + now
            if now < at <= now + delay:
                return
            timer.cancel()
        self._timer = self._loop.call_later(delay, self._flush)

    def _wait_for_reader(self) -> None:
        if self._timer is not None:
            self._timer.cancel()  # a beat that falls due meanwhile has to wait, too
        self._unsent = self._writer.unsent()
        self._stuck = self._loop.call_later(self._slow_s, self._check_reader)

    def _check_reader(self) -> None:
        if self._ended.done():
            return
        if self._writer.unsent() >= self._unsent:
            self._ended.set_exception(ProtocolError(CLOSE_SLOW, "the reader takes nothing"))
        else:
            self._wait_for_reader()

    def _resume(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
            self.wake()


def framed(payload: bytes) -> bytes:
    """Return a text frame of a server: RFC 6455 section 5.2, unmasked, in one piece."""
    length = len(payload)
    if length < 126:
        return bytes((_TEXT, length)) + payload
    if length < 65536:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big") + payload
