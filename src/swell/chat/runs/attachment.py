"""Attachment: a file that came with a prompt, as handlers read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.to_thread

from swell.chat.records import StoredFile
from swell.storage.base import Content
from swell.temporary import TemporaryFolder
from swell.workers import lane

from .awaiting import must_await
from .documents import decoded, is_pdf, pdf_text

__all__ = ["Attachment"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with the prompt.

    Attributes:
        name: As the user calls it; not a path.
        mime: Its type, as reported by the browser.
        size: In bytes.
        url: Its address for browsers.
        content: Where its bytes are; the methods read them.
    """

    name: str
    mime: str
    size: int
    url: str
    content: Content = field(repr=False)

    @must_await("file.read")
    async def read(self) -> bytes:
        """Return its bytes."""
        pools = lane()
        async with pools.files.slot(pools.person):
            return await self.content.read()

    @must_await("file.save")
    async def save(self, to: str | Path) -> Path:
        """Write a copy for functions that need a path, and return its path.

        The file may be on another machine or in the database; the copy is yours to delete.

        Args:
            to: A path at which there is no file yet.

        Raises:
            FileExistsError: If there is one.
            OSError: If the copy cannot be written.
        """
        pools = lane()
        async with pools.files.slot(pools.person):
            await self.content.save(Path(to))
        return Path(to)

    @must_await("file.text")
    async def text(self) -> str:
        """Return its text; for a PDF that of its pages, which needs `pip install pypdf`.

        Text may be in UTF-8, UTF-16, UTF-32 or Windows-1252, which holds Latin-1.

        Raises:
            DocumentError: If it is a PDF that cannot be read, or neither PDF nor text, such as an
                office document, an archive or a picture.
        """
        if is_pdf(self.name, self.mime):
            folder = await anyio.to_thread.run_sync(TemporaryFolder, "pdf")
            try:
                return await pdf_text(await self.save(folder.path / "file"), self.name)
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(folder.remove)
        content = await self.read()
        pools = lane()
        return await pools.files.run(pools.person, lambda: decoded(content, self.name))

    @classmethod
    def of(cls, stored: StoredFile, url: str, content: Content) -> Attachment:
        """Return a stored file as the attachment of a prompt that has it at an address."""
        return cls(stored.name, stored.mime, stored.size, url, content)
