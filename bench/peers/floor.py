"""No peer: what the app's waiting, the event loop and the kernel cost by themselves."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.peers.peer import Peer
from bench.peers.swell import SwellWire


def _command(_home: Path, _app: str, port: int) -> list[str | Path]:
    return [sys.executable, "floor.py", str(port)]  # which is every app there is


PEER = Peer(
    name="floor",
    package="",
    command=_command,
    box="",
    app="floor.py",
    env={},
    path="/demo",
    dialect=SwellWire(),
    rows=frozenset({"cpu_per_1000_tokens", "lateness", "broadcast_cpu"}),
)
