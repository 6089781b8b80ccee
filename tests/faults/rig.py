"""What the fault tests share: a server to look into, and apps that number their tokens."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.types import Receive, Scope, Send

from swell import Q, data, ui
from swell.app import App
from swell.server.asgi import Server
from swell.server.broker import Broker
from swell.server.route import Mode
from swell.server.uvicorn_ws import WebSocketProtocol
from swell.settings.table import Settings
from tests.server.live_server import LiveServer

from .tokens import numbers, text, token

__all__ = [
    "FAST",
    "FaultServer",
    "Story",
    "faulty",
    "numbers",
    "open_files",
    "rss_bytes",
    "settings",
    "text",
    "token",
]

_T = TypeVar("_T")

FAST = Settings(flush_interval_s=0.0, act_rate_per_s=1e4, act_burst=100_000, drain_s=0.0)
"""Frames are not held back for merging, and actions come as fast as a test makes them."""


def settings(**changed: Any) -> Settings:
    """Return `FAST` with some settings changed."""
    return msgspec.structs.replace(FAST, **changed)


class FaultServer(LiveServer):
    """A server in a thread whose inside a test may look at.

    Attributes:
        broker: Its clients and pages; to be read on its loop, see `on_loop`.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        settings: Settings = FAST,
        mode: Mode = "unicast",
        ws: Any = WebSocketProtocol,
    ) -> None:
        app = App()
        app.settings = settings
        app.add("/", handler, mode)
        self._app = app
        self._inside: Server
        self._loop: asyncio.AbstractEventLoop
        self.broker: Broker
        super().__init__(self, ws)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "lifespan":
            await self._inside(scope, receive, send)
            return
        await receive()
        self._loop = asyncio.get_running_loop()
        self._inside = Server(self._app)
        self._inside.start()
        self.broker = self._inside.broker
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._inside.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def on_loop(self, look: Callable[[], _T]) -> _T:
        """Call a function between two steps of the server and return what it returns."""

        async def call() -> _T:
            return look()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(10)

    def state(self, client_id: str) -> dict[str, Any]:
        """Return the page of a client as the server has it, as a snapshot."""
        return self.on_loop(lambda: self.broker.clients[client_id].page.state.to_json())

    def seq(self, client_id: str) -> int:
        """Return the number of the last patch to the page of a client."""
        return self.on_loop(lambda: self.broker.clients[client_id].page.live.seq)

    def watching(self, client_id: str) -> int:
        """Return how many connections a client has, as the server sees it."""
        return self.on_loop(lambda: len(self.broker.clients[client_id].connections))

    def unsent(self) -> list[int]:
        """Return for each socket how many bytes wait in this process for its peer."""
        sockets = self._server.server_state.connections
        return self.on_loop(
            lambda: [socket.transport.get_write_buffer_size() for socket in sockets]
        )

    def forgotten(self) -> bool:
        """Whether no client, page or socket is left."""
        broker, sockets = self.broker, self._server.server_state.connections
        return self.on_loop(lambda: not (broker.clients or len(broker.pages) or sockets))

    def tasks(self) -> int:
        """Return how many tasks the server has."""
        return self.on_loop(lambda: len(asyncio.all_tasks()))


@contextlib.contextmanager
def faulty(
    handler: Callable[..., Any],
    settings: Settings = FAST,
    mode: Mode = "unicast",
    ws: Any = WebSocketProtocol,
) -> Iterator[FaultServer]:
    """Serve a handler while the block runs, with a WebSocket protocol class of uvicorn's."""
    server = FaultServer(handler, settings, mode, ws)
    try:
        yield server
    finally:
        server.stop()


class Story:
    """An app that streams numbered tokens for each prompt, which says how many.

    Attributes:
        prompts: The prompts that ran, in their order: one that ran twice is there twice.
        left: Number of clients reported as gone for good.
        pace_s: Time between two tokens.
        shared: Whether all clients have one page, painted by the first.
        at: Called with the number of each token before it is added.
    """

    def __init__(self, pace_s: float = 0.0, *, shared: bool = False) -> None:
        self.prompts: list[str] = []
        self.left = 0
        self.pace_s = pace_s
        self.shared = shared
        self.at: Callable[[int], Any] = lambda _number: None

    async def __call__(self, q: Q) -> None:
        """Answer one query."""
        if not q.client.ready:
            q.client.ready = True
            if not (self.shared and q.app.painted):
                q.app.painted = True
                q.page["chat"] = ui.chatbot_card(
                    "1 1 -1 -1", "chatbot", data("content from_user", t="list")
                )
        if q.events["@system"]:
            self.left += 1
        if q.args.chatbot:
            self.prompts.append(q.args.chatbot)
            q.page["chat"].data += [q.args.chatbot, True]
            q.page["chat"].data += ["", False]
            await self._answer(q, int(q.args.chatbot.split()[-1]))
        await q.page.save()

    async def _answer(self, q: Q, count: int) -> None:
        so_far = ""
        await q.page.save()
        for number in range(count):
            waiting = self.at(number)
            if waiting is not None:
                await waiting
            so_far += token(number)
            q.page["chat"].data[-1] = [so_far, False]
            await q.page.save()
            await asyncio.sleep(self.pace_s)


def rss_bytes() -> int:
    """Return the memory that this process has in RAM."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0


def open_files() -> int:
    """Return how many descriptors this process has open, 0 where that cannot be known."""
    folder = Path("/proc/self/fd")
    return sum(1 for _ in folder.iterdir()) if folder.exists() else 0
