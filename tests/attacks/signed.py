"""The chat that a proxy signs people in to: it says whose it is."""

from __future__ import annotations

from swell.chat import Turn, chat


@chat("/", identify=lambda request: request.headers.get("X-Login", ["guest"])[0])
async def answer(turn: Turn) -> str:
    """Say who asks."""
    return f"This is {turn.user.subject}'s"
