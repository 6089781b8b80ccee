"""F10: uploads of a killed process: the next one removes them, and nothing else in that folder."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from .rig import HERE, Target, newcomer, tab, target
from .test_documents import upload

pytestmark = pytest.mark.anyio


def kill(running: Target) -> None:
    """End the process as the system does when memory runs out."""
    os.kill(running.pid, signal.SIGKILL)
    running.stop()


async def test_uploads_of_a_killed_process_are_removed_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    monkeypatch.setenv("TMPDIR", str(shared))
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    (victim / ".alive").touch()
    (shared / "swell-files-link").symlink_to(victim)
    theirs = shared / "swell-files-open"
    theirs.mkdir()
    theirs.chmod(0o755)
    (theirs / ".alive").touch()
    other = shared / "swell-files-other"  # of something else: no lock
    other.mkdir(mode=0o700)
    trap = shared / "swell-chat-trap"
    trap.mkdir(mode=0o700)
    (trap / ".alive").symlink_to(victim / ".alive")
    kept = {"swell-files-link", "swell-files-open", "swell-files-other", "swell-chat-trap"}

    def left() -> set[str]:
        return {path.name for path in shared.glob("swell-*")} - kept

    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
    living = Target(tmp_path / "first", app=HERE / "reader.py")
    killed = Target(tmp_path / "second", app=HERE / "reader.py")
    try:
        for running in (living, killed):
            peer = await tab(running.port)
            await upload(running.port, peer, "secret.txt", b"my own words")
            peer.drop()
        assert len(left()) == 2
        kill(killed)
        assert len(left()) == 2  # no process was left to remove it
        document = shared / "swell-pdf-killed"  # a copy that it was reading
        document.mkdir(mode=0o700)
        (document / ".alive").touch()
        with target(tmp_path / "third", app=HERE / "reader.py") as running:
            async with asyncio.timeout(30):
                while len(left()) > 1:
                    await newcomer(running.port)
        assert len(left()) == 1  # of the one that lives
        assert {path.name for path in shared.glob("swell-*")} > kept
        assert (victim / ".alive").exists()
    finally:
        living.stop()
        killed.stop()
    assert left() == set()
