"""Uploads: browsers send files within limits, fetch their own again, and take them back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from swell.errors import LimitError, SignInError, StoreUnavailableError, SwellError
from swell.logs import logger
from swell.observe import metrics
from swell.server.security import host_allowed, request_host, same_site_request
from swell.settings.table import Settings

from .download import FILE_HEADERS, HEAD_BYTES, media_type, stored_file
from .file_names import safe_name
from .files import FILES_PATH, FileStore, Incoming, StoredFile, size_limit
from .identity import Caller, direct_peer, header_lists
from .links import Link
from .sessions import SessionSigner

_log = logger("swell")

__all__ = ["CLIENT_HEADER", "UPLOADS_AT_ONCE", "Admit", "FileRoutes", "Reading"]

CLIENT_HEADER = "swell-client"
"""Header of an upload with the id of the client (browser tab) that sends it."""

UPLOADS_AT_ONCE = 16
"""Uploads of one session that may be under way at the same time."""

_DRAIN_BYTES = 8 << 20


class _BadUploadError(SwellError):
    """An upload in a form that the client never sends."""

    code = "bad_upload"


Admit: TypeAlias = Callable[[Request], Awaitable[bool]]
"""Returns whether the sender of a request may fetch files for all browsers."""


class Programs(Protocol):
    """Requests of programs for files; see `swell.server.push.files`."""

    def lets_in(self, request: Request) -> bool:
        """Return whether a program that may push sends a request."""

    async def upload(self, request: Request) -> Response:
        """Take in files for all browsers."""

    async def unload(self, request: Request) -> Response:
        """Delete a file for all browsers."""


@dataclass(frozen=True)
class FileRoutes:
    """`POST /_f/` takes files in, `GET /_f/<id>/<name>` gives one back, `DELETE` forgets it.

    Attributes:
        store: Where files are kept.
        signer: Reads the session cookie.
        settings: Limits, allowed hosts and origins.
        owner: Returns the owner of a client's uploads; None if the client is not the caller's.
        may_fetch: Returns whether the caller may fetch a file of an owner.
        owner_on: Returns the owner that a caller is on a route; None if no user is signed in there.
        refused: Writes into the audit log that a request was refused; see `App.refused`.
        prefix: Returns the prefix of a request's path, empty or `/x`.
        programs: Answers requests of programs, which no page sent.
    """

    store: FileStore
    signer: SessionSigner
    settings: Settings
    owner: Callable[[Caller, str], Awaitable[str | None]]
    may_fetch: Callable[[Caller, str | None], Awaitable[bool]]
    owner_on: Callable[[Caller, str], Awaitable[str | None]]
    refused: Callable[[str, Mapping[str, Any]], None] = lambda *_: None
    prefix: Callable[[Request], str] = field(default=lambda request: request.scope["root_path"])
    programs: Programs | None = None
    _arriving: Counter[str] = field(default_factory=Counter)

    def routes(self) -> list[Route]:
        """Return the routes, to be put before those of pages."""
        return [
            Route(FILES_PATH, self.upload, methods=["POST"], name="upload"),
            Route(FILES_PATH + "{file_id}/{name}", self.delete, methods=["DELETE"]),
            Route(FILES_PATH + "{file_id}/{name}", self.download, methods=["GET"], name="file"),
        ]

    async def upload(self, request: Request) -> Response:
        """Take in the files of one multipart request, all of them or none.

        Answers `{"files": ["/_f/<id>/<name>", ...]}`, or `{"error": {"code", "message"}}` with 400,
        403, 408 or 413.
        """
        if self.programs is not None and _no_page(request):
            return await self.programs.upload(request)
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        caller = self._caller(request)
        client_id = request.headers.get(CLIENT_HEADER, "")
        try:
            owner = await self.owner(caller, client_id) if caller is not None else None
        except SignInError as error:
            status = 503 if error.temporary else 401
            return _error(status, error.code, "You are not signed in. Reload the page.")
        if caller is None or owner is None:
            return _error(403, "forbidden", "This page may not upload. Reload it and try again.")
        session_id = caller.session_id
        if self._arriving[session_id] >= UPLOADS_AT_ONCE:
            return _error(429, "busy", "Too many uploads at once. Try again in a moment.")
        self._arriving[session_id] += 1
        try:
            return await self._receive(request, owner, client_id)
        finally:
            self._arriving[session_id] -= 1
            if not self._arriving[session_id]:
                del self._arriving[session_id]

    def _caller(self, request: Request) -> Caller | None:
        session = self.signer.of(request.scope)
        if session is None:
            return None
        headers = header_lists(request.scope["headers"])
        return Caller(session.id, headers, direct_peer(request.scope), scope=request.scope)

    async def _file(self, request: Request) -> StoredFile | None:
        """Return the file that a request names, if the caller may fetch it."""
        caller = self._caller(request)
        stored = await self.store.peek(request.path_params["file_id"])
        if stored is None:
            return None
        if stored.owner is None:
            return stored if await self.admits(request) else None
        if caller is None or not await self.may_fetch(caller, stored.owner):
            return None
        return stored

    async def admits(self, request: Request) -> bool:
        """Return whether the sender of a request may fetch files for all browsers."""
        caller = self._caller(request)
        if caller is not None and await self.may_fetch(caller, None):
            return True
        return self.programs is not None and self.programs.lets_in(request)

    async def _receive(self, request: Request, owner: str, client_id: str) -> Response:
        reading = Reading(self.store, owner, client_id, self.settings)
        body = request.stream()
        try:
            stored = await reading.run(request, body)
        except LimitError as error:
            # A browser that is still sending would show a broken connection instead of the answer.
            await self._drain(body)
            most = self.settings.upload_max_bytes if "upload_max_bytes" in error.limit else None
            return _error(413, error.code, str(error), max_bytes=most)
        except (_BadUploadError, FormParserError) as error:
            said = str(error) if isinstance(error, _BadUploadError) else "not valid multipart data"
            return _error(400, _BadUploadError.code, f"The upload was not understood: {said}.")
        except TimeoutError:  # before OSError, which it is one of
            return _error(408, "timeout", "The upload stood still for too long; nothing was kept.")
        except ClientDisconnect:
            return Response(status_code=400)  # the client is gone
        except (OSError, StoreUnavailableError):
            _log.exception("an upload could not be written")
            await self._drain(body)
            return _error(507, "no_space", "The server cannot keep files right now.")
        metrics.uploaded(sum(one.size for one in stored))
        prefix = self.prefix(request)
        return JSONResponse({"files": [prefix + one.url for one in stored]}, headers=_PRIVATE)

    async def download(self, request: Request) -> Response:
        """Give one file to a browser whose session may have it."""
        place = request.path_params
        if (link := self.store.links.read(place["file_id"])) is not None:
            return await self._send_linked(request, link, place["name"])
        try:
            found = await self._file(request)
            stored = found and await self.store.find(place["file_id"], place["name"], found.owner)
        except (OSError, LimitError, StoreUnavailableError) as error:
            _log.warning("a file could not be fetched: %s", error)
            return _error(503, "unavailable", "The file cannot be read right now.")
        if stored is None:
            return _error(404, "not_found", "There is no such file.")
        return FileResponse(
            stored.path,
            media_type=media_type(stored.picture, stored.mime),
            filename=stored.name,
            content_disposition_type="inline" if stored.picture else "attachment",
            headers={"cache-control": "private, max-age=3600", **FILE_HEADERS},
        )

    async def _send_linked(self, request: Request, link: Link, name: str) -> Response:
        """Send a stored file to the owner of a link."""
        caller, route = self._caller(request), self.store.links.route(link, self.store.sources)
        owner = await self.owner_on(caller, route) if caller and route is not None else None
        try:
            found = await self.store.linked(link, name, owner)
            if found is not None:
                head = await found.content.read(HEAD_BYTES)
                return stored_file(request, found, head, f'"{link.file_id}"')
        except OSError:
            pass  # its bytes are gone
        except StoreUnavailableError as error:
            _log.warning("a file could not be read: %s", error)
            return _error(503, error.code, "The file cannot be read right now.")
        return _error(404, "not_found", "There is no such file.")

    async def delete(self, request: Request) -> Response:
        """Delete a file at the request of its owner; a missing one is not an error."""
        if self.programs is not None and _no_page(request):
            return await self.programs.unload(request)
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            stored = await self._file(request)
            if stored is not None and stored.owner is not None:
                await self.store.remove(stored.id)
        except StoreUnavailableError as error:
            _log.warning("an upload could not be removed, retrying: %s", error)
            return _error(503, error.code, "The file cannot be removed right now.")
        return Response(status_code=204, headers=_PRIVATE)

    def _refusal(self, request: Request) -> Response | None:
        if not host_allowed(request_host(request.scope["headers"]), self.settings):
            return _error(400, "bad_host", "This server is not known by that name.")
        if not same_site_request(request.scope, self.settings):
            self.refused("origin", request.scope)
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


def _no_page(request: Request) -> bool:
    """Return whether a program sent a request, not a page in a browser."""
    page = ("origin", "sec-fetch-site", "cookie", CLIENT_HEADER)
    return not any(name in request.headers for name in page)


class Reading:
    """One multipart request being read. Parser callbacks only record; `run` executes.

    Attributes:
        names: Names of its files as sent, not trusted.
    """

    def __init__(
        self, store: FileStore, owner: str | None, client_id: str, settings: Settings
    ) -> None:
        self.names: list[str] = []
        self._store = store
        self._owner = owner
        self._client_id = client_id
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
        length = request.headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > most:
            raise self._too_much()
        parser = self._parser(options[b"boundary"])
        arriving: list[Incoming] = []
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
                self._store.abort(incoming)
            raise
        return await self._finish(arriving)

    async def _finish(self, arriving: list[Incoming]) -> list[StoredFile]:
        """Keep all files, or none."""
        kept: list[StoredFile] = []
        try:
            for incoming in arriving:
                kept.append(await self._store.finish(incoming))  # noqa: PERF401 - for the error
        except BaseException:
            for stored in kept:
                self._store.delete(stored.id)
            for incoming in arriving[len(kept) + 1 :]:
                self._store.abort(incoming)
            raise
        return kept

    async def _store_noted(self, arriving: list[Incoming]) -> None:
        noted, self._noted = self._noted, []
        for item in noted:
            if isinstance(item, str):
                limit = self._settings.upload_max_bytes
                begun = await self._store.begin(self._owner, item, limit, self._client_id)
                arriving.append(begun)
            else:
                await self._store.write(arriving[-1], item)

    def _too_much(self) -> LimitError:
        settings = self._settings
        size = size_limit("upload_max_bytes", settings.upload_max_bytes)
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
        for escape, character in _ESCAPES:
            shown = shown.replace(escape, character)
        if self._count > self._settings.upload_max_files:
            limit = f"{self._settings.upload_max_files} files (setting upload_max_files)"
            raise LimitError(f"the upload, with file {safe_name(shown)!r},", limit)
        self.names.append(shown)
        self._noted.append(shown)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._noted.append(data[start:end])

    def _on_end(self) -> None:
        self._ended = True


# What browsers write in place of three characters of a file's name, by the HTML standard.
_ESCAPES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))
_PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def _error(status: int, code: str, message: str, max_bytes: int | None = None) -> JSONResponse:
    error = {"code": code, "message": message, "max_bytes": max_bytes}
    return JSONResponse({"error": error}, status, headers=_PRIVATE)
