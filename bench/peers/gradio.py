"""Gradio: one process, a script."""

from __future__ import annotations

from pathlib import Path

from bench.peers.peer import Peer


def _command(home: Path, app: str, port: int) -> list[str | Path]:
    return ["env", f"PORT={port}", home / "bin" / "python", app]


PEER = Peer(
    name="gradio",
    package="gradio",
    command=_command,
    box='textarea[data-testid="textbox"]',
    app="gradio_chat.py",
    env={"GRADIO_ANALYTICS_ENABLED": "False"},
)
