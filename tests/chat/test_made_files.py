"""Files of a handler: served, kept with the thread, deleted with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from swell.chat import Turn
from swell.errors import LimitError, PartError
from swell.parts import File, Image, Part, ToolCall
from swell.settings.table import Settings
from swell.testing.chat import ChatTab, chatting
from swell.workers import Lane, use_lane

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def fetched(tab: ChatTab, part: dict[str, Any]) -> bytes | None:
    """Return the bytes that the browser of a tab gets from a part's address."""
    assert part["url"].startswith("/_f/")
    return await tab.page.fetch(part["url"])


async def test_bytes_and_files_are_handed_out_while_the_answer_goes_on_and_after_a_restart(
    tmp_path: Path,
) -> None:
    report = tmp_path / "report.csv"
    report.write_bytes(b"a,b\n1,2\n")

    async def answer(turn: Turn) -> AsyncIterator[Any]:
        yield "Here is the plot."
        yield await turn.file(PNG, "plot.png", alt="A plot")
        yield await turn.file(report)
        made = await turn.file(b"inner", "inner.txt")
        yield ToolCall("make", result="made", parts=[made])
        yield File("other name.txt", made.url)
        await turn.confirm("Enough?")
        yield "Done."

    async with chatting(answer, store=f"sqlite:///{tmp_path}/chat.db") as chat:
        await chat.send("Go", wait=False)
        await chat.asked()

        async def check(tab: ChatTab) -> None:
            _, plot, csv, call, renamed, *_ = tab.messages[-1]["parts"]
            assert (plot["type"], plot["alt"]) == ("image", "A plot")
            assert (csv["type"], csv["name"], csv["size"]) == ("file", "report.csv", 8)
            assert await fetched(tab, plot) == PNG
            assert await fetched(tab, csv) == b"a,b\n1,2\n"
            assert await fetched(tab, call["parts"][0]) == b"inner"
            assert await fetched(tab, renamed) == b"inner"

        await check(chat)
        await check(await chat.server.tab(address=chat.address))  # in the middle of the answer
        await chat.confirm()
        await chat.done()
        await check(chat)
        report.unlink()
        await chat.server.restart()
        again = await chat.server.tab(address=chat.address)
        await check(again)
        stranger = await chat.server.tab("another browser")
        assert await fetched(stranger, again.messages[-1]["parts"][1]) is None


async def test_a_later_turn_gets_what_people_attached_and_not_what_was_made() -> None:
    files: list[list[str]] = []

    async def answer(turn: Turn) -> AsyncIterator[Any]:
        files.append([file.name for file in turn.all_files])
        yield await turn.file(b"PK", "made.zip")

    async with chatting(answer, attachments=True) as chat:
        await chat.attach("Go", [("a.txt", b"1")])
        await chat.attach("Again", [("b.txt", b"2")])
        await chat.send("Thanks")
    assert files == [["a.txt"], ["a.txt", "b.txt"], ["a.txt", "b.txt"]]


async def test_a_handler_in_a_thread_waits_for_it() -> None:
    def answer(turn: Turn) -> Iterator[Any]:
        yield turn.wait(turn.file(b"text", "a.txt"))
        yield "yes" if turn.wait(turn.confirm("Sure?")) else "no"

    async with chatting(answer) as chat:
        await chat.send("Go", wait=False)
        await chat.asked()
        assert await fetched(chat, chat.messages[-1]["parts"][0]) == b"text"
        await chat.confirm(False)
        await chat.done()
        assert chat.answer == "no"
        await chat.send("Again", wait=False)
        await chat.asked()
        await chat.stop()
        assert chat.status == "stopped"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd", "passwd"), ("a\ud83d.txt", "a?.txt"), ("C:\\x\\plot.png", "plot.png")],
)
async def test_names_are_made_harmless(name: str, shown: str) -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        yield await turn.file(b"x", name)

    async with chatting(answer) as chat:
        await chat.send("Go")
        part = chat.messages[-1]["parts"][0]
        assert part.get("name", part.get("alt")).replace("\ufffd", "?").replace("_", "?") == shown


async def test_sizes_and_counts_are_bounded() -> None:
    errors: list[Exception] = []

    async def answer(turn: Turn) -> str:
        settings = Settings(answer_file_max_bytes=3, answer_files_max=2)
        use_lane(Lane.of(settings), turn.user.id)
        for content, name in ((b"four", "a"), (b"x", "a"), (b"x", "a"), (b"x", None), ("/no", "a")):
            try:
                await turn.file(content, name)
            except (LimitError, ValueError) as error:
                errors.append(error)
        return "done"

    async with chatting(answer) as chat:
        await chat.send("Go")
    assert [type(error) for error in errors] == [LimitError, LimitError, ValueError, LimitError]


@pytest.mark.parametrize(
    "url",
    [
        *("data:image/png;base64,iVBORw0KGgo=", "plot.png", "./plot.png", "file:///tmp/plot.png"),
        *("C:\\plot.png", "//example.com/a.png", "/\\example.com", "javascript:alert(1)", ""),
        __file__,
    ],
)
async def test_an_address_that_no_browser_opens_is_an_error_at_the_yield(url: str) -> None:
    errors: list[str] = []
    parts: list[Part] = [File("a", url), Image(url, "a"), ToolCall("t", parts=[File("a", url)])]
    for part in parts:

        async def answer(turn: Turn, part: Part = part) -> AsyncIterator[Any]:
            yield part

        async with chatting(answer) as chat:
            await chat.send("Go")
            assert (chat.status, chat.messages[-1]["parts"]) == ("failed", None)
    from swell.chat.files import refuse_dead_addresses

    with pytest.raises(PartError, match=r"turn\.file") as error:
        refuse_dead_addresses(parts[0])
    errors.append(str(error.value))


@pytest.mark.parametrize("url", ["https://example.com/a.png", "/_f/x/a.png", "/docs/a.pdf"])
async def test_other_addresses_are_taken_as_before(url: str) -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        yield File("a", url)

    async with chatting(answer) as chat:
        await chat.send("Go")
        assert chat.messages[-1]["parts"][0]["url"] == url
