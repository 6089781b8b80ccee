"""The endpoints with which programs push to pages; the wire is H2O Wave's.

| request | effect |
| --- | --- |
| `PATCH /demo` with `{"d": [op, ...]}` | applies the ops, all or none |
| `GET /demo` with `Content-Type: application/json` | returns the page |
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from swell.errors import DECODE_ERRORS, LimitError, PushError, SwellError
from swell.server.security import host_allowed, request_host
from swell.settings.table import Settings

from .access import refusal
from .pages import PushedPages

__all__ = ["PageRoutes", "guarded", "is_load", "is_program", "read_body", "refused"]

Endpoint = Callable[[Request], Awaitable[Response]]

_STATUS = {
    "not_found": 404,
    "page_lost": 409,
    "not_shared": 409,
    "mixed_users": 409,
    "several_processes": 501,
}
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class _Body(msgspec.Struct):
    """Body of a patch; all but `d` are Swell's own."""

    d: list[object]
    strict: bool = False
    page: str = ""
    save: tuple[str, int] | None = None


class PageRoutes:
    """Endpoints of pushed pages.

    Args:
        pushed: The pages.
        settings: The access key, and bounds.
    """

    def __init__(self, pushed: PushedPages, settings: Settings) -> None:
        self._pushed = pushed
        self._settings = settings

    def routes(self) -> list[Route]:
        """Return the routes, to be put after those of the server's own addresses."""
        patch = guarded(self._patch, self._settings)
        return [Route("/{path:path}", patch, methods=["PATCH"], name="push")]

    async def load(self, request: Request) -> Response:
        """Answer a program that reads a page."""
        return await guarded(self._load, self._settings)(request)

    async def _load(self, request: Request) -> Response:
        return _json(self._pushed.load("/" + request.path_params["path"]))

    async def _patch(self, request: Request) -> Response:
        url = "/" + request.path_params["path"]
        body = await read_body(request, self._settings.push_max_bytes)
        try:
            patch = msgspec.json.decode(body, type=_Body)
        except DECODE_ERRORS as error:
            raise PushError(url, "bad_patch", f"the patch was not understood: {error}") from None
        done = self._pushed.save(
            url, patch.d, strict=patch.strict, page=patch.page, save=patch.save
        )
        return _json({"page": done.page, "ignored": done.ignored})


def is_load(request: Request) -> bool:
    """Return whether a program asks for the content of a page, and not a browser for the page."""
    return request.headers.get("content-type", "").partition(";")[0] == "application/json"


def is_program(request: Request) -> bool:
    """Return whether a program sent a request, not a page in a browser."""
    return not any(name in request.headers for name in ("origin", "sec-fetch-site"))


def guarded(endpoint: Endpoint, settings: Settings) -> Endpoint:
    """Return an endpoint for programs that may push; its errors become answers."""

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        if (response := refused(request, settings)) is not None:
            return response
        try:
            return await endpoint(request)
        except PushError as error:
            return _error(_STATUS.get(error.reason, 400), error.reason, error.message)
        except LimitError as error:
            return _error(413, error.code, str(error))
        except ClientDisconnect:
            return Response(status_code=400)  # the program is gone
        except SwellError as error:
            return _error(400, error.code, str(error))

    return answer


def refused(request: Request, settings: Settings) -> Response | None:
    """Return the answer to a request that may not push; None if it may."""
    if not host_allowed(request_host(request.scope["headers"]), settings):
        return _error(400, "bad_host", "This server is not known by that name.")
    if (no := refusal(request, settings)) is None:
        return None
    status, message = no
    response = _error(status, "refused", message)
    if status == 401:
        response.headers["www-authenticate"] = 'Basic realm="swell"'
    return response


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        LimitError: If it is longer than `limit` bytes.
    """
    too_long = LimitError("the request", f"{limit:,} bytes (setting push_max_bytes)")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 18 or int(length) > limit):
        raise too_long
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise too_long
    return bytes(body)


def _json(value: object) -> Response:
    body = msgspec.json.encode(value)
    return Response(body, media_type="application/json", headers=_HEADERS)


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers=_HEADERS)
