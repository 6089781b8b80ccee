"""uvicorn's WebSocket, and what ASGI has no words for: a peer that takes nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from .websocket import UNSENT

CLOSE_S = 2.0
"""How long a peer may take to answer a close, and again to take what was sent, in seconds."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Given to uvicorn as its `ws`.

    A socket that is closed in order stays until the peer has taken all that was written to it,
    which a peer that has stopped reading never does. Here its socket and buffer are freed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_S
        self._abort: asyncio.TimerHandle | None = None

    async def run_asgi(self) -> None:
        """Run the application for this connection, then see to it that the socket goes away."""
        scope: Any = self.scope  # typed for what ASGI itself knows
        scope["extensions"][UNSENT] = self.transport.get_write_buffer_size
        await super().run_asgi()
        if self.disconnected:
            return
        if self.writable.is_set():
            self._abort = self.loop.call_later(2 * CLOSE_S, self.transport.abort)
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is gone."""
        if self._abort is not None:
            self._abort.cancel()
        super().connection_lost(exc)
