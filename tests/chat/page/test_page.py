"""What is around the answers: threads, versions, questions, settings, files, sharing."""

from __future__ import annotations

import asyncio
import errno
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

import msgspec
import pytest

from swell.chat import Turn
from swell.chat.store import open_store
from swell.live.wire import Act
from swell.settings.table import Settings
from swell.storage.base import Content
from swell.testing.chat import ChatTab, chatting
from tests.chat.clock import Clock

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


def act(name: str, values: dict[str, Any]) -> Act:
    """Return what a browser sends when a button among controls is pressed."""
    return Act(str(uuid.uuid4()), {**values, name: True}, name)


async def test_the_sidebar_renames_pins_deletes_and_brings_back() -> None:
    async with chatting(echo) as chat:
        await chat.send("First")
        first = chat.address.removeprefix("t/")
        other = await chat.tab()
        await other.send("Second")
        assert set(other.threads) == {"First", "Second"}
        await chat.page.event("threads", "rename", {"id": first, "title": "A better name"})
        await chat.page.event("threads", "pin", {"id": first, "on": True})
        await other.page.until(lambda _: other.threads == ["A better name", "Second"])
        await chat.page.event("threads", "search", {"query": "second"})
        assert chat.threads == ["Second"]
        await chat.page.event("threads", "search", {"query": ""})
        await other.page.event("threads", "delete", {"id": first})
        await chat.page.until(lambda _: chat.threads == ["Second"] and chat.texts == [])
        await other.page.event("threads", "undo", {"id": first})
        await chat.page.until(lambda _: "A better name" in chat.threads)
        await chat.open(f"t/{first}")
        assert chat.texts == ["First", "First?"]


async def test_what_was_deleted_can_be_brought_back_for_a_day() -> None:
    clock = Clock()
    async with chatting(echo, store=open_store("memory", clock=clock)) as chat:
        await chat.send("First")
        thread = chat.address.removeprefix("t/")
        await chat.page.event("threads", "delete", {"id": thread})
        await chat.server.app.purge()
        await chat.page.event("threads", "undo", {"id": thread})
        assert chat.threads == ["First"]
        await chat.page.event("threads", "delete", {"id": thread})
        clock.ahead = 86_401
        await chat.server.app.purge()
        await chat.page.event("threads", "undo", {"id": thread})
        assert chat.threads == []


class Keeper:
    """A handler that notes where files are."""

    def __init__(self) -> None:
        self.contents: list[Content] = []

    async def answer(self, turn: Turn) -> str:
        self.contents += [file.content for file in turn.files]
        return "Kept."


async def there(content: Content) -> bool:
    try:
        return await content.read() == b"two words"
    except FileNotFoundError:
        return False


async def test_the_bytes_of_a_file_go_with_its_chat_while_the_app_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("swell.chat.app._PURGE_S", 0.01)
    clock, keeper = Clock(), Keeper()
    store = open_store("memory", clock=clock)
    async with chatting(keeper.answer, store=store, attachments=True) as chat:
        await chat.attach("Keep", [("notes.txt", b"two words")])
        thread = chat.address.removeprefix("t/")
        await chat.open("")
        await chat.attach("Keep", [("notes.txt", b"two words")])
        gone, stays = keeper.contents
        await chat.page.event("threads", "delete", {"id": thread})
        assert await there(gone)
        clock.ahead = 2 * 86_400
        async with asyncio.timeout(10):
            while await there(gone):  # noqa: ASYNC110 - files tell nothing
                await asyncio.sleep(0.01)
        assert await there(stays)


async def test_bytes_that_cannot_be_removed_are_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    store = open_store("memory", clock=clock)
    settings = Settings(files_dir=str(tmp_path))
    async with chatting(echo, store=store, attachments=True, server_settings=settings) as chat:
        await chat.attach("Keep", [("notes.txt", b"two words")])
        [kept] = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
        kept.unlink()
        kept.mkdir()
        await chat.page.event("threads", "delete", {"id": chat.address.removeprefix("t/")})
        clock.ahead = 2 * 86_400
        await chat.server.app.purge()
        assert "could not delete an unused file" in caplog.text
        kept.rmdir()
        kept.touch()
        await chat.server.app.purge()
        assert not await asyncio.to_thread(kept.exists)


async def test_half_a_file_is_removed_as_one_that_nothing_refers_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, folder = Clock(), tmp_path / "files"
    store = open_store(str(tmp_path / "chat.db"), clock=clock)
    settings = Settings(files_dir=str(folder))

    def copy(source: IO[bytes], to: IO[bytes], _size: int) -> None:
        to.write(source.read(4))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", copy)
    async with chatting(echo, store=store, attachments=True, server_settings=settings) as chat:
        await chat.page.act("chat", "Keep", files=[("notes.txt", b"two words")])
        assert chat.texts == []
        assert await asyncio.to_thread(lambda: len(list(folder.iterdir()))) == 1
        clock.ahead = 2 * 86_400
        await chat.server.app.purge()
        assert await asyncio.to_thread(lambda: list(folder.iterdir())) == []


async def test_what_lies_elsewhere_is_not_removed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    async with chatting(echo, store=open_store("memory", clock=clock)) as chat:
        mine = tmp_path / "handbook.txt"
        await asyncio.to_thread(mine.touch)
        store = chat.server.app.store
        user = await store.user("anna")
        await store.add_file(user.id, name="a", mime="text/plain", size=0, path=str(mine))
        clock.ahead = 2 * 86_400
        await chat.server.app.purge()
        assert f"{mine}" in caplog.text
        assert await asyncio.to_thread(mine.exists)
        assert await store.leftovers() == []


async def test_the_archive_says_what_it_is_and_leads_back() -> None:
    async with chatting(echo, title="Helper") as chat:
        await chat.send("First")
        first = chat.address.removeprefix("t/")
        await chat.page.event("threads", "archive", {"id": first, "on": True})

        def sidebar() -> tuple[str, str, list[str]]:
            card = chat.page.page["threads"]
            return card["title"], card["commands"][0]["label"], chat.threads

        assert sidebar() == ("Helper", "Archived chats", [])
        for back in ("archived", "#"):
            await chat.page.act("archived")
            assert sidebar() == ("Archived chats", "Back to my chats", ["First"])
            await chat.page.act(back, "")
            assert sidebar() == ("Helper", "Archived chats", [])


async def test_an_address_leads_to_its_thread_and_back() -> None:
    async with chatting(echo) as chat:
        await chat.send("One")
        one = chat.address
        await chat.open("")
        assert chat.texts == []
        await chat.send("Two")
        await chat.open(one)
        assert chat.texts == ["One", "One?"]
        await chat.open("t/nothing")
        assert chat.texts == []
        assert "not there" in str(chat.page.page["meta"]["notification_bar"])


async def test_messages_are_deleted_found_and_rated() -> None:
    async with chatting(echo) as chat:
        await chat.send("Apples")
        await chat.send("Pears")
        await chat.page.event("chat", "search", {"query": "apples"})
        assert len(chat.page.page["chat"]["found"]) == 2
        rated = chat.messages[1]["id"]
        await chat.page.event(
            "chat", "feedback", {"message": "", "positive": False, "id": rated, "comment": "No."}
        )
        [kept] = [one async for one in chat.server.app.store.feedback()]
        assert (kept.message_id, kept.positive, kept.comment) == (rated, False, "No.")
        await chat.delete(2)
        assert chat.texts == ["Apples", "Apples?"]


def undo(tab: ChatTab) -> tuple[str, str] | None:
    """Return the notice above the page and the id that its button brings back."""
    bar = tab.page.page["meta"].get("notification_bar")
    return (bar["text"], bar["buttons"][0]["button"]["value"]) if bar else None


async def test_a_deleted_message_comes_back_with_what_followed() -> None:
    async with chatting(echo) as chat:
        await chat.send("Apples")
        await chat.send("Pears")
        whole, id = chat.texts, chat.messages[1]["id"]
        other = await chat.tab(address=chat.address)
        await chat.delete(1)
        await other.page.until(lambda _: other.texts == ["Apples"])
        assert undo(chat) == ("The message and what follows it have been deleted.", id)
        assert undo(other) is None
        await chat.page.act("undelete", id)
        await other.page.until(lambda _: other.texts == whole)
        assert (chat.texts, undo(chat)) == (whole, None)
        await chat.delete(1)
        stranger = await chat.tab("stranger")
        refused = await stranger.page.send(Act(str(uuid.uuid4()), {"undelete": id}, "undelete"))
        assert (refused.st, refused.code) == ("err", "not_found")
        assert chat.texts == ["Apples"]


@pytest.mark.parametrize("then", ["a prompt", "another thread"])
async def test_undo_is_offered_until_the_chat_goes_on(then: str) -> None:
    async with chatting(echo) as chat:
        await chat.send("Apples")
        await chat.delete(0)
        assert undo(chat) is not None
        await (chat.send("Pears") if then == "a prompt" else chat.open(""))
        assert undo(chat) is None


async def test_older_messages_come_in_above() -> None:
    async with chatting(echo) as chat:
        for number in range(30):
            await chat.send(str(number))
        other = await chat.tab(address=chat.address)
        assert other.texts[0] == "5"
        assert other.page.page["chat"]["history_end"] is False
        await other.page.event("chat", "scroll_up")
        assert other.texts == chat.texts
        assert len(other.texts) == 60
        assert other.page.page["chat"]["history_end"] is True


async def test_a_shared_thread_can_be_read_until_sharing_ends() -> None:
    async with chatting(echo) as chat:
        await chat.send("Hello")
        id = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": id, "name": "share"})
        await chat.page.act("new_link", id)
        link = next(
            item["copyable_text"]["value"]
            for item in chat.page.page["panel"]["items"]
            if "copyable_text" in item
        )
        address = link.partition("#")[2]
        reader = await chat.tab(session="reader", address=address)
        assert reader.texts == ["Hello", "Hello?"]
        assert reader.page.page["chat"]["read_only"] is True
        await reader.send("Mine", wait=False)
        assert chat.texts == reader.texts == ["Hello", "Hello?"]
        await chat.page.act("unshare", id)
        late = await chat.tab(session="late", address=address)
        assert late.texts == []


async def test_export_offers_both_forms() -> None:
    async with chatting(echo) as chat:
        await chat.send("Hello")
        id = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": id, "name": "export"})
        panel = chat.page.page["panel"]["items"]
        assert [item["link"]["label"] for item in panel if "link" in item] == ["Markdown", "JSON"]
        await chat.page.act("close_panel")
        assert "panel" not in chat.page.page


async def test_an_exported_chat_is_imported_and_opened() -> None:
    async with chatting(echo, identify=lambda q: "anna") as chat:
        await chat.send("Hello")
        await chat.edit(0, "Good day")
        store = chat.server.app.store
        user = await store.user("anna")
        exported = await store.export(user.id, chat.address.removeprefix("t/"))
        before = chat.address
        file = ("Hello.json", msgspec.json.encode(exported))
        other = await chat.tab("another")
        await other.page.act("import", files=[file])
        assert (other.texts, other.threads) == (["Good day", "Good day?"], ["Hello", "Hello"])
        assert other.messages[0]["branch"] == [2, 2]
        assert other.address not in ("", before)
        await other.page.event("threads", "delete", {"id": other.address.removeprefix("t/")})
        assert (other.texts, other.threads) == ([], ["Hello"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Hello", "it is not JSON"),
        (b'{"format": "other"}', 'the entry "format": "swell.thread" is missing'),
        (b'{"format": "swell.thread", "version": 9}', "version 9 is not known here"),
        (
            b'{"format": "swell.thread", "version": 1}',
            "what is at $.title is missing or does not fit",
        ),
        (b"[" * 100_000, "it is not JSON"),
    ],
)
async def test_a_file_that_is_no_chat_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    async with chatting(echo) as chat:
        submitted = {"files": [await chat.page.upload("x.json", content)]}
        act = Act(str(uuid.uuid4()), {}, "import", ("import", "submit", submitted))
        refused = await chat.page.send(act)
        assert (refused.st, refused.code) == ("err", "bad_thread")
        assert "“x.json” is not a chat that was exported here as JSON" in (refused.msg or "")
        assert reason in (refused.msg or "")
        assert chat.threads == []


async def test_files_come_with_the_prompt_and_stay() -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        for file in turn.files:
            yield f"{file.name}: {await file.text()}"

    async with chatting(answer, attachments=True) as chat:
        await chat.attach("Read", [("notes.txt", b"two words")])
        assert chat.answer == "notes.txt: two words"
        [part] = chat.messages[0]["parts"]
        assert (part["type"], part["name"], part["url"][:4]) == ("file", "notes.txt", "/_f/")
        await chat.edit(0, "Read again")
        assert chat.answer == "notes.txt: two words"
