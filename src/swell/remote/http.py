"""Requests to a server that shows pages. They block; an `AsyncSite` makes them in a thread."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from swell.errors import DECODE_ERRORS, PushError
from swell.logs import logger
from swell.site import Saved

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
