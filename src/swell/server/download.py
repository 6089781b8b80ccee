"""Downloads: the headers of untrusted files, and stored files in ranges."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from swell.site import LinkedFile

from .files import picture_of

__all__ = ["FILE_HEADERS", "HEAD_BYTES", "media_type", "stored_file"]

HEAD_BYTES = 16
"""First bytes of a file that tell whether it is a picture."""

_PLAIN_TYPES = {"text/plain", "text/csv", "application/json", "application/pdf", "image/svg+xml"}
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")

FILE_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
"""Headers for untrusted files: no script in them runs."""


def media_type(picture: str, kind: str) -> str:
    """Return the type that a file is sent with.

    Args:
        picture: The picture type detected from its first bytes; empty for none.
        kind: Its claimed media type.
    """
    if picture:
        return picture
    # Never a type that a browser would run as a page; sound and film need theirs to be played.
    if kind in _PLAIN_TYPES or kind.startswith(("audio/", "video/")):
        return kind
    return "application/octet-stream"


def stored_file(request: Request, file: LinkedFile, head: bytes, tag: str) -> Response:
    """Return a stored file, or the range of it that a browser asks for.

    A request for several ranges gets the whole file.

    Args:
        request: The request.
        file: The file.
        head: Its first `HEAD_BYTES`.
        tag: Its entity tag.
    """
    picture = picture_of(head)
    headers = {
        "accept-ranges": "bytes",
        # What may end is asked for each time.
        "cache-control": "no-store" if file.shared else "private, max-age=3600",
        "content-disposition": _disposition("inline" if picture else "attachment", file.name),
        "etag": tag,
        **FILE_HEADERS,
    }
    kind = media_type(picture, file.mime)
    status, start, stop = 200, 0, file.size
    wanted = _RANGE.fullmatch(request.headers.get("range", ""))
    if wanted and request.headers.get("if-range", tag) == tag and (wanted[1] or wanted[2]):
        start = int(wanted[1]) if wanted[1] else max(0, file.size - int(wanted[2]))
        if wanted[1] and wanted[2]:
            stop = min(file.size, int(wanted[2]) + 1)
        if not start < stop:
            headers = {"content-range": f"bytes */{file.size}"}
            return PlainTextResponse("There is no such range.\n", 416, headers)
        status, headers["content-range"] = 206, f"bytes {start}-{stop - 1}/{file.size}"
    headers["content-length"] = str(stop - start)
    if request.method == "HEAD":
        return Response(None, status, headers, kind)
    return StreamingResponse(
        file.content.storage.read(file.content.key, start, stop), status, headers, kind
    )


def _disposition(kind: str, name: str) -> str:
    quoted = quote(name)
    if quoted == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename*=utf-8''{quoted}"
