"""Whatever the network does, a tab shows what the server showed at exactly its position.

The real engine and the real web client, driven by one machine: see docs/explain/exactness.md.
"""

from __future__ import annotations

from .machine import LONG, Machine, examine
from .node import Node

HAPPENS = [
    "in_sync",
    "ack dup",
    "closed with 1006",
    "closed with 4503",
    "frame after a gap",
    "merged frame",
    "named path",
    "old frame",
    "part",
    "refused",
    "resumed",
    "short append",
    "snapshot",
    "snapshot in parts",
    "snapshot unasked",
]


def test_tabs_and_server_agree(node: Node) -> None:
    Machine.tally.clear()
    if LONG:
        examine(lambda: Machine(node), examples=1500, steps=60, seeded=False)
    else:
        examine(lambda: Machine(node), examples=120, steps=40)
    for what in HAPPENS:
        assert Machine.tally[what] >= 5, (what, "hardly happens, so nothing is shown about it")
