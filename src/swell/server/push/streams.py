"""Picture streams: a program sends frames, and each browser shows the latest one it can take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from swell.errors import LimitError, PushError
from swell.server.download import FILE_HEADERS
from swell.server.uploads import Admit
from swell.settings.table import Settings

from .routes import guarded, read_body

__all__ = ["STREAMS_PATH", "Streams"]

STREAMS_PATH = "/_m/"

TYPES = frozenset(
    f"image/{kind}" for kind in ["avif", "bmp", "gif", "jpeg", "png", "svg+xml", "webp"]
)
"""Types of frames; none of them runs code in an `img`."""

NAME_MAX = 500


class _Stream:
    """One stream: its latest frame."""

    def __init__(self) -> None:
        self.kind = ""
        self.frame = b""
        self.number = 0
        self.ended = False
        self._changed = asyncio.Event()

    def put(self, kind: str, frame: bytes) -> None:
        """Show a frame."""
        self.kind, self.frame = kind, frame
        self.number += 1
        self._wake()

    def end(self) -> None:
        """End the stream for all that watch it."""
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the frames as parts of `multipart/x-mixed-replace`; late readers skip some."""
        shown = 0
        yield b"--frame\r\n"
        while True:
            changed = self._changed
            if self.number != shown:
                shown = self.number
                head = f"Content-Type: {self.kind}\r\nContent-Length: {len(self.frame)}\r\n\r\n"
                # The boundary ends the part: without it a browser waits for the next frame.
                yield head.encode() + self.frame + b"\r\n--frame\r\n"
            if self.ended:
                return
            if self.number == shown:
                await changed.wait()


class Streams:
    """The picture streams of a server, by their names.

    Args:
        settings: The access key, and bounds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._streams: dict[str, _Stream] = {}

    def put(self, name: str, kind: str, frame: bytes) -> str:
        """Show a frame, and return the address of the stream.

        Raises:
            PushError: If the name or the type cannot be used.
            LimitError: If there are too many streams, or the frame is too large.
        """
        parts = name.split("/")
        if len(name) > NAME_MAX or any(part in ("", ".", "..") for part in parts):
            raise PushError(name, "bad_name", "expected a name such as camera/1.jpeg")
        if kind not in TYPES:
            raise PushError(name, "bad_type", f"expected one of {', '.join(sorted(TYPES))}")
        if len(frame) > self._settings.push_max_bytes:
            raise LimitError("the frame", f"{self._settings.push_max_bytes:,} bytes")
        if name not in self._streams and len(self._streams) >= self._settings.streams_max:
            limit = f"{self._settings.streams_max} (setting streams_max)"
            raise LimitError("the number of streams", limit)
        self._streams.setdefault(name, _Stream()).put(kind, frame)
        return STREAMS_PATH + name

    def end(self, name: str) -> None:
        """End a stream; a missing one is not an error."""
        if (stream := self._streams.pop(name, None)) is not None:
            stream.end()

    def stop(self) -> None:
        """End all streams."""
        for name in list(self._streams):
            self.end(name)

    def routes(self, admit: Admit) -> list[Route]:
        """Return the routes of streams.

        Args:
            admit: Returns whether the sender of a request may see them.
        """

        async def show(request: Request) -> Response:
            stream = self._streams.get(request.path_params["name"])
            if stream is None or not await admit(request):
                return Response("There is no such stream.\n", 404)
            kind = "multipart/x-mixed-replace; boundary=frame"
            headers = {"cache-control": "no-store", **FILE_HEADERS}
            return StreamingResponse(stream.parts(), media_type=kind, headers=headers)

        async def put(request: Request) -> Response:
            body = await read_body(request, self._settings.push_max_bytes)
            kind, frame = _frame(request.headers.get("content-type", ""), body)
            self.put(request.path_params["name"], kind, frame)
            return Response(status_code=200)

        async def end(request: Request) -> Response:
            self.end(request.path_params["name"])
            return Response(status_code=200)

        path = STREAMS_PATH + "{name:path}"
        return [
            Route(path, show, methods=["GET"]),
            Route(path, guarded(put, self._settings), methods=["POST"]),
            Route(path, guarded(end, self._settings), methods=["DELETE"]),
        ]


def _frame(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Return the type and the bytes of a frame: the body, or the one part of a form."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        return kind.decode("latin-1"), body
    head: list[bytes] = [b"", b""]
    found: dict[str, bytes] = {}
    frame = bytearray()

    def name(data: bytes, start: int, end: int) -> None:
        head[0] += data[start:end]

    def value(data: bytes, start: int, end: int) -> None:
        head[1] += data[start:end]

    def ended() -> None:
        found[head[0].decode("latin-1").lower()] = head[1]
        head[:] = [b"", b""]

    parser = MultipartParser(
        options[b"boundary"],
        {
            "on_header_field": name,
            "on_header_value": value,
            "on_header_end": ended,
            "on_part_data": lambda data, start, end: frame.extend(data[start:end]),
        },
    )
    parser.write(body)
    return found.get("content-type", b"").decode("latin-1"), bytes(frame)
