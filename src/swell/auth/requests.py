"""What the pages of sign-in read from requests: a form, an address to continue at, the browser."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import Response

from swell.server.limits import address_of
from swell.server.security import own_origin, request_host
from swell.settings.table import Settings

__all__ = [
    "Sender",
    "base_url",
    "browser_name",
    "missing",
    "prefix_of",
    "read_form",
    "safe_next",
    "sender_of",
]

FORM_MAX = 16 << 10
"""Longest form, in bytes."""

NEXT_MAX = 2000
"""Longest address to continue at, in characters."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class Sender(NamedTuple):
    """The browser that sent a request.

    Attributes:
        address: Its network address.
        agent: Its `User-Agent`.
    """

    address: str
    agent: str


def sender_of(request: Request, settings: Settings) -> Sender:
    """Return the browser that sent a request."""
    address = address_of(request.scope, settings.trusted_proxies)
    return Sender(address, request.headers.get("user-agent", ""))


def browser_name(agent: str) -> str:
    """Return a short name of a browser.

    >>> browser_name("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox, Linux'
    """
    found = [
        next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or agent[:40] or "-"


def prefix_of(request: Request) -> str:
    """Return where the server is mounted: empty or `/x`."""
    return str(request.scope.get("root_path", ""))


def base_url(request: Request) -> str:
    """Return the address of the app in the browser, without a slash at the end."""
    origin = own_origin(request.scope["scheme"], request_host(request.scope["headers"])) or ""
    return f"{origin}{quote(prefix_of(request))}"


def missing(request: Request) -> Response:
    """Answer that there is nothing at an address."""
    del request
    return Response("There is nothing here.\n", 404, {"x-content-type-options": "nosniff"})


async def read_form(request: Request) -> dict[str, str] | None:
    """Return the fields of a form; None if it is too long or not a form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_MAX:
            return None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return None


def safe_next(asked: str, prefix: str) -> str:
    r"""Return the address to continue at after sign-in: a path of the app, else its start.

    Args:
        asked: What the browser asked for.
        prefix: Where the server is mounted: empty or `/x`.

    >>> safe_next("/demo?x=1#a", ""), safe_next("//evil.example", ""), safe_next("/\\evil", "")
    ('/demo?x=1#a', '/', '/')
    """
    path = re.split(r"[?#]", asked, maxsplit=1)[0]
    if (
        len(asked) > NEXT_MAX
        or not re.fullmatch(r"/[!-~]*", asked)
        or asked.startswith("//")
        or "\\" in asked
        or not f"{path}/".startswith(f"{prefix}/")
        or f"{path}/".startswith(f"{prefix}/_auth/")
    ):
        return f"{prefix}/"
    return asked
