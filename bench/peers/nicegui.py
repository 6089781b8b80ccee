"""NiceGUI: one process, a script."""

from __future__ import annotations

from pathlib import Path

from bench.peers.peer import Peer


def _command(home: Path, app: str, port: int) -> list[str | Path]:
    return ["env", f"PORT={port}", home / "bin" / "python", app]


PEER = Peer(
    name="nicegui",
    package="nicegui",
    command=_command,
    box='input[data-test="prompt"], [data-test="prompt"] input',
    app="nicegui_chat.py",
    env={},
)
