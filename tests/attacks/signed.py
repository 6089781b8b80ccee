"""The chat that a proxy signs people in to: it says whose it is."""

from __future__ import annotations

from swell.chat import Turn, chat


@chat("/", user=lambda q: q.headers.get("X-Login", ["guest"])[0])
async def answer(turn: Turn) -> str:
    """Say who asks."""
    return f"This is {turn.user.subject}'s"
