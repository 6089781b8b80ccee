"""A real uvicorn in a thread, and a plain WebSocket client, for tests of what a peer may do."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from websockets.sync.client import ClientConnection, connect

from swell.live.frames import FrameReader
from swell.server.uvicorn_ws import WebSocketProtocol


class LiveServer:
    """One ASGI application, served on a free port of this machine.

    Attributes:
        port: The port.
        host: `127.0.0.1:port`, as a browser sends it.
    """

    def __init__(self, app: ASGIApp, ws: Any = WebSocketProtocol) -> None:
        config = uvicorn.Config(
            app,
            port=0,
            ws=ws,
            ws_max_size=256 * 1024,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            log_config=None,
            lifespan="on",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            threading.Event().wait(0.01)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End it and wait."""
        self._server.should_exit = True
        self._thread.join(30)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Return status, headers and body of a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": self.host, **headers})
            response = connection.getresponse()
            lowered = {name.lower(): value for name, value in response.getheaders()}
            return response.status, lowered, response.read().decode()

    def connect(self, path: str = "/_s/ws", **headers: str) -> ClientConnection:
        """Open a WebSocket as a page of this server would."""
        origin = headers.pop("Origin", f"http://{self.host}")
        host = headers.pop("Host", None)
        extra = {**({"Origin": origin} if origin else {}), **headers}
        opening = connect(
            f"ws://{host or self.host}{path}",
            additional_headers=extra,
            compression=None,
            max_size=None,
            sock=socket.create_connection(("127.0.0.1", self.port)),
        )
        return opening.__enter__()  # its tests close it, or the server does


class Tab:
    """A browser tab that speaks the protocol by hand.

    Attributes:
        socket: The connection.
        client: Id that the server gave it.
        cookie: Session cookie, to connect again with.
    """

    def __init__(
        self, server: LiveServer, route: str = "/", path: str = "/_s/ws", *, cookie: str = ""
    ) -> None:
        self.socket = server.connect(path, **({"Cookie": cookie} if cookie else {}))
        assert self.socket.response is not None
        given = self.socket.response.headers.get("Set-Cookie", cookie)
        self.cookie = given.split(";")[0]
        self._frames = FrameReader()
        self._seq = 0
        self.send(t="hello", v=1, route=route)
        self.welcome = self.wait("welcome")
        self.client: str = self.welcome["client"]

    def send(self, **message: Any) -> None:
        """Send one message."""
        self.socket.send(json.dumps(message))

    def act(self, name: str, value: Any = True) -> str:
        """Send a submission and return its id."""
        id = str(uuid.uuid4())
        self.send(t="act", id=id, name=name, args={name: value})
        return id

    def read(self) -> dict[str, Any]:
        """Return the next message; an op frame as `{"t": "ops", "n": ..., "o": [op, ...]}`."""
        frame = self.socket.recv(timeout=10)
        assert isinstance(frame, str)
        if not frame.startswith("["):
            message: dict[str, Any] = json.loads(frame)
            if message["t"] == "welcome":
                self._seq = message["s"]
            return message
        ops = self._frames.read(frame.encode(), self._seq)
        assert ops is not None, "an old frame on a healthy connection"
        self._seq = ops.n
        return {"t": "ops", "n": ops.n, "o": ops.o}

    def wait(self, t: str, **fields: Any) -> dict[str, Any]:
        """Return the next message of a type, passing over others."""
        while True:
            message = self.read()
            if message["t"] == t and all(message.get(k) == v for k, v in fields.items()):
                return message


@contextlib.contextmanager
def serving(app: ASGIApp, ws: Any = WebSocketProtocol) -> Iterator[LiveServer]:
    """Serve an application while the block runs.

    Args:
        app: What to serve.
        ws: uvicorn's setting of that name; `swell run` gives our protocol class.
    """
    server = LiveServer(app, ws)
    try:
        yield server
    finally:
        server.stop()
