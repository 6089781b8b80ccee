"""Files of a prompt: the app gets them, and no other user does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swell import Q, data, ui
from swell.errors import AttachmentError, LimitError
from swell.live.wire import Act
from swell.server.attachments import accepts
from swell.settings.table import Settings
from swell.testing import Client, connect, serving


def app(got: list[Any], **properties: Any) -> Callable[[Q], Any]:
    """Return a handler that notes each submission, with the bytes of its files."""

    async def serve(q: Q) -> None:
        if not q.client.ready:
            q.page["talk"] = ui.chatbot_card(
                box="1 1 4 4", name="chat", data=data("content from_user", t="list"), **properties
            )
            q.client.ready = True
        if q.events.chat and q.events.chat.submit:
            submitted = q.events.chat.submit
            content = [await q.run(Path(f["path"]).read_bytes) for f in submitted["files"]]
            got.append((q.args.chat, submitted, content))
        await q.page.save()

    return serve


def attaching(**limits: Any) -> dict[str, Any]:
    return {"attachments": ui.chat_attachments(**limits)}


@pytest.mark.anyio
async def test_the_app_gets_paths_that_it_can_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("from disk")
    got: list[Any] = []
    async with connect(app(got, **attaching())) as client:
        await client.act("chat", "Read these", files=[tmp_path / "notes.txt", ("a.csv", b"1,2")])
    [(text, submitted, content)] = got
    assert text == submitted["text"] == "Read these"
    assert content == [b"from disk", b"1,2"]
    kept = [(file["name"], file["size"], file["mime"]) for file in submitted["files"]]
    assert kept == [("notes.txt", 9, "text/plain"), ("a.csv", 3, "text/csv")]
    assert (submitted["command"], submitted["mentions"]) == (None, [])


@pytest.mark.anyio
async def test_a_prompt_without_files_tells_the_same_event() -> None:
    got: list[Any] = []
    commands = [ui.chat_command("sum", "Sum up")]
    async with connect(app(got, slash_commands=commands)) as client:
        await client.act("chat", "/sum this", command="sum", mentions=["ann"])
        await client.act("chat", "Hi")
    first, second = (submitted for _, submitted, _ in got)
    assert (first["command"], first["mentions"]) == ("sum", ["ann"])
    assert second == {"text": "Hi", "files": [], "command": None, "mentions": []}


@pytest.mark.anyio
async def test_a_command_gets_one_file_of_the_kinds_that_it_asks_for() -> None:
    got: list[Any] = []

    async def serve(q: Q) -> None:
        if q.events.take and q.events.take.submit:
            [file] = q.events.take.submit["files"]
            got.append(await q.run(Path(file["path"]).read_bytes))
        below = [ui.command("take", accept=[".json"]), ui.command("plain")]
        more = [ui.command("more", items=below)]
        q.page["notes"] = ui.markdown_card("1 1 1 1", "", "", commands=more)
        await q.page.save()

    async with connect(serve) as client:
        await client.act("take", files=[("a.json", b"{}")])
        assert got == [b"{}"]
        with pytest.raises(AttachmentError, match="a kind that cannot be attached"):
            await client.act("take", files=[("a.txt", b"{}")])
        with pytest.raises(AttachmentError, match="At most 1 files"):
            await client.act("take", files=[("a.json", b"{}"), ("b.json", b"{}")])
        with pytest.raises(AttachmentError, match="No files can be attached here"):
            await client.act("plain", files=[("a.json", b"{}")])
    assert got == [b"{}"]


@pytest.mark.anyio
async def test_a_chatbot_without_any_of_it_tells_no_event() -> None:
    got: list[Any] = []
    async with connect(app(got)) as client:
        await client.act("chat", "Hi")
    assert got == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("limits", "file", "said"),
    [
        ({"max_file_mb": 0.001}, ("a.txt", b"x" * 1001), "a.txt is too large: files of up to"),
        ({"accept": [".pdf", "image/*"]}, ("a.txt", b"x"), "a.txt is of a kind that"),
        ({"max_files": 1}, ("a.txt", b"x"), "At most 1 files"),
    ],
)
async def test_the_cards_limits_hold_on_the_server(
    limits: dict[str, Any], file: tuple[str, bytes], said: str
) -> None:
    got: list[Any] = []
    async with connect(app(got, **attaching(**limits))) as client:
        with pytest.raises(AttachmentError, match=said):
            await client.act("chat", "Read", files=[file] * (2 if "max_files" in limits else 1))
        assert got == []
        assert client.closed is None
        await client.act("chat", "Nothing attached")
    assert len(got) == 1


@pytest.mark.anyio
async def test_a_card_that_takes_no_files_gets_none() -> None:
    got: list[Any] = []
    async with connect(app(got)) as client:
        with pytest.raises(AttachmentError, match="No files can be attached here"):
            await client.act("chat", "Read", files=[("a.txt", b"x")])
    assert got == []


@pytest.mark.anyio
async def test_the_servers_own_limit_is_named() -> None:
    settings = Settings(flush_interval_s=0, upload_max_bytes=10)
    async with connect(app([], **attaching()), settings=settings) as client:
        with pytest.raises(LimitError, match="upload_max_bytes"):
            await client.act("chat", "Read", files=[("a.txt", b"x" * 11)])


async def submit(client: Client, files: Any, source: str = "chat") -> Any:
    return await client.send(
        Act(id="1", name=source, event=(source, "submit", {"text": "", "files": files}))
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    "files",
    [
        ["/etc/passwd"],
        ["../../etc/passwd"],
        [{"path": "/etc/passwd", "name": "x", "size": 1, "mime": "text/plain"}],
        [None],
        [["x"]],
        "x",
        {"path": "/etc/passwd"},
        7,
    ],
)
async def test_no_browser_can_name_a_path(files: Any) -> None:
    got: list[Any] = []
    async with connect(app(got, **attaching())) as client:
        assert (await submit(client, files)).st == "err"
        for source in ("other", "talk", ""):
            assert (await submit(client, files, source)).st == "err"
    assert got == []


@pytest.mark.anyio
async def test_a_file_of_another_session_is_as_one_that_is_not_there() -> None:
    got: list[Any] = []
    async with serving(app(got, **attaching())) as harness:
        ann, bob = await harness.tab("ann"), await harness.tab("bob")
        await ann.act("chat", "Mine", files=[("a.txt", b"x")])
        [(_, submitted, _)] = got
        foreign = await submit(bob, [submitted["files"][0]["id"]])
        absent = await submit(bob, ["x" * 22])
        assert (foreign.code, foreign.msg) == (absent.code, absent.msg)
        assert foreign.code == "file_gone"
        # but another tab of her browser may
        second = await harness.tab("ann")
        assert (await submit(second, [submitted["files"][0]["id"]])).st == "ok"
    assert len(got) == 2


@pytest.mark.anyio
async def test_nonsense_around_the_files_becomes_nothing() -> None:
    got: list[Any] = []
    async with connect(app(got, **attaching())) as client:
        nonsense: list[Any] = [None, 7, "x", [], {"text": 7, "command": [], "mentions": {}}]
        for n, given in enumerate(nonsense):
            await client.send(Act(id=f"n{n}", name="chat", event=("chat", "submit", given)))
        many = {"mentions": ["x", 7] * 1000}
        await client.send(Act(id="many", name="chat", event=("chat", "submit", many)))
    empty: dict[str, Any] = {"text": "", "files": [], "command": None, "mentions": []}
    assert [submitted for _, submitted, _ in got[:-1]] == [empty] * 5
    assert got[-1][1]["mentions"] == ["x"] * 100


@pytest.mark.anyio
async def test_files_go_with_their_tab() -> None:
    got: list[Any] = []
    settings = Settings(flush_interval_s=0, reconnect_timeout_s=0.05, upload_keep_s=0.05)
    async with serving(app(got, **attaching()), settings=settings) as harness:
        leaving, staying = await harness.tab("ann"), await harness.tab("ann")
        await leaving.act("chat", "One", files=[("a.txt", b"x")])
        await staying.act("chat", "Two", files=[("b.txt", b"y")])
        first, second = (Path(submitted["files"][0]["path"]) for _, submitted, _ in got)
        assert first.exists()
        await leaving.drop()
        await staying.until(lambda _: not first.exists())
        assert second.exists()
    assert not second.exists()


@pytest.mark.parametrize(
    ("accept", "name", "mime", "taken"),
    [
        ([], "a.exe", "application/octet-stream", True),
        ([".PDF"], "a.pdf", "application/pdf", True),
        ([".pdf"], "pdf", "application/octet-stream", False),
        (["image/*"], "a.svg", "image/svg+xml", True),
        (["image/*"], "a.txt", "text/plain", False),
        (["text/plain"], "a.md", "text/markdown", False),
    ],
)
def test_kinds_are_endings_and_media_types(
    accept: list[str], name: str, mime: str, taken: bool
) -> None:
    assert accepts(accept, name, mime) is taken
