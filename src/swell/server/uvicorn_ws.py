"""uvicorn's WebSocket, and what ASGI has no words for: finished frames, and a peer that reads
nothing."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from swell.live.abreast import Write

from .outlet import FRAMES, PeerListener

CLOSE_S = 2.0
"""How long a peer may take to answer a close, and again to take what was sent, in seconds."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Given to uvicorn as its `ws`.

    It offers the extension `swell.frames`, see `outlet.py`.

    A socket that is closed in order stays until the peer has taken all that was written to it,
    which a peer that has stopped reading never does. Here its socket and buffer are freed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_S
        self._abort: asyncio.TimerHandle | None = None
        self._listener: PeerListener | None = None

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
        # Open until `connection_lost`, which tells the listener before it closes the socket.
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
        """Return how many bytes wait in this process for the peer to take them."""
        return self.transport.get_write_buffer_size()

    def tell(self, listener: PeerListener) -> None:
        """Tell somebody from now on how the peer does."""
        self._listener = listener
        # Paused as soon as anything waits: whoever is not paused can be written to at once.
        self.transport.set_write_buffer_limits(high=0)

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

    # ------------------------------------------------------------------------------ its life

    async def run_asgi(self) -> None:
        """Run the application for this connection, then see to it that the socket goes away."""
        scope: Any = self.scope  # typed for what ASGI itself knows
        scope["extensions"][FRAMES] = self
        await super().run_asgi()
        if self.disconnected:
            return
        if self.writable.is_set():
            self._abort = self.loop.call_later(2 * CLOSE_S, self.transport.abort)
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is gone."""
        if self._listener is not None:
            self._listener.lost()
            self._listener = None
        if self._abort is not None:
            self._abort.cancel()
        super().connection_lost(exc)
