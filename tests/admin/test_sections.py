"""The other sections of the admin page: sessions, answers now, usage, limits, and the audit log."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import insert

from swell.audit.log import AuditLog
from swell.chat import NewPrompt, Turn
from swell.chat.app import ChatApp
from swell.chat.options import ChatOptions
from swell.chat.store.tables import usage
from swell.parts import Text

from .rig import administered

pytestmark = pytest.mark.anyio


async def test_sessions_are_listed_and_ended_after_a_question() -> None:
    async with administered() as admin:
        await admin.keep("bob", name="Bob")
        id = await admin.signed_in("bob", "phone")
        await admin.go("sessions")
        assert [row[:3] for row in admin.rows()] == [["Bob", "Firefox", "192.0.2.1"]]
        await admin.press("sessions_choose", [id])
        assert admin.notices == [
            "Sign bob out in this browser? Open pages close and running answers stop."
        ]
        assert await admin.sign_in.sign_ins.find(id) is not None
        await admin.press("confirm")
        assert await admin.sign_in.sign_ins.find(id) is None
        assert admin.rows() == []
        entry = (await admin.audit())[0]
        assert (entry.event, entry.subject, entry.object) == ("signed_out", "ann", "bob")


async def test_sessions_have_pages_the_latest_first() -> None:
    async with administered() as admin:
        await admin.keep("bob", name="Bob")
        ids = [await admin.signed_in("bob", f"browser {n}") for n in range(27)]
        await admin.go("sessions")
        table = next(item["table"] for item in admin.items if "table" in item)
        assert [row["name"] for row in table["rows"]] == ids[:1:-1]
        after = next(item for item in admin.items if "buttons" in item)["buttons"]["items"][0]
        await admin.press("page_after", after["button"]["value"])
        table = next(item["table"] for item in admin.items if "table" in item)
        assert [row["name"] for row in table["rows"]] == [ids[1], ids[0]]


async def test_a_running_answer_is_listed_and_stopped_after_a_question() -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def answer(turn: Turn) -> str:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return turn.prompt

    chat = ChatApp(answer, ChatOptions(app="demo", store=None), name="demo")
    await chat.start()
    try:
        user = await chat.store.user("bob")
        await chat.runs.submit(
            user, NewPrompt([Text("Hi")]), action_id="1", settings={}, locale="en"
        )
        await started.wait()
        async with administered({"demo": chat}) as admin:
            await admin.go("runs")
            [row] = admin.rows()
            assert row[:3] == ["bob", "demo", "Running"]
            table = next(item["table"] for item in admin.items if "table" in item)
            run = table["rows"][0]["name"]
            await admin.press("runs_choose", [run])
            assert admin.notices == ["Stop this answer for bob?"]
            assert not stopped.is_set()
            await admin.press("confirm")
            await stopped.wait()
            assert "No answers are being made." in str(admin.items)
            [entry] = await admin.audit()
            assert (entry.event, entry.subject, entry.detail) == ("stopped", "ann", {"user": "bob"})
            await admin.press("runs_choose", [run])
            assert admin.notices == ["This answer has ended."]
    finally:
        await chat.stop()


async def test_usage_sums_the_hours_of_a_day_the_greatest_first() -> None:
    async with administered() as admin:
        hour = int(time.time()) // 3600 * 3600
        counted = [
            ("bob", 3600, hour, 2, 100, 2_500_000),
            ("bob", 3600, hour - 3600, 1, 50, 0),
            ("bob", 10, hour, 2, 0, 0),  # the same prompts, for the limit by the minute
            ("eve", 3600, hour, 9, 1000, 0),
            ("eve", 3600, hour - 30 * 3600, 9, 9000, 0),  # of yesterday
            ("", 3600, hour, 99, 99999, 0),  # all users together
        ]
        names = ("subject", "step", "start", "prompts", "tokens", "micros")
        rows = [
            {**dict(zip(names, row, strict=True)), "app": "demo", "shard": 0, "attachments": 0}
            for row in counted
        ]
        statement = insert(usage).values(rows)
        await admin.store.engine.write(lambda tx: tx.run(statement))
        await admin.go("usage")
        assert admin.rows() == [
            ["eve", "demo", "9", "1,000", "0.0000"],
            ["bob", "demo", "3", "150", "2.5000"],
        ]


async def test_limits_show_what_holds_and_no_secret() -> None:
    key, database = "k" * 40, "postgresql://ann:hunter2@db/x"
    async with administered(secret_key=key, prompts_per_day="7", database_url=database) as admin:
        await admin.go("limits")
        shown = {row[0]: row[1:] for row in admin.rows()}
        assert shown["prompts_per_day"] == ["7", "changed"]
        assert shown["secret_key"] == ["set", "changed"]
        assert shown["database_url"] == ["set", "changed"]
        assert shown["port"][0] == "10101"
        for secret in (key, "hunter2"):
            assert secret not in str(admin.tab.page)


async def test_the_audit_log_is_newest_first_and_filtered() -> None:
    async with administered() as admin:
        log = AuditLog(admin.store.engine, "demo")
        for n in range(30):
            await log.write("shared", subject=f"user{n}", address="192.0.2.1", object=f"t{n}")
        await log.write("exported", subject="bob", object="t9", form="JSON")
        await admin.go("log")
        rows = admin.rows()
        assert rows[0][1:] == ["exported", "bob", "-", "t9", "form: JSON"]
        assert rows[1][1:] == ["shared", "user29", "192.0.2.1", "t29", "-"]
        assert len(rows) == 25
        after = next(item for item in admin.items if "buttons" in item)["buttons"]["items"][0]
        await admin.press("page_after", after["button"]["value"])
        assert [row[2] for row in admin.rows()] == [f"user{n}" for n in range(5, -1, -1)]
        await admin.press("log_filter", log_event="shared", log_about="t9")
        assert [row[2] for row in admin.rows()] == ["user9"]
        await admin.press("log_filter", log_event="-", log_about="t9")
        assert [row[2] for row in admin.rows()] == ["bob", "user9"]


async def test_an_address_leads_to_each_section() -> None:
    async with administered() as admin:
        titles = []
        for name in ("people", "sessions", "runs", "usage", "limits", "log", "nonsense"):
            await admin.go(name)
            titles.append(admin.title)
        assert titles == [
            *("People", "Sessions", "Answers now", "Usage", "Limits", "Audit log", "People")
        ]
