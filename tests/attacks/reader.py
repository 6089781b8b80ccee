"""The chat whose attached documents are attacked: it answers with their text."""

from __future__ import annotations

from swell.chat import Turn, chat


@chat("/", attachments=True)
async def answer(turn: Turn) -> str:
    """Say what the first attached file says."""
    return await turn.files[0].text()
