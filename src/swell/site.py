"""Site: other pages of the app, and files for browsers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol, TypeAlias
from urllib.parse import unquote

from .errors import NotSupportedError
from .page.page import AsyncPage, Target
from .storage.base import Content


class LinkedFile(NamedTuple):
    """A stored file to which a link leads.

    Attributes:
        name: Its harmless name.
        size: In bytes.
        mime: Its type by its name, not to be trusted.
        content: Its bytes.
        shared: Whether the link may end, so that no browser may keep a copy.
    """

    name: str
    size: int
    mime: str
    content: Content
    shared: bool


class Saved(NamedTuple):
    """The answer to a patch that a program pushed.

    Attributes:
        page: Name of the page, another one after it has begun anew.
        ignored: What was left out, as H2O Wave does.
    """

    page: str
    ignored: tuple[str, ...]


FileSource: TypeAlias = Callable[[str, str], Awaitable[LinkedFile | None]]
"""Returns the file with an id, under a share or for its owner; None if there is none."""


class Served(Protocol):
    """A file that browsers can fetch."""

    @property
    def url(self) -> str:
        """Address of the file, without the server's prefix."""
        ...


class FileStore(Protocol):
    """Files for browsers, as the server keeps them; see `swell.server.files`."""

    async def save(
        self, owner: str | None, name: str, content: bytes | Path, client: str = ""
    ) -> Served:
        """Keep a copy of a file."""
        ...

    async def serve_file(self, owner: str, path: Path) -> Served:
        """Serve a file without copying it."""
        ...

    def delete(self, file_id: str) -> None:
        """Remove a file."""
        ...

    def link(self, owner: str, route: str, file_id: str, name: str, share: str = "") -> str:
        """Return the address of a stored file, without the server's prefix."""
        ...


class Pages(Protocol):
    """The live pages of a server; see `swell.server.pages`."""

    def peek(self, address: str) -> Target:
        """Return the page at an address."""
        ...


class Local(Protocol):
    """The pages and files of the server in this process.

    Attributes:
        loop: The event loop in which its methods are called.
    """

    loop: asyncio.AbstractEventLoop

    def save(
        self,
        url: str,
        ops: Sequence[Any],
        *,
        strict: bool = ...,
        page: str = ...,
        save: tuple[str, int] | None = ...,
    ) -> Saved:
        """Apply the ops of one save, all or none."""

    def load(self, url: str) -> dict[str, Any]:
        """Return a page in H2O Wave's form."""

    async def upload_dir(self, directory: str | Path) -> list[str]:
        """Keep a copy of a folder, and return its address in a list."""

    async def download(self, url: str, path: str | Path, owner: str | None = None) -> str:
        """Write a file of the server to a path."""

    async def unload(self, url: str) -> None:
        """Delete a file or a folder."""

    def uplink(self, path: str, content_type: str, file: IO[Any] | str | bytes) -> str:
        """Show a frame of a picture stream, and return its address."""

    def unlink(self, path: str) -> None:
        """End a picture stream."""

    async def proxy(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Sequence[str]] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Send a request to another server."""


_locals: list[Local] = []


def local_site() -> Local | None:
    """Return the server of this process that started last; None if none runs."""
    return _locals[-1] if _locals else None


def serve_locally(local: Local) -> Callable[[], None]:
    """Let `Site()` in this process mean a server that runs in it; return what ends that."""
    _locals.append(local)

    def end() -> None:
        if local in _locals:
            _locals.remove(local)

    return end


def target_of(url: str, path: str | Path) -> Path:
    """Return where a file is written that is downloaded to a path.

    In a folder it gets the name that its address ends with, and never another folder.

    Raises:
        ValueError: If the address ends with no name.
    """
    target = Path(path).absolute()
    if not target.is_dir():
        return target
    name = unquote(url.partition("?")[0].rpartition("/")[2])
    if name in ("", ".", "..") or any(sign in name for sign in "/\\:\0"):
        raise ValueError(f"{url!r} ends with no name of a file; give the path of the file")
    return target / name


def files_below(folder: Path) -> Iterator[str]:
    """Yield the files below a folder by their paths in it; links that lead out of it are not."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(root):
            yield path.relative_to(folder).as_posix()


def frame_bytes(file: IO[Any] | str | bytes) -> bytes:
    """Return the bytes of a picture that is given as such, as text or as an open file."""
    content = file if isinstance(file, str | bytes) else file.read()
    return content.encode() if isinstance(content, str) else bytes(content)


class _Done:
    """The result of a call that may be awaited, and need not be."""

    def __await__(self) -> Generator[None]:
        return
        yield


class AsyncSite:
    """What `q.site` is: pages by address, and files for browsers.

    Args:
        pages: The live pages of this process.
        files: Store of uploads; None without a server, as in tests.
        prefix: Path under which browsers reach the server, empty or `/x`.
        session_id: Session of the browser. client_id: Its tab.
        local: What programs push to the server.
    """

    def __init__(
        self,
        pages: Pages,
        files: FileStore | None = None,
        prefix: str = "",
        session_id: str = "",
        client_id: str = "",
        local: Local | None = None,
    ) -> None:
        self._local = local
        self._pages = pages
        self._files = files
        self._session_id = session_id
        self._client_id = client_id
        self.prefix = prefix

    def __getitem__(self, url: str) -> AsyncPage:
        """Return the page of a broadcast app by its route, to edit from another handler."""
        return AsyncPage(self._pages.peek(url), url=url)

    async def upload(self, files: Sequence[str | Path], *, session_only: bool = False) -> list[str]:
        """Copy files, and serve the copies to every browser of this app.

        Args:
            files: Paths of files.
            session_only: Serve the copies to this browser only. They count as its uploads, and are
                deleted `upload_keep_s` after its tab closes.

        Returns:
            Their addresses, `/_f/<id>/<name>`, for links and images.

        Raises:
            ValueError: If a path is not a file.
            LimitError: If the file quota is used up, or with `session_only` that of the browser.
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

    async def upload_dir(self, directory: str | Path) -> list[str]:
        """Copy a folder, and serve the copy to every browser of this app.

        Args:
            directory: Path of the folder. Links that lead out of it are left out.

        Returns:
            A list with its address, `/_d/<id>`; a file in it is at `/_d/<id>/<path>`.

        Raises:
            ValueError: If the path is not a folder.
            LimitError: If it has more than 1,000 files, or the file quota is used up.
        """
        return await self._server("upload_dir").upload_dir(directory)

    async def download(self, url: str, path: str | Path) -> str:
        """Write a file of this app to a path: one that this browser uploaded, or of all browsers.

        Args:
            url: Its address, as in `q.args` or from `upload`.
            path: Path of the copy, or of a folder, in which it gets its name.

        Returns:
            The path of the copy.

        Raises:
            PushError: If there is no such file.
        """
        return await self._server("download").download(url, path, self._session_id)

    def unload(self, url: str) -> _Done:
        """Remove a file by the address that `upload` returned; nothing happens if it is gone.

        It is gone at once; `await` is allowed, as in H2O Wave.
        """
        *_, file_id, _ = ["", *url.split("/")]
        self._store("unload").delete(file_id)
        return _Done()

    async def uplink(self, path: str, content_type: str, file: IO[Any] | str | bytes) -> str:
        """Show a frame of a picture stream; browsers that see the stream replace the last one.

        Args:
            path: Name of the stream, such as `camera/1.jpeg`.
            content_type: Type of the frame, such as `image/jpeg`.
            file: The frame: bytes, or an open file.

        Returns:
            The address of the stream, for `ui.image`.

        Raises:
            PushError: If the name or the type cannot be used.
            LimitError: If there are too many streams, or the frame is too large.
        """
        return self._server("uplink").uplink(path, content_type, file)

    async def unlink(self, path: str) -> None:
        """End a picture stream."""
        self._server("unlink").unlink(path)

    async def proxy(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Sequence[str]] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Send a request to another server, and return `{"result": answer}` or `{"error": text}`.

        Raises:
            PushError: If the setting `proxy` is off.
        """
        return await self._server("proxy").proxy(method, url, headers, body)

    async def load(self, url: str) -> dict[str, Any]:
        """Return a page that is for all browsers, in H2O Wave's form.

        Raises:
            PushError: If there is no such page.
        """
        return self._server("load").load(url)

    async def serve_file(self, file: str | Path) -> str:
        """Serve a file to this browser only, without copying it; other browsers get 404.

        The address works while the file exists, for the 10,000 files of all browsers that were used
        last. Each browser has one address for a file.

        Args:
            file: Path of a file.

        Returns:
            Its address, `/_f/<id>/<name>`, for links and images.

        Raises:
            OSError: If the file cannot be read.
        """
        stored = await self._store("serve_file").serve_file(self._session_id, Path(file))
        return self.prefix + stored.url

    def link(self, route: str, file_id: str, name: str, share: str = "") -> str:
        """Return where this browser, and no other, gets a file that an app of the service stores.

        The address is valid at every process, for as long as the app has the file.

        Args:
            route: Route of the app, which has a source in `App.file_sources`.
            file_id: Its id, 32 hexadecimal digits.
            name: Its name, from `safe_name`.
            share: Hash of the token of a read-only link, 64 hexadecimal digits; empty for the
                owner.
        """
        store = self._store("link")
        return self.prefix + store.link(self._session_id, route, file_id, name, share)

    def _store(self, name: str) -> FileStore:
        if self._files is None:
            raise NotSupportedError(f"q.site.{name}", "It needs a server.")
        return self._files

    def _server(self, name: str) -> Local:
        if self._local is None:
            raise NotSupportedError(f"q.site.{name}", "It needs a server.")
        return self._local

    def __getattr__(self, name: str) -> Any:
        raise NotSupportedError(f"q.site.{name}")
