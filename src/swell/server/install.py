"""Install the app on a device: icons and the manifest."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import quote, urlencode

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["ICON_PATH", "INSTALL_PATH", "install_links", "install_routes"]

INSTALL_PATH = "/_s/app.webmanifest"
ICON_PATH = "/_s/icons/"
NAME_MAX = 60
"""Longest name of an app in its manifest, in code points."""

_FOLDER = Path(__file__).parent / "icons"
_TYPES = {
    "icon.svg": "image/svg+xml",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
    "icon-full-180.png": "image/png",
    "icon-full-512.png": "image/png",
}
_LIGHT = "#f5f5f5"
_DARK = "#181818"
_DRAWING = (_FOLDER / "icon.svg").read_text("utf-8").strip()


def install_links(*, prefix: str, route: str, title: str) -> list[str]:
    """Return the elements of the page's head that make it an installable app.

    Args:
        prefix: Where the server is mounted: empty or `/x`.
        route: Route of the app, without the prefix.
        title: Name of the app.
    """
    base = quote(prefix)
    manifest = f"{base}{INSTALL_PATH}?{urlencode({'route': route})}"
    name = html.escape(title)
    return [
        # an inline icon: browsers ask for /favicon.ico otherwise
        f'<link rel="icon" href="data:image/svg+xml,{quote(_DRAWING)}">',
        f'<link rel="apple-touch-icon" href="{html.escape(base)}{ICON_PATH}icon-full-180.png">',
        # with cookies: what stands before the app may ask for them
        f'<link rel="manifest" href="{html.escape(manifest)}" crossorigin="use-credentials">',
        f'<meta name="theme-color" content="{_LIGHT}" media="(prefers-color-scheme: light)">',
        f'<meta name="theme-color" content="{_DARK}" media="(prefers-color-scheme: dark)">',
        '<meta name="mobile-web-app-capable" content="yes">',
        '<meta name="apple-mobile-web-app-capable" content="yes">',
        f'<meta name="apple-mobile-web-app-title" content="{name}">',
    ]


def install_routes() -> list[Route]:
    """Return the routes of the manifest and of the icons."""
    return [
        Route(INSTALL_PATH, _manifest, methods=["GET"], name="manifest"),
        Route(ICON_PATH + "{name}", _icon, methods=["GET"], name="icon"),
    ]


async def _manifest(request: Request) -> Response:
    """Answer with the manifest of the app at `route`, called `name` by its page."""
    route = "/" + request.query_params.get("route", "").lstrip("/")
    name = request.query_params.get("name", "").strip()[:NAME_MAX] or "Swell"
    # addresses are relative to this one, so a prefix and a proxy need no care
    start = ".." + quote(route)
    icons = [
        {"src": "icons/icon.svg", "type": "image/svg+xml", "sizes": "any"},
        {"src": "icons/icon-192.png", "type": "image/png", "sizes": "192x192"},
        {"src": "icons/icon-512.png", "type": "image/png", "sizes": "512x512"},
        {
            "src": "icons/icon-full-512.png",
            "type": "image/png",
            "sizes": "512x512",
            "purpose": "maskable",
        },
    ]
    body = {
        "name": name,
        "start_url": start,
        "scope": "../",
        "display": "standalone",
        "background_color": _LIGHT,
        "theme_color": _LIGHT,
        "icons": icons,
    }
    headers = {
        "content-type": "application/manifest+json",
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
    }
    return Response(msgspec.json.encode(body), headers=headers)


async def _icon(request: Request) -> Response:
    name = request.path_params["name"]
    kind = _TYPES.get(name)
    if kind is None:
        return Response("Not found\n", 404, {"x-content-type-options": "nosniff"})
    body = await anyio.to_thread.run_sync((_FOLDER / name).read_bytes)
    headers = {
        "content-type": kind,
        "cache-control": "public, max-age=86400",
        "x-content-type-options": "nosniff",
        # an SVG may be opened on its own
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return Response(body, headers=headers)
