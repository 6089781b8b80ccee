"""Text of attached files: plain text in its encoding, or the text of a PDF's pages."""

from __future__ import annotations

import asyncio
import codecs
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from swell.errors import DocumentError
from swell.workers import lane

from . import pdf_process

__all__ = ["TEXT_MAX_CHARS", "decoded", "is_pdf", "pdf_text"]

TEXT_MAX_CHARS = 5_000_000
"""How much text is taken out of one PDF, in code points; further pages are left out."""

_REASONS = {
    pdf_process.LOCKED: "it is locked with a password",
    pdf_process.TOO_LARGE: "reading it takes too much memory",
}
_DAMAGED = "it is no PDF, or a damaged one"
_NOT_TEXT = "it is not a text file; attach its contents as text or PDF"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\b\x1a\x1b"))
_CONTROLS_MAX = 0.05  # of a text; of compressed bytes they are a tenth


def is_pdf(name: str, mime: str) -> bool:
    """Return whether a file claims to be a PDF."""
    return mime == "application/pdf" or name.lower().endswith(".pdf")


def decoded(content: bytes, name: str) -> str:
    """Return the text of a file in UTF-8, UTF-16, UTF-32 or Windows-1252, which holds Latin-1.

    UTF-16 needs a byte order mark or mostly Latin letters to be recognised.

    Args:
        content: The bytes of the file.
        name: The user's name for it, for the error.

    Raises:
        DocumentError: If it is not text, such as an office document, an archive or a picture.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = content.removeprefix(mark).decode(encoding, "replace")
            return _checked(text, text.encode("utf-8", "replace"), name)
    if b"\0" in content:
        return _wide(content, name)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        if _is_utf8(content):
            text = content.decode(errors="replace")
        else:  # Windows-1252 leaves five bytes without a character
            text = content.decode("cp1252", "replace")
    return _checked(text, content, name)


def _is_utf8(content: bytes) -> bool:
    """Return whether a file is damaged UTF-8: most of its non-ASCII bytes decode."""
    wide = sum(byte > 127 for byte in content[:65536])
    return content[:65536].decode(errors="replace").count("\ufffd") * 10 < wide


def _wide(content: bytes, name: str) -> str:
    """Decode UTF-16 without a mark; every other byte of Latin letters in it is zero."""
    half = len(content) // 2
    if len(content) % 2 == 0:
        for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros, others = content[first::2].count(0), content[1 - first :: 2].count(0)
            if zeros >= half / 2 and not others:
                text = content.decode(encoding, "replace")
                return _checked(text, text.encode("utf-8", "replace"), name)
    raise DocumentError(name, _NOT_TEXT)


def _checked(text: str, content: bytes, name: str) -> str:
    controls = len(content) - len(content.translate(None, _CONTROLS))
    if b"\0" in content or controls > len(content) * _CONTROLS_MAX:
        raise DocumentError(name, _NOT_TEXT)
    return text


async def pdf_text(path: Path, name: str) -> str:
    """Return the text of a PDF's pages, separated by empty lines; pictures are ignored.

    A separate process reads it, bounded by the settings `pdf_pages`, `pdf_seconds` and
    `pdf_memory_bytes`. Cancelling ends the process.

    Args:
        path: Where it is.
        name: The user's name for it, for the error.

    Raises:
        DocumentError: If it is no PDF, is locked with a password, takes too long or too much
            memory, or if `pypdf` is not installed.
    """
    if find_spec("pypdf") is None:  # needed only for PDF
        raise DocumentError(name, "this app cannot read PDF; `pip install pypdf` lets it")
    pools = lane()
    settings = pools.settings
    async with pools.documents.slot(pools.person):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", pdf_process.__file__, str(path)),
            *map(str, (settings.pdf_pages, TEXT_MAX_CHARS, settings.pdf_memory_bytes)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
        )
        try:
            async with asyncio.timeout(settings.pdf_seconds):
                text, _ = await process.communicate()
        except TimeoutError:
            reason = f"reading it takes longer than {settings.pdf_seconds:g} s"
            raise DocumentError(name, reason) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    if process.returncode:
        raise DocumentError(name, _REASONS.get(process.returncode, _DAMAGED))
    return text.decode()


def _environment() -> dict[str, str]:
    """Return the environment needed to find `pypdf`, without this process's secrets."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "TEMP") if key in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
