"""Access to an endpoint, and the limit of a request's size."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request

from swell.errors import DECODE_ERRORS
from swell.server.security import request_host

__all__ = ["MAX_BODY", "read_json", "refusal"]

MAX_BODY = 10_000_000
"""Longest request, in bytes."""

_PROXIED = re.compile(
    r"forwarded|x-forward|x-real-|x-client-ip|x-cluster-|x-original-|x-envoy-|via$|x-via|x-proxy"
    r"|x-host|x-scheme|x-remote-|x-ssl-|x-arr-|x-azure-|client-ip|true-client-ip|remote-addr"
    r"|wl-proxy-|proxy-|front-end-https|cf-|cdn-|fastly-|fly-|akamai-|x-akamai-|x-amz|x-appengine-"
    r"|x-cloud-trace-|x-varnish|x-nginx-|x-vercel-|x-nf-|tailscale-|ngrok-|incap-|x-zscaler"
    r"|x-bluecoat|x-traefik-|x-auth-request-|x-kong-|x-haproxy|x-gateway|x-sucuri-|x-rewrite-"
    r"|cloudfront-|ali-cdn-|x-prox|x-litespeed-|x-goog-iap-|x-ms-client-principal|x-coming-from"
)
"""How the names of headers begin that proxies, gateways and tunnels add, in lower case."""


def refusal(request: Request, api_key: str | Callable[[], str | None] | None) -> str | None:
    """Return why a request may not come in, or None.

    With a key, the request has to have it as its bearer token. Without one, only programs on this
    machine come in, and directly: by an address of this machine, both as peer and in the Host
    header, no web page (those send an origin), and nothing that a proxy passes on.
    """
    if callable(api_key):
        api_key = api_key()
    if api_key:
        given = request.headers.get("authorization", "")
        expected = f"Bearer {api_key}"
        allowed = hmac.compare_digest(given.encode(), expected.encode())
        return None if allowed else "The API key is missing or wrong."
    return None if _is_direct(request) else _REFUSED


_REFUSED = (
    "Without an API key only programs on the server's own machine may ask, without a proxy "
    "(setting api_key)."
)


def _is_direct(request: Request) -> bool:
    names = [name.decode("latin-1").lower() for name, _ in request.scope["headers"]]
    host = request_host(request.scope["headers"]) or ""
    return (
        request.client is not None
        and _is_loopback(request.client.host)
        and (match := _HOST.fullmatch(host)) is not None
        and _is_loopback(match[1] or match[2])
        and request.scope.get("http_version") != "1.0"  # nginx's default
        and not any(name == "origin" or _PROXIED.match(name) for name in names)
    )


_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?")
"""A Host header: the address in brackets, or the name."""


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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
