"""Files of browsers and of the app: kept within limits under random ids, for their owner only.

A file's name is only ever shown, never used as a path: on disk a file is called by its id. The
folder is temporary; it is made for the first file and removed at shutdown. `uploads.py` has the
routes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

import anyio.to_thread

from swell import sizes
from swell.errors import LimitError, StoreUnavailableError
from swell.logs import logger
from swell.server.security import new_id
from swell.settings.table import Settings
from swell.site import FileSource, LinkedFile
from swell.storage.base import IN_PLACE, Upload
from swell.temporary import TemporaryFolder

from .file_names import mime_of, safe_name
from .links import Link, Links

if TYPE_CHECKING:
    from swell.storage.uploads import Uploads

__all__ = [
    "FILES_PATH",
    "IN_PLACE_MAX",
    "FileStore",
    "Incoming",
    "StoredFile",
    "size_limit",
]

_log = logger("swell.server")

FILES_PATH = "/_f/"

IN_PLACE_MAX = 10_000
"""Files of the app served without a copy, at the same time."""

_COPY_BYTES = 1 << 18

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


# --------------------------------------------------------------------------------------- store


@dataclass(slots=True)
class StoredFile:
    """One file that is kept.

    Attributes:
        id: Random, 128 bits.
        name: Name to show.
        owner: Session that may fetch it; None lets every session.
        path: Where its bytes are.
        size: Bytes.
        picture: Media type if its first bytes are those of a PNG, JPEG, GIF or WebP, else empty.
        client: Browser tab that uploaded it, empty for files of the app.
        gone_at: When that tab was first missed, on the clock of `FileStore.expire`.
        elsewhere: Where its bytes are as long as they are not at `path`.
        in_place: Whether the file belongs to the app; such a file is never deleted.
    """

    id: str
    name: str
    owner: str | None
    path: Path
    size: int = 0
    picture: str = ""
    client: str = ""
    gone_at: float | None = None
    in_place: bool = False
    elsewhere: Upload | None = None

    @property
    def mime(self) -> str:
        """Media type by its first bytes if it is a picture, else by its name. Not to be trusted."""
        return self.picture or mime_of(self.name)

    @property
    def url(self) -> str:
        """Its path below the prefix."""
        return f"{FILES_PATH}{self.id}/{quote(self.name, safe='')}"


@dataclass(slots=True)
class Incoming:
    """A file while it arrives."""

    stored: StoredFile
    limit: int | None
    handle: BinaryIO
    head: bytes = b""


class FileStore:
    """Keeps files for the life of the process. Its methods that are not `async` do not block long.

    Args:
        settings: Limits: `upload_max_bytes`, `upload_quota_bytes`, `upload_quota_files`,
            `upload_total_bytes`, and `upload_keep_s`.
        links: Signs links to stored files; with a random key when left out.
        sources: Where linked files are, by route.

    Attributes:
        shared: Where other processes find the files; None in a single process. Then the folder
            holds copies of those that were needed here.
    """

    def __init__(
        self,
        settings: Settings,
        links: Links | None = None,
        sources: Mapping[str, FileSource] | None = None,
    ) -> None:
        self._settings = settings
        self.links = links or Links()
        self.sources = sources or {}
        self.shared: Uploads | None = None
        self._root: TemporaryFolder | None = None
        self._files: dict[str, StoredFile] = {}
        self._in_place: OrderedDict[tuple[str | None, Path], StoredFile] = OrderedDict()
        self._used: dict[str | None, int] = {}
        self._count: dict[str | None, int] = {}
        self._total = 0
        self._deleted: set[str] = set()
        self._tend_at = self._warn_at = 0.0

    def open(self) -> Path:
        """Make the folder, readable by this account only, unless it is there; return its path."""
        if self._root is None:
            self._root = TemporaryFolder("files")
        return self._root.path

    def close(self) -> None:
        """Remove the folder and everything in it. May be called twice."""
        root, self._root = self._root, None
        self._files.clear()
        self._in_place.clear()
        self._used.clear()
        self._count.clear()
        self._total = 0
        if root is not None:
            root.remove()

    async def peek(self, file_id: str) -> StoredFile | None:
        """Return a file, whosever it is; its bytes may have to be fetched, see `fetch`.

        Raises:
            StoreUnavailableError: If other processes may have it, and cannot be asked.
        """
        stored = self._files.get(file_id)
        if self.shared is None or (stored is not None and stored.in_place):
            return stored
        found = await self.shared.get(file_id)
        if found is None or file_id in self._deleted:
            self._drop(file_id)
            return None
        if stored is None:
            path = self.open() / f"{file_id}-{new_id()}"
            stored = StoredFile(
                found.id, found.name, found.owner, path, found.size, found.picture, found.client
            )
            if found.key.startswith(IN_PLACE):
                stored.path, stored.in_place = Path(found.key.removeprefix(IN_PLACE)), True
            else:
                stored.elsewhere = found
        return stored

    async def fetch(self, stored: StoredFile) -> StoredFile:
        """Return a file from `peek` once its bytes are here.

        Raises:
            LimitError: If there is no space for them.
            OSError: If they cannot be fetched.
            StoreUnavailableError: If the database cannot be used.
        """
        if stored.elsewhere is None or self.shared is None:
            return stored
        limit = self._settings.upload_total_bytes
        if self._total + stored.size > limit:
            raise LimitError("the space for files", size_limit("upload_total_bytes", limit))
        self._account(stored.owner, stored.size, 1)
        try:
            await self.shared.save(stored.elsewhere, stored.path)
        except BaseException:
            self._discard(stored)
            raise
        stored.elsewhere = None
        known = self._files.setdefault(stored.id, stored)
        if known is not stored:  # it was fetched twice at the same time
            self._discard(stored)
        return known

    async def fetch_all(self, file_ids: Iterable[str], owner: str) -> None:
        """Fetch those of these files that the owner may have; later calls of `get` find them.

        Raises:
            LimitError, OSError, StoreUnavailableError: See `fetch`.
        """
        for file_id in file_ids:
            stored = await self.peek(file_id)
            if stored is not None and stored.owner in (None, owner):
                await self.fetch(stored)

    def get(self, file_id: str, owner: str | None) -> StoredFile | None:
        """Return a file if that owner may have it; not there and not yours look the same."""
        stored = self._files.get(file_id)
        return stored if stored is not None and stored.owner in (None, owner) else None

    async def find(self, file_id: str, name: str, owner: str | None) -> StoredFile | None:
        """Return a file to send to an owner; not there, not yours and not allowed look the same.

        Args:
            file_id: Its id.
            name: Its name; both are in its address.
            owner: The session that asks; None may fetch only files for all browsers.
        """
        stored = await self.peek(file_id)
        if stored is None or stored.owner not in (None, owner) or stored.name != name:
            return None
        stored = await self.fetch(stored)
        if stored.in_place and not await anyio.to_thread.run_sync(stored.path.is_file):
            return None  # the app's doing
        return stored

    async def save(
        self,
        owner: str | None,
        name: str,
        content: bytes | Path | AsyncIterator[bytes],
        client: str = "",
    ) -> StoredFile:
        """Keep a file that the app made.

        Args:
            owner: Session that may fetch it; None lets every session.
            name: Name to show; made harmless by `safe_name`.
            content: Its bytes, the path of a file to copy, or its bytes in pieces.
            client: Browser tab after which it may go, see `expire`; empty for none.

        Raises:
            LimitError: If the session's or the process's share is used up.
            OSError: If the file to copy cannot be read, or the disk is full.
        """
        return await self._save(owner, name, content, None, client)

    async def serve_file(self, owner: str, path: Path) -> StoredFile:
        """Serve a file of the app to one session, without a copy and without using a quota.

        A session gets the same address for a file each time. At most `IN_PLACE_MAX` files are
        served like this; the least recently used address is forgotten first.

        Args:
            owner: The session.
            path: The file.

        Raises:
            OSError: If the file cannot be read.
        """
        key, fresh = (owner, path), False
        if key not in self._in_place:
            size, head = await anyio.to_thread.run_sync(looked_at, path)
            if key not in self._in_place:  # checked again after the await
                served = StoredFile(
                    new_id(), safe_name(path.name), owner, path, size, picture_of(head)
                )
                served.in_place = True
                self._files[served.id] = self._in_place[key] = served
                fresh = True
        served = self._in_place[key]
        self._in_place.move_to_end(key)
        while len(self._in_place) > IN_PLACE_MAX:
            self.delete(next(iter(self._in_place.values())).id)
        if fresh:
            await self._announce(served)
        return served

    async def _announce(self, served: StoredFile) -> None:
        """Let other processes of this machine find a file that is served in place."""
        if self.shared is None:
            return
        upload = Upload(
            *(served.id, served.name, served.owner, served.size, served.picture, served.client)
        )
        try:
            await self.shared.add_in_place(upload, served.path)
        except StoreUnavailableError as error:
            _log.warning("only this process serves %s: %s", served.path, error)

    def link(self, owner: str, route: str, file_id: str, name: str, share: str = "") -> str:
        """Return the address at which an owner gets a file of the source at a route.

        The other arguments are those of `Links.make`.

        Args:
            name: Its name, from `safe_name`.
        """
        return f"{FILES_PATH}{self.links.make(owner, route, file_id, share)}/{quote(name, safe='')}"

    async def linked(self, link: Link, name: str, owner: str | None) -> LinkedFile | None:
        """Return the file of a link; not there, not yours and not shared any more look the same.

        Args:
            link: As read from an address.
            name: The name in the address.
            owner: Who asks.
        """
        route = self.links.route(link, self.sources)
        if route is None or owner is None or not self.links.proves(link, owner):
            return None
        found = await self.sources[route](link.file_id, link.share)
        return found if found is not None and found.name == name else None

    async def upload(self, owner: str, client: str, name: str, content: bytes | Path) -> StoredFile:
        """Keep a file as one that a browser tab uploaded; see `save`.

        Raises:
            LimitError: If the file is larger than `upload_max_bytes`, or a share is used up.
        """
        return await self._save(owner, name, content, self._settings.upload_max_bytes, client)

    async def _save(
        self,
        owner: str | None,
        name: str,
        content: bytes | Path | AsyncIterator[bytes],
        limit: int | None,
        client: str,
    ) -> StoredFile:
        incoming = await self.begin(owner, name, limit, client)
        try:
            if isinstance(content, bytes):
                await self.write(incoming, content)
            elif isinstance(content, Path):
                source = await anyio.to_thread.run_sync(content.open, "rb")
                with source:
                    while piece := await anyio.to_thread.run_sync(source.read, _COPY_BYTES):
                        await self.write(incoming, piece)
            else:
                async for piece in content:
                    await self.write(incoming, piece)
        except BaseException:
            self.abort(incoming)
            raise
        return await self.finish(incoming)

    def share(self, file_id: str) -> None:
        """Let every session fetch a file that one of them uploaded, for pages that are shared."""
        stored = self._files.get(file_id)
        if stored is not None and not stored.in_place:
            self._account(stored.owner, -stored.size, -1)
            stored.owner = None
            self._account(None, stored.size, 1)

    def delete(self, file_id: str) -> None:
        """Remove a file; nothing happens if it is gone already.

        Other processes have it until the next `tend`.
        """
        self._drop(file_id)
        if self.shared is not None:
            self._deleted.add(file_id)

    async def remove(self, file_id: str) -> None:
        """Remove a file, at every process of the service.

        Raises:
            StoreUnavailableError: If it stays with the others until the next `tend`.
        """
        self.delete(file_id)
        if self.shared is not None:
            await self.shared.delete(file_id)
            self._deleted.discard(file_id)

    def _drop(self, file_id: str) -> None:
        """Remove the file of this process."""
        if (stored := self._files.pop(file_id, None)) is not None:
            self._discard(stored)

    async def tend(self, now: float, clients: Collection[str]) -> None:
        """Remove deleted files everywhere, and now and then those without a tab.

        Args:
            now: Seconds of any clock that does not jump.
            clients: The tabs of this process.
        """
        if self.shared is None:
            return
        keep_s = self._settings.upload_keep_s
        try:
            while self._deleted:
                file_id = next(iter(self._deleted))
                await self.shared.delete(file_id)
                self._deleted.discard(file_id)
            if now >= self._tend_at:
                await self.shared.tend(clients, keep_s)
                self._tend_at = now + keep_s / 4
        except StoreUnavailableError as error:
            if now >= self._warn_at:
                self._warn_at = now + keep_s / 4
                _log.warning("could not tidy uploads, retrying: %s", error)

    def forget(self, session_id: str) -> None:
        """Remove the files of a session that has ended."""
        for stored in [one for one in self._files.values() if one.owner == session_id]:
            self.delete(stored.id)

    def expire(self, now: float, alive: Callable[[str], bool]) -> None:
        """Remove the files of tabs that have been gone for `upload_keep_s`; call it now and then.

        Args:
            now: Seconds of any clock that does not jump.
            alive: Returns whether a tab is connected or may still reconnect.
        """
        for stored in list(self._files.values()):
            if not stored.client or stored.in_place or alive(stored.client):
                stored.gone_at = None
            elif stored.gone_at is None:
                stored.gone_at = now
            elif now - stored.gone_at >= self._settings.upload_keep_s:
                self._drop(stored.id)

    async def begin(
        self, owner: str | None, name: str, limit: int | None, client: str = ""
    ) -> Incoming:
        """Open a file to be written piece by piece; `finish` or `abort` has to follow.

        Raises:
            LimitError: If the session has too many files.
        """
        most = self._settings.upload_quota_files
        if owner is not None and self._count.get(owner, 0) >= most:
            raise LimitError("the space of one browser", f"{most} files (upload_quota_files)")
        file_id = new_id()
        path = self.open() / file_id
        self._account(owner, 0, 1)
        try:
            handle = await anyio.to_thread.run_sync(lambda: path.open("xb"))
        except BaseException:
            self._account(owner, 0, -1)
            path.unlink(missing_ok=True)  # when cancelled, the thread has made it all the same
            raise
        stored = StoredFile(file_id, safe_name(name), owner, path, client=client)
        return Incoming(stored, limit, handle)

    async def write(self, incoming: Incoming, data: bytes) -> None:
        """Add a piece to a file that arrives.

        Raises:
            LimitError: If the file, the session or the process would have too much.
            OSError: If the disk is full.
        """
        stored, settings = incoming.stored, self._settings
        size = stored.size + len(data)
        if incoming.limit is not None and size > incoming.limit:
            raise LimitError(
                f"file {stored.name!r}", size_limit("upload_max_bytes", incoming.limit)
            )
        if (
            stored.owner is not None
            and self._used.get(stored.owner, 0) + len(data) > settings.upload_quota_bytes
        ):
            raise LimitError(
                "the space of one browser",
                size_limit("upload_quota_bytes", settings.upload_quota_bytes),
            )
        if self._total + len(data) > settings.upload_total_bytes:
            raise LimitError(
                "the space for files", size_limit("upload_total_bytes", settings.upload_total_bytes)
            )
        # counted before it is written: two uploads at once cannot both take the last of it
        self._account(stored.owner, len(data))
        stored.size = size
        if len(incoming.head) < 16:
            incoming.head += data[: 16 - len(incoming.head)]
        await anyio.to_thread.run_sync(incoming.handle.write, data)

    async def finish(self, incoming: Incoming) -> StoredFile:
        """Keep a file that has arrived; on an error nothing of it is left.

        Raises:
            LimitError: If the owner has too many files in other processes.
            StoreUnavailableError: If other processes could not find it.
        """
        incoming.handle.close()
        stored = incoming.stored
        stored.picture = picture_of(incoming.head)
        if self.shared is not None:
            upload = Upload(
                *(stored.id, stored.name, stored.owner, stored.size),
                *(stored.picture, stored.client),
            )
            settings = self._settings
            most = settings.upload_quota_files, settings.upload_quota_bytes
            try:
                await self.shared.add(upload, stored.path, *most)
            except BaseException:
                self._deleted.add(stored.id)
                self._discard(stored)
                raise
        self._files[stored.id] = stored
        return stored

    def abort(self, incoming: Incoming) -> None:
        """Leave nothing of a file that did not arrive."""
        incoming.handle.close()
        self._discard(incoming.stored)

    def _discard(self, stored: StoredFile) -> None:
        if stored.in_place:
            del self._in_place[stored.owner, stored.path]
            return
        self._account(stored.owner, -stored.size, -1)
        stored.path.unlink(missing_ok=True)

    def _account(self, owner: str | None, size: int, count: int = 0) -> None:
        self._total += size
        for table, change in ((self._used, size), (self._count, count)):
            left = table.get(owner, 0) + change
            if left > 0:
                table[owner] = left
            else:  # so that sessions that are long gone leave nothing here
                table.pop(owner, None)


def size_limit(setting: str, size: int) -> str:
    """Return a limit in bytes as an error names it."""
    return f"{sizes.size(size)} (setting {setting})"


def looked_at(path: Path) -> tuple[int, bytes]:
    with path.open("rb") as file:
        return path.stat().st_size, file.read(16)


def picture_of(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _PICTURES if head.startswith(magic)), "")
