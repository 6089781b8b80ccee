"""Files of messages: kept beside the store, and handed to browsers for as long as one asks."""

from __future__ import annotations

import contextlib
import mimetypes
import re
import shutil
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import msgspec

from swell.chat.records import SCHEME, StoredFile
from swell.errors import LimitError, NotFoundError, PartError
from swell.logs import logger
from swell.parts import File, Image, Part
from swell.server.files import safe_name
from swell.site import AsyncSite
from swell.temporary import TemporaryFolder

if TYPE_CHECKING:
    from swell.chat.store import Store

__all__ = ["Files", "readdressed", "refuse_dead_addresses", "stored_urls"]

_log = logger("swell.chat")

PATHS_KEPT = 1_000
"""Files that are shown without asking the store again where they are."""

REMOVED_AT_ONCE = 100
"""Files that one job of a thread removes."""


_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")

_ADDRESS = re.compile(r"https?://|/(?![/\\])|" + SCHEME)


def stored_urls(parts: Iterable[object]) -> set[str]:
    """Return the addresses of stored files in parts, at any depth."""
    found: set[str] = set()
    for part in parts:
        if (url := str(getattr(part, "url", ""))).startswith(SCHEME):
            found.add(url)
        found |= stored_urls(getattr(part, "parts", ()))
    return found


def readdressed(parts: Iterable[Part], addresses: Mapping[str, str]) -> list[Part]:
    """Return parts with other addresses for stored files; `#` for those that have none."""
    out: list[Part] = []
    for part in parts:
        if (url := str(getattr(part, "url", ""))).startswith(SCHEME):
            part = msgspec.structs.replace(part, url=addresses.get(url, "#"))
        if inner := getattr(part, "parts", ()):
            part = msgspec.structs.replace(part, parts=readdressed(inner, addresses))
        out.append(part)
    return out


def refuse_dead_addresses(part: object) -> None:
    """Refuse a file or picture whose address no browser can open.

    Raises:
        PartError: If its address is a path on disk, a `data:` address or anything else that is
            neither http or https, nor a path of the app, nor made by `turn.file`.
    """
    for inner in getattr(part, "parts", ()):
        refuse_dead_addresses(inner)
    if isinstance(part, File | Image):
        on_disk = part.url.startswith("/") and Path(part.url).exists()
        if on_disk or not _ADDRESS.match(part.url):
            raise PartError(
                f"{type(part).__name__}.url",
                f"expected an http or https address or a path of this app, got {part.url[:80]!r}, "
                "which no browser can open; send bytes or a file of the server with "
                "`yield await turn.file(bytes_or_path, name)`",
            )


def _part(name: str, url: str, size: int, mime: str) -> File | Image:
    return Image(url, name) if mime in _PICTURES else File(name, url, size, mime or None)


def _size(content: bytes | Path) -> int:
    if isinstance(content, bytes):
        return len(content)
    if not content.is_file():
        raise ValueError(f"{content} is not a file")
    return content.stat().st_size


class Files:
    """Keeps attachments.

    Args:
        store: The store with their records.
        folder: Folder for their bytes; None for a temporary one.
    """

    def __init__(self, store: Store, folder: Path | None) -> None:
        self._store = store
        self._folder = folder
        self._temporary: TemporaryFolder | None = None
        self._paths: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def keep(self, user_id: str, submitted: Sequence[Mapping[str, Any]]) -> list[Part]:
        """Copy the files of a `submit` event, and return parts for the prompt.

        Raises:
            OSError: If the disk is full.
        """
        parts: list[Part] = []
        for one in submitted:
            mime, name = str(one.get("mime") or ""), str(one["name"])
            # In a separate folder the file keeps its name, which the server has sanitised.
            path = self._home() / uuid.uuid4().hex / Path(name.replace('"', "_")).name
            # Recorded first: unrecorded bytes would stay for ever if the process died now.
            stored = await self._store.add_file(
                user_id, name=name, mime=mime, size=int(one["size"]), path=str(path)
            )
            await anyio.to_thread.run_sync(self._copy, Path(one["path"]), path)
            url = SCHEME + stored.id
            parts.append(_part(name, url, int(one["size"]), mime))
        return parts

    async def make(
        self, user_id: str, content: bytes | str | Path, name: str, limit: int
    ) -> File | Image:
        """Keep a file that a handler made, and return the part that shows it.

        Args:
            user_id: Its owner.
            content: Its bytes, or the path of a file to copy.
            name: Its name.
            limit: Its largest size, in bytes.

        Raises:
            ValueError: If the path is no file.
            LimitError: If it is too large.
            OSError: If the disk is full.
        """
        name = safe_name(name)
        made: bytes | Path = content if isinstance(content, bytes) else Path(content)
        size = await anyio.to_thread.run_sync(_size, made)
        if size > limit:
            raise LimitError(f"the file {name!r}", f"{limit:,} bytes (answer_file_max_bytes)")
        mime = mimetypes.guess_type(name)[0] or ""
        path = self._home() / uuid.uuid4().hex / name
        stored = await self._store.add_file(
            user_id, name=name, mime=mime, size=size, path=str(path)
        )
        await anyio.to_thread.run_sync(self._copy, made, path)
        return _part(name, SCHEME + stored.id, size, mime)

    async def sent(self, user_id: str, parts: Sequence[Part]) -> list[tuple[StoredFile, str]]:
        """Return the files among the parts of a prompt, each with its address there."""
        return [
            (stored, part.url)
            for part in parts
            if isinstance(part, File | Image) and (stored := await self._note(user_id, part.url))
        ]

    async def shown(
        self, user_id: str, parts: Sequence[Part], site: AsyncSite, token: str | None = None
    ) -> list[Part]:
        """Return parts whose addresses the browser of `site` can open, and no other.

        Args:
            user_id: The owner of the files; not always the user who views them.
            parts: The parts of a message.
            site: The site that serves them.
            token: Secret of the link by which a shared thread is read: the addresses end with it.
        """
        urls = stored_urls(parts)
        addresses = {url: await self.address(user_id, url, site, token) for url in urls}
        return readdressed(parts, addresses)

    async def remove_unused(self) -> None:
        """Remove the bytes of files that the store has forgotten.

        A file that cannot be removed is logged, and the next call tries again.

        Raises:
            StoreUnavailableError: If the store cannot be used.
        """
        after = ""
        while left := await self._store.leftovers(after=after, limit=REMOVED_AT_ONCE):
            gone = await anyio.to_thread.run_sync(self._remove, left)
            if gone:
                await self._store.forget_leftovers(gone)
            after = left[-1][0]

    def close(self) -> None:
        """Remove the files of this process."""
        if self._temporary is not None:
            self._temporary.remove()
            self._temporary = None

    async def address(
        self, user_id: str, url: str, site: AsyncSite, token: str | None = None
    ) -> str:
        """Return where the browser of `site` finds a file; `#` if there is none. See `shown`."""
        path = self._paths.get((user_id, url))
        if path is None:
            stored = await self._note(user_id, url)
            if stored is None:
                return "#"
            path = self._paths[user_id, url] = stored.path
            while len(self._paths) > PATHS_KEPT:
                self._paths.popitem(last=False)
        try:
            if token is None:
                return await site.serve_file(path)
            allowed = partial(self._store.shares_file, token, url.removeprefix(SCHEME))
            return await site.serve_file(path, under=token, allowed=allowed)
        except OSError:
            return "#"

    async def _note(self, user_id: str, url: str) -> StoredFile | None:
        if not url.startswith(SCHEME):
            return None
        try:
            return await self._store.file(user_id, url.removeprefix(SCHEME))
        except NotFoundError:
            return None

    def _home(self) -> Path:
        """Return the folder for bytes, which may not be there yet."""
        if self._folder is not None:
            return self._folder
        if self._temporary is None:
            self._temporary = TemporaryFolder("chat")
        return self._temporary.path

    def _copy(self, content: bytes | Path, to: Path) -> None:
        to.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        to.parent.mkdir(mode=0o700)
        if isinstance(content, bytes):
            to.write_bytes(content)
        else:
            shutil.copyfile(content, to)

    def _remove(self, left: Sequence[tuple[str, str]]) -> list[str]:
        """Remove bytes; return the ids of those that need no other attempt."""
        home = self._home()
        gone: list[str] = []
        for identity, kept in left:
            path = Path(kept)
            if path.parent.parent == home:
                try:
                    path.unlink(missing_ok=True)
                    with contextlib.suppress(FileNotFoundError):
                        path.parent.rmdir()
                except OSError as error:
                    _log.warning(
                        "could not delete an unused file, retrying at the next purge: %s", error
                    )
                    continue
            else:  # An app noted it itself, or the folder was another one: not ours to remove.
                _log.warning("kept an unused file outside of %s: %s", home, path)
            gone.append(identity)
        return gone
