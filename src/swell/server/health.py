"""Liveness and readiness, for whatever starts processes and sends them requests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from swell.logs import logger

from .limits import LogLimiter

__all__ = ["Health"]

CHECK_S = 2.0
"""How long all checks together may take."""

KEEP_S = 1.0
"""How long a result is cached, so that frequent checks cost nothing."""

_NOT_KEPT = {"cache-control": "no-store"}
_log = LogLimiter(logger("swell.server"))


class Health:
    """`/_s/live` reports that the process runs, `/_s/ready` whether it accepts new users.

    `/_s/health` is another name of `/_s/live`.

    Args:
        draining: Returns whether the server is stopping.
        checks: Functions that raise while a dependency is unavailable, by its name, such as
            `database`.
        connected: Returns whether the backplane is. A process without it still serves its users, so
            it stays ready.
    """

    def __init__(
        self,
        draining: Callable[[], bool],
        checks: Mapping[str, Callable[[], Awaitable[object]]],
        connected: Callable[[], bool],
    ) -> None:
        self._draining, self._connected = draining, connected
        self._checks = checks
        self._lock = asyncio.Lock()
        self._fault = ""
        self._checked_at = -KEEP_S

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_s/live", self.live, methods=["GET"]),
            Route("/_s/health", self.live, methods=["GET"]),
            Route("/_s/ready", self.ready, methods=["GET"]),
        ]

    async def live(self, _request: Request) -> Response:
        """Answer 200: the event loop is running. It need not be started again for anything else."""
        return PlainTextResponse("ok\n", headers=_NOT_KEPT)

    async def ready(self, _request: Request) -> Response:
        """Answer 200, or 503 and the cause: the server drains, or a dependency is unavailable."""
        if self._draining():
            return PlainTextResponse("draining\n", 503, _NOT_KEPT)
        async with self._lock:
            if time.monotonic() - self._checked_at >= KEEP_S:
                self._fault = await self._check()
                self._checked_at = time.monotonic()
        if self._fault:
            return PlainTextResponse(f"{self._fault}\n", 503, _NOT_KEPT)
        state = "ok\n" if self._connected() else "ok\nbackplane disconnected\n"
        return PlainTextResponse(state, headers=_NOT_KEPT)

    async def _check(self) -> str:
        results = await asyncio.gather(*map(self._fault_of, self._checks))
        faulty = [name for name, error in zip(self._checks, results, strict=True) if error]
        return f"unavailable: {', '.join(faulty)}" if faulty else ""

    async def _fault_of(self, name: str) -> Exception | None:
        try:
            async with asyncio.timeout(CHECK_S):
                await self._checks[name]()
        except Exception as error:
            _log.warning(f"ready {name}", "not ready, %s: %r", name, error)
            return error
        return None
