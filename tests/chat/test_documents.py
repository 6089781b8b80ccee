"""Documents: reading a PDF ends at its bounds and with Stop, and holds up nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from swell.chat import Turn
from swell.chat.documents import pdf_text
from swell.config import Settings
from swell.errors import DocumentError
from swell.testing.chat import chatting
from swell.workers import Lane, use_lane

from .pdf import endless_pdf, pdf

pytestmark = pytest.mark.anyio

pytest.importorskip("pypdf")

MEMORY_ONLY = {"pdf_memory_bytes": 160 << 20, "pdf_seconds": 300.0}


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "a.pdf"
    path.write_bytes(content)
    return path


def bounded(**settings: Any) -> None:
    use_lane(Lane.of(Settings(**settings)), "ann")


async def test_pages_are_read_up_to_the_bound(tmp_path: Path) -> None:
    path = saved(tmp_path, pdf("one", "two", "three"))
    bounded()
    assert await pdf_text(path, "a.pdf") == "one\n\ntwo\n\nthree"
    bounded(pdf_pages=2)
    assert await pdf_text(path, "a.pdf") == "one\n\ntwo"


@pytest.mark.parametrize(
    ("content", "settings", "reason"),
    [
        (b"no PDF", {}, "it is no PDF, or a damaged one"),
        (endless_pdf(4_000_000), {"pdf_seconds": 1.0}, "reading it takes longer than 1 s"),
        (endless_pdf(8_000_000), MEMORY_ONLY, "takes too much memory"),
    ],
)
async def test_one_that_takes_too_much_is_refused(
    content: bytes, settings: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    bounded(**settings)
    with pytest.raises(DocumentError, match=reason):
        await pdf_text(saved(tmp_path, content), "a.pdf")


async def test_eight_hostile_documents_hold_up_nobody_and_end_with_stop() -> None:
    ended = list[str]()

    async def answer(turn: Turn) -> str:
        try:
            return await turn.files[0].text()
        finally:
            ended.append(turn.prompt)

    async with chatting(answer, attachments=True) as chat:
        hostile = endless_pdf(4_000_000)
        assert len(hostile) < 100_000
        for at in range(8):
            tab = await chat.server.tab(f"hostile {at // 2}")
            await tab.page.act("chat", f"hostile {at}", files=[("a.pdf", hostile)])
        other = await chat.server.tab("other")
        await other.attach("quick", [("a.txt", b"text")])
        assert other.answer == "text"
        assert ended == ["quick"]  # all of the others are still reading or waiting
        await chat.server.app.runs.stop(chat.server.app.runs.all())
        assert len(ended) == 9


async def test_the_server_goes_on_while_a_document_is_read(tmp_path: Path) -> None:
    bounded(pdf_seconds=1.0)
    path = saved(tmp_path, endless_pdf(4_000_000))
    reading = asyncio.create_task(pdf_text(path, "a.pdf"))
    beats = 0
    while not reading.done():
        beats += 1
        await asyncio.sleep(0.01)
    with pytest.raises(DocumentError):
        await reading
    assert beats > 10
