"""Site: the pages and files of a server, for programs outside of its handlers."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from swell.cards.base import Forgive
from swell.errors import PushError
from swell.schema.json_value import json_value
from swell.site import Local, local_site

from .access import Access, read_access
from .http import HttpServer
from .page import RemotePage

__all__ = ["AsyncPage", "AsyncSite", "Page", "Site", "site"]


class Page(RemotePage):
    """A page of a server: edit it, then `page.save()`."""

    def __init__(self, site: Site, url: str) -> None:
        super().__init__(url, site._writer, site._count, site._forgive)
        self.site = site

    def load(self) -> dict[str, Any]:
        """Return the page as it is on the server, in H2O Wave's form: `{"p": {"c": cards}}`.

        Raises:
            PushError: If there is no such page, or the server cannot be reached.
        """
        return self.site.load(self.url)

    def save(self) -> None:
        """Send the edits made since the last save, all or none.

        It waits until the server has them. While a server that has answered before does not
        answer, it tries again for `reconnect_s`.

        Raises:
            PushError: If no server answers, or it refuses them. Unsent edits to cards of this
                program are sent with the next save.
        """
        with self._lock:
            ops = self._taken()
            if not ops:
                return
            if self.site._local() is None:
                self._report(self.site._run(lambda server: self._send(ops, server)))
                return
        # Without the lock: the event loop that sends them may be waiting for it.
        self._report(self.site._run(lambda server: self._send(ops, server)))


class AsyncPage(RemotePage):
    """A page of a server: edit it, then `await page.save()`."""

    def __init__(self, site: AsyncSite, url: str) -> None:
        super().__init__(url, site._writer, site._count, site._forgive)
        self.site = site

    async def load(self) -> dict[str, Any]:
        """Return the page as it is on the server; see `Page.load`."""
        return await self.site.load(self.url)

    async def save(self) -> None:
        """Send the edits made since the last save; see `Page.save`. Saves arrive in their order."""
        ops = self._taken()
        if ops:
            self._report(await self.site._run(lambda server: self._send(ops, server)))


class Cache:
    """Values that the server keeps for programs, by shard and key, until it stops."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def get(self, shard: str, key: str, default: Any = None) -> Any:
        """Return a value, or `default` if there is none."""
        found = self._site._run(lambda server: server.cache_get(shard, key))
        return default if found is None else json.loads(found)

    def keys(self, shard: str) -> list[str]:
        """Return the keys of a shard."""
        found: list[str] = self._site._run(lambda server: server.cache_keys(shard))
        return found

    def set(self, shard: str, key: str, value: Any) -> None:
        """Keep a value, which has to be JSON."""
        text = json.dumps(json_value(value, "value")).encode()
        self._site._run(lambda server: server.cache_set(shard, key, text))


class AsyncCache:
    """Values that the server keeps for programs, by shard and key, until it stops."""

    def __init__(self, site: AsyncSite) -> None:
        self._site = site

    async def get(self, shard: str, key: str, default: Any = None) -> Any:
        """Return a value, or `default` if there is none."""
        found = await self._site._run(lambda server: server.cache_get(shard, key))
        return default if found is None else json.loads(found)

    async def keys(self, shard: str) -> list[str]:
        """Return the keys of a shard."""
        found: list[str] = await self._site._run(lambda server: server.cache_keys(shard))
        return found

    async def set(self, shard: str, key: str, value: Any) -> None:
        """Keep a value, which has to be JSON."""
        text = json.dumps(json_value(value, "value")).encode()
        await self._site._run(lambda server: server.cache_set(shard, key, text))


class _Base:
    """What both sites have: the server, and the numbers of saves.

    Args:
        address: The server, such as `https://pages.example.com`. Without it the server in this
            process, else the one that `SWELL_ADDRESS` or `H2O_WAVE_ADDRESS` names, else
            `http://127.0.0.1:10101`.
        key_id: Name of the access key; that of the environment when left out.
        key_secret: Its secret; that of the environment when left out.
        timeout_s: How long an answer may take, in seconds.
        reconnect_s: How long `save` waits for a server that has answered before, in seconds.
        forgive: Called with what H2O Wave ignores; None makes it an error.
    """

    def __init__(
        self,
        address: str | None = None,
        key_id: str | None = None,
        key_secret: str | None = None,
        *,
        timeout_s: float = 30.0,
        reconnect_s: float = 30.0,
        forgive: Forgive | None = None,
    ) -> None:
        def access() -> Access:
            return read_access(os.environ, address, key_id, key_secret)

        self._here = address is None
        self._http = HttpServer(access, timeout_s, reconnect_s)
        self._timeout_s = timeout_s
        self._forgive = forgive
        self._writer = secrets.token_hex(8)
        self._count = itertools.count(1).__next__

    def _local(self) -> Local | None:
        return local_site() if self._here else None


class Site(_Base):
    """The pages and files of a server, for scripts, threads and notebooks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = threading.RLock()
        self.cache = Cache(self)

    def __getitem__(self, url: str) -> Page:
        """Return a page by its address, such as `/demo`; nothing is sent before it is saved."""
        return Page(self, url)

    def __delitem__(self, url: str) -> None:
        page = self[url]
        page.drop()
        page.save()

    def load(self, url: str) -> dict[str, Any]:
        """Return a page as it is on the server; see `Page.load`."""
        found: dict[str, Any] = self._run(lambda server: server.load(url))
        return found

    def upload(self, files: Sequence[str | Path]) -> list[str]:
        """Copy files to the server, for every browser that sees its pages.

        Args:
            files: Paths of files.

        Returns:
            Their addresses, `/_f/<id>/<name>`, for links and images.

        Raises:
            ValueError: If a path is not a file.
            PushError: If the server refuses one, or cannot be reached.
        """
        found: list[str] = self._run(lambda server: server.upload(files))
        return found

    def upload_dir(self, directory: str | Path) -> list[str]:
        """Copy a folder to the server; see `upload`.

        Returns:
            A list with its address; a file in it is at that address, a slash and its path.
        """
        found: list[str] = self._run(lambda server: server.upload_dir(directory))
        return found

    def download(self, url: str, path: str | Path) -> str:
        """Write a file of the server to a path.

        Args:
            url: Its address, from `upload`.
            path: Path of the copy, or of a folder, in which it gets its name.

        Returns:
            The path of the copy.

        Raises:
            PushError: If there is no such file, or the server cannot be reached.
        """
        found: str = self._run(lambda server: server.download(url, path))
        return found

    def unload(self, url: str) -> None:
        """Delete a file or a folder that was uploaded; nothing happens if it is gone."""
        self._run(lambda server: server.unload(url))

    def uplink(self, path: str, content_type: str, file: IO[Any] | str | bytes) -> str:
        """Show a frame of a picture stream; browsers that see the stream replace the last one.

        Args:
            path: Name of the stream, such as `camera/1.jpeg`.
            content_type: Type of the frame, such as `image/jpeg`.
            file: The frame: bytes, or an open file.

        Returns:
            The address of the stream, for `ui.image`.
        """
        found: str = self._run(lambda server: server.uplink(path, content_type, file))
        return found

    def unlink(self, path: str) -> None:
        """End a picture stream."""
        self._run(lambda server: server.unlink(path))

    def proxy(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Sequence[str]] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Let the server send a request; return `{"result": answer}` or `{"error": text}`.

        Raises:
            PushError: If its setting `proxy` is off.
        """
        sent = method, url, headers, body
        found: dict[str, Any] = self._run(lambda server: server.proxy(*sent))
        return found

    def _run(self, do: Callable[[Any], Any]) -> Any:
        local = self._local()
        if local is None:
            with self._lock:
                return do(self._http)
        if _runs_here(local):
            found = do(local)
            if inspect.iscoroutine(found):
                found.close()
                said = "it would block this app's event loop; use `await q.site....` instead"
                raise PushError("", "blocks", said)
            return found
        return asyncio.run_coroutine_threadsafe(_done(do, local), local.loop).result()


class AsyncSite(_Base):
    """The pages and files of a server, for async programs. It works in any event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._thread: ThreadPoolExecutor | None = None
        self.cache = AsyncCache(self)

    def __getitem__(self, url: str) -> AsyncPage:
        """Return a page by its address, such as `/demo`; nothing is sent before it is saved."""
        return AsyncPage(self, url)

    async def load(self, url: str) -> dict[str, Any]:
        """Return a page as it is on the server; see `Page.load`."""
        found: dict[str, Any] = await self._run(lambda server: server.load(url))
        return found

    async def upload(self, files: Sequence[str | Path]) -> list[str]:
        """Copy files to the server, for every browser that sees its pages.

        Args:
            files: Paths of files.

        Returns:
            Their addresses, `/_f/<id>/<name>`, for links and images.

        Raises:
            ValueError: If a path is not a file.
            PushError: If the server refuses one, or cannot be reached.
        """
        found: list[str] = await self._run(lambda server: server.upload(files))
        return found

    async def upload_dir(self, directory: str | Path) -> list[str]:
        """Copy a folder to the server; see `upload`.

        Returns:
            A list with its address; a file in it is at that address, a slash and its path.
        """
        found: list[str] = await self._run(lambda server: server.upload_dir(directory))
        return found

    async def download(self, url: str, path: str | Path) -> str:
        """Write a file of the server to a path.

        Args:
            url: Its address, from `upload`.
            path: Path of the copy, or of a folder, in which it gets its name.

        Returns:
            The path of the copy.

        Raises:
            PushError: If there is no such file, or the server cannot be reached.
        """
        found: str = await self._run(lambda server: server.download(url, path))
        return found

    async def unload(self, url: str) -> None:
        """Delete a file or a folder that was uploaded; nothing happens if it is gone."""
        await self._run(lambda server: server.unload(url))

    async def uplink(self, path: str, content_type: str, file: IO[Any] | str | bytes) -> str:
        """Show a frame of a picture stream; browsers that see the stream replace the last one.

        Args:
            path: Name of the stream, such as `camera/1.jpeg`.
            content_type: Type of the frame, such as `image/jpeg`.
            file: The frame: bytes, or an open file.

        Returns:
            The address of the stream, for `ui.image`.
        """
        found: str = await self._run(lambda server: server.uplink(path, content_type, file))
        return found

    async def unlink(self, path: str) -> None:
        """End a picture stream."""
        await self._run(lambda server: server.unlink(path))

    async def proxy(
        self,
        method: str,
        url: str,
        headers: Mapping[str, Sequence[str]] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Let the server send a request; return `{"result": answer}` or `{"error": text}`.

        Raises:
            PushError: If its setting `proxy` is off.
        """
        sent = method, url, headers, body
        found: dict[str, Any] = await self._run(lambda server: server.proxy(*sent))
        return found

    async def _run(self, do: Callable[[Any], Any]) -> Any:
        local = self._local()
        if local is not None:
            if _runs_here(local):
                return await _done(do, local)
            running = asyncio.run_coroutine_threadsafe(_done(do, local), local.loop)
            return await asyncio.wrap_future(running)
        if self._thread is None:  # one, so that requests keep their order
            self._thread = ThreadPoolExecutor(1, "swell-site")
        return await asyncio.get_running_loop().run_in_executor(self._thread, do, self._http)


async def _done(do: Callable[[Any], Any], local: Local) -> Any:
    found = do(local)
    return await found if inspect.isawaitable(found) else found


def _runs_here(local: Local) -> bool:
    """Return whether the event loop of the server runs in this thread."""
    try:
        return asyncio.get_running_loop() is local.loop
    except RuntimeError:
        return False


site = Site()
"""The server in this process, else the one that the environment names."""
