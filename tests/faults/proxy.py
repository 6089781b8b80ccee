"""A TCP proxy that breaks connections in known ways, in a separate thread and event loop.

It holds no bytes back: what the receiving side does not take stays with the sending
side, as on a network. Its kernel buffers are small, so that a slow link is felt soon.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

UP = "up"
"""Direction from the client to the server."""
DOWN = "down"
"""Direction from the server to the client."""

_CHUNK = 16 * 1024
_BUFFER = 16 * 1024  # of the kernel, per socket, in bytes
_TICK_S = 0.02
_RST = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: closing resets the connection
_T = TypeVar("_T")


class Filter(Protocol):
    """Rewrites one direction of a link."""

    def feed(self, data: bytes) -> bytes:
        """Take the received bytes and return those that pass."""


@dataclass
class Weather:
    """What a network does to the links that it carries.

    Attributes:
        delay_s: How long each piece is under way.
        jitter_s: Up to so much is added to each delay; order is kept, as TCP does.
        stall: Share of pieces that are late by `stall_s` in addition, as a lost packet makes it.
        stall_s: See `stall`.
        rate: Most bytes a second, 0 for any number.
        slice: Most bytes that arrive at once, 0 for any number.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    stall: float = 0.0
    stall_s: float = 0.0
    rate: float = 0.0
    slice: int = 0

    def piece(self) -> int:
        """Return how many bytes are taken at once: with a rate, as many as a moment allows."""
        return min(_CHUNK, max(1, int(self.rate * _TICK_S))) if self.rate else _CHUNK


class Link:
    """One connection through the proxy: two sockets and what happens between them.

    Only code on the proxy's loop uses it.
    """

    def __init__(self, proxy: FaultProxy, client: socket.socket, rewrite: Filter | None) -> None:
        self._proxy = proxy
        self._client = client
        self._server: socket.socket | None = None
        self._filter = rewrite
        self._tasks: list[asyncio.Task[None]] = []
        self._running = {UP: asyncio.Event(), DOWN: asyncio.Event()}
        for event in self._running.values():
            event.set()
        self.swallow: set[str] = set()
        self.left: dict[str, int] = {}
        self.passed = {UP: 0, DOWN: 0}

    async def run(self) -> None:
        """Connect to the server and pass bytes on until one side ends."""
        server = _socket()
        try:
            await asyncio.get_running_loop().sock_connect(server, self._proxy.choose())
        except OSError:
            server.close()
            await self.close(reset=False)
            return
        if self not in self._proxy.links:  # closed before it was whole
            server.close()
            return
        self._server = server
        self._tasks = [
            asyncio.create_task(self._pump(self._client, self._server, UP)),
            asyncio.create_task(self._pump(self._server, self._client, DOWN)),
        ]
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        await self.close(reset=False)

    def hold(self, direction: str, held: bool) -> None:
        """Stop or resume reading one direction."""
        event = self._running[direction]
        if held:
            event.clear()
        else:
            event.set()

    async def close(self, *, reset: bool) -> None:
        """Close both sides, with a reset or in order."""
        if self not in self._proxy.links:
            return
        self._proxy.links.remove(self)
        this = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not this]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in filter(None, (self._client, self._server)):
            with suppress(OSError):
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
            one.close()

    async def _pump(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        transit: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        writer = asyncio.create_task(self._deliver(transit, sink, direction))
        self._tasks.append(writer)
        with suppress(OSError):  # one side is gone, and so is the link
            await self._read(source, transit, direction)
        if direction in self.swallow:
            await asyncio.Event().wait()  # the other side must not learn that this one has ended
        await transit.put((0.0, b""))
        await asyncio.wait([writer])

    async def _read(
        self, source: socket.socket, transit: asyncio.Queue[tuple[float, bytes]], direction: str
    ) -> None:
        loop, rng, weather = asyncio.get_running_loop(), self._proxy.rng, self._proxy.weather
        due, rest = 0.0, b""
        while True:
            await self._running[direction].wait()
            if not rest and not (rest := await loop.sock_recv(source, weather.piece())):
                return
            await self._running[direction].wait()
            size = weather.piece()  # it may have changed since
            data, rest = rest[:size], rest[size:]
            if weather.rate:
                await asyncio.sleep(len(data) / weather.rate)
            if self._filter is not None and direction == DOWN:
                data = self._filter.feed(data)
            late = weather.delay_s + weather.jitter_s * rng.random()
            if weather.stall and rng.random() < weather.stall:
                late += weather.stall_s
            due = max(due, loop.time() + late)
            if data and direction not in self.swallow:
                await transit.put((due, data))
                if not late:
                    await transit.join()

    async def _deliver(
        self, transit: asyncio.Queue[tuple[float, bytes]], sink: socket.socket, direction: str
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await transit.get()
            if not data:
                return
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            left = self.left.get(direction)
            cut = left is not None and len(data) >= left
            if left is not None:
                data = data[:left]
                self.left[direction] = left - len(data)
            size = self._proxy.weather.slice or len(data)
            with suppress(OSError):  # its reader is gone; the other direction ends the link
                for start in range(0, len(data), max(1, size)):
                    await loop.sock_sendall(sink, data[start : start + size])
                    await asyncio.sleep(0)
            self.passed[direction] += len(data)
            transit.task_done()
            if cut:
                self._proxy.cuts += 1
                await self.close(reset=True)
                return


class FaultProxy:
    """Listens on a free port and passes every connection on to a server.

    `cut`, `blackhole`, `cut_after` and `pause` do something to the connections that there are;
    the weather, `offline` and `stall` hold for later ones, too. Every method may be called from any
    thread and has taken effect when it returns.

    Args:
        port: Port of the server on this machine.
        seed: Of jitter and stalls.
        make_filter: Called for each connection: what rewrites the bytes that go to the client.

    Attributes:
        port: Where it listens.
        cuts: How many connections it has reset.
        weather: What is done to all bytes.
    """

    def __init__(
        self, port: int, *, seed: int = 0, make_filter: Callable[[], Filter] | None = None
    ) -> None:
        self.target = ("127.0.0.1", port)
        self.weather = Weather()
        self.rng = random.Random(seed)
        self.links: list[Link] = []
        self.accepted = 0
        self.cuts = 0
        self._make_filter = make_filter
        self._offline = False
        self._stalled = False
        self._running: set[asyncio.Task[None]] = set()
        self._listener = _socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(512)
        self.port: int = self._listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close everything and wait for the thread."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # ------------------------------------------------------------------------ verbs

    def cut(self) -> int:
        """Reset every connection; return how many there were."""
        return self._call(self._cut())

    def cut_soon(self) -> None:
        """Reset every connection, without waiting for it: for code on another event loop."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop)

    def blackhole(self, *directions: str) -> None:
        """Discard all bytes from now on, in both directions when none is named. Neither side
        notices. Connections that are made later work.
        """

        def act(link: Link) -> None:
            link.swallow.update(directions or (UP, DOWN))

        self._each(act)

    def cut_after(self, count: int, direction: str = DOWN) -> None:
        """Let so many more bytes pass in one direction, then reset."""

        def act(link: Link) -> None:
            link.left[direction] = count

        self._each(act)

    def pause(self, direction: str = DOWN) -> None:
        """Stop reading from one side; it is not told, and its buffers fill."""
        self._each(lambda link: link.hold(direction, True))

    def resume(self, direction: str = DOWN) -> None:
        """Undo `pause`."""
        self._each(lambda link: link.hold(direction, False))

    def offline(self) -> None:
        """Reset every connection, and every new one until `online`."""
        self._offline = True
        self.cut()

    def online(self) -> None:
        """Undo `offline`."""
        self._offline = False

    def delay(
        self, seconds: float, *, jitter_s: float = 0.0, stall: float = 0.0, stall_s: float = 0.0
    ) -> None:
        """Let everything arrive later; see `Weather`."""
        weather = self.weather
        weather.delay_s, weather.jitter_s = seconds, jitter_s
        weather.stall, weather.stall_s = stall, stall_s

    def throttle(self, bytes_per_s: float) -> None:
        """Let so many bytes a second pass, in each direction of each connection; 0 for any."""
        self.weather.rate = bytes_per_s

    def slice(self, size: int) -> None:
        """Deliver in pieces of this size; 0 for any."""
        self.weather.slice = size

    def passed(self, direction: str = DOWN) -> int:
        """Return how many bytes have passed on the connections that there are."""

        async def count() -> int:
            return sum(link.passed[direction] for link in self.links)

        return self._call(count())

    def stall(self) -> None:
        """Pass nothing on, on any connection, and let neither side know, until `unstall`."""
        self._stalled = True
        for direction in (UP, DOWN):
            self.pause(direction)

    def unstall(self) -> None:
        """Undo `stall`: the bytes sent since then arrive."""
        self._stalled = False
        for direction in (UP, DOWN):
            self.resume(direction)

    def choose(self) -> tuple[str, int]:
        """Return where the next connection goes; called on the proxy's loop."""
        return self.target

    # ---------------------------------------------------------------------- innards

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.add_reader(self._listener, self._accept)
        self._loop.run_forever()

    def _accept(self) -> None:
        # Not `sock_accept`: cancelled at the wrong moment, it forgets a socket that is open.
        try:
            client, _ = self._listener.accept()
        except OSError:  # it has gone away again
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._offline:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
            client.close()
            return
        self.accepted += 1
        link = Link(self, client, self._make_filter() if self._make_filter else None)
        if self._stalled:
            link.hold(UP, True)
            link.hold(DOWN, True)
        self.links.append(link)
        task = self._loop.create_task(link.run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _cut(self) -> int:
        links = list(self.links)
        self.cuts += len(links)
        for link in links:
            await link.close(reset=True)
        return len(links)

    async def _end(self) -> None:
        self._loop.remove_reader(self._listener)
        for link in list(self.links):
            await link.close(reset=False)
        self._listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def _each(self, act: Callable[[Link], None]) -> None:
        async def apply() -> None:
            for link in self.links:
                act(link)

        self._call(apply())

    def _call(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


def _socket() -> socket.socket:
    made = socket.socket()
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # As on a network: segments of 64 kB, which a loopback has, never fit such buffers, and wait.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    return made
