"""Requests to a server that shows pages. They block; an `AsyncSite` makes them in a thread."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from swell.errors import DECODE_ERRORS, PushError
from swell.logs import logger
from swell.site import Saved, files_below, frame_bytes, target_of

from .access import Access

__all__ = ["HttpServer"]

_FIRST_PAUSE_S = 0.05

_AWAY = (502, 503, 504)
"""Answers of a proxy whose server is away, and of a server that has no room."""

PIECE_BYTES = 1 << 18

_log = logger("swell.remote")


class HttpServer:
    """A server, by its address. Its methods may be called by one thread at a time.

    Args:
        access: Returns where it is, and the key; called once, at the first request.
        timeout_s: How long an answer may take.
        reconnect_s: How long to wait for a server that has answered before and does not now.
    """

    def __init__(
        self, access: Callable[[], Access], timeout_s: float = 30.0, reconnect_s: float = 30.0
    ) -> None:
        self._read_access = access
        self._access: Access | None = None
        self._timeout_s = timeout_s
        self._reconnect_s = reconnect_s
        self._connection: http.client.HTTPConnection | None = None
        self._answered = False

    @property
    def access(self) -> Access:
        """Where it is, and the key."""
        if self._access is None:
            self._access = self._read_access()
        return self._access

    # ----------------------------------------------------------------------------------- pages

    def save(
        self,
        url: str,
        ops: Sequence[Any],
        *,
        strict: bool = False,
        page: str = "",
        save: tuple[str, int] | None = None,
    ) -> Saved:
        """Apply ops to a page, once, however often the connection breaks; see `PushedPages`."""
        body = msgspec.json.encode({"d": ops, "strict": strict, "page": page, "save": save})
        headers = {"Content-Type": "application/json"}
        answer = self._lasting("PATCH", quote("/" + url.strip("/")), body, headers)
        try:
            found = msgspec.json.decode(answer) if answer else {}
        except DECODE_ERRORS:
            found = {}
        if not isinstance(found, dict):
            found = {}
        return Saved(str(found.get("page", "")), tuple(map(str, found.get("ignored", ()))))

    def load(self, url: str) -> dict[str, Any]:
        """Return a page in H2O Wave's form."""
        headers = {"Content-Type": "application/json"}
        answer = self._lasting("GET", quote("/" + url.strip("/")), b"", headers)
        return _object(url, answer)

    # ----------------------------------------------------------------------------------- files

    def upload(self, files: Sequence[str | Path]) -> list[str]:
        """Send files, and return their addresses."""
        found = [Path(one) for one in files]
        for one in found:
            if not one.is_file():
                raise ValueError(f"{one} is not a file")
        return [self._upload({one.name: one}, {})[0] for one in found]

    def upload_dir(self, directory: str | Path) -> list[str]:
        """Send the files below a folder, and return its address in a list."""
        folder = Path(directory)
        if not folder.is_dir():
            raise ValueError(f"{folder} is not a directory")
        files = {name: folder / name for name in files_below(folder)}
        if not files:
            raise ValueError(f"{folder} has no files")
        return self._upload(files, {"Wave-Directory-Upload": "True"})

    def _upload(self, files: Mapping[str, Path], headers: Mapping[str, str]) -> list[str]:
        boundary = secrets.token_hex(16)
        heads = {name: _part_head(boundary, name) for name in files}
        tail = f"--{boundary}--\r\n".encode()
        size = sum(len(heads[name]) + path.stat().st_size + 2 for name, path in files.items())

        def body() -> Iterator[bytes]:
            for name, path in files.items():
                yield heads[name]
                with path.open("rb") as file:
                    while piece := file.read(PIECE_BYTES):
                        yield piece
                yield b"\r\n"
            yield tail

        kind = f"multipart/form-data; boundary={boundary}"
        length = str(size + len(tail))
        sent = {"Content-Type": kind, "Content-Length": length, **headers}
        with self._once("POST", "/_f/", body(), sent) as response:
            answer = _object("/_f/", response.read())
        return [str(one) for one in answer.get("files", ())]

    def download(self, url: str, path: str | Path) -> str:
        """Write a file of the server to a path."""
        target = target_of(url, path)
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            with self._once("GET", self._path(url), b"", {}) as response, part.open("xb") as file:
                while piece := response.read(PIECE_BYTES):
                    file.write(piece)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return str(target)

    def unload(self, url: str) -> None:
        """Delete a file or a folder."""
        with self._once("DELETE", self._path(url), b"", {}):
            pass

    def uplink(self, path: str, content_type: str, file: IO[Any] | str | bytes) -> str:
        """Show a frame of a picture stream, and return its address."""
        address = quote(f"/_m/{path.strip('/')}")
        self._lasting("POST", address, frame_bytes(file), {"Content-Type": content_type})
        return self.access.prefix + unquote(address)

    def unlink(self, path: str) -> None:
        """End a picture stream."""
        self._lasting("DELETE", quote(f"/_m/{path.strip('/')}"), b"", {})

    def proxy(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Sequence[str]] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Let the server send a request to another one."""
        wanted = {"method": method, "url": url, "headers": headers, "body": body}
        with self._once("POST", "/_p/", msgspec.json.encode(wanted), {}) as response:
            return _object(url, response.read())

    def cache_get(self, shard: str, key: str) -> bytes | None:
        """Return a cached value in JSON; None if there is none."""
        try:
            return self._lasting("GET", quote(f"/_c/{shard}/{key}"), b"", {})
        except PushError as error:
            if error.reason == "http_404":
                return None
            raise

    def cache_keys(self, shard: str) -> list[str]:
        """Return the keys of a shard."""
        return self._lasting("GET", quote(f"/_c/{shard}"), b"", {}).decode().splitlines()

    def cache_set(self, shard: str, key: str, value: bytes) -> None:
        """Keep a value."""
        self._lasting("PUT", quote(f"/_c/{shard}/{key}"), value, {})

    def _path(self, url: str) -> str:
        """Return the path of an address of the server: the key is sent to no other."""
        path = url.removeprefix(self.access.address)
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError(f"expected an address of the server such as /_f/..., got {url!r}")
        return path.removeprefix(self.access.prefix)

    @contextlib.contextmanager
    def _once(
        self, method: str, path: str, body: bytes | Iterable[bytes], headers: Mapping[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a request on a new connection, and give the answer while the block runs."""
        connection = self._open()
        sent = {**self.access.headers, **headers}
        try:
            try:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    # a server that refuses answers before it has read everything
                    connection.request(method, self.access.prefix + path, body or None, sent)
                response = connection.getresponse()
                failed = None if 200 <= response.status < 300 else response.read()
            except (OSError, http.client.HTTPException) as error:
                raise self._unreachable(error) from None
            if failed is not None:
                raise _failure(unquote(path), response.status, failed)
            yield response
        finally:
            connection.close()

    # ------------------------------------------------------------------------------- connection

    def _lasting(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Send a request that may be repeated, on a connection that is kept."""
        until = time.monotonic() + (self._reconnect_s if self._answered else self.access.connect_s)
        pause_s = _FIRST_PAUSE_S
        while True:
            kept = self._connection is not None
            try:
                status, answer = self._exchange(method, path, body, headers)
                error: Exception | None = None
            except (OSError, http.client.HTTPException) as caught:
                self.close()
                if kept:
                    continue  # the server had closed that connection
                status, answer, error = 503, b"", caught
            away = status in _AWAY and not isinstance(error, ssl.SSLError)
            if away and time.monotonic() + pause_s < until:
                if pause_s == _FIRST_PAUSE_S:
                    _log.warning("%s does not answer, retrying", self.access.address)
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, 2.0)
                continue
            if error is not None:
                raise self._unreachable(error) from None
            self._answered = True
            if not 200 <= status < 300:
                raise _failure(unquote(path), status, answer)
            return answer

    def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = self._open()
        connection = self._connection
        connection.request(
            method, self.access.prefix + path, body or None, {**self.access.headers, **headers}
        )
        response = connection.getresponse()
        answer = response.read()
        if response.will_close:
            self.close()
        return response.status, answer

    def _open(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.access.address)
        assert parts.hostname is not None, "checked by read_access"
        if parts.scheme == "https":
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=self._timeout_s)
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self._timeout_s)

    def _unreachable(self, error: Exception) -> PushError:
        where = self.access.address
        if isinstance(error, TimeoutError):
            said = f"the server did not answer within {self._timeout_s:g} s"
        elif isinstance(error, ssl.SSLError):
            said = f"the certificate or the connection was refused: {error}"
        else:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            said = (
                f"no server answers ({reason}). Start one with `swell serve` or "
                "`swell run app.py`, or set H2O_WAVE_ADDRESS to its address"
            )
        return PushError(where, "unreachable", said)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        connection, self._connection = getattr(self, "_connection", None), None
        if connection is not None:
            connection.close()


def _part_head(boundary: str, name: str) -> bytes:
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="files"; filename="{escaped}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()


def _object(url: str, answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PushError(url, "bad_answer", "the answer is not of a server that shows pages")
    return found


def _failure(url: str, status: int, answer: bytes) -> PushError:
    """Return the error that an answer reports."""
    try:
        error = json.loads(answer)["error"]
        return PushError(url, str(error["code"]), str(error["message"]))
    except (ValueError, KeyError, TypeError):
        said = answer[:200].decode("utf-8", "replace").strip()
        return PushError(url, f"http_{status}", f"the server answered {status}: {said}")
