"""The site of a server for the code in its own process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from swell.errors import NotSupportedError
from swell.server.files import FileStore
from swell.settings.table import Settings
from swell.site import Saved, frame_bytes, target_of

from .cache import Cache
from .files import PushedFiles
from .pages import PushedPages
from .proxy import Proxy
from .streams import Streams

__all__ = ["LocalSite"]


class LocalSite:
    """Pages, files, streams and cached values of a server; see `swell.site.Local`.

    Attributes:
        pushed: Its pushed pages.
        files: Files of programs; None without a server, as in some tests.

    Args:
        pushed: Its pushed pages.
        store: Its files.
        settings: Bounds, and the prefix of addresses.
    """

    loop: asyncio.AbstractEventLoop

    def __init__(self, pushed: PushedPages, store: FileStore | None, settings: Settings) -> None:
        self.pushed = pushed
        self.files = PushedFiles(store, settings) if store is not None else None
        self.streams = Streams(settings)
        self.cache = Cache(settings)
        self.sender = Proxy(settings)
        self._prefix = settings.prefix

    def start(self) -> None:
        """Note the event loop that it belongs to."""
        self.loop = asyncio.get_running_loop()

    def save(
        self,
        url: str,
        ops: Sequence[Any],
        *,
        strict: bool = False,
        page: str = "",
        save: tuple[str, int] | None = None,
    ) -> Saved:
        """Apply the ops of one save, all or none."""
        return self.pushed.save(url, ops, strict=strict, page=page, save=save)

    def load(self, url: str) -> dict[str, Any]:
        """Return a page in H2O Wave's form."""
        return self.pushed.load(url)

    async def upload(self, files: Sequence[str | Path]) -> list[str]:
        """Keep copies of files, and return their addresses."""
        return [self._prefix + await self._kept().add(Path(one)) for one in files]

    async def upload_dir(self, directory: str | Path) -> list[str]:
        """Keep a copy of a folder, and return its address in a list."""
        return [self._prefix + await self._kept().add_folder(Path(directory))]

    async def download(self, url: str, path: str | Path, owner: str | None = None) -> str:
        """Write a file of the server to a path."""
        target = target_of(url, path)
        await self._kept().copy(url.removeprefix(self._prefix), target, owner)
        return str(target)

    async def unload(self, url: str) -> None:
        """Delete a file or a folder."""
        await self._kept().delete(url.removeprefix(self._prefix))

    def uplink(self, path: str, content_type: str, file: IO[Any] | str | bytes) -> str:
        """Show a frame of a picture stream, and return its address."""
        return self._prefix + self.streams.put(path.strip("/"), content_type, frame_bytes(file))

    def unlink(self, path: str) -> None:
        """End a picture stream."""
        self.streams.end(path.strip("/"))

    async def proxy(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Sequence[str]] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Send a request to another server."""
        return await self.sender.send(method, url, headers, body)

    def cache_get(self, shard: str, key: str) -> bytes | None:
        """Return a cached value in JSON; None if there is none."""
        return self.cache.get(shard, key)

    def cache_keys(self, shard: str) -> list[str]:
        """Return the keys of a shard."""
        return self.cache.keys(shard)

    def cache_set(self, shard: str, key: str, value: bytes) -> None:
        """Keep a value."""
        msgspec.json.decode(value)
        self.cache.set(shard, key, value)

    def _kept(self) -> PushedFiles:
        if self.files is None:
            raise NotSupportedError("site", "Its files need a server.")
        return self.files
