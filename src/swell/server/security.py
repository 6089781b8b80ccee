"""Access checks: session cookies, Host, Origin, and the security headers of every response.

All checks are pure functions of a request's headers and the settings. No check reads a URL built
from the Host header.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable, Mapping
from typing import Any

from swell.settings.table import Settings

__all__ = [
    "content_frame_headers",
    "frame_headers",
    "host_allowed",
    "new_id",
    "origin_allowed",
    "own_origin",
    "request_host",
    "same_site_request",
    "security_headers",
]

Headers = Iterable[tuple[bytes, bytes]]

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def new_id() -> str:
    """Return a new random id: 128 bits as 22 characters that are safe in URLs."""
    return secrets.token_urlsafe(16)


# ------------------------------------------------------------------------------ Host and Origin


def request_host(headers: Headers) -> str | None:
    """Return the Host header of a request; None if there is none, or more than one."""
    found = [value for name, value in headers if name.lower() == b"host"]
    return found[0].decode("latin-1") if len(found) == 1 else None


@functools.cache
def _machine_names() -> frozenset[str]:
    return frozenset({"localhost", socket.gethostname().lower()})


def host_allowed(host_header: str | None, settings: Settings) -> bool:
    """Return whether a Host header names this server.

    A page of another site can make its own name resolve to this machine (DNS rebinding), but it
    cannot choose the name that the browser then sends. So only names that no one else can own are
    accepted: IP addresses, `localhost` and below, this machine's host name, and those that
    `allowed_hosts` lists. Any port is fine.
    """
    match = _HOST.fullmatch(host_header or "")
    if match is None or int(match["port"] or 0) > 65535:
        return False
    name = match["name"].lower()
    return (
        name in _machine_names()
        or name in settings.allowed_hosts
        or (name.endswith(".localhost") and ".." not in name and not name.startswith("."))
        or _is_ip(name)
    )


def _is_ip(name: str) -> bool:
    try:
        if name.startswith("["):
            ipaddress.IPv6Address(name[1:-1])
        else:
            ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def origin_allowed(
    origin: str | None, scheme: str, host_header: str | None, settings: Settings
) -> bool:
    """Return whether a page of that origin may connect or upload.

    The whole text must equal the origin that a browser sends for this server's address, or an entry
    of `allowed_origins`; nothing is cut, matched by prefix or made equal. A missing Origin and the
    `null` of sandboxed pages are refused.

    Args:
        origin: The Origin header.
        scheme: Scheme of the request: http, https, ws or wss.
        host_header: The Host header, accepted by `host_allowed` before.
        settings: For `allowed_origins`.
    """
    if origin is None or origin == "null":
        return False
    return origin in settings.allowed_origins or origin == own_origin(scheme, host_header)


def own_origin(scheme: str, host_header: str | None) -> str | None:
    """Return the origin of pages at the address that a request names, as a browser writes it."""
    match = _HOST.fullmatch(host_header or "")
    if match is None:
        return None
    web = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    port = match["port"]
    tail = f":{port}" if port and port != _DEFAULT_PORTS.get(web) else ""
    return f"{web}://{match['name'].lower()}{tail}"


def same_site_request(scope: Mapping[str, Any], settings: Settings) -> bool:
    """Return whether a request that changes something came from a page of this server.

    With an Origin header that header decides. Without one the browser must itself say that the
    request is `same-origin`; a client that sends neither is refused, regardless of its cookies.
    """
    headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    origins = [value.decode("latin-1") for name, value in headers if name.lower() == b"origin"]
    if origins:
        host = request_host(headers)
        return len(origins) == 1 and origin_allowed(origins[0], scope["scheme"], host, settings)
    return [value for name, value in headers if name.lower() == b"sec-fetch-site"] == [
        b"same-origin"
    ]


# ------------------------------------------------------------------------------------- headers


def security_headers(
    host: str,
    https: bool,
    hsts_max_age_s: float = 0.0,
    *,
    frame_origins: Iterable[str] = (),
    nonce: str = "",
) -> list[tuple[bytes, bytes]]:
    """Return the headers that every page of the app carries.

    Scripts and styles come from this server only and never inline; pictures may come from
    elsewhere over https, since messages may show them; nothing may frame the page but itself, and
    it frames nothing but pages of this server (see `frame_headers` and `content_frame_headers`) and
    of the origins that are allowed. No page that it opens,
    or that opened it, can reach into it, and no part of it uses a device but the microphone.

    Args:
        host: Host header, accepted by `host_allowed` before.
        https: Whether the page is served over TLS.
        hsts_max_age_s: How long the browser must use TLS only; 0 sends no such header.
        frame_origins: Origins whose pages may be shown in frames.
        nonce: With which scripts of the app run; empty where they do not.
    """
    socket_source = f"{'wss' if https else 'ws'}://{host}" if _HOST.fullmatch(host) else ""
    policy = "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *([f"'nonce-{nonce}'"] if nonce else [])]),
            "style-src 'self'",
            "img-src 'self' data: blob: https:",
            # 'self' covers the socket by today's standard; older browsers want it spelt out
            f"connect-src 'self' {socket_source}".rstrip(),
            "font-src 'self'",
            "manifest-src 'self'",
            " ".join(["frame-src 'self'", *frame_origins]),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ]
    )
    return [
        (b"content-security-policy", policy.encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", _PERMISSIONS),
        *_hsts(host, https, hsts_max_age_s),
    ]


_PERMISSIONS = ", ".join(
    [
        *("accelerometer=()", "camera=()", "display-capture=()", "geolocation=()"),
        *("gyroscope=()", "magnetometer=()", "midi=()", "payment=()", "serial=()", "usb=()"),
        "microphone=(self)",  # to speak a prompt
    ]
).encode()


def _hsts(host: str, https: bool, max_age_s: float) -> list[tuple[bytes, bytes]]:
    """Return the header that asks for TLS from now on; not on a developer's own machine.

    It would apply to every port of `localhost`, and so to other programs.
    """
    match = _HOST.fullmatch(host)
    if not https or not max_age_s or match is None:
        return []
    name = match["name"].lower()
    if name == "localhost" or name.endswith(".localhost") or _is_ip(name):
        return []
    return [(b"strict-transport-security", f"max-age={int(max_age_s)}".encode())]


def frame_headers(host: str, https: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of the page that draws diagrams, in a frame of the app's pages.

    Whatever is in a diagram, that page has no origin (`sandbox`): no cookies, no storage and no
    way into the page around it. It runs the client's scripts, sets styles, and loads nothing else.

    Args:
        host: Host header, accepted by `host_allowed` before.
        https: Whether the page is served over TLS.
    """
    # spelt out: what 'self' means in a page without an origin is not the same everywhere
    own = f"{'https' if https else 'http'}://{host}" if _HOST.fullmatch(host) else "'self'"
    policy = "; ".join(
        [
            "sandbox allow-scripts",
            "default-src 'none'",
            f"script-src {own}",
            "style-src 'unsafe-inline'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ]
    )
    return [
        (b"content-security-policy", policy.encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]


_CONTENT_RIGHTS = (
    "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads "
    "allow-modals"
)


def content_frame_headers(host: str, https: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of the page that shows HTML of the app, in a frame of the app's pages.

    That HTML may run scripts and load things from anywhere, but the page has no origin (`sandbox`):
    no cookies, no storage and no way into the page around it. Its requests carry no cookies of this
    server.

    Args:
        host: Host header, accepted by `host_allowed` before.
        https: Whether the page is served over TLS.
    """
    own = f"{'https' if https else 'http'}://{host}" if _HOST.fullmatch(host) else "'self'"
    anywhere = f"https: data: blob: {own}"
    policy = "; ".join(
        [
            f"sandbox {_CONTENT_RIGHTS}",
            f"default-src {anywhere}",
            f"script-src 'unsafe-inline' 'unsafe-eval' {anywhere}",
            f"style-src 'unsafe-inline' {anywhere}",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        ]
    )
    return [
        (b"content-security-policy", policy.encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
