"""An in-process client: the browser's side of the protocol, without the browser."""

from __future__ import annotations

import asyncio
import copy
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import anyio
import msgspec

from swell.app import App, current, registering
from swell.errors import AttachmentError, ProtocolError, SwellError
from swell.expando import Expando
from swell.identity import Identify
from swell.live.buffer import Buffer
from swell.live.connection import Connection
from swell.live.frames import FrameReader, Ops
from swell.live.ops import Op
from swell.live.snapshot import PartReader
from swell.live.state import PageState
from swell.live.wire import (
    CLOSE_FORBIDDEN,
    PROTOCOL_VERSION,
    Ack,
    Act,
    Beat,
    Clear,
    Drain,
    End,
    Err,
    Hello,
    Pong,
    Position,
    ServerMessage,
    Welcome,
)
from swell.server.broker import Broker
from swell.server.files import FileStore
from swell.server.identity import Caller, header_lists
from swell.server.locales import page_locale
from swell.server.route import AckWhen, Mode, Route
from swell.settings.table import Settings
from swell.site import FileSource

_decoder = msgspec.json.Decoder(ServerMessage)
_TIMEOUT_S = 10.0


class HandlerError(SwellError):
    """The handler raised; the log has the traceback under the error id.

    Attributes:
        error: The message shown to the user.
    """

    code = "handler_failed"

    def __init__(self, error: Err) -> None:
        super().__init__(error)
        self.error = error

    def __str__(self) -> str:
        return f"{self.error.msg} (error {self.error.id})"


class Client:
    """One browser tab.

    Attributes:
        state: The page as this tab has it.
        error: The message shown to the user, or None.
        closed: Close code of the connection, None while it is open.
        welcomes: How the server greeted this tab each time, `snapshot` or `resumed`.
        cleared: How often it got `clear` because another user acted.
        acks: Every answer to an action, in order.
        peer: Network address that it connects from, from the next time on; empty for this machine.
        headers: Headers of the browser's next connections.
    """

    def __init__(
        self,
        broker: Broker,
        files: FileStore,
        settings: Settings,
        route: str,
        session: str,
        language: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.headers = dict(headers or {})
        if language:
            self.headers["Accept-Language"] = language
        self.state = PageState()
        self.error: Err | None = None
        self.closed: int | None = None
        self.welcomes: list[str] = []
        self.cleared = 0
        self.draining = False
        self._broker = broker
        self._files = files
        self._settings = settings
        self._route = route
        self._session = session
        self.peer = ""
        self._id: str | None = None
        self._pos: Position | None = None
        self._ops: list[Op] = []
        self.acks: list[Ack] = []
        self._acks: dict[str, Ack] = {}
        self._ends: dict[str, str] = {}
        self._connection: Connection | None = None
        self._pump: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._frames = FrameReader()
        self._parts: tuple[Welcome, PartReader] | None = None
        self._welcomed = False

    @property
    def page(self) -> dict[str, Any]:
        """The cards by key as JSON values, each buffer as the list of its rows' cells."""
        return {
            key: {
                name: [row.cells for row in value.rows] if isinstance(value, Buffer) else value
                for name, value in card.items()
            }
            for key, card in self.state.cards.items()
        }

    @property
    def position(self) -> tuple[str, int] | None:
        """Epoch and number of the last patch that this tab has."""
        return (self._pos.e, self._pos.s) if self._pos else None

    async def open(self, hash: str = "") -> None:
        """Connect, or connect again after `drop`; the handler has painted when this returns."""
        self.closed = None
        self._welcomed = False
        awake = asyncio.Event()
        self._connection = Connection(self._settings, time.monotonic(), awake.set)
        self._connection.peer = self.peer
        self._broker.connect(self._connection)
        fresh = self._id is None
        self._pump = asyncio.create_task(self._receive(self._connection, awake))
        await self._deliver(
            Hello(v=PROTOCOL_VERSION, route=self._route, client=self._id, pos=self._pos, hash=hash)
        )
        await self._until(lambda: self._welcomed or self.closed is not None)
        if fresh and self.closed is None:
            await self.settle()
            self._raise_error()

    async def drop(self) -> None:
        """Lose the connection, as when the network goes away."""
        if self._connection is not None:
            self._broker.disconnect(self._connection)
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._connection = self._pump = None

    async def move(self, harness: Harness) -> None:
        """Lose the connection, and connect to another process of the service."""
        await self.drop()
        self._broker, self._files = harness.broker, harness.files
        await self.open()

    async def act(
        self,
        name: str | None = None,
        value: Any = True,
        /,
        *,
        files: Sequence[str | Path | tuple[str, bytes]] = (),
        command: str | None = None,
        mentions: Sequence[str] = (),
        **args: Any,
    ) -> None:
        """Submit a control and wait until its handler has finished.

        Args:
            name: Name of the control, such as the chatbot's for a prompt.
            value: Its value.
            files: Attached to the prompt: paths, or names with their bytes.
            command: Slash command that the prompt begins with, by its name.
            mentions: Mentions that were chosen, by their names.
            **args: Values of other controls that are submitted along.

        Raises:
            HandlerError: If the handler raised.
            AttachmentError: If the chatbot does not take a file.
            LimitError: If a file is larger than the server takes.
        """
        if name is not None:
            args[name] = value
        event = None
        if name is not None and (files or command or mentions or self._tells_submit(name)):
            submitted = {
                "files": [
                    await self.upload(*((file,) if isinstance(file, str | Path) else file))
                    for file in files
                ],
                "command": command,
                "mentions": list(mentions),
            }
            event = (name, "submit", submitted)
        ack = await self.send(Act(id=str(uuid.uuid4()), args=args, name=name, event=event))
        if ack.code in ("file_gone", "file_refused"):
            raise AttachmentError(ack.code, ack.msg or "")

    def _tells_submit(self, name: str) -> bool:
        """Return whether a chatbot sends the event `submit` besides the prompt, as browsers do."""
        card = next((card for card in self.state.cards.values() if card.get("name") == name), {})
        return "submit" in (card.get("events") or ()) or any(
            card.get(prop) for prop in ("attachments", "slash_commands", "mentions")
        )

    async def upload(self, file: str | Path, content: bytes | None = None) -> str:
        """Upload a file as a browser does, and return the id that events name it by.

        Args:
            file: Its path; only its name when there is `content`.
            content: Its bytes; None reads the path.

        Raises:
            LimitError: If it is larger than the server takes.
        """
        path = Path(file)
        given = path if content is None else content
        owner = await self._broker.owner(self._caller(), self._id or "")
        if owner is None:
            raise ProtocolError(CLOSE_FORBIDDEN, "this page may not upload")
        return (await self._files.upload(owner, self._id or "", path.name, given)).id

    def _caller(self) -> Caller:
        """Return the caller of this tab: a browser behind a proxy on this machine."""
        headers = header_lists((k.encode(), v.encode()) for k, v in self.headers.items())
        locale = page_locale(self._broker.settings, self.headers.get("Accept-Language", ""))
        return Caller(self._session, headers, "127.0.0.1", locale)

    async def download(self, url: str) -> bytes | None:
        """Return the file at an address on the page, such as `/_f/<id>/<name>`; None for 404."""
        *_, file_id, name = url.split("/")
        return await self._bytes(file_id, unquote(name), self._session)

    async def fetch(self, url: str) -> bytes | None:
        """Return the bytes of a file that this browser may have; None if it may not.

        Args:
            url: Its address on the page, `/_f/<id>/<name>`.
        """
        _, _, rest = url.partition("/_f/")
        file_id, _, name = unquote(rest).partition("/")
        owner = await self._broker.owner(self._caller(), self._id or "")
        return await self._bytes(file_id, name, owner)

    async def _bytes(self, file_id: str, name: str, owner: str | None) -> bytes | None:
        """Return the bytes at an address that an owner may have."""
        if (link := self._files.links.read(file_id)) is not None:
            linked = await self._files.linked(link, name, owner)
            return None if linked is None else await linked.content.read()
        stored = await self._files.find(file_id, name, owner)
        return None if stored is None else await anyio.Path(stored.path).read_bytes()

    async def event(self, source: str, name: str, data: Any = True) -> None:
        """Emit an event, such as a chatbot's `stop`, and wait until its handler has finished.

        Raises:
            HandlerError: If the handler raised.
        """
        await self.send(Act(id=str(uuid.uuid4()), name=source, event=(source, name, data)))

    async def send(self, act: Act) -> Ack:
        """Send an action, wait for its answer, and when it runs for its handler.

        Raises:
            HandlerError: If the handler raised.
        """
        self._acks.pop(act.id, None)
        await self._deliver(act)
        await self._until(lambda: act.id in self._acks or self.closed is not None)
        if self.closed is not None:
            raise ProtocolError(self.closed, "the connection was closed")
        ack = self._acks[act.id]
        if ack.st == "ok":
            await self._until(lambda: act.id in self._ends)
            await self._catch_up()  # not `settle`: another handler may stream on for long
            if self._ends[act.id] == "err":
                self._raise_error()
        return ack

    def take_ops(self) -> list[Op]:
        """Return the ops received since the last call."""
        ops, self._ops = self._ops, []
        return ops

    async def until(self, condition: Callable[[dict[str, Any]], Any]) -> None:
        """Wait until `condition(client.page)` is true, for answers made by a task.

        Raises:
            TimeoutError: If it is not within 10 s.
        """
        await self._until(lambda: condition(self.page))

    async def settle(self) -> None:
        """Wait until no handler of this tab runs and it has got all that there is for it."""
        client = self._broker.clients.get(self._id or "")
        if client is not None:  # else another process has it
            await self._until(lambda: not client.running)
        await self._catch_up()

    async def _catch_up(self) -> None:
        connection = self._connection
        if connection is None:
            raise RuntimeError("this tab is not connected; call open()")
        await self._until(lambda: not connection.pending)

    async def _until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(_TIMEOUT_S):
            while not condition():
                if self._pump is not None and self._pump.done():
                    self._pump.result()  # raises its error, such as a gap
                # A handler may finish without sending anything, so check again soon.
                self._changed.clear()
                try:
                    async with asyncio.timeout(0.005):
                        await self._changed.wait()
                except TimeoutError:
                    continue

    def _pong(self, seq: int) -> None:
        if self._connection is not None:
            self._connection.receive(msgspec.json.encode(Pong(seq)), time.monotonic())

    async def _deliver(self, message: Hello | Act) -> None:
        """Hand a message to the server, as JSON, and take its refusal."""
        connection = self._connection
        if connection is None:
            raise RuntimeError("this tab is not connected; call open()")
        try:
            received = connection.receive(msgspec.json.encode(message), time.monotonic())
            if isinstance(received, Hello):
                caller = self._caller()
                await self._broker.arrive(connection, received, caller)
            elif isinstance(received, Act):
                self._broker.act(connection, received, self._session)
        except ProtocolError as error:
            self._close(connection, error.close_code)

    def _close(self, connection: Connection, code: int) -> None:
        self.closed = code
        self._broker.disconnect(connection)
        self._changed.set()

    async def _receive(self, connection: Connection, awake: asyncio.Event) -> None:
        while True:
            now = time.monotonic()
            try:
                frame = connection.take(now)
            except ProtocolError as error:
                self._close(connection, error.close_code)
                return
            if frame is not None:
                self._read(frame)
                self._changed.set()
                await asyncio.sleep(0)
                continue
            awake.clear()
            try:
                async with asyncio.timeout(connection.due_in(now)):
                    await awake.wait()
            except TimeoutError:
                continue

    def _read(self, frame: bytes) -> None:
        if frame.startswith(b"["):
            assert self._pos is not None, "ops before welcome"
            ops = self._frames.read(frame, self._pos.s)
            if ops is not None:
                self._apply(ops, self._pos.e)
        elif frame.startswith(b"{"):
            self._handle(_decoder.decode(frame))
        elif self._parts is not None:
            welcome, reader = self._parts
            state = reader.add(frame)
            if state is not None:
                self._load(welcome, state)

    def _load(self, welcome: Welcome, state: Any) -> None:
        self.state.load(state)
        self._frames = FrameReader(welcome.paths or ())
        self._pos = Position(welcome.e, welcome.s)
        self._parts = None
        self._welcomed = True

    def _handle(self, message: ServerMessage) -> None:
        if isinstance(message, Welcome):
            self._id = message.client
            self.error = message.error
            self.welcomes.append(message.mode)
            if message.parts:
                self._parts = (message, PartReader(message.parts, message.crc or 0))
            elif message.mode == "snapshot":
                self._load(message, message.state)
            else:
                self._welcomed = True
        elif isinstance(message, Ack):
            self._acks[message.id] = message
            self.acks.append(message)
        elif isinstance(message, End):
            self._ends[message.id] = message.st
            if message.st == "ok":
                self.error = None
        elif isinstance(message, Err):
            self.error = message
        elif isinstance(message, Beat):
            self._pong(message.s)
        elif isinstance(message, Drain):
            self.draining = True
        elif isinstance(message, Clear):
            self.cleared += 1

    def _apply(self, frame: Ops, epoch: str) -> None:
        self.state.apply(frame.o)
        self._ops += copy.deepcopy(frame.o)  # later ops change values that this one brought
        self._pos = Position(epoch, frame.n)

    def _raise_error(self) -> None:
        if self.error is not None:
            raise HandlerError(self.error)


class Harness:
    """A broker with one app; makes the tabs."""

    def __init__(self, broker: Broker, files: FileStore, route: str, settings: Settings) -> None:
        self.broker = broker
        self.files = files
        self._route = route
        self._settings = settings
        self._tabs: list[Client] = []

    async def tab(
        self,
        session: str = "session",
        hash: str = "",
        *,
        language: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Client:
        """Open a tab.

        Args:
            session: The browser session it is in.
            hash: Location hash to open it with, without `#`.
            language: The browser's `Accept-Language` header, such as `de-AT, en;q=0.5`.
            headers: Further headers that the browser sends, by name.
        """
        client = Client(
            self.broker, self.files, self._settings, self._route, session, language, headers
        )
        self._tabs.append(client)
        await client.open(hash)
        return client

    async def close(self) -> None:
        """Close all tabs and stop the handlers that still run."""
        for tab in self._tabs:
            await tab.drop()
        await self.broker.stop()
        self.files.close()


@contextmanager
def isolated() -> Iterator[App]:
    """Let `@app`, `@chat` and `@on` add to a new application while the block runs.

    Otherwise they add to `swell.main`, where other tests would meet them.
    """
    with registering(App()) as app:
        yield app


UNHURRIED = Settings(
    flush_interval_s=0.0,
    act_rate_per_s=1e6,
    act_burst=100_000,
    prompts_per_minute=0,
    prompts_per_minute_per_address=0,
)
"""Settings without waiting: frames are not held back for merging, and no rate is limited."""


@asynccontextmanager
async def serving(
    handler: Callable[..., Any],
    *,
    mode: Mode = "unicast",
    settings: Settings | None = None,
    ack: AckWhen = "received",
    identify: Identify | None = None,
    sources: Mapping[str, FileSource] | None = None,
) -> AsyncIterator[Harness]:
    """Serve a handler in-process, for tests with more than one tab.

    Args:
        handler: An async function that takes a query, as given to `@app`.
        mode: `unicast`, `multicast` or `broadcast`.
        settings: Bounds and times; by default frames are not held back for merging.
        ack: `received` or `handled`, as given to `@app`.
        identify: Returns the user of a request, as given to `App.add`.
        sources: Where linked files are, as in `App.file_sources`.
    """
    settings = settings or UNHURRIED
    defined = current()
    files = FileStore(settings, sources=sources)
    forgive = next(  # as the decorator of `h2o_wave` has asked for
        (route.forgive for route in defined.routes.values() if route.handler is handler), None
    )
    routes = {"/": Route("/", handler, mode, ack, identify, forgive)}
    broker = Broker(settings, routes, Expando(), "", files, defined.rules)
    broker.start()
    harness = Harness(broker, files, "/", settings)
    try:
        yield harness
    finally:
        await harness.close()


@asynccontextmanager
async def connect(
    handler: Callable[..., Any],
    *,
    mode: Mode = "unicast",
    hash: str = "",
    settings: Settings | None = None,
    language: str = "",
) -> AsyncIterator[Client]:
    """Open an app in one tab.

    Args:
        handler: An async function that takes a query, as given to `@app`.
        mode: `unicast`, `multicast` or `broadcast`.
        hash: Location hash to open it with, without `#`.
        settings: Bounds and times; by default frames are not held back for merging.
        language: The browser's `Accept-Language` header.

    Yields:
        The tab, after the handler has painted.

    Raises:
        HandlerError: If the handler raised.
    """
    async with serving(handler, mode=mode, settings=settings) as harness:
        yield await harness.tab(hash=hash, language=language)
