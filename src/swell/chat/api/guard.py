"""Access to an endpoint, and the limit of a request's size."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from starlette.requests import Request

from swell.errors import DECODE_ERRORS
from swell.server.direct import is_direct

__all__ = ["MAX_BODY", "Refused", "read_json", "refusal"]

MAX_BODY = 10_000_000
"""Longest request, in bytes."""


Refused: TypeAlias = Callable[[str, Mapping[str, Any]], None]
"""Writes into the audit log why a request was refused, by its scope."""


def refusal(
    request: Request, api_key: str | Callable[[], str | None] | None, refused: Refused
) -> str | None:
    """Return why a request may not come in, which is written into the audit log, or None.

    With a key, the request has to have it as its bearer token. Without one, only programs on this
    machine come in, and directly: by an address of this machine, both as peer and in the Host
    header, no web page (those send an origin), and nothing that a proxy passes on.
    """
    reason = _reason(request, api_key() if callable(api_key) else api_key)
    if reason is not None:
        refused("api_key", request.scope)
    return reason


def _reason(request: Request, api_key: str | None) -> str | None:
    if api_key:
        given = request.headers.get("authorization", "")
        expected = f"Bearer {api_key}"
        allowed = hmac.compare_digest(given.encode(), expected.encode())
        return None if allowed else "The API key is missing or wrong."
    return None if is_direct(request) else _REFUSED


_REFUSED = (
    "Without an API key only programs on the server's own machine may ask, without a proxy "
    "(setting api_key)."
)


async def read_json(request: Request) -> Any:
    """Return the body.

    Raises:
        ValueError: If it is too long, or no JSON.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise ValueError("The content type has to be application/json.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise ValueError(f"The request is longer than {MAX_BODY:,} bytes.")
    try:
        return msgspec.json.decode(bytes(body))
    except DECODE_ERRORS:
        raise ValueError("The request is not JSON.") from None
