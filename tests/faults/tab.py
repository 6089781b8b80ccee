"""A browser tab in Python: the same rules as `web/src/transport/client.ts`, over a real socket."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from swell.errors import OpError
from swell.live.frames import FrameReader
from swell.live.snapshot import PartReader
from swell.live.state import PageState
from swell.live.wire import Ack, Act, Beat, Hello, Pong, Position, ServerMessage, Welcome

from .frames import is_ops
from .rig import FaultServer

_decoder = msgspec.json.Decoder(ServerMessage)
_WAIT_S = 120.0  # no wait is longer, in seconds: a busy machine needs less
_FORBIDDEN = 4503
_GRACE_S = 2.0  # how late a beat may be
_PART_S = 2.0  # how long the next part of a snapshot may take


class Tab:
    """Connects, follows its page, and sends its actions until each is acknowledged.

    Args:
        port: Where to connect: the server's, or a proxy's.
        seed: Seed of the pauses between attempts to connect.
        person: What the browser calls itself; apps may take that for a name.

    Attributes:
        state: The page as this tab has it.
        position: Epoch and number of the last patch applied.
        id: Id of this client.
        hellos: How many hellos were sent; the first on each connection included.
        connections: How many connections were made.
        welcomes: Mode of each welcome.
        acks: Every ack, in order.
        refused: The actions that the server has given back for good, by their ids.
        frames: How many op frames have arrived.
        beats: How many beats have arrived.
        received: How many bytes have arrived.
        closes: Close code of each connection that ended; 1006 without a close frame.
    """

    def __init__(self, port: int, *, seed: int = 0, person: str | None = None) -> None:
        self.state = PageState()
        self.position: Position | None = None
        self.id: str | None = None
        self.hellos = 0
        self.connections = 0
        self.welcomes: list[str] = []
        self.acks: list[Ack] = []
        self.refused: dict[str, Act] = {}
        self.frames = 0
        self.beats = 0
        self.received = 0
        self.closes: list[int] = []
        self._port = port
        self._rng = random.Random(seed)
        self._person = person
        self._cookie = ""
        self._outbox: dict[str, Act] = {}
        self._sent: set[str] = set()
        self._socket: ClientConnection | None = None
        self._awaiting = False  # a welcome: until then patches mean nothing
        self._reader = FrameReader()
        self._parts: tuple[Welcome, PartReader] | None = None
        self._silence_s: float | None = None
        self._changed = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run())
        try:
            await self.until(lambda: self.online and self.state.cards)  # the handler has painted
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._running is not None
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running

    @property
    def online(self) -> bool:
        """Whether the page is live."""
        return self._socket is not None and not self._awaiting and self.position is not None

    @property
    def waiting(self) -> list[str]:
        """Ids of the actions that the server has not answered for."""
        return list(self._outbox)

    @property
    def address(self) -> str:
        """Location hash of what is open, without `#`."""
        return ""

    @property
    def rows(self) -> list[Any]:
        """The rows of the chat, as lists of cells."""
        card = self.state.cards.get("chat")
        return [row.cells for row in card["data"].rows] if card else []

    @property
    def text(self) -> str:
        """The text of the last message."""
        rows = self.rows
        return str(rows[-1][0]) if rows else ""

    async def until(self, condition: Callable[[], Any], wait_s: float = _WAIT_S) -> None:
        """Wait until something is true of this tab.

        Raises:
            TimeoutError: If it takes too long.
        """
        async with asyncio.timeout(wait_s):
            while not condition():
                if self._running is not None and self._running.done():
                    self._running.result()
                self._changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.02):  # it may depend on more than this tab
                        await self._changed.wait()

    async def more(self, frames: int) -> None:
        """Wait until so many further op frames have arrived."""
        frames += self.frames
        await self.until(lambda: self.frames >= frames)

    async def act(self, value: str, id: str | None = None) -> str:
        """Queue a prompt as the chatbot card sends it, and return its id; see `acked`."""
        return await self.post(Act(id or str(uuid.uuid4()), {"chatbot": value}, "chatbot"))

    async def post(self, act: Act) -> str:
        """Queue an action until the server has it or refuses it, and return its id."""
        self.refused.pop(act.id, None)
        self._sent.discard(act.id)
        self._outbox[act.id] = act
        await self._flush()
        return act.id

    async def acked(self, id: str, wait_s: float = _WAIT_S) -> None:
        """Wait until the server has answered for an action."""
        await self.until(lambda: id not in self._outbox, wait_s)

    async def send(self, act: Act) -> None:
        """Send an action as it is, whether it was sent before or not; see `acks`."""
        assert self._socket is not None
        await self._socket.send(msgspec.json.encode(act).decode())

    def behind(self, server: FaultServer) -> bool:
        """Whether there are patches that this tab has not got yet."""
        return self.position is None or self.position.s < server.seq(self.id or "")

    def lose(self) -> None:
        """Lose the connection without a word, as when the network goes away."""
        if self._socket is not None:
            self._socket.transport.abort()

    # --------------------------------------------------------------------- connection

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                async with connect(
                    f"ws://127.0.0.1:{self._port}/_s/ws",
                    additional_headers={"Cookie": self._cookie} if self._cookie else {},
                    origin=Origin(f"http://127.0.0.1:{self._port}"),
                    compression=None,
                    max_size=None,
                    ping_interval=None,
                    close_timeout=0.1,
                    proxy=None,
                    user_agent_header=self._person,
                ) as socket:
                    attempt = 0
                    self.connections += 1
                    await self._serve(socket)
            except (OSError, InvalidHandshake, ConnectionClosed):
                attempt += 1
            # The browser's pauses, a hundred times as fast.
            await asyncio.sleep(self._rng.random() * 0.01 * 2 ** min(attempt, 4))

    async def _serve(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sent.clear()
        self._parts = None
        assert socket.response is not None
        if cookie := socket.response.headers.get("Set-Cookie"):
            self._cookie = cookie.split(";")[0]
        try:
            await self._hello(resume=True)
            while True:
                async with asyncio.timeout(_PART_S if self._parts else self._silence_s):
                    frame = await socket.recv(decode=False)
                self.received += len(frame)
                await self._receive(bytes(frame))
                self._changed.set()
        except (ConnectionClosed, OSError) as error:
            told = error.rcvd if isinstance(error, ConnectionClosed) else None
            code = told.code if told else 1006
            self.closes.append(code)
            if code == _FORBIDDEN and self._awaiting and self.id is not None:
                self.id = self.position = None  # the page is gone: begin anew
        finally:
            self._socket = None
            self._changed.set()

    async def _hello(self, *, resume: bool) -> None:
        if not resume:
            self.position = None
        self._awaiting, self._parts = True, None
        self.hellos += 1
        assert self._socket is not None
        hello = Hello(1, "/", self.id, self.position, self.address)
        await self._socket.send(msgspec.json.encode(hello).decode())

    async def _flush(self) -> None:
        if not self.online:
            return
        for act in list(self._outbox.values()):
            if act.id not in self._sent:
                self._sent.add(act.id)
                with suppress(ConnectionClosed):
                    await self.send(act)

    # ----------------------------------------------------------------------- messages

    async def _receive(self, frame: bytes) -> None:
        try:
            if is_ops(frame):
                self.frames += 1
                await self._ops(frame)
            elif frame.startswith(b"{"):
                await self._message(_decoder.decode(frame))
            elif self._parts is not None:
                welcome, reader = self._parts
                state = reader.add(frame)
                if state is not None:
                    await self._load(welcome, state)
        except OpError:
            await self._hello(resume=False)

    async def _ops(self, frame: bytes) -> None:
        if self._awaiting or self.position is None:
            return
        n, count = msgspec.json.decode(frame)[:2]
        if n > self.position.s and n - count != self.position.s:
            await self._hello(resume=True)
            return
        ops = self._reader.read(frame, self.position.s)
        if ops is not None:
            self.state.apply(ops.o)
            self.position = Position(self.position.e, ops.n)

    async def _message(self, message: ServerMessage) -> None:
        if isinstance(message, Welcome):
            self._silence_s = message.hb + _GRACE_S
            self.id = message.client
            self.welcomes.append(message.mode)
            if message.parts:
                self._awaiting = True
                self._parts = (message, PartReader(message.parts, message.crc or 0))
            elif message.mode == "snapshot":
                await self._load(message, message.state)
            else:
                self._awaiting = False
                await self._flush()
        elif isinstance(message, Ack):
            self.acks.append(message)
            if message.st != "err":
                self._outbox.pop(message.id, None)
            elif message.retry_ms is not None:
                self._sent.discard(message.id)
            elif message.id in self._outbox:
                self.refused[message.id] = self._outbox.pop(message.id)
        elif isinstance(message, Beat):
            self.beats += 1
            if self._awaiting or self.position is None:
                return
            assert self._socket is not None
            await self._socket.send(msgspec.json.encode(Pong(self.position.s)).decode())
            if message.e != self.position.e or message.s > self.position.s:
                await self._hello(resume=True)

    async def _load(self, welcome: Welcome, state: Any) -> None:
        self.state.load(state)
        self._reader = FrameReader(welcome.paths or ())
        self.position = Position(welcome.e, welcome.s)
        self._parts, self._awaiting = None, False
        await self._flush()


def same(tab: Tab, server: FaultServer) -> None:
    """Require that a tab has what the server has, to the letter and to the patch."""
    assert tab.id is not None
    assert tab.state.to_json() == server.state(tab.id)
    assert tab.position is not None
    assert tab.position.s == server.seq(tab.id)
