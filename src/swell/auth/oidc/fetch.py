"""Requests to an OpenID provider: bounded in time and size, and never redirected."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from swell.errors import DECODE_ERRORS, SignInError

__all__ = ["ProviderError", "Reply", "fetch"]

TIMEOUT_S = 10.0
"""How long a request may take in total, in seconds."""

REPLY_MAX_BYTES = 1 << 20
"""Largest answer that is read."""


class ProviderError(SignInError):
    """An OpenID provider cannot be reached, refuses, or sends what cannot be trusted.

    Attributes:
        problem: Stable name of the problem, which the page shows.
    """

    def __init__(self, problem: str, reason: str, temporary: bool = False) -> None:
        super().__init__(reason, temporary)
        self.args = (problem, reason, temporary)
        self.problem = problem


class Reply(NamedTuple):
    """An answer.

    Attributes:
        status: HTTP status.
        body: The JSON object that it holds; None if it holds anything else.
    """

    status: int
    body: dict[str, Any] | None


async def fetch(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send a request and return the answer.

    Args:
        url: Address.
        form: What to POST; without it the request is a GET.
        headers: Further headers.

    Raises:
        ProviderError: If there is no answer in time, or it is a redirect, compressed or too large.
    """
    import httpx

    sent = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
    method = "GET" if form is None else "POST"
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            # A client for each request: they are rare, and come from several event loops.
            httpx.AsyncClient(verify=_tls(), timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream(method, url, headers=sent, data=form) as response,
        ):
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _unusable(url, "the answer is compressed, which was not asked for")
            if response.is_redirect:
                raise _unusable(url, f"it redirects (HTTP {response.status_code})")
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > REPLY_MAX_BYTES:
                    raise _unusable(url, f"the answer has more than {REPLY_MAX_BYTES} bytes")
            return Reply(response.status_code, _object(bytes(body)))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # a TimeoutError is an OSError
        said = str(error) or f"no answer within {TIMEOUT_S:g} s"
        raise ProviderError(
            "provider_away", f"{_place(url)} cannot be reached: {said}", True
        ) from None


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except DECODE_ERRORS:
        return None


def _unusable(url: str, reason: str) -> ProviderError:
    return ProviderError("provider_wrong", f"{_place(url)}: {reason}", True)


def _place(url: str) -> str:
    """Return an address without its query."""
    return url.partition("?")[0]


@functools.cache
def _tls() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context()
