"""SQLite's file locked, full, read-only or cut: prompts wait in the browser, and none is lost."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swell.live.wire import Act
from tests.faults.tokens import numbers, text
from tests.seeds import Size

from .conftest import Serve
from .rig import ChatProcess, ChatTab, Shown, Stored, logged, same, submission, until

pytestmark = pytest.mark.anyio

FRAME = 24 + 4096  # of the write-ahead log, in bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.db"


async def refused(tab: ChatTab, prompt: Act) -> str:
    """Send a prompt that cannot be stored; return the message for the user."""
    await tab.post(prompt)
    await tab.acked(prompt.id)
    assert list(tab.refused) == [prompt.id]  # it is in the browser again
    told = tab.acks[-1].msg or ""
    assert "Try again in a moment" in told
    return told


async def works_again(tab: ChatTab, chat: ChatProcess, prompt: Act) -> None:
    """Send the prompt once more, as Retry does, and see that all is as if nothing had been."""
    before = len(tab.rows)
    await tab.post(prompt)
    await tab.acked(prompt.id)
    assert not tab.refused
    await tab.until(lambda: len(tab.rows) == before + 2)
    await tab.done()
    assert tab.shown[-1] == Shown("assistant", text(3), "done")
    await same(tab, chat)
    assert len(chat.notes("calls")) == len(set(chat.notes("calls")))
    assert sorted(chat.notes("calls")) == sorted(chat.stored.prompts(tab.person))
    chat.stored.check()


async def test_r21_a_file_that_another_process_locks(serve: Serve, path: Path, person: str) -> None:
    chat = serve(f"sqlite:///{path}")
    async with ChatTab(chat.port, person) as tab:
        await tab.submit("tell=30 hold=5")
        await tab.until(lambda: tab.text == text(5))
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            chat.go()
            await tab.until(lambda: tab.text == text(30))  # running answers continue
            prompt = submission("locked out tell=3")
            await refused(tab, prompt)  # after five seconds of waiting
            assert tab.statuses == ["streaming"]  # it cannot be stored that it is done
            other.execute("COMMIT")
        await tab.done()
        assert tab.statuses == ["done"]
        await works_again(tab, chat, prompt)


Limit = Callable[[ChatProcess, bool], None]


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Path]:
    """Mount a small file system, which root can."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def can_mount() -> bool:
    """Whether this account may mount a file system."""
    return (
        shutil.which("unshare") is not None
        and not subprocess.run(
            ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], stderr=subprocess.DEVNULL
        ).returncode
    )


async def run_out(chat: ChatProcess, person: str, full: Callable[[bool], None]) -> None:
    """Let the space run out in the middle of an answer, and come back."""
    async with ChatTab(chat.port, person) as tab:
        await tab.submit("tell=30 hold=5")
        await tab.until(lambda: tab.text == text(5))
        full(True)
        chat.go()
        await tab.until(lambda: tab.text == text(30))
        prompt = submission("no space tell=3 " + "x" * 90_000)
        told = await refused(tab, prompt)
        assert "could not be saved" in told
        assert await refused(tab, prompt)
        await logged(chat, "a prompt was refused")
        full(False)
        await tab.done()
        assert tab.statuses == ["done"]
        await works_again(tab, chat, prompt)
        assert chat.process.poll() is None


async def test_r21_a_quota_that_is_used_up(serve: Serve, path: Path, person: str) -> None:
    chat = serve(f"sqlite:///{path}")

    def full(on: bool) -> None:
        used = max(file.stat().st_size for file in path.parent.glob("chat.db*"))
        _, hard = resource.prlimit(chat.process.pid, resource.RLIMIT_FSIZE)
        limits = (used, hard) if on else (hard, hard)
        resource.prlimit(chat.process.pid, resource.RLIMIT_FSIZE, limits)

    await run_out(chat, person, full)


@pytest.mark.skipif(not can_mount(), reason="only root can mount a file system")
async def test_r21_a_disk_that_is_full(serve: Serve, tmpfs: Path, person: str) -> None:
    chat = serve(f"sqlite:///{tmpfs / 'chat.db'}")
    rest = tmpfs / "rest"

    def full(on: bool) -> None:
        if not on:
            rest.unlink()
            return
        with contextlib.suppress(OSError), rest.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    await run_out(chat, person, full)


async def test_r21_a_file_that_is_read_only(serve: Serve, path: Path, person: str) -> None:
    # Root may write to every file, unless that right is taken away.
    prefix = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    chat = serve(f"sqlite:///{path}", {}, *prefix)
    async with ChatTab(chat.port, person) as tab:
        await tab.ask("before tell=2")
        # A backup is put back without its access rights.
        backup = path.with_name("backup")
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(backup)) as target,
        ):
            source.backup(target)
        backup.chmod(0o400)
        for left in path.parent.glob("chat.db-[ws]*"):
            left.unlink()
        backup.replace(path)
        prompt = submission("read-only tell=3")
        told = await refused(tab, prompt)
        assert "could not be saved" in told
        await logged(chat, "cannot be written to")
        for file in path.parent.glob("chat.db*"):
            file.chmod(0o600)
        await works_again(tab, chat, prompt)


async def test_r21_a_log_that_is_cut_at_any_frame_after_kill_9(
    serve: Serve, path: Path, tmp_path: Path, person: str, seed: int, size: Size
) -> None:
    chat = serve(f"sqlite:///{path}")
    wal = path.with_name("chat.db-wal")
    acknowledged: list[tuple[int, str]] = []  # length of the log by then, and the prompt
    async with ChatTab(chat.port, person) as tab:
        for number in range(size(5, 40)):
            prompt = submission(f"{number} tell=2")
            await tab.post(prompt)
            await tab.acked(prompt.id)
            acknowledged.append((wal.stat().st_size, f"{number} tell=2"))
        await tab.submit("tell=5000 pace=0.002")
        await tab.until(lambda: len(numbers(tab.text)) > 50)
        chat.kill()
    log = wal.read_bytes()
    places = list(range(32, len(log) + 1, FRAME))
    assert len(places) > len(acknowledged)
    places = sorted(random.Random(seed).sample(places, min(len(places), size(12, len(places)))))
    for place in places:
        cut = tmp_path / f"cut{place}" / "chat.db"
        cut.parent.mkdir()
        shutil.copy(path, cut)
        cut.with_name("chat.db-wal").write_bytes(log[:place])
        stored = Stored(f"sqlite:///{cut}")
        stored.check()
        wanted = {words for length, words in acknowledged if length <= place}
        if wanted:
            assert wanted <= set(stored.prompts(person))
    # And a server finds its way in what is left.
    again = serve(f"sqlite:///{tmp_path / f'cut{places[len(places) // 2]}' / 'chat.db'}")
    async with ChatTab(again.port, person) as tab:
        await tab.ask("after tell=3")
        assert tab.text == text(3)
        stored = again.stored
        await until(
            lambda: not stored.rows("SELECT 1 FROM runs WHERE state IN ('accepted', 'running')")
        )
        await same(tab, again)
    stored.check()
