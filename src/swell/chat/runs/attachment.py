"""Attachment: a file that came with a prompt, as handlers read it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from swell.chat.records import StoredFile
from swell.workers import lane

from .awaiting import must_await
from .documents import decoded, is_pdf, pdf_text

__all__ = ["Attachment"]


class Attachment(msgspec.Struct, frozen=True):
    """A file that came with the prompt.

    Attributes:
        name: As the user calls it; not a path.
        mime: Its type, as reported by the browser.
        size: In bytes.
        path: Its path on the server.
        url: Its address for browsers.
    """

    name: str
    mime: str
    size: int
    path: Path
    url: str

    @must_await("file.read")
    async def read(self) -> bytes:
        """Return its bytes."""
        pools = lane()
        return await pools.files.run(pools.person, self.path.read_bytes)

    @must_await("file.text")
    async def text(self) -> str:
        """Return its text; for a PDF that of its pages, which needs `pip install pypdf`.

        Text may be in UTF-8, UTF-16, UTF-32 or Windows-1252, which holds Latin-1.

        Raises:
            DocumentError: If it is a PDF that cannot be read, or neither PDF nor text, such as an
                office document, an archive or a picture.
        """
        if is_pdf(self.name, self.mime):
            return await pdf_text(self.path, self.name)
        pools = lane()
        return await pools.files.run(
            pools.person, lambda: decoded(self.path.read_bytes(), self.name)
        )

    @classmethod
    def of(cls, stored: StoredFile, url: str) -> Attachment:
        """Return a stored file as the attachment of a prompt that has it at an address."""
        return cls(stored.name, stored.mime, stored.size, Path(stored.path), url)
