"""One WebSocket: check the caller, then move frames between it and the engine."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from swell.errors import ProtocolError
from swell.live.connection import FLOOD, Connection
from swell.live.wire import CLOSE_DRAIN, CLOSE_SERVER_ERROR, Act, Bye, Hello
from swell.logs import logger
from swell.observe import metrics
from swell.observe.ids import ids
from swell.settings.table import Settings

from .broker import Broker
from .identity import Caller, direct_peer, header_lists
from .limits import LogLimiter, address_of, is_this_machine, peer_of
from .locales import page_locale
from .security import host_allowed, origin_allowed, own_origin, request_host
from .sessions import SessionSigner
from .writer import FRAMES, AsgiWriter, DirectWriter, FrameWriter, Writer

_log = logger("swell.server")
_seldom = LogLimiter(_log)

_OURS = "swell.server.uvicorn_ws"  # loaded by `swell run`, and by uvicorn with `--ws`

_CLOSE_S = 2.0  # how long the last word to a peer may take to leave


_refused: ContextVar[bool] = ContextVar("refused", default=False)


class _NoFalseErrors(logging.Filter):
    """Drops uvicorn's error about a handshake that Swell refused.

    uvicorn logs it in the task of the connection, which has the variable.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything else pass."""
        return not (_refused.get() and str(record.msg).startswith("ASGI callable returned without"))


_NO_FALSE_ERRORS = _NoFalseErrors()


class Sockets:
    """Accepts and counts WebSockets.

    Args:
        broker: Where their messages go.
        settings: Bounds and allowed names.
        signer: Proves sessions.
    """

    def __init__(
        self,
        broker: Broker,
        settings: Settings,
        signer: SessionSigner,
        refused: Callable[[str, Mapping[str, Any]], None] = lambda *_: None,
    ) -> None:
        self._broker = broker
        self._refused = refused
        self._settings = settings
        self._signer = signer
        self._said = LogLimiter(_log)
        self._by_peer: Counter[str] = Counter()
        self._by_session: Counter[str] = Counter()
        self._warned = False

    def start(self) -> None:
        """Log the limitations of the ASGI server, if they are known at startup."""
        if "uvicorn" in sys.modules and _OURS not in sys.modules:
            self._warn()

    def _warn(self) -> None:
        """Log once that the ASGI server does not limit frames."""
        if not self._warned:
            self._warned = True
            _log.warning(
                "this server accepts compressed messages, of which 16 kB can take 16 MB of memory, "
                "and any number of empty frames; start uvicorn with "
                "--ws %s:WebSocketProtocol, or at least with "
                "--ws-per-message-deflate false --ws-max-size %d",
                _OURS,
                self._settings.frame_max_bytes,
            )

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until it closes."""
        scope, settings = socket.scope, self._settings
        host = request_host(scope["headers"])
        if not host_allowed(host, settings):
            self._refused("host", scope)
            await self._refuse(
                socket, 400, f"Host {host!r} is not served here (setting allowed_hosts)"
            )
            return
        origin = socket.headers.get("origin")
        if not origin_allowed(origin, scope["scheme"], host, settings):
            self._refused("origin", scope)
            expected = own_origin(scope["scheme"], host)
            reason = (
                f"Origin {origin!r} may not connect, expected {expected!r} or one of the setting "
                "allowed_origins. Behind a proxy, let it pass on Host with its port, and "
                "X-Forwarded-Proto: docs/howto/proxy.md"
            )
            await self._refuse(socket, 403, reason)
            return
        if self._broker.draining:
            await self._refuse(socket, 503, "the server goes away")
            return
        session = self._signer.of(scope)
        headers = []
        if session is None:
            # A restart without a fixed secret_key makes old cookies worthless; the open tab
            # gets a new one here, since it has no other request to get it with.
            session = self._signer.new()
            headers = [self._signer.header(scope, session)]
        session_id = session.id
        address = address_of(scope, settings.trusted_proxies)
        # On this machine all users may come through a proxy.
        peer = "" if is_this_machine(address) else peer_of(address)
        if (peer and self._by_peer[peer] >= settings.sockets_per_ip) or (
            self._by_session[session_id] >= settings.sockets_per_session
        ):
            await self._refuse(socket, 429, "too many connections")
            return
        self._by_peer[peer] += 1
        self._by_session[session_id] += 1
        try:
            self._bound(socket, peer)
            await socket.accept(headers=headers)
            with ids(connection=secrets.token_hex(8)):
                await self._run(socket, self._caller(socket, session_id), peer)
        finally:
            for counter, key in ((self._by_peer, peer), (self._by_session, session_id)):
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]

    async def not_upgraded(self, request: Request) -> Response:
        """Answer a page whose WebSocket arrives as a plain request, and log the likely cause."""
        peer = peer_of(address_of(request.scope, self._settings.trusted_proxies)) or "a local peer"
        reason = (
            "the request has no Upgrade header. Behind a proxy, let it pass on Upgrade and "
            "Connection: docs/howto/proxy.md"
        )
        self._said.warning(f"426 {peer}", "refused a WebSocket of %s: %s", peer, reason)
        return PlainTextResponse(f"{reason}\n", 426, {"upgrade": "websocket"})

    async def _refuse(self, socket: WebSocket, status: int, reason: str) -> None:
        """Answer the upgrade with a plain HTTP error; one line of a kind and a peer in a while."""
        peer = peer_of(address_of(socket.scope, self._settings.trusted_proxies)) or "a local peer"
        self._said.warning(f"{status} {peer}", "refused a WebSocket of %s: %s", peer, reason)
        _refused.set(True)
        metrics.socket_refused(status)
        logging.getLogger("uvicorn.error").addFilter(_NO_FALSE_ERRORS)
        if "websocket.http.response" in socket.scope.get("extensions", {}):
            await socket.send_denial_response(PlainTextResponse(reason + "\n", status))
        else:
            await socket.close()

    def _caller(self, socket: WebSocket, session_id: str) -> Caller:
        headers = header_lists(socket.scope["headers"])
        locale = page_locale(self._settings, ",".join(headers.get("Accept-Language", ())))
        return Caller(session_id, headers, direct_peer(socket.scope), locale, socket.scope)

    async def _run(self, socket: WebSocket, caller: Caller, peer: str) -> None:
        writer = self._writer(socket)
        connection = Connection(self._settings, time.monotonic(), writer.wake)
        connection.peer = peer
        self._broker.connect(connection)
        writing = asyncio.create_task(writer.run(connection), name="swell-writer")
        reader = asyncio.create_task(self._read(socket, connection, caller), name="swell-reader")
        try:
            await asyncio.wait((reader, writing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._broker.disconnect(connection)
            for task in (reader, writing):
                task.cancel()
            results = await asyncio.gather(reader, writing, return_exceptions=True)
        await _close(socket, results)

    def _writer(self, socket: WebSocket) -> Writer:
        """Return the shortest way to the socket that the server has."""
        slow_s = self._settings.slow_reader_s
        frames = _frames(socket)
        if frames is not None:
            return DirectWriter(frames, slow_s, self._is_drained)
        return AsgiWriter(socket, slow_s, self._is_drained)

    def _bound(self, socket: WebSocket, peer: str) -> None:
        """Have the server itself count frames, where it can: not all of them get here."""
        frames, settings = _frames(socket), self._settings
        if frames is None:
            self._warn()
        else:
            frames.bound(
                peer,
                settings.frame_max_bytes,
                settings.act_rate_per_s * FLOOD,
                settings.act_burst * FLOOD,
            )

    def _is_drained(self) -> bool:
        return self._broker.drained

    async def _read(self, socket: WebSocket, connection: Connection, caller: Caller) -> None:
        frames = _frames(socket)
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            frame = message.get("text")
            if frame is None:
                frame = message.get("bytes") or b""
            now = time.monotonic()
            received = connection.receive(frame, now)
            if isinstance(received, Act):
                self._broker.act(connection, received, caller.session_id)
                if frames is not None:
                    frames.used()
            elif isinstance(received, Hello):
                await self._broker.arrive(connection, received, caller)
            elif isinstance(received, Bye):
                return


async def _close(socket: WebSocket, results: Iterable[BaseException | None]) -> None:
    """Close the socket with the code of the first thing that went wrong, if any."""
    code, reason = 1000, ""
    for result in results:
        if isinstance(result, ProtocolError):
            code, reason = result.close_code, result.reason
            break
        if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect | OSError):
            _log.error("connection failed", exc_info=result)
            code = CLOSE_SERVER_ERROR
    if code not in (1000, CLOSE_DRAIN):
        # From 4500 on the peer did something wrong; before that, networks do such things.
        if code >= 4500:
            _seldom.log(logging.INFO, str(code), "closed a connection with %d: %s", code, reason)
        else:
            _log.debug("closed a connection with %d: %s", code, reason)
    with suppress(RuntimeError, WebSocketDisconnect, OSError):  # it may be closed already
        async with asyncio.timeout(_CLOSE_S):  # the queue of a peer that does not read never drains
            await socket.close(code, reason)


def _frames(socket: WebSocket) -> FrameWriter | None:
    """Return the server's extension of ASGI, or None."""
    found: FrameWriter | None = socket.scope.get("extensions", {}).get(FRAMES)
    return found
