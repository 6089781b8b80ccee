"""Text of documents that people attach: of a PDF what its pages say."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from swell.errors import DocumentError
from swell.workers import lane

from . import pdf_process

__all__ = ["TEXT_MAX_CHARS", "is_pdf", "pdf_text"]

TEXT_MAX_CHARS = 5_000_000
"""How much text is taken out of one PDF, in code points; further pages are left out."""

_REASONS = {
    pdf_process.LOCKED: "it is locked with a password",
    pdf_process.TOO_LARGE: "reading it takes too much memory",
}
_DAMAGED = "it is no PDF, or a damaged one"


def is_pdf(name: str, mime: str) -> bool:
    """Tell whether a file says that it is a PDF."""
    return mime == "application/pdf" or name.lower().endswith(".pdf")


async def pdf_text(path: Path, name: str) -> str:
    """Return what the pages of a PDF say, an empty line between them; pictures say nothing.

    A process of its own reads it, bounded by the settings `pdf_pages`, `pdf_seconds` and
    `pdf_memory_bytes`. Cancelling ends the process.

    Args:
        path: Where it is.
        name: What the person calls it, for the error.

    Raises:
        DocumentError: If it is no PDF, is locked with a password, takes too long or too much
            memory, or if `pypdf` is not installed.
    """
    if find_spec("pypdf") is None:  # only those who read PDF need it
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
    """Return what the process needs to find `pypdf`, and none of this process's secrets."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "TEMP") if key in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
