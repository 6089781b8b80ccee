"""Requests to other servers that programs send through this one; off by default."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from swell.errors import DECODE_ERRORS, PushError
from swell.settings.table import Settings

from .routes import guarded, read_body

__all__ = ["Proxy"]

TIMEOUT_S = 10.0


class _Request(msgspec.Struct):
    """A request to send."""

    method: str
    url: str
    headers: dict[str, list[str]] | None = None
    body: str | None = None


class Proxy:
    """Sends requests of programs.

    Args:
        settings: `proxy`, the access key, and bounds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def routes(self) -> list[Route]:
        """Return the route of the proxy."""

        async def send(request: Request) -> Response:
            body = await read_body(request, self._settings.push_max_bytes)
            try:
                wanted = msgspec.json.decode(body, type=_Request)
            except DECODE_ERRORS as error:
                said = f"the request was not understood: {error}"
                raise PushError("", "bad_request", said) from None
            found = await self.send(wanted.method, wanted.url, wanted.headers, wanted.body)
            return JSONResponse(found)

        return [Route("/_p/", guarded(send, self._settings), methods=["POST"])]

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Sequence[str]] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Send a request, and return `{"error": text}` or `{"result": answer}`.

        Raises:
            PushError: If the setting `proxy` is off.
        """
        if not self._settings.proxy:
            raise PushError(url, "off", "the server forwards no requests (setting proxy)")
        if not url.startswith(("http://", "https://")):
            return {"error": f"expected an address with http or https, got {url!r}"}
        limit = self._settings.push_max_bytes
        return await anyio.to_thread.run_sync(_send, method, url, headers or {}, body, limit)


class _Here(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the program sees it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _send(
    method: str, url: str, headers: Mapping[str, Sequence[str]], body: str | None, limit: int
) -> dict[str, Any]:
    data = body.encode() if body is not None else None
    try:
        request = urllib.request.Request(url, data, method=method.upper())  # noqa: S310  # checked
        for name, values in headers.items():
            request.add_header(name, ", ".join(values))
        opener = urllib.request.build_opener(_Here)
        try:
            answer = opener.open(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            content = answer.read(limit + 1)
            if len(content) > limit:
                return {"error": f"the answer is longer than {limit:,} bytes"}
            named: dict[str, list[str]] = {}
            for name, value in answer.headers.items():
                named.setdefault(name, []).append(value)
            status = f"{answer.status} {answer.reason}"
            text = content.decode("utf-8", "replace")
            result = {"status": status, "code": answer.status, "headers": named, "body": text}
            return {"result": result}
    except (OSError, ValueError, http.client.HTTPException) as error:
        return {"error": str(error)}
