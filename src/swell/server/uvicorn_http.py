"""uvicorn's HTTP, with a bound on connections and with deadlines; see `tcp.py`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .limits import is_proxy, peer_of
from .tcp import Deadlines, Stage, TcpConnections

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Length: 0\r\n\r\n"
)
_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class CountedConfig(uvicorn.Config):
    """uvicorn's configuration, and the connections that its protocols count.

    Attributes:
        tcp: Those connections.
    """

    def __init__(self, *args: Any, tcp: TcpConnections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tcp = tcp


class HttpProtocol(H11Protocol):
    """Given to uvicorn as its `http`, with a `CountedConfig`."""

    config: CountedConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tcp = self.config.tcp
        self.opened_at = time.monotonic()
        self.peer = ""
        self._deadlines = Deadlines(self._tcp.settings, self.opened_at)
        self._refused = False
        self._began = False
        self._checked_at = self.opened_at

    # ------------------------------------------------------------------- what `tcp.py` asks for

    def stage(self) -> Stage:
        """Return how far the connection is."""
        if self.cycle is None or self.cycle.response_complete:
            return Stage.WAITING
        return Stage.SENDING if self.cycle.more_body else Stage.USED

    @property
    def asked(self) -> bool:
        """Whether a request has arrived on the connection."""
        return self.cycle is not None

    def check(self, now: float) -> None:
        """Close the connection if the peer has been waited for long enough."""
        stage = self.stage()
        if self.flow.read_paused:
            self._deadlines.held(now - self._checked_at)
        self._checked_at = now
        if not self._deadlines.late(stage, self.transport.get_write_buffer_size(), now):
            return
        if not self._answered() and (self._began or stage is Stage.SENDING):
            self.transport.write(_LATE)
        self.give_up()

    def give_up(self) -> None:
        """Close the connection immediately, after an error response if the kernel accepts it."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _answered(self) -> bool:
        """Whether a response is being sent, or was the last one on this connection."""
        return self.cycle is not None and self.cycle.response_started

    # ------------------------------------------------------------------------- what uvicorn calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, if there is room for it."""
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        self.peer = "" if is_proxy(host, self._tcp.settings.trusted_proxies) else peer_of(host)
        if not self._tcp.add(self):
            self._refused = True
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        self._tcp.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process received bytes, unless the peer was refused."""
        if self._refused or self.transport.is_closing():
            return
        self._began = True
        super().data_received(data)
        if self.stage() is Stage.SENDING:
            self._deadlines.arrived(len(data), time.monotonic())

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Leave the connection to the WebSocket, which counts it anew."""
        self._tcp.remove(self)
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer invalid HTTP, unless a response is already being sent."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # the application gets no more, and sends no more
            self.cycle.message_event.set()
        if self._answered() and not self.cycle.response_complete:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._began = False
        self._deadlines.answered(time.monotonic())
        super().on_response_complete()

    def resume_writing(self) -> None:
        """Record that the peer has read the sent bytes."""
        self._deadlines.took(time.monotonic())
        super().resume_writing()
