"""Swell: one process."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import msgspec

from bench.peers.peer import Peer

ids = itertools.count()
_decode = msgspec.json.Decoder().decode


class SwellWire:
    """Swell's wire, protocol version 1."""

    path = "/_s/ws"

    def hello(self) -> list[bytes]:
        """Come as a new client."""
        return [b'{"t":"hello","v":1,"route":"/demo","client":null,"pos":null,"hash":""}']

    def prompt(self, name: str, text: str) -> bytes:
        """Submit."""
        act = {"t": "act", "id": f"b{next(ids)}", "args": {name: text}, "name": name}
        return json.dumps(act).encode()

    def answer(self, message: bytes) -> bytes | None:
        """Answer beats."""
        return b'{"t":"pong","s":0}' if message.startswith(b'{"t":"beat"') else None

    def painted(self, message: bytes) -> bool:
        """The handler has put a card there."""
        return b'"view":' in message

    def position(self, message: bytes) -> int | None:
        """Return the length of the last row's text after a frame `[n, count, part, ...]`."""
        if not message.startswith(b"["):
            return None
        length: int | None = None
        for part in _decode(message)[2:]:
            kind = part[0]
            if type(kind) is int:  # an append by its short name: [slot, at, text]
                length = part[1] + len(part[2])
            elif kind == "a":
                length = part[2] + len(part[3])
            elif kind == "s" and isinstance(part[2], str):
                length = len(part[2])
            elif kind == "i":
                texts = [cells[0] for _, cells in part[3] if cells and not cells[1]]
                length = len(texts[-1]) if texts else length
        return length


def _command(_home: Path, app: str, port: int) -> list[str | Path]:
    return [sys.executable, "-m", "swell", "run", app, "--port", str(port)]


PEER = Peer(
    name="swell",
    package="",
    command=_command,
    box='[data-test="chatbot"]',
    app="wave_chat.py",
    env={},
    path="/demo",
    dialect=SwellWire(),
)
