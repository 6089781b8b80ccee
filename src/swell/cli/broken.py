"""The page of an app that could not start under `swell run --reload`, until a file changes."""

from __future__ import annotations

import html
import secrets
import traceback
from types import TracebackType

from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from swell.coerce import well_formed
from swell.development import described
from swell.live.wire import CLOSE_VERSION
from swell.server.security import host_allowed, request_host
from swell.settings.table import Settings

__all__ = ["broken_app"]

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>{name} could not start</title>
<style nonce="{nonce}">
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 10vh auto }}
body, pre {{ padding: 1rem }}
pre {{ overflow: auto; border: 1px solid #8886; border-radius: 8px; font-size: 14px }}
:root {{ color-scheme: light dark }}
</style>
<h1>{name} could not start</h1>
<p role="alert"><strong>{said}</strong></p>
<p>Save the file again when it is fixed; this page reloads automatically.</p>
<pre tabindex="0">{trace}</pre>
<script nonce="{nonce}">
const look = async () => {{
  try {{
    const found = await fetch("{prefix}/_s/live", {{ cache: "no-store" }});
    if (found.headers.get("x-swell-start") !== "{start}") return location.reload();
  }} catch {{}}
  setTimeout(look, 500);
}};
look();
</script>
"""


def broken_app(
    name: str, error: BaseException, frames: TracebackType | None, settings: Settings
) -> ASGIApp:
    """Return an application that answers every page with the reason, status 500.

    An open page of the app reloads when its WebSocket is closed with `CLOSE_VERSION`. It gets this
    page, which reloads once the app starts again.

    Args:
        name: The app, as on the command line.
        error: The exception.
        frames: Frames of the traceback to show.
        settings: Give the allowed host names.
    """
    start = secrets.token_hex(8)
    said = described(error)
    trace = "".join(traceback.format_exception(type(error), error, frames))

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        if not host_allowed(request_host(scope["headers"]), settings):
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).close()
            else:
                await PlainTextResponse("This host name is not served here.\n", 400)(
                    scope, receive, send
                )
            return
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await socket.accept()
            await socket.close(CLOSE_VERSION, "the app could not start")
            return
        if scope["path"] == f"{settings.prefix}/_s/live":
            quiet = PlainTextResponse("", 200, {"x-swell-start": start})
            await quiet(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        words = {"name": name, "said": said, "trace": well_formed(trace)}
        response = HTMLResponse(
            _PAGE.format(
                nonce=nonce,
                start=start,
                prefix=settings.prefix,
                **{key: html.escape(text) for key, text in words.items()},
            ),
            500,
            {
                "x-swell-start": start,
                "cache-control": "no-store",
                "x-content-type-options": "nosniff",
                "content-security-policy": "default-src 'none'; img-src data:; "
                f"connect-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
                "frame-ancestors 'none'; base-uri 'none'",
            },
        )
        await response(scope, receive, send)

    return answer
