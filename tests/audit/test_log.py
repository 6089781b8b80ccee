"""The audit log: what is stored, what is read back, and what happens without a database."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from swell.audit.log import AuditLog, record
from swell.chat.store import open_store
from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.engines.sqlite import SqliteEngine
from swell.errors import StoreUnavailableError
from swell.testing import moving_clock
from tests.chat.clock import Clock
from tests.postgres import new_database

T = TypeVar("T")

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """Open a new database."""
    url = f"sqlite:///{tmp_path / 'chat.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = new_database(server, request.getfixturevalue("postgres_template"))
    opened = open_store(url).engine
    await opened.open()
    yield opened
    await opened.close()


async def test_an_entry_is_read_back_as_it_was_written(engine: Engine) -> None:
    log = AuditLog(engine, "notes", clock=lambda: 100.0)
    assert await log.write(
        "sign_in", subject="ann", address="2001:db8::", provider="corp", mfa=True
    )
    [entry] = await log.page()
    assert (entry.at, entry.event, entry.subject, entry.app) == (100.0, "sign_in", "ann", "notes")
    assert (entry.address, entry.object) == ("2001:db8::", "")
    assert entry.detail == {"provider": "corp", "mfa": True}


async def test_texts_that_a_database_refuses_are_cleaned_and_long_ones_cut(engine: Engine) -> None:
    log = AuditLog(engine)
    await log.write("role", subject="a\0b\ud800", object="x" * 5000, was="\0")
    [entry] = await log.page()
    assert (entry.subject, len(entry.object), entry.detail) == ("ab", 1000, {"was": ""})


async def test_entries_are_read_in_pages_in_both_directions(engine: Engine) -> None:
    log = AuditLog(engine)
    for number in range(5):
        await log.write("shared", object=str(number))
    first = await log.page(limit=2)
    then = await log.page(after=first[-1].n, limit=2)
    assert [one.object for one in (*first, *then)] == ["0", "1", "2", "3"]
    last = await log.latest(limit=2)
    before = await log.latest(before=last[-1].n, limit=2)
    assert [one.object for one in (*last, *before)] == ["4", "3", "2", "1"]
    assert [one.object async for one in log.entries()] == ["0", "1", "2", "3", "4"]


async def test_a_time_is_read_from_its_first_second_to_before_its_last(engine: Engine) -> None:
    for at in (1.0, 2.0, 3.0):
        await AuditLog(engine, clock=partial(float, at)).write("shared", object=f"{at:g}")
    log = AuditLog(engine)
    assert [one.object async for one in log.entries(since=2.0)] == ["2", "3"]
    assert [one.object async for one in log.entries(since=2.0, until=3.0)] == ["2"]


async def test_an_app_reads_its_entries_and_without_a_name_all_are_read(engine: Engine) -> None:
    await AuditLog(engine, "one").write("shared")
    await AuditLog(engine, "two").write("unshared")
    assert [one.event for one in await AuditLog(engine, "one").page()] == ["shared"]
    assert [one.event for one in await AuditLog(engine, "two").latest()] == ["unshared"]
    assert [one.app for one in await AuditLog(engine).page()] == ["one", "two"]
    await AuditLog(engine).write("sign_in")  # of no app
    assert [one.event for one in await AuditLog(engine, "one").page()] == ["shared", "sign_in"]


async def test_old_entries_are_purged_in_steps(engine: Engine) -> None:
    clock = Clock()
    log = AuditLog(engine, clock=clock)

    def fill(tx: Tx) -> None:
        for _ in range(600):
            record(tx, "shared", at=clock() - 90_000)

    await engine.write(fill)
    await log.write("unshared")
    assert await log.purge(0) == 0, "0 keeps all"
    assert [await log.purge(86_400) for _ in range(3)] == [500, 100, 0]
    assert [one.event for one in await log.page()] == ["unshared"]


async def test_a_change_and_its_entry_are_stored_both_or_neither(engine: Engine) -> None:
    class BrokenError(Exception):
        pass

    def sign_in(tx: Tx) -> None:
        record(tx, "sign_in", "ann", at=1.0)
        raise BrokenError

    with pytest.raises(BrokenError):
        await engine.write(sign_in)
    assert not await AuditLog(engine).page()


async def test_an_entry_that_cannot_be_stored_is_logged_whole_and_stops_no_user(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(SqliteEngine):
        async def write(self, work: Callable[[Tx], T]) -> T:
            raise StoreUnavailableError("the disk is full")

    log = AuditLog(Away(tmp_path / "chat.db"), "notes", clock=lambda: 5.0)
    assert not await log.write("sign_in", subject="ann\n", address="203.0.113.7", provider="corp")
    [line] = caplog.records
    assert line.levelno == logging.ERROR
    said = line.getMessage()
    assert said.startswith("could not store an audit entry (")
    assert "the disk is full" in said
    entry = json.loads(said[said.index("{") :])
    assert (entry["event"], entry["at"], entry["subject"]) == ("sign_in", 5.0, "ann\n")
    assert (entry["address"], entry["detail"]) == ("203.0.113.7", {"provider": "corp"})


async def test_a_refusal_that_repeats_is_written_once_a_minute_with_its_count(
    engine: Engine,
) -> None:
    log = AuditLog(engine)

    async def refuse(subject: str) -> None:
        await log.write("refused", subject=subject, reason="too_fast")

    for _ in range(50):
        await refuse("ann")
    await refuse("bob")
    assert [(one.subject, one.detail) for one in await log.page()] == [
        ("ann", {"reason": "too_fast"}),
        ("bob", {"reason": "too_fast"}),
    ]
    with moving_clock() as clock:
        clock.move(60.0)
        await refuse("ann")
    assert (await log.latest())[0].detail == {"reason": "too_fast", "times": 50}


async def test_refusals_of_many_addresses_are_bounded(engine: Engine) -> None:
    log = AuditLog(engine)
    for number in range(1_050):
        await log.write("refused", address=str(number), reason="not_found")
    assert len(await log.page(limit=2_000)) == 1_000
    with moving_clock() as clock:
        clock.move(60.0)
        await log.write("refused", address="1049", reason="not_found")
    assert (await log.latest())[0].address == "1049"
