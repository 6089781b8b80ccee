"""H2O Wave: its server, a program of its own, and the app, served by uvicorn."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from bench.common import Process
from bench.peers.peer import Peer

_decode = msgspec.json.Decoder().decode


class WaveWire:
    """Wave's wire: JSON lines, several in a frame when a reader is late."""

    path = "/_s/"

    def hello(self) -> list[bytes]:
        """Watch the route."""
        return [b"+ /demo "]

    def prompt(self, name: str, text: str) -> bytes:
        """Submit."""
        args = {name: text, "__wave_submission_name__": name}
        return b"@ /demo " + json.dumps(args).encode()

    def answer(self, message: bytes) -> bytes | None:  # noqa: ARG002
        """Nothing: its heartbeats are those of the WebSocket."""
        return None

    def painted(self, message: bytes) -> bool:
        """The handler has put a card there."""
        return b'"view":' in message

    def position(self, message: bytes) -> int | None:
        """Decode a frame; each save of a token carries the whole row."""
        length: int | None = None
        for line in message.split(b"\n"):
            for op in (_decode(line) if line else {}).get("d", ()):
                row = op.get("v")
                if isinstance(row, list) and len(row) == 2 and row[1] is False:
                    length = len(row[0])
        return length


def _server(home: Path, port: int, log: Path) -> Process:
    env = {"H2O_WAVE_LISTEN": f"127.0.0.1:{port}", "H2O_WAVE_NO_LOG": "1"}
    return Process([home / "waved"], log, env, cwd=home)


def _command(home: Path, app: str, port: int) -> list[str | Path]:
    module = app.removesuffix(".py")
    flags = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    return [home / "bin" / "python", "-m", "uvicorn", f"{module}:main", *flags]


PEER = Peer(
    name="wave",
    package="h2o-wave",
    command=_command,
    box='[data-test="chatbot"]',
    app="wave_chat.py",
    env={},
    path="/demo",
    dialect=WaveWire(),
    server=_server,
)
