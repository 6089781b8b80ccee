"""Chainlit: one process, started by its own command."""

from __future__ import annotations

from pathlib import Path

from bench.peers.peer import Peer


def _command(home: Path, app: str, port: int) -> list[str | Path]:
    return [home / "bin" / "chainlit", "run", app, "--headless", "--port", str(port)]


PEER = Peer(
    name="chainlit",
    package="chainlit",
    command=_command,
    box="#chat-input",
    app="chainlit_chat.py",
    env={"CHAINLIT_HOST": "127.0.0.1"},
)
