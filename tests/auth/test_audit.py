"""Sign-ins in the audit log and in the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from swell.audit.log import AuditLog, Entry
from swell.auth.sign_ins import SignIns
from swell.chat.store import open_store
from swell.errors import StoreUnavailableError
from swell.observe import metrics
from swell.observe.instruments import Instruments, instruments

from .browser import PASSWORD, app_of, browser_of, password_file, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def collected() -> Iterator[Instruments]:
    metrics.turn_on(instruments())
    yield instruments()
    metrics.turn_off()


async def entries(file: Path) -> list[Entry]:
    engine = open_store(str(file)).engine
    await engine.open()
    try:
        return await AuditLog(engine).page()
    finally:
        await engine.close()


def count(found: Instruments, outcome: str) -> float:
    [family] = found.sign_ins.collect()
    return sum(one.value for one in family.samples if one.labels.get("outcome") == outcome)


async def test_sign_ins_and_failures_are_in_the_audit_log(
    tmp_path: Path, collected: Instruments
) -> None:
    before = count(collected, "done"), count(collected, "failed")
    file = tmp_path / "chat.db"
    app = app_of(password_file(tmp_path), database_url=str(file))
    async with running(app) as browser, browser_of(app, "2001:db8::7") as other:
        await browser.sign_in()
        for _ in range(3):
            await other.sign_in("ada", "wrong")
        await other.sign_in()
    found = await entries(file)
    assert [(one.event, one.subject, one.address) for one in found] == [
        ("sign_in", "ada", ""),
        ("sign_in_failed", "", "2001:db8::/64"),
        ("sign_in", "ada", "2001:db8::/64"),
    ]
    assert found[0].detail == {"provider": "password"}
    assert found[1].detail == {"reason": "wrong name or password for 'ada'"}
    assert PASSWORD not in repr(found)
    after = count(collected, "done"), count(collected, "failed")
    assert after == (before[0] + 2, before[1] + 3)


async def test_sign_outs_are_in_the_audit_log(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    app = app_of(password_file(tmp_path), database_url=str(file))
    async with running(app) as browser:
        await browser.sign_in()
        await browser.send_form("/_auth/logout", {})
        await browser.sign_in()
        await browser.send_form("/_auth/sessions", {"id": "all"})
    found = [(one.event, one.subject, one.detail.get("where")) for one in await entries(file)]
    assert sorted(found[1:2] + found[3:]) == [
        ("sign_out", "ada", "everywhere"),
        ("sign_out", "ada", "here"),
        ("sign_out", "ada", "here"),
    ]


async def test_no_user_signs_in_without_an_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise StoreUnavailableError("the disk is full")

    file = tmp_path / "chat.db"
    async with running(app_of(password_file(tmp_path), database_url=str(file))) as browser:
        monkeypatch.setitem(SignIns.add.__globals__, "record", broken)
        assert (await browser.sign_in()).status_code == 503
        assert (await browser.get("/")).status_code == 303
    assert [one.event for one in await entries(file)] == ["sign_in_failed"]
