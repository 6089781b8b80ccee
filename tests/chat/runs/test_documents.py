"""Documents: reading a PDF ends at its limits and with Stop, and delays no other user."""

from __future__ import annotations

import asyncio
import bz2
import codecs
import gzip
import io
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from swell.chat import Turn
from swell.chat.runs.documents import pdf_text
from swell.errors import DocumentError
from swell.settings.table import Settings
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


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<w:document>Grüße</w:document>" * 50)
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return file.getvalue()


def picture(kind: str) -> bytes:
    pixels = b"".join(b"\0" + bytes(range(1, 49)) for _ in range(16))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))]
    parts += [(b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
        for tag, data in parts
    )
    return {"png": png, "gif": b"GIF89a\x01\0\x01\0\x80\0\0", "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF"}[
        kind
    ]


BINARY = {
    "report.docx": zipped("[Content_Types].xml", "word/document.xml"),
    "sums.xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "talk.odp": zipped("mimetype", "content.xml"),
    "all.zip": zipped("a.txt"),
    "all.tar": tarred(),
    "all.tar.gz": gzip.compress(tarred(), mtime=1_700_000_000),
    "all.xz": lzma.compress(b"text" * 100),
    "all.bz2": bz2.compress(b"text" * 100),
    "old.doc": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512),
    "a.png": picture("png"),
    "a.gif": picture("gif"),
    "a.jpg": picture("jpg"),
    "data.pickle": pickle.dumps({"a": [1, 2.5, "text"]}),
    "app.wasm": b"\0asm\x01\0\0\0",
    "named.txt": zipped("a.txt"),
}


@pytest.mark.parametrize("name", BINARY)
async def test_a_file_that_is_no_text_is_refused_with_a_sentence(name: str) -> None:
    async def answer(turn: Turn) -> str:
        return await turn.files[0].text()

    async with chatting(answer, attachments=True) as chat:
        await chat.attach("Read it", [(name, BINARY[name])])
        assert chat.status == "failed"
        reason = "it is not a text file; attach its contents as text or PDF"
        assert chat.messages[-1]["error"] == f"“{name}” could not be read: {reason}."


LINES = "Grüße aus Köln € «ça va» “ok”\tx\r\n" * 3


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (LINES.encode(), LINES),
        (LINES.encode("utf-8-sig"), LINES),
        (LINES.encode("utf-16"), LINES),
        (codecs.BOM_UTF16_BE + LINES.encode("utf-16-be"), LINES),
        (LINES.encode("utf-16-le"), LINES),
        (LINES.encode("utf-16-be"), LINES),
        (codecs.BOM_UTF16_LE + "这是文字。".encode("utf-16-le"), "这是文字。"),
        (LINES.encode("utf-32"), LINES),
        (LINES.encode("cp1252"), LINES),
        ("Grüße, naïve façade".encode("latin-1"), "Grüße, naïve façade"),
        ("日本語 العربية 😀".encode(), "日本語 العربية 😀"),
        (b"caf\xc3\xa9 " * 20 + b"\xff", "café " * 20 + "�"),
        ("日本語です".encode()[:-1], "日本語で�"),
        (b"\x1b[31mred\x1b[0m\x0c\n", "\x1b[31mred\x1b[0m\x0c\n"),
        (b"a line with one \x07 bell in it, " * 10, "a line with one \x07 bell in it, " * 10),
    ],
)
async def test_text_is_read_in_its_encoding(content: bytes, text: str) -> None:
    read = list[str]()

    async def answer(turn: Turn) -> str:
        read.append(await turn.files[0].text())
        return "read"

    async with chatting(answer, attachments=True) as chat:
        await chat.attach("Read it", [("a.txt", content)])
        assert read == [text]
