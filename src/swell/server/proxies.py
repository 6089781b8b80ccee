"""Forwarded headers, honoured from trusted proxies only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from .identity import PEER

__all__ = ["TrustedProxies"]


class TrustedProxies:
    """An ASGI application around another: reads `X-Forwarded-For` and `X-Forwarded-Proto`.

    The peer address stays in the scope, for headers that only a proxy may set.

    Args:
        app: The application.
        trusted: Addresses and networks of proxies.
    """

    def __init__(self, app: Any, trusted: Iterable[str]) -> None:
        self._app: Any = ProxyHeadersMiddleware(app, list(trusted))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one connection on."""
        if client := scope.get("client"):
            scope[PEER] = client[0]
        await self._app(scope, receive, send)
