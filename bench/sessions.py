"""Many chats that stream at once: what two of the rows are about."""

from __future__ import annotations

from typing import Any

from bench.context import Context
from bench.peers.peer import Peer

RATE = 50
TOKENS = 300


def sessions(context: Context, peer: Peer, count: int) -> dict[str, Any]:
    """Return what `count` chats at 50 tokens a second make of a server; measured once a run."""
    key = ("sessions", peer.name, count)
    if key not in context.kept:
        with peer.start() as running:
            flags = ("--count", count, "--tokens", TOKENS, "--rate", RATE)
            seconds = context.pick(12, 6)
            context.kept[key] = context.load(
                "sessions", peer, running, *flags, "--seconds", seconds
            )
    seen: dict[str, Any] = context.kept[key]
    return seen


def describe(seen: dict[str, Any], count: int) -> str:
    """Say under what circumstances a figure was taken."""
    held = seen["delivered"] / (count * RATE * seen["seconds"])
    server, client = (seen[name] / seen["seconds"] for name in ("cpu", "client_cpu"))
    return (
        f"{held:.0%} of the rate, p50 {seen['p50_ms']:.0f} ms, p99 {seen['p99_ms']:.0f} ms, "
        f"server {server:.2f} and client {client:.2f} cores"
    )
