"""Streamlit: one process, started by its own command."""

from __future__ import annotations

from pathlib import Path

from bench.peers.peer import Peer


def _command(home: Path, app: str, port: int) -> list[str | Path]:
    flags = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    return [home / "bin" / "python", "-m", "streamlit", "run", app, *flags]


PEER = Peer(
    name="streamlit",
    package="streamlit",
    command=_command,
    box='[data-testid="stChatInputTextArea"]',
    app="streamlit_chat.py",
    env={"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"},
)
