"""Swell through `@chat`: runs, threads and the store are in the way of each token."""

from __future__ import annotations

import json

import msgspec

from bench.peers import swell
from bench.peers.peer import Peer

_decode = msgspec.json.Decoder().decode


class ChatWire(swell.SwellWire):
    """The same wire; prompts go to the card that `@chat` makes."""

    def prompt(self, name: str, text: str) -> bytes:  # noqa: ARG002
        """Submit."""
        act = {"t": "act", "id": f"c{next(swell.ids)}", "args": {"chat": text}, "name": "chat"}
        return json.dumps(act).encode()

    def position(self, message: bytes) -> int | None:
        """Return the length of the answer's text; its status and the sidebar are set, too."""
        if not message.startswith(b"["):
            return None
        length: int | None = None
        for part in _decode(message)[2:]:
            kind = part[0]
            if type(kind) is int:
                length = part[1] + len(part[2])
            elif kind == "p" or part[1][:2] != ["chat", "data"]:
                continue
            elif kind == "a":
                length = part[2] + len(part[3])
            elif kind == "s" and part[1][3:] == ["content"]:
                length = len(part[2])
        return length


PEER = Peer(
    name="swell @chat",
    package="",
    command=swell.PEER.command,
    box='[data-test="chat"] textarea',
    app="swell_chat.py",
    env={
        "SWELL_RUNS_MAX": "10000",
        "SWELL_RUNS_MAX_PER_ADDRESS": "10000",
        "SWELL_RUNS_QUEUE_MAX": "10000",
    },
    path="/demo",
    dialect=ChatWire(),
    rows=frozenset({"cpu_per_1000_tokens", "first_token", "lateness"}),
)
