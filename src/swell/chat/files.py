"""Files of messages: bytes in a storage, notes in the store, and links for browsers."""

from __future__ import annotations

import mimetypes
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import msgspec

from swell.chat.records import SCHEME, StoredFile
from swell.chat.store.ids import token_hash
from swell.errors import LimitError, NotFoundError, PartError
from swell.logs import logger
from swell.parts import File, Image, Part
from swell.server.file_names import mime_of, safe_name
from swell.site import AsyncSite, LinkedFile
from swell.storage.base import Content, FileStorage

if TYPE_CHECKING:
    from swell.chat.store import Store
    from swell.chat.store.usage import Allowance

__all__ = ["Files", "readdressed", "refuse_dead_addresses", "stored_urls"]

_log = logger("swell.chat")

NAMES_KEPT = 1_000
"""Files whose addresses are made without asking the store again."""

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
    """Keeps attachments, and the files that answers show.

    Args:
        store: The store with their records.
        route: Route of the app, for links.
        storage: Where the bytes of new files go.
        older: Storages with files that were stored under other settings.
    """

    def __init__(self, store: Store, route: str, storage: FileStorage, *older: FileStorage) -> None:
        self._store = store
        self._route = route
        self._storage = storage
        self._storages = (storage, *older)
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def keep(
        self,
        user_id: str,
        submitted: Sequence[Mapping[str, Any]],
        allowance: Allowance | None = None,
    ) -> list[Part]:
        """Copy the files of a `submit` event, and return parts for the prompt.

        Raises:
            OSError: If the disk is full.
            OverBudgetError: If it is more than the user may store.
        """
        parts: list[Part] = []
        for one in submitted:
            mime, name, size = str(one.get("mime") or ""), str(one["name"]), int(one["size"])
            url = await self._keep(user_id, Path(one["path"]), name, mime, size, allowance)
            parts.append(_part(name, url, size, mime))
        return parts

    async def make(
        self,
        user_id: str,
        content: bytes | str | Path,
        name: str,
        limit: int,
        allowance: Allowance | None = None,
    ) -> File | Image:
        """Keep a file that a handler made, and return the part that shows it.

        Args:
            user_id: Its owner.
            content: Its bytes, or the path of a file to copy.
            name: Its name.
            limit: Its largest size, in bytes.
            allowance: What the user may store.

        Raises:
            ValueError: If the path is no file.
            LimitError: If it is too large, or more than the user may store.
            OSError: If the disk is full.
        """
        name = safe_name(name)
        from swell.chat.store.usage import OverBudgetError  # it loads SQLAlchemy

        made: bytes | Path = content if isinstance(content, bytes) else Path(content)
        size = await anyio.to_thread.run_sync(_size, made)
        if size > limit:
            raise LimitError(f"the file {name!r}", f"{limit:,} bytes (answer_file_max_bytes)")
        mime = mimetypes.guess_type(name)[0] or ""
        try:
            url = await self._keep(user_id, made, name, mime, size, allowance)
        except OverBudgetError as error:
            raise LimitError("the user's stored files", f"{error.most:,} bytes") from None
        return _part(name, url, size, mime)

    async def _keep(
        self,
        user_id: str,
        content: bytes | Path,
        name: str,
        mime: str,
        size: int,
        allowance: Allowance | None,
    ) -> str:
        """Store a file, and return its address in parts."""
        key = self._storage.new_key()
        # Recorded first: unrecorded bytes would stay for ever if the process died now.
        stored = await self._store.add_file(
            user_id, name=name, mime=mime, size=size, path=key, allowance=allowance
        )
        await self._storage.put(key, content)
        return SCHEME + stored.id

    async def sent(
        self, user_id: str, parts: Sequence[Part]
    ) -> list[tuple[StoredFile, str, Content]]:
        """Return the files among the parts of a prompt, with their addresses there and bytes."""
        return [
            (stored, part.url, self._content(stored))
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

    async def address(
        self, user_id: str, url: str, site: AsyncSite, token: str | None = None
    ) -> str:
        """Return where the browser of `site` finds a file; `#` if there is none. See `shown`."""
        name = self._names.get((user_id, url))
        if name is None:
            stored = await self._note(user_id, url)
            if stored is None:
                return "#"
            name = self._names[user_id, url] = safe_name(stored.name)
            while len(self._names) > NAMES_KEPT:
                self._names.popitem(last=False)
        share = "" if token is None else token_hash(token)
        return site.link(self._route, url.removeprefix(SCHEME), name, share)

    async def open(self, file_id: str, share: str) -> LinkedFile | None:
        """Return the file of a link from `address`; None if the link leads nowhere any more."""
        stored = await self._store.served_file(file_id, share)
        if stored is None:
            return None
        name = safe_name(stored.name)
        return LinkedFile(name, stored.size, mime_of(name), self._content(stored), bool(share))

    async def remove_unused(self) -> None:
        """Remove the bytes of files that the store has forgotten.

        A file that cannot be removed is logged, and the next call tries again.

        Raises:
            StoreUnavailableError: If the store cannot be used.
        """
        after = ""
        while left := await self._store.leftovers(after=after, limit=REMOVED_AT_ONCE):
            gone = []
            for file_id, key in left:
                try:
                    await self._holding(key).delete(key)
                except OSError as error:
                    _log.warning(
                        "could not delete an unused file, retrying at the next purge: %s", error
                    )
                else:
                    gone.append(file_id)
            if gone:
                await self._store.forget_leftovers(gone)
            after = left[-1][0]

    def close(self) -> None:
        """Remove the files of this process."""
        for storage in self._storages:
            storage.close()

    async def _note(self, user_id: str, url: str) -> StoredFile | None:
        if not url.startswith(SCHEME):
            return None
        try:
            return await self._store.file(user_id, url.removeprefix(SCHEME))
        except NotFoundError:
            return None

    def _content(self, stored: StoredFile) -> Content:
        return Content(self._holding(stored.path), stored.path)

    def _holding(self, key: str) -> FileStorage:
        """Return the storage that made a key."""
        return next((one for one in self._storages if one.made(key)), self._storage)
