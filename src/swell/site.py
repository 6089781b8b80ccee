"""Site: other pages of the app, and files to hand out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import NotSupportedError
from .page import AsyncPage

if TYPE_CHECKING:
    from .server.files import FileStore
    from .server.pages import Pages


class AsyncSite:
    """What `q.site` is: pages by address, and files for browsers.

    Args:
        pages: The live pages of this process.
        files: Where uploads are kept; None where there is no server, as in tests.
        prefix: Path under which browsers reach the server, empty or `/x`.
    """

    def __init__(self, pages: Pages, files: FileStore | None = None, prefix: str = "") -> None:
        self._pages = pages
        self._files = files
        self.prefix = prefix

    def __getitem__(self, url: str) -> AsyncPage:
        """Return the page of a broadcast app by its route, to edit from another handler."""
        return AsyncPage(self._pages.peek(url))

    async def upload(self, files: Sequence[str | Path]) -> list[str]:
        """Copy files to where every browser of this app may fetch them.

        Args:
            files: Paths of files.

        Returns:
            Their addresses, `/_f/<id>/<name>`, for links and images.

        Raises:
            ValueError: If a path is no file.
            LimitError: If a file is larger than `upload_max_bytes`, or the store is full.
        """
        if self._files is None:
            raise NotSupportedError("q.site.upload", "It needs a server.")
        addresses = []
        for file in map(Path, files):
            if not await asyncio.to_thread(file.is_file):
                raise ValueError(f"{file} is not a file")
            stored = await self._files.save(None, file.name, file)
            addresses.append(self.prefix + stored.url)
        return addresses

    def __getattr__(self, name: str) -> Any:
        raise NotSupportedError(f"q.site.{name}")
