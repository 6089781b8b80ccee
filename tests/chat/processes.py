"""Several processes of one chat in this one: apps that share a database and a hub."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from swell.backplane.memory import Hub, MemoryBackplane
from swell.chat import ChatOptions
from swell.chat.app import ChatApp
from swell.chat.options import OnEvent
from swell.identity import Identify
from swell.settings.table import Settings
from swell.testing import serving
from swell.testing.chat import ChatTab
from swell.testing.client import Harness


class BadBackplane(MemoryBackplane):
    """Loses, repeats, delays and reorders what is published, by a seed.

    Args:
        hub: The hub.
        seed: What it does is a function of it.
    """

    def __init__(self, hub: Hub, seed: int) -> None:
        super().__init__(hub)
        self._random = random.Random(seed)

    def publish(self, topic: str, message: bytes) -> None:
        """Publish it never, once or twice, now or later."""
        loop = asyncio.get_running_loop()
        for _ in range(self._random.choice((0, 1, 1, 1, 2))):
            if self._random.random() < 0.5:
                super().publish(topic, message)
            else:
                delay = self._random.random() * 0.1
                loop.call_later(delay, super().publish, topic, message)


class Process:
    """One process of a service."""

    def __init__(self, app: ChatApp, harness: Harness) -> None:
        self.app = app
        self._harness = harness

    def last_tab(self) -> ChatTab:
        """Return the latest tab, which may not be painted yet."""
        return ChatTab(self._harness._tabs[-1])

    async def tab(self, address: str = "") -> ChatTab:
        """Open a tab that is connected to this process."""
        return ChatTab(await self._harness.tab("session", address))


@asynccontextmanager
async def processes(
    *handlers: Callable[..., Any],
    url: str,
    seed: int | None = None,
    identify: Identify | None = lambda _: "ann",
    settings: Settings | None = None,
    on: Mapping[str, OnEvent] | None = None,
    **options: Any,
) -> AsyncIterator[list[Process]]:
    """Start a process for each handler.

    Args:
        *handlers: Their handlers.
        url: The database.
        seed: Seed of an unreliable backplane; without it the backplane is reliable.
        identify: As for `chat`.
        settings: Those of each process.
        on: Handlers of events by name.
        **options: Further options of `chat`.
    """
    given = ChatOptions(app="test", store=url, identify=identify, **options)
    hub = Hub()
    async with AsyncExitStack() as stack:
        started = []
        for number, handler in enumerate(handlers):
            bad = seed is not None
            plane = BadBackplane(hub, 1000 * (seed or 0) + number) if bad else MemoryBackplane(hub)
            await plane.open()
            stack.push_async_callback(plane.close)
            app = ChatApp(handler, given, name="test")
            app.handlers = on or {}
            await app.start(settings, plane)
            stack.push_async_callback(app.stop)
            harness = await stack.enter_async_context(
                serving(app.serve, ack="handled", identify=identify)
            )
            started.append(Process(app, harness))
        yield started
