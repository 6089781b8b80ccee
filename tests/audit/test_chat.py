"""What `@chat` writes to the audit log."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swell.audit.log import AuditLog, Entry
from swell.chat import Turn, Used
from swell.chat.records import User
from swell.chat.store import open_store
from swell.identity import Request
from swell.live.wire import Act
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


async def admit(user: User, used: Used) -> str | None:
    return None if user.subject == "ann" else "Not for you."


def who(request: Request) -> str:
    return (request.header("X-Who") or "ann").lower()


async def entries(file: Path) -> list[Entry]:
    engine = open_store(str(file)).engine
    await engine.open()
    try:
        return await AuditLog(engine, "test").page()
    finally:
        await engine.close()


async def test_what_a_user_does_with_a_thread_is_in_the_audit_log(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    async with chatting(echo, store=str(file), identify=who) as chat:
        await chat.send("A secret plan")
        id = chat.address.removeprefix("t/")

        async def menu(name: str) -> None:
            await chat.page.event("threads", "command", {"id": id, "name": name})

        await menu("share")
        await chat.page.act("new_link", id)
        await chat.page.act("unshare", id)
        await menu("export")
        files = [
            item["link"]["path"] for item in chat.page.page["panel"]["items"] if "link" in item
        ]
        exported = await chat.page.fetch(files[1])
        assert exported is not None
        await chat.page.act("import", files=[("chat.json", exported)])
        await chat.page.event("threads", "delete", {"id": id})
        await chat.page.event("threads", "undo", {"id": id})
        await chat.page.event("threads", "delete", {"id": "f" * 32})
    found = await entries(file)
    assert [(one.event, one.object == id) for one in found] == [
        ("shared", True),
        ("unshared", True),
        ("exported", True),
        ("imported", False),
        ("deleted", True),
        ("restored", True),
    ]
    assert {(one.subject, one.app) for one in found} == {("ann", "test")}
    assert not any("secret" in repr(one) for one in found), "no content"


async def test_a_refusal_is_in_the_audit_log_once_a_minute(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    async with chatting(echo, store=str(file), identify=who, admit=admit) as chat:
        await chat.send("Mine")
        id = chat.address.removeprefix("t/")
        bob = await chat.tab("other", headers={"X-Who": "Bob"})
        for _ in range(3):
            assert (await bob.send("Please", wait=False)).st == "err"
        menu = ("threads", "command", {"id": id, "name": "export"})
        assert (await bob.page.send(Act(str(uuid.uuid4()), {}, "threads", menu))).st == "err"
    found = await entries(file)
    assert [(one.event, one.subject, one.object, one.detail) for one in found] == [
        ("refused", "bob", "", {"reason": "not_admitted", "action": "chat"}),
        ("refused", "bob", id, {"reason": "not_found", "action": "threads"}),
    ]
