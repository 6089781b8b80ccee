"""`/_s/metrics`: the metrics, for Prometheus with a token."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from swell.observe.scrape import CONTENT_TYPE, may_scrape

__all__ = ["metrics_routes"]

_HEADERS = {"cache-control": "no-store"}


def metrics_routes(token: str | None, scrape: Callable[[], bytes] | None) -> list[Route]:
    """Return the route of the metrics; none without a token, or without metrics.

    Args:
        token: The setting `metrics_token`.
        scrape: Returns the metrics.
    """
    if token is None or scrape is None:
        return []

    async def answer(request: Request) -> Response:
        if not may_scrape(request.headers.get("authorization", ""), token):
            headers = {**_HEADERS, "www-authenticate": "Bearer"}
            return PlainTextResponse("the setting metrics_token is needed\n", 401, headers)
        return Response(scrape(), headers=_HEADERS, media_type=CONTENT_TYPE)

    return [Route("/_s/metrics", answer, methods=["GET"])]
