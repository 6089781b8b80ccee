"""Uploaded files: taken in within limits, kept under random ids, given back to their owner only.

A file's name is only ever shown, never used as a path: on disk a file is called by its id. The
folder is temporary; it is made for the first file and removed at shutdown.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
import shutil
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import BinaryIO
from urllib.parse import quote

import anyio.to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from swell.config import Settings
from swell.errors import LimitError, SwellError
from swell.server.security import (
    SessionSigner,
    host_allowed,
    new_id,
    request_host,
    same_site_request,
    session_of,
)

__all__ = [
    "CLIENT_HEADER",
    "FILES_PATH",
    "FileRoutes",
    "FileStore",
    "StoredFile",
    "file_routes",
    "safe_name",
]

FILES_PATH = "/_f/"
CLIENT_HEADER = "swell-client"
"""Header of an upload with the id of the client (browser tab) that sends it."""

NAME_MAX_BYTES = 255
_COPY_BYTES = 1 << 18
_DRAIN_BYTES = 8 << 20

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_PLAIN_TYPES = {"text/plain", "text/csv", "application/json", "application/pdf", "image/svg+xml"}


# --------------------------------------------------------------------------------------- names


def safe_name(raw: str) -> str:
    """Return a file name that is harmless to show, to send in a header and to save anywhere.

    Folders go, whichever slash separates them; so do control and text-direction characters and
    what Windows reserves. The ending is kept when a long name is cut.

    Args:
        raw: The name as sent, not trusted.

    Returns:
        1 to 255 bytes of UTF-8, without any path meaning.
    """
    text = unicodedata.normalize("NFC", raw.encode("utf-8", "replace").decode("utf-8"))
    text = text.replace("\\", "/").rpartition("/")[2]
    # other spaces become the one that everything can show; what cannot be shown goes: control
    # and format characters (which are the direction marks), private use, unassigned
    text = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    text = "".join(c for c in text if c.isprintable())
    text = re.sub(r'[<>:"|?*]', "_", text)
    text = _cut(text.strip(" ").rstrip(". "))
    if _RESERVED.fullmatch(text):
        text = _cut("_" + text)
    return text or "file"


def _cut(text: str) -> str:
    if len(text.encode()) <= NAME_MAX_BYTES:
        return text
    stem, dot, ending = text.rpartition(".")
    if not stem or len(ending.encode()) > 16:
        stem, dot, ending = text, "", ""
    room = NAME_MAX_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + ending


# --------------------------------------------------------------------------------------- store


@dataclass(slots=True)
class StoredFile:
    """One file that is kept.

    Attributes:
        id: Random, 128 bits.
        name: Name to show.
        owner: Session that may fetch it; None lets every session.
        path: Where its bytes are.
        size: Bytes.
        picture: Media type if its first bytes are those of a PNG, JPEG, GIF or WebP, else empty.
    """

    id: str
    name: str
    owner: str | None
    path: Path
    size: int = 0
    picture: str = ""

    @property
    def url(self) -> str:
        """Its path below the prefix."""
        return f"{FILES_PATH}{self.id}/{quote(self.name, safe='')}"


@dataclass(slots=True)
class _Incoming:
    """A file while it arrives."""

    stored: StoredFile
    limit: int | None
    handle: BinaryIO
    head: bytes = b""


class FileStore:
    """Keeps files for the life of the process. Its methods that are not `async` do not block long.

    Args:
        settings: Limits: `upload_max_bytes`, `upload_quota_bytes`, `upload_total_bytes`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root: Path | None = None
        self._files: dict[str, StoredFile] = {}
        self._used: dict[str | None, int] = {}

    def open(self) -> Path:
        """Make the folder, readable by this account only, unless it is there; return its path."""
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="swell-files-"))
        return self._root

    def close(self) -> None:
        """Remove the folder and everything in it. May be called twice."""
        root, self._root = self._root, None
        self._files.clear()
        self._used.clear()
        if root is not None:
            shutil.rmtree(root, ignore_errors=True)

    def get(self, file_id: str, session_id: str | None) -> StoredFile | None:
        """Return a file if that session may have it; not there and not yours look the same."""
        stored = self._files.get(file_id)
        if stored is None or session_id is None or stored.owner not in (None, session_id):
            return None
        return stored

    async def save(
        self, owner: str | None, name: str, content: bytes | Path | AsyncIterator[bytes]
    ) -> StoredFile:
        """Keep a file that the app made.

        Args:
            owner: Session that may fetch it; None lets every session.
            name: Name to show; made harmless by `safe_name`.
            content: Its bytes, the path of a file to copy, or its bytes in pieces.

        Raises:
            LimitError: If the session's or the process's share is used up.
            OSError: If the file to copy cannot be read, or the disk is full.
        """
        incoming = await self._begin(owner, name, None)
        try:
            if isinstance(content, bytes):
                await self._write(incoming, content)
            elif isinstance(content, Path):
                source = await anyio.to_thread.run_sync(content.open, "rb")
                with source:
                    while piece := await anyio.to_thread.run_sync(source.read, _COPY_BYTES):
                        await self._write(incoming, piece)
            else:
                async for piece in content:
                    await self._write(incoming, piece)
        except BaseException:
            self._abort(incoming)
            raise
        return self._finish(incoming)

    def share(self, file_id: str) -> None:
        """Let every session fetch a file that one of them uploaded, for pages that are shared."""
        if (stored := self._files.get(file_id)) is not None:
            self._account(stored.owner, -stored.size)
            stored.owner = None
            self._account(None, stored.size)

    def delete(self, file_id: str) -> None:
        """Remove a file; nothing happens if it is gone already."""
        if (stored := self._files.pop(file_id, None)) is not None:
            self._discard(stored)

    def forget(self, session_id: str) -> None:
        """Remove the files of a session that has ended."""
        for stored in [one for one in self._files.values() if one.owner == session_id]:
            self.delete(stored.id)

    async def _begin(self, owner: str | None, name: str, limit: int | None) -> _Incoming:
        file_id = new_id()
        path = self.open() / file_id
        handle = await anyio.to_thread.run_sync(lambda: path.open("xb"))
        return _Incoming(StoredFile(file_id, safe_name(name), owner, path), limit, handle)

    async def _write(self, incoming: _Incoming, data: bytes) -> None:
        stored, settings = incoming.stored, self._settings
        size = stored.size + len(data)
        if incoming.limit is not None and size > incoming.limit:
            raise LimitError(f"file {stored.name!r}", _limit("upload_max_bytes", incoming.limit))
        if (
            stored.owner is not None
            and self._used.get(stored.owner, 0) + len(data) > settings.upload_quota_bytes
        ):
            raise LimitError(
                "the space of one browser",
                _limit("upload_quota_bytes", settings.upload_quota_bytes),
            )
        if sum(self._used.values()) + len(data) > settings.upload_total_bytes:
            raise LimitError(
                "the space for files", _limit("upload_total_bytes", settings.upload_total_bytes)
            )
        # counted before it is written: two uploads at once cannot both take the last of it
        self._account(stored.owner, len(data))
        stored.size = size
        if len(incoming.head) < 16:
            incoming.head += data[: 16 - len(incoming.head)]
        await anyio.to_thread.run_sync(incoming.handle.write, data)

    def _finish(self, incoming: _Incoming) -> StoredFile:
        incoming.handle.close()
        stored = incoming.stored
        stored.picture = _picture(incoming.head)
        self._files[stored.id] = stored
        return stored

    def _abort(self, incoming: _Incoming) -> None:
        incoming.handle.close()
        self._discard(incoming.stored)

    def _discard(self, stored: StoredFile) -> None:
        self._account(stored.owner, -stored.size)
        stored.path.unlink(missing_ok=True)

    def _account(self, owner: str | None, size: int) -> None:
        used = self._used.get(owner, 0) + size
        if used > 0:
            self._used[owner] = used
        else:  # so that sessions that are long gone leave nothing here
            self._used.pop(owner, None)


def _limit(setting: str, size: int) -> str:
    unit, factor = next(
        (
            pair
            for pair in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
            if size >= pair[1]
        ),
        ("bytes", 1),
    )
    return f"{size / factor:.4g} {unit} (setting {setting})"


def _picture(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _PICTURES if head.startswith(magic)), "")


# -------------------------------------------------------------------------------------- routes


class _BadUploadError(SwellError):
    """An upload that is not what the client sends."""

    code = "bad_upload"


@dataclass(frozen=True)
class FileRoutes:
    """The two routes: `POST /_f/` takes files in, `GET /_f/<id>/<name>` gives one back.

    Attributes:
        store: Where files are kept.
        signer: Reads the session cookie.
        settings: Limits, allowed hosts and origins.
        owns: Says whether a session owns a client id; an upload must name one of its own.
        prefix: Says what comes before the path of a request, empty or `/x`.
    """

    store: FileStore
    signer: SessionSigner
    settings: Settings
    owns: Callable[[str, str], bool]
    prefix: Callable[[Request], str] = field(default=lambda request: request.scope["root_path"])

    def routes(self) -> list[Route]:
        """Return the routes, to be put before those of pages."""
        return [
            Route(FILES_PATH, self.upload, methods=["POST"], name="upload"),
            Route(FILES_PATH + "{file_id}/{name}", self.download, methods=["GET"], name="file"),
        ]

    async def upload(self, request: Request) -> Response:
        """Take in the files of one multipart request, all of them or none.

        Answers `{"files": ["/_f/<id>/<name>", ...]}`, or `{"error": {"code", "message"}}` with 400,
        403, 408 or 413.
        """
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        session_id = session_of(request.scope["headers"], self.signer)
        client_id = request.headers.get(CLIENT_HEADER, "")
        if session_id is None or not self.owns(session_id, client_id):
            return _error(403, "forbidden", "This page may not upload. Reload it and try again.")
        reading = _Upload(self.store, session_id, self.settings)
        body = request.stream()
        try:
            stored = await reading.run(request, body)
        except LimitError as error:
            # A browser that is still sending would show a broken connection instead of the answer.
            await self._drain(body)
            return _error(413, error.code, str(error))
        except (_BadUploadError, FormParserError) as error:
            said = str(error) if isinstance(error, _BadUploadError) else "not valid multipart data"
            return _error(400, _BadUploadError.code, f"The upload was not understood: {said}.")
        except TimeoutError:
            return _error(408, "timeout", "The upload stood still for too long; nothing was kept.")
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        prefix = self.prefix(request)
        return JSONResponse({"files": [prefix + one.url for one in stored]}, headers=_PRIVATE)

    async def download(self, request: Request) -> Response:
        """Give one file to a browser whose session may have it."""
        session_id = session_of(request.scope["headers"], self.signer)
        stored = self.store.get(request.path_params["file_id"], session_id)
        if stored is None or stored.name != request.path_params["name"]:
            return _error(404, "not_found", "There is no such file.")
        return FileResponse(
            stored.path,
            media_type=_media_type(stored),
            filename=stored.name,
            content_disposition_type="inline" if stored.picture else "attachment",
            headers={
                "cache-control": "private, max-age=3600",
                "content-security-policy": "default-src 'none'; sandbox",
                "x-content-type-options": "nosniff",
                "cross-origin-resource-policy": "same-origin",
            },
        )

    def _refusal(self, request: Request) -> Response | None:
        if not host_allowed(request_host(request.scope["headers"]), self.settings):
            return _error(400, "bad_host", "This server is not known by that name.")
        if not same_site_request(request.scope, self.settings):
            return _error(403, "forbidden", "Only pages of this server may upload.")
        return None

    async def _drain(self, body: AsyncIterator[bytes]) -> None:
        left = _DRAIN_BYTES
        try:
            while left > 0:
                async with asyncio.timeout(self.settings.upload_idle_s):
                    left -= len(await anext(body))
        except (StopAsyncIteration, TimeoutError, ClientDisconnect):
            pass


def file_routes(
    store: FileStore,
    settings: Settings,
    signer: SessionSigner,
    owns: Callable[[str, str], bool],
) -> list[Route]:
    """Return the routes for files, to be put before those of pages; see `FileRoutes`."""
    return FileRoutes(store, signer, settings, owns).routes()


class _Upload:
    """One multipart request being read. Parser callbacks only note; `run` does what they noted."""

    def __init__(self, store: FileStore, session_id: str, settings: Settings) -> None:
        self._store = store
        self._session_id = session_id
        self._settings = settings
        self._noted: list[bytes | str] = []  # data of the current file, or the name of a new one
        self._header = [b"", b""]
        self._disposition = b""
        self._count = 0
        self._ended = False

    async def run(self, request: Request, body: AsyncIterator[bytes]) -> list[StoredFile]:
        """Read the request to its end and return its files.

        Raises:
            LimitError: If a file, their number or the space for them is exceeded.
            TimeoutError: If nothing arrives for `upload_idle_s`.
            ClientDisconnect: If the browser has gone.
        """
        settings = self._settings
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise _BadUploadError("expected multipart/form-data")
        # room for part headers, and for nothing else
        most = settings.upload_max_files * (settings.upload_max_bytes + 4096) + 4096
        told = request.headers.get("content-length", "")
        if told.isdecimal() and len(told) < 20 and int(told) > most:
            raise self._too_much()
        parser = self._parser(options[b"boundary"])
        arriving: list[_Incoming] = []
        total = 0
        try:
            while True:
                try:
                    async with asyncio.timeout(settings.upload_idle_s):
                        chunk = await anext(body)
                except StopAsyncIteration:
                    break
                total += len(chunk)
                if total > most:
                    raise self._too_much()
                parser.write(chunk)
                if not self._count and total > 65536:
                    raise _BadUploadError("no file within its first 64 KiB")
                await self._store_noted(arriving)
            if not self._ended or not arriving:
                raise _BadUploadError("it ended early" if not self._ended else "it has no file")
        except BaseException:
            for incoming in arriving:
                self._store._abort(incoming)
            raise
        return [self._store._finish(incoming) for incoming in arriving]

    async def _store_noted(self, arriving: list[_Incoming]) -> None:
        noted, self._noted = self._noted, []
        for item in noted:
            if isinstance(item, str):
                limit = self._settings.upload_max_bytes
                arriving.append(await self._store._begin(self._session_id, item, limit))
            else:
                await self._store._write(arriving[-1], item)

    def _too_much(self) -> LimitError:
        settings = self._settings
        size = _limit("upload_max_bytes", settings.upload_max_bytes)
        return LimitError("the upload", f"{settings.upload_max_files} files of {size}")

    # ------------------------------------------------------------------- callbacks of the parser

    def _parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_end": self._on_end,
            },
        )

    def _on_part_begin(self) -> None:
        self._disposition = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _on_header_end(self) -> None:
        name, value = self._header
        self._header = [b"", b""]
        if name.lower() == b"content-disposition":
            self._disposition = value

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        if options.get(b"name") != b"files" or name is None:
            raise _BadUploadError("every part must be a file in the field `files`")
        self._count += 1
        shown = name.decode("utf-8", "replace")
        if self._count > self._settings.upload_max_files:
            limit = f"{self._settings.upload_max_files} files (setting upload_max_files)"
            raise LimitError(f"the upload, with file {safe_name(shown)!r},", limit)
        self._noted.append(shown)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._noted.append(data[start:end])

    def _on_end(self) -> None:
        self._ended = True


def _media_type(stored: StoredFile) -> str:
    if stored.picture:
        return stored.picture
    kind = mimetypes.guess_type(PurePath(stored.name).name)[0] or ""
    # Never a type that a browser would run as a page; sound and film need theirs to be played.
    if kind in _PLAIN_TYPES or kind.startswith(("audio/", "video/")):
        return kind
    return "application/octet-stream"


_PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers=_PRIVATE)
