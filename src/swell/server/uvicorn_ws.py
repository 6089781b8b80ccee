"""uvicorn's WebSocket, and what ASGI has no words for: finished frames, a peer that reads nothing,
and frames that no application gets to see.

`swell run` serves with it. Another server of uvicorn's, such as one that Swell is mounted in, takes
it as `--ws swell.server.uvicorn_ws:WebSocketProtocol`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from contextlib import suppress
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ProtocolError
from websockets.frames import CloseCode, Frame
from websockets.server import ServerProtocol

from swell.live.connection import Bucket
from swell.live.group import Write
from swell.live.wire import CLOSE_RATE
from swell.logs import logger

from .tcp import Stage
from .uvicorn_http import CountedConfig
from .writer import FRAMES, PeerListener

_log = logger("swell.server")

CLOSE_S = 2.0
"""How long a peer may take to answer a close, and again to read the sent bytes, in seconds."""

EARLY_FRAMES = 16
"""Frames accepted before the application has set its rate."""


class CountedFrames(ServerProtocol):
    """WebSocket frames of a peer, of any kind, at most so many.

    Attributes:
        unbounded: Whether the application has taken the peer without a bound.
    """

    def __init__(self, max_size: int | None) -> None:
        # No extensions: inflated messages use far more memory than the peer sent bytes.
        super().__init__(max_size=max_size, logger=logging.getLogger("uvicorn.error"))
        self.unbounded = False
        self._frames = Bucket(1.0, EARLY_FRAMES, time.monotonic())

    def bound(self, rate_per_s: float, burst: float) -> None:
        """Allow so many frames from now on."""
        self._frames = Bucket(rate_per_s, burst, time.monotonic())

    def recv_frame(self, frame: Frame) -> None:
        """Take a frame, unless it is one too many.

        Raises:
            ProtocolError: If it is, which ends the parser; the code is in the close frame by then.
        """
        if not self.unbounded and self._frames.take(time.monotonic()):
            self.fail(CLOSE_RATE, "too many frames")
            raise ProtocolError("too many frames")
        super().recv_frame(frame)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Given to uvicorn as its `ws`.

    It offers the extension `swell.frames`, see `writer.py`. Frames are never compressed.

    A graceful close keeps the socket until the peer has read all buffered bytes, and a stalled peer
    never does. Here its socket and buffer are freed. A peer that broke the protocol gets a while to
    read why: a socket that is closed while more arrives is reset, and written data is lost.
    """

    conn: CountedFrames

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = CountedFrames(self.config.ws_max_size)
        self.close_timeout = CLOSE_S
        self._abort: asyncio.TimerHandle | None = None
        self._listener: PeerListener | None = None
        self._bounded = False
        self._failed = False
        self._tcp = self.config.tcp if isinstance(self.config, CountedConfig) else None
        self._used = False
        self.peer = ""
        self.opened_at = time.monotonic()

    # ------------------------------------------------------------ the extension `swell.frames`

    @property
    def write(self) -> Write:
        """Writes a frame with its header to the transport."""
        return self.transport.write

    @property
    def write_through(self) -> Write:
        """Writes like `write`, but only while nothing waits: past the transport, where it can."""
        if type(self.transport).__module__ != "asyncio.selector_events":
            return self.transport.write  # TLS, or another loop, which may write later
        # Open until `connection_lost`, which notifies the listener before it closes the socket.
        number = self.transport.get_extra_info("socket").fileno()
        write, write_rest = os.write, self.transport.write

        def write_through(frame: bytes) -> None:
            try:
                size = write(number, frame)
            except OSError:  # full, or broken, which the transport finds out
                size = 0
            if size < len(frame):
                write_rest(frame[size:])

        return write_through

    def unsent(self) -> int:
        """Return the number of bytes buffered but not yet sent."""
        return self.transport.get_write_buffer_size()

    def listen(self, listener: PeerListener) -> None:
        """Register a listener for the state of the peer."""
        self._listener = listener
        # Paused as soon as anything is buffered: if not paused, data can be written at once.
        self.transport.set_write_buffer_limits(high=0)

    def bound(self, peer: str, max_bytes: int, rate_per_s: float, burst: float) -> None:
        """Count the connection as this peer's, and allow it so long messages and so many frames."""
        self.peer = peer
        self.conn.max_message_size = max_bytes
        self.conn.bound(rate_per_s, burst)
        self._bounded = True

    def used(self) -> None:
        """Keep the connection when there is no room for others."""
        self._used = True

    # ------------------------------------------------------------------- what `tcp.py` asks for

    def stage(self) -> Stage:
        """Return how far the connection is."""
        return Stage.USED if self._used or self.conn.unbounded else Stage.UNUSED

    def check(self, now: float) -> None:
        """Do nothing: deadlines of WebSockets are the application's."""

    def give_up(self) -> None:
        """Close the connection immediately; the browser retries later."""
        self.transport.abort()

    # ---------------------------------------------------------------------------- how the peer does

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Upgrade the connection of a request."""
        super().connection_made(transport)
        if self._tcp is not None:
            self._tcp.add(self)

    def pause_writing(self) -> None:
        """Note that the peer does not keep up."""
        super().pause_writing()
        if self._listener is not None:
            self._listener.paused()

    def resume_writing(self) -> None:
        """Note that the peer has caught up."""
        super().resume_writing()
        if self._listener is not None:
            self._listener.resumed()

    # ---------------------------------------------------------------------------- what arrives

    def data_received(self, data: bytes) -> None:
        """Process received bytes, unless the connection is closing."""
        if self._failed:
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def handle_ping(self) -> None:
        """Respond, unless the peer does not read earlier data."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)

    def handle_close(self, event: Frame) -> None:
        """Close; immediately if the peer would not read the close frame."""
        super().handle_close(event)
        if not self.writable.is_set():
            self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Pass a message to the application, unless its text is invalid UTF-8."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.fail(CloseCode.INVALID_DATA)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Report a protocol error to both sides, and ignore further data of the peer."""
        self._failed = True
        close = self.conn.close_sent
        code, reason = (close.code, close.reason) if close is not None else (1006, "")
        _log.debug("closed a connection with %d: %s", code, reason)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        rest = b"".join(self.conn.data_to_send())
        self.close_sent = True
        if close is None or not self.writable.is_set():
            self.transport.abort()
            return
        self.transport.write(rest)
        with suppress(OSError, NotImplementedError):  # TLS cannot close one direction
            self.transport.write_eof()
        self.transport.resume_reading()  # to the end, or written data may be lost
        self.close_timer = self.loop.call_later(CLOSE_S, self.transport.abort)

    # ------------------------------------------------------------------------------ its life

    async def send(self, message: Any) -> None:
        """Send a message of the application; a slow peer can delay it without a limit."""
        if message["type"] == "websocket.accept":
            self.conn.unbounded = not self._bounded
        await super().send(message)

    async def run_asgi(self) -> None:
        """Run the application for this connection, then make sure that the socket closes."""
        scope: Any = self.scope  # typed for what ASGI itself knows
        scope["extensions"][FRAMES] = self
        app = self.app

        async def answer(scope: Any, receive: Any, send: Any) -> Any:
            result: Any = await app(scope, receive, send)
            if self.close_sent:  # by a refusal, which uvicorn logs as an error of the application
                self.handshake_complete = True
            return result

        self.app = answer
        try:
            await super().run_asgi()
        finally:
            self.app = app
            del scope["extensions"][FRAMES]
        if self.disconnected:
            return
        if self.writable.is_set():
            self._abort = self.loop.call_later(2 * CLOSE_S, self.transport.abort)
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is gone."""
        if self._tcp is not None:
            self._tcp.remove(self)
        if self._listener is not None:
            self._listener.lost()
            self._listener = None
        if self._abort is not None:
            self._abort.cancel()
        super().connection_lost(exc)
        self.conn.parser.close()  # it refers to `conn`; without that cycle both are freed at once
