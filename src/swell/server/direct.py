"""Requests that come from this machine, directly: no web page and no proxy sent them."""

from __future__ import annotations

import ipaddress
import re

from starlette.requests import Request

from .security import request_host

__all__ = ["is_direct", "is_loopback"]

_PROXIED = re.compile(
    r"forwarded|x-forward|x-real-|x-client-ip|x-cluster-|x-original-|x-envoy-|via$|x-via|x-proxy"
    r"|x-host|x-scheme|x-remote-|x-ssl-|x-arr-|x-azure-|client-ip|true-client-ip|remote-addr"
    r"|wl-proxy-|proxy-|front-end-https|cf-|cdn-|fastly-|fly-|akamai-|x-akamai-|x-amz|x-appengine-"
    r"|x-cloud-trace-|x-varnish|x-nginx-|x-vercel-|x-nf-|tailscale-|ngrok-|incap-|x-zscaler"
    r"|x-bluecoat|x-traefik-|x-auth-request-|x-kong-|x-haproxy|x-gateway|x-sucuri-|x-rewrite-"
    r"|cloudfront-|ali-cdn-|x-prox|x-litespeed-|x-goog-iap-|x-ms-client-principal|x-coming-from"
)
"""How the names of headers begin that proxies, gateways and tunnels add, in lower case."""

_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?")
"""A Host header: the address in brackets, or the name."""


def is_direct(request: Request) -> bool:
    """Return whether a program on this machine sent a request, without a proxy.

    Both the peer and the Host header are addresses of this machine, there is no Origin, and no
    header that a proxy adds.
    """
    names = [name.decode("latin-1").lower() for name, _ in request.scope["headers"]]
    host = request_host(request.scope["headers"]) or ""
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and (match := _HOST.fullmatch(host)) is not None
        and is_loopback(match[1] or match[2])
        and request.scope.get("http_version") != "1.0"  # nginx's default
        and not any(name == "origin" or _PROXIED.match(name) for name in names)
    )


def is_loopback(host: str) -> bool:
    """Return whether a host name or an address is this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
