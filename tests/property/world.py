"""A server, tabs, and the links between them, in virtual time and without sockets.

The server is the real one from `Broker` down; a link is a real `Connection` and two queues of
frames. What the network does to the queues is for the machine to decide.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Protocol, TypeVar
from unittest.mock import patch

import msgspec

from swell import Q
from swell.errors import ProtocolError, RowError
from swell.expando import Expando
from swell.live.connection import Connection
from swell.live.edits import AddCard, Edit
from swell.live.page import LivePage
from swell.live.wire import Act, Bye, Hello
from swell.server.broker import Broker
from swell.server.client import ANONYMOUS
from swell.server.identity import Caller
from swell.server.pages import WatchedPage
from swell.server.route import Route
from swell.settings.table import Settings
from tests.live.histories import card

from .node import Command, EditOf, Node, Report
from .reader import PythonTab

T = TypeVar("T")

WINDOW = 4  # frames on their way to a tab, beyond which the server's socket takes no more
BEAT_S = 25.0
ROWS = 70  # more than there are short names of paths
SESSION = "session"
SETTINGS = Settings(act_rate_per_s=1e6, act_burst=1_000_000, handlers_per_client=3)
HANDLER_S = 0.05  # virtual, between taking a prompt and the answer


Sent = TypeVar("Sent")


class Clock:
    """Time as the server, the tabs and the event loop know it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that runs what is due by the virtual clock and never waits."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def time(self) -> float:
        return self._clock.now

    def turn(self, fn: Callable[[], T]) -> T:
        """Call `fn` inside of the loop, then let tasks run that it started."""
        results: list[T] = []
        errors: list[Exception] = []

        def call() -> None:
            try:
                results.append(fn())
            except Exception as error:
                errors.append(error)

        self.call_soon(call)
        for _ in range(3):
            self.call_soon(self.stop)
            self.run_forever()
        if errors:
            raise errors[0]
        return results[0]


class Link:
    """One connection: the server's end and what is on its way.

    Attributes:
        up: Messages to the server.
        down: Frames to the tab, as text.
        open: Whether the tab still has it; the server may not know yet that it is gone.
        code: Close code that is on its way to the tab, behind the frames.
        direct: Whether its page writes to it, together with others, when nothing else is due; as
            `DirectWriter` has it.
    """

    def __init__(self, limits: Settings, now: float, direct: bool, tally: Counter[str]) -> None:
        self.awake = True
        self.tally = tally
        self.direct = direct
        self.connection = Connection(limits, now, self._wake)
        self.up: deque[str] = deque()
        self.down: deque[str] = deque()
        self.open = True
        self.code: int | None = None
        self.greeted = False  # a hello has no answer yet

    def _wake(self) -> None:
        self.awake = True

    def put(self, frame: bytes) -> None:
        """Send a frame to the tab; after the cable is pulled it goes into the void."""
        if self.open:
            self.down.append(frame.decode(errors="replace"))

    @property
    def writable(self) -> bool:
        return len(self.down) < WINDOW or not self.open

    def write_framed(self, data: bytes) -> None:
        """Send the bytes of a WebSocket frame, as a page does."""
        self.tally["in_sync"] += 1
        self.put(unframed(data))
        if not self.writable:
            self.connection.go_alone()
            self.awake = True


def unframed(data: bytes) -> bytes:
    """Return the payload of a frame shorter than 64 kB."""
    return data[4 if data[1] == 126 else 2 :]


class Server:
    """One life of the server: what it knows is gone when it ends."""

    def __init__(self, world: World) -> None:
        self.world = world
        settings = msgspec.structs.replace(SETTINGS, ring_patches=world.ring)
        self.ran: Counter[str] = Counter()
        self.links: list[Link] = []
        self.accepted = 0
        self.limits = SETTINGS
        routes = {"/": Route("/", self._answer, "broadcast")}
        self.broker = Broker(settings, routes, Expando(), "")
        world.loop.turn(self.broker.start)

    @property
    def page(self) -> WatchedPage:
        return self.broker.pages.peek("/")

    async def _answer(self, q: Q) -> None:
        token = q.args.prompt
        if token is None:
            if not self.page.state.cards and not q.events["@system"]:
                self.page.commit([AddCard("a", card("list")), AddCard("log", card("map"))])
            return
        self.ran[token] += 1
        if "log" in self.page.state.cards:
            q.page["log"].data[token] = ["taken", True]
            await q.page.save()
        await asyncio.sleep(HANDLER_S)
        if "log" in self.page.state.cards:
            q.page["log"].data[token].content += ", done"
            await q.page.save()

    def accept(self) -> Link:
        self.accepted += 1
        link = Link(
            self.limits, self.world.clock.now, direct=self.accepted % 3 > 0, tally=self.world.tally
        )
        self.links.append(link)
        self.broker.connect(link.connection)
        return link

    def read(self, link: Link) -> None:
        """Take the next message of a tab."""
        text = link.up.popleft()
        try:
            message = link.connection.receive(text, self.world.clock.now)
            if isinstance(message, Act):
                self.broker.act(link.connection, message, SESSION)
            elif isinstance(message, Hello):
                self.broker.hello(link.connection, message, Caller(SESSION, {}))
                link.greeted = True
            assert not isinstance(message, Bye)
        except ProtocolError as error:
            self.close(link, error.close_code)

    def write(self) -> None:
        """Give each link what there is for it, as far as its socket takes it."""
        now = self.world.clock.now
        for link in list(self.links):
            if not link.awake and link.connection.due_in(now) > 0:
                continue
            link.connection.go_alone()
            try:
                while link.writable:
                    frame = link.connection.take(now)
                    if frame is None:
                        link.awake = False
                        if link.direct:
                            link.connection.join_group(link.write_framed)
                        break
                    if frame.startswith(b'{"t":"welcome"'):
                        self.world.tally["snapshot unasked"] += not link.greeted
                        link.greeted = False
                    link.put(frame)
            except ProtocolError as error:
                self.close(link, error.close_code)

    def close(self, link: Link, code: int) -> None:
        """End a connection; the tab hears of it after what is on its way."""
        if link in self.links:
            self.links.remove(link)
            self.broker.disconnect(link.connection)
            link.code = code

    def due_in(self, now: float) -> float:
        waiting = [link for link in self.links if link.writable]
        return min((link.connection.due_in(now) for link in waiting), default=BEAT_S)

    def end(self) -> None:
        """Crash: tasks are gone, and so is every connection."""
        self.world.loop.run_until_complete(self.broker.stop())


class Tab(Protocol):
    def do(self, commands: list[Command]) -> Report: ...


class NodeTab:
    """A tab in the Node process."""

    def __init__(self, node: Node, number: int) -> None:
        self._node, self._number = node, number

    def do(self, commands: list[Command]) -> Report:
        return self._node.do([(self._number, commands)])[0]


class Seat:
    """A tab, its network, and what the machine knows of it.

    Attributes:
        network: Whether its device is online.
        wanted: Number of the socket that it is opening.
        link: Its connection, with the number of its socket.
        position, image: Where it was when last looked at, and what it showed.
        damaged: Frames that were made invalid on the way, so that refusing one is right.
        past: The latest frames that arrived on this connection.
    """

    def __init__(self, name: str, tab: Tab) -> None:
        self.name = name
        self.tab = tab
        self.network = True
        self.wanted: int | None = None
        self.link: Link | None = None
        self.socket = -1
        self.next: float | None = None
        self.position: tuple[str, int] | None = None
        self.known: tuple[str, int] | None = None
        self.image = ""
        self.outbox: list[str] = []
        self.damaged: set[str] = set()
        self.past: deque[str] = deque(maxlen=8)


class World:
    """Everything, with the invariants that hold after every step."""

    def __init__(
        self,
        node: Node,
        variant: str,
        edits: Sequence[EditOf],
        *,
        ring: int,
        slots: int,
        part_bytes: int,
    ) -> None:
        self.ring, self.slots = ring, slots
        self.clock = Clock()
        self.loop = VirtualLoop(self.clock)
        self.images: dict[tuple[str, int], set[str]] = {}
        self.tally: Counter[str] = Counter()
        self.asked: dict[str, Seat] = {}
        self.lives: list[Server] = []
        self._patches = ExitStack()
        try:
            self._begin(node, variant, edits, part_bytes)
        except BaseException:
            self._patches.close()  # no one else can: there is no world to close
            raise

    def _begin(self, node: Node, variant: str, edits: Sequence[EditOf], part_bytes: int) -> None:
        for target, value in {
            "swell.server.broker.time": self.clock,
            "swell.server.pages.time": self.clock,
            "swell.server.pacer.time": self.clock,
            "swell.live.frames.SLOTS": self.slots,
            "swell.live.snapshot.PART_BYTES": part_bytes,
            "swell.server.pages.WatchedPage.commit": self._recorded(WatchedPage.commit),
            "swell.live.page.LivePage.frame": self._sending(LivePage.frame),
            "swell.live.page.LivePage.snapshot": self._sending(LivePage.snapshot),
        }.items():
            self._patches.enter_context(patch(target, value))
        node.load(variant, edits, 2)
        tabs: list[Tab] = [NodeTab(node, 0), NodeTab(node, 1), PythonTab()]
        names = ["first browser", "second browser", "Python reader"]
        self.seats = [Seat(name, tab) for name, tab in zip(names, tabs, strict=True)]
        self.start()
        for seat in self.seats:
            self.tell(seat, ["start"])

    def close(self) -> None:
        self.server.end()
        self.loop.close()
        self._patches.close()

    # ---------------------------------------------------------------------- the server

    def _recorded(
        self, commit: Callable[[WatchedPage, list[Edit]], bool]
    ) -> Callable[[WatchedPage, list[Edit]], bool]:
        def commit_and_record(page: WatchedPage, edits: list[Edit]) -> bool:
            self._record_closed(page.live)  # a page that has just been made is at position 0
            turns = commit(page, edits)
            self._record_closed(page.live)
            return turns

        return commit_and_record

    def _sending(self, make: Callable[..., Sent]) -> Callable[..., Sent]:
        """Record the page when it is sent to a tab: its last patch is closed then."""

        def make_and_record(live: LivePage, *args: Any) -> Sent:
            made = make(live, *args)
            self.record(live)
            return made

        return make_and_record

    def _record_closed(self, live: LivePage) -> None:
        if live._log._open is None:  # else the last patch may still grow, and no tab has it
            self.record(live)

    def record(self, live: LivePage) -> None:
        self.images.setdefault((live.epoch, live.seq), set()).add(image(live.state.to_json()))

    def start(self) -> None:
        """Begin a life of the server."""
        self.server = Server(self)
        self.lives.append(self.server)
        self.record(self.server.page.live)

    def commit(self, edits: list[Edit]) -> bool:
        """Save edits as one patch; tell whether they suit the page."""
        try:
            self.loop.turn(lambda: self.server.page.commit(edits))
        except RowError:
            return False
        return True

    def crash(self, *, remembers: bool) -> None:
        """End the server and start it again.

        Args:
            remembers: Its clients' ids are still known, as when they come from a store; what
                their pages showed is not.
        """
        clients = list(self.server.broker.clients)
        self.server.end()
        for seat in self.seats:
            if seat.link is not None:
                seat.link.code = 1006
                seat.link.down.clear()
        self.start()
        if remembers:
            self.loop.turn(lambda: self._remember(clients))

    def _remember(self, ids: list[str]) -> None:
        broker = self.server.broker
        for id in ids:
            client = broker._open(broker._routes["/"], Caller(SESSION, {}), ANONYMOUS)
            del broker.clients[client.id]
            client.id, client.gone_at = id, self.clock.now
            broker.clients[id] = client

    # ------------------------------------------------------------------------ the tabs

    def tell(self, seat: Seat, *commands: Command) -> None:
        """Let a tab act, check every state that it passes, and take its messages."""
        report = seat.tab.do([["until", self.clock.now * 1000], *commands])
        assert not report.mistakes, (seat.name, report.mistakes)
        assert not report.failed, (seat.name, "gave up", report.failed)
        assert report.status not in ("ended", "replaced"), (seat.name, report.status)
        for position, text in report.seen:
            self._check(seat, position, image(json.loads(text)))
        for frame in report.refused:
            self.tally["refused"] += 1
            assert frame in seat.damaged, (seat.name, "refused what was as it was sent", frame)
        for token in set(seat.outbox) - set(report.outbox):
            assert self.server.ran[token], ("acknowledged and not run", token)
            assert self.server.ran[token] == 1, ("ran twice", token)
        seat.outbox = report.outbox
        seat.next = None if report.next is None else report.next / 1000
        self._follow(seat, report)

    def _check(self, seat: Seat, position: tuple[str, int] | None, shown: str) -> None:
        """The state of a tab is the server's at exactly its position; without one, unchanged."""
        if position is not None:
            there = self.images.get(position)
            assert there, (seat.name, "is at a position that never was", position)
            assert shown in there, (seat.name, position, "shows", shown, "was", there)
        elif seat.image:
            assert shown == seat.image, (seat.name, "changed without a position", seat.known, shown)
        if position is not None:
            seat.known = position
        seat.position, seat.image = position, shown

    def _follow(self, seat: Seat, report: Report) -> None:
        for socket, text in report.sent:
            if seat.link is not None and socket == seat.socket:
                seat.link.up.append(text)
        for socket, _ in report.closed:
            if socket == seat.wanted:
                seat.wanted = None
            elif seat.link is not None and socket == seat.socket:
                self.unplug(seat, server_notices=True)
        for socket in report.opened:
            seat.wanted = socket

    def unplug(self, seat: Seat, *, server_notices: bool) -> None:
        """The link is gone for the tab; the server hears of it now, or by its own means."""
        link = seat.link
        assert link is not None
        seat.link, link.open = None, False
        link.down.clear()
        link.up.clear()
        link.awake = True
        if server_notices:
            self.server.close(link, 1006)

    def cut(self, seat: Seat, *, server_notices: bool) -> None:
        """Break a connection; both ends lose what is on its way."""
        if seat.link is not None:
            self.unplug(seat, server_notices=server_notices)
            self.tell(seat, ["end", seat.socket, 1006])

    # --------------------------------------------------------------------- the network

    def connect(self, seat: Seat) -> bool:
        """Answer a tab that wants a connection."""
        if seat.wanted is None:
            return False
        socket, seat.wanted = seat.wanted, None
        if seat.network:
            seat.socket, seat.link = socket, self.server.accept()
            seat.past.clear()
            self.tell(seat, ["open", socket])
        else:
            self.tell(seat, ["end", socket, 1006])
        return seat.network

    def to_server(self, seat: Seat) -> bool:
        """Bring the next message of a tab to the server."""
        link = seat.link
        if link is None or not link.up:
            return False
        if link not in self.server.links:  # it has closed this one
            link.up.clear()
            return False
        self.loop.turn(lambda: self.server.read(link))
        self.server.write()
        return True

    def to_tab(self, seat: Seat, most: int = 1) -> bool:
        """Bring frames to a tab, and when there are none left the end of the connection."""
        link = seat.link
        if link is None:
            return False
        if link.down:
            frames = [link.down.popleft() for _ in range(min(most, len(link.down)))]
            for frame in frames:
                self._count(seat, frame)
                seat.past.append(frame)
            self.tell(seat, *(["receive", seat.socket, frame] for frame in frames))
            self.server.write()
            return True
        if link.code is not None:
            seat.link = None
            self.tally[f"closed with {link.code}"] += 1
            self.tell(seat, ["end", seat.socket, link.code])
            return True
        return False

    def _count(self, seat: Seat, frame: str) -> None:
        """Note what happened, so that a test can tell whether everything did."""
        if frame.startswith("["):
            n, count, *parts = json.loads(frame)
            self.tally["frame"] += 1
            self.tally["merged frame"] += count > 1
            self.tally["named path"] += any(part[0] == "p" for part in parts)
            self.tally["short append"] += any(type(part[0]) is int for part in parts)
            if seat.position is not None:
                self.tally["old frame"] += n <= seat.position[1]
                self.tally["frame after a gap"] += n - count > seat.position[1]
        elif frame.startswith("{"):
            message = json.loads(frame)
            kind = message["t"]
            self.tally[kind] += 1
            assert kind != "err", message  # no handler here may fail
            if kind == "welcome":
                self.tally[message["mode"] + (" in parts" if "parts" in message else "")] += 1
            elif kind == "ack":
                self.tally[f"ack {message['st']}"] += 1
        else:
            self.tally["part"] += 1

    def flow(self) -> None:
        """Bring everything everywhere, until nothing moves."""
        self.server.write()
        for _ in range(500):
            moved = False
            for seat in self.seats:
                moved |= self.connect(seat)
                while self.to_server(seat):
                    moved = True
                moved |= self.to_tab(seat, WINDOW)
            if not moved:
                return
        raise AssertionError("tabs and server talk without end")

    def wait(self, seconds: float, *, deliver: bool = True) -> None:
        """Let time pass; with `deliver`, what is sent arrives at once."""
        end = self.clock.now + seconds
        while True:
            if deliver:
                self.flow()
            now = self.clock.now
            timers = [seat.next for seat in self.seats if seat.next is not None]
            due = min([now + self.server.due_in(now), *timers, end])
            self.clock.now = min(end, max(due, now + 0.001))
            self.loop.turn(lambda: None)
            for seat in self.seats:
                if seat.next is not None and seat.next <= self.clock.now:
                    self.tell(seat)
                if seat.wanted is not None and not seat.network:
                    self.connect(seat)
            self.server.write()
            if self.clock.now >= end:
                break
        if deliver:
            self.flow()

    def prompt(self, seat: Seat, token: str) -> None:
        self.asked[token] = seat
        self.tell(seat, ["submit", token])

    # ------------------------------------------------------------------ what must hold

    def check(self) -> None:
        """After every step: no two states at one position, and nothing runs twice in a life."""
        self._record_closed(self.server.page.live)
        for position, images in self.images.items():
            assert len(images) == 1, ("two states at one position", position, images)
        for server in self.lives:
            twice = [token for token, count in server.ran.items() if count > 1]
            assert not twice, ("ran twice", twice)

    def heal(self) -> None:
        """With a good network and a few beats all is the same, and everything was delivered."""
        for seat in self.seats:
            seat.network = True
        for _ in range(6):
            self.wait(BEAT_S + 1)
        self.check()
        live = self.server.page.live
        for seat in self.seats:
            assert seat.position == (live.epoch, live.seq), (seat.name, "is behind", seat.position)
            assert seat.outbox == [], (seat.name, "still has", seat.outbox)
        for token in self.asked:
            assert any(server.ran[token] for server in self.lives), ("was never run", token)


def image(state: Any) -> str:
    """Return a page as text, without what only the server needs."""
    for _, props in state["cards"]:
        for value in props.values():
            if isinstance(value, dict) and "~b" in value:
                value.pop("n", None)
    return json.dumps(state, sort_keys=True)
