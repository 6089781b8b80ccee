"""Site: other pages of the app, and files to hand out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from .errors import NotSupportedError
from .page.page import AsyncPage, Target

Allowed: TypeAlias = Callable[[], Awaitable[bool]]
"""Says before each download whether a file that is served in place may still be fetched."""


class Served(Protocol):
    """A file that browsers can fetch."""

    @property
    def url(self) -> str:
        """Its address, without the prefix of the server."""
        ...


class FileStore(Protocol):
    """Files for browsers, as the server keeps them; see `swell.server.files`."""

    async def save(
        self, owner: str | None, name: str, content: bytes | Path, client: str = ""
    ) -> Served:
        """Keep a copy of a file."""
        ...

    async def lend(
        self, owner: str, path: Path, under: str = "", allowed: Allowed | None = None
    ) -> Served:
        """Serve a file where it lies."""
        ...

    def delete(self, file_id: str) -> None:
        """Remove a file."""
        ...


class Pages(Protocol):
    """The live pages of a server; see `swell.server.pages`."""

    def peek(self, address: str) -> Target:
        """Return the page at an address."""
        ...


class AsyncSite:
    """What `q.site` is: pages by address, and files for browsers.

    Args:
        pages: The live pages of this process.
        files: Where uploads are kept; None where there is no server, as in tests.
        prefix: Path under which browsers reach the server, empty or `/x`.
        session_id: The browser that asks.
        client_id: Its tab.
    """

    def __init__(
        self,
        pages: Pages,
        files: FileStore | None = None,
        prefix: str = "",
        session_id: str = "",
        client_id: str = "",
    ) -> None:
        self._pages = pages
        self._files = files
        self._session_id = session_id
        self._client_id = client_id
        self.prefix = prefix

    def __getitem__(self, url: str) -> AsyncPage:
        """Return the page of a broadcast app by its route, to edit from another handler."""
        return AsyncPage(self._pages.peek(url), url=url)

    async def upload(self, files: Sequence[str | Path], *, session_only: bool = False) -> list[str]:
        """Copy files to where every browser of this app may fetch them.

        Args:
            files: Paths of files.
            session_only: Let only the browser that asks fetch them: they count as its uploads, and
                go `upload_keep_s` after its tab has.

        Returns:
            Their addresses, `/_f/<id>/<name>`, for links and images.

        Raises:
            ValueError: If a path is no file.
            LimitError: If the space for files is full, or with `session_only` that of the browser.
        """
        import anyio.to_thread  # the server has it

        store = self._store("upload")
        owner, client = (self._session_id, self._client_id) if session_only else (None, "")
        addresses = []
        for file in map(Path, files):
            if not await anyio.to_thread.run_sync(file.is_file):
                raise ValueError(f"{file} is not a file")
            stored = await store.save(owner, file.name, file, client)
            addresses.append(self.prefix + stored.url)
        return addresses

    def unload(self, url: str) -> None:
        """Remove a file by the address that `upload` returned; nothing happens if it is gone."""
        *_, file_id, _ = ["", *url.split("/")]
        self._store("unload").delete(file_id)

    async def lend(
        self, file: str | Path, *, under: str = "", allowed: Allowed | None = None
    ) -> str:
        """Let the browser that asks fetch a file where it lies; any other gets 404.

        It is not copied, and can be fetched for as long as it is there and the address is known:
        10,000 are at a time, for all browsers. Each browser has one address for a file.

        Args:
            file: Path of a file.
            under: Name of a permission that may end; the file has another address under each.
            allowed: Asked before each download under that name; the answer False is a 404.

        Returns:
            Its address, `/_f/<id>/<name>`, for links and images.

        Raises:
            OSError: If the file cannot be read.
        """
        stored = await self._store("lend").lend(self._session_id, Path(file), under, allowed)
        return self.prefix + stored.url

    def _store(self, name: str) -> FileStore:
        if self._files is None:
            raise NotSupportedError(f"q.site.{name}", "It needs a server.")
        return self._files

    def __getattr__(self, name: str) -> Any:
        raise NotSupportedError(f"q.site.{name}")
