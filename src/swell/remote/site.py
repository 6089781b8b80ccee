"""Site: the pages and files of a server, for programs outside of its handlers."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from swell.cards.base import Forgive
from swell.errors import PushError
from swell.site import Local, local_site

from .access import Access, read_access
from .http import HttpServer
from .page import RemotePage

__all__ = ["AsyncPage", "AsyncSite", "Page", "Site", "site"]

T = TypeVar("T")


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

    def __getitem__(self, url: str) -> AsyncPage:
        """Return a page by its address, such as `/demo`; nothing is sent before it is saved."""
        return AsyncPage(self, url)

    async def load(self, url: str) -> dict[str, Any]:
        """Return a page as it is on the server; see `Page.load`."""
        found: dict[str, Any] = await self._run(lambda server: server.load(url))
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
