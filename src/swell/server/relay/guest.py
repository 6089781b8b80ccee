"""Guest: tabs of this process whose pages other processes own."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from swell.backplane.base import Backplane
from swell.errors import OpError, ProtocolError
from swell.identity import Identity
from swell.live.connection import Connection
from swell.live.replica import Replica
from swell.live.wire import CLOSE_DRAIN, CLOSE_SLOW, Ack, Act, End, Err, Hello
from swell.server.broker import Broker
from swell.server.identity import Caller
from swell.server.route import Route

from .channel import BODY_MAX, Channel
from .messages import (
    Acted,
    Cleared,
    Closed,
    Enter,
    Entered,
    Grown,
    Left,
    Moved,
    Patches,
    Piece,
    Said,
    Snapshot,
    Want,
    encode,
    from_host,
    news,
    positions,
)

__all__ = ["ENTER_S", "Guest", "Visit"]

ENTER_S = 0.5
"""How long a process may be silent before it is taken for gone when a tab asks for its page, in
seconds."""

LONGEST_S = 10.0
"""How long a tab waits for the page of a process that lives, in seconds."""

AHEAD_MAX = 16
"""Frames that wait for one before them."""

HELD_MAX = 256
"""Messages for one tab that wait for patches."""

_Answer: TypeAlias = Entered | Moved | Closed


class Visit:
    """A connection of this process to the page of another one.

    Attributes:
        id: Random name.
        channel: Leads to the owner.
        route: The route.
        session_id: The browser.
        subject: The user.
        address: The address of the page if that is shared; else None.
    """

    def __init__(
        self,
        connection: Connection,
        channel: Channel,
        route: Route,
        session_id: str,
        subject: str,
        address: str | None,
    ) -> None:
        self.id = secrets.token_hex(8)
        self.connection = connection
        self.channel = channel
        self.route = route
        self.session_id = session_id
        self.subject = subject
        self.address = address
        self.answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self.shown: _Shown | None = None
        self.error: Err | None = None
        self.held: deque[Said] = deque()

    def hear(self, said: Said) -> None:
        """Take a message for the tab; it waits for the patches before it."""
        if len(self.held) >= HELD_MAX:
            self.connection.end(CLOSE_SLOW, "the page does not keep up")
            return
        self.held.append(said)
        self.release()

    def release(self) -> None:
        """Send the messages whose patches are there."""
        shown = self.shown
        if shown is None:
            return
        while self.held and self.held[0].seq <= shown.replica.seq:
            message = self.held.popleft().message
            self._note(message)
            self.connection.push_frame(message)
        if self.held:
            shown.ask()

    def _note(self, message: bytes) -> None:
        """Remember what went wrong, for the next welcome."""
        if message.startswith(b'{"t":"err"'):
            self.error = msgspec.json.decode(message, type=Err)
        elif (
            message.startswith(b'{"t":"end"') and msgspec.json.decode(message, type=End).st == "ok"
        ):
            self.error = None


class _Shown:
    """A page of another process that tabs of this one show."""

    def __init__(self, broker: Broker, epoch: str, channel: Channel) -> None:
        self.replica = Replica(epoch, broker.settings)
        self.page = broker.pages.apart(self.replica)
        self.channel = channel
        self.visits: set[Visit] = set()
        self.pins = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.end: Callable[[], None] = lambda: None
        self._asked = False
        self._ahead: list[bytes] = []
        self._pieces: list[bytes] = []
        self._coming: Snapshot | None = None

    def ask(self, *, snapshot: bool = False) -> None:
        """Ask the owner for the patches that are missing, once until they have come."""
        if not self._asked and (self.ready.done() or snapshot):
            self._asked = True
            seq = -1 if snapshot else self.replica.seq
            self.channel.send(encode(Want(self.replica.epoch, seq)))

    def follow(self, channel: Channel) -> None:
        """Ask over a new channel from now on: what the one before still had to bring is lost."""
        self.channel = channel
        self._asked, self._coming, self._pieces = False, None, []
        self.ask(snapshot=not self.ready.done())

    def hear(self, message: bytes) -> None:
        """Take news of the owner."""
        match news(message):
            case Grown(frame) if self.ready.done():
                if self._apply(frame):
                    self._changed()
                elif len(self._ahead) < AHEAD_MAX:
                    self._ahead.append(frame)
                    self.ask()
                else:
                    self.ask()
            case Cleared(client):
                self.page.clear(client)

    def patches(self, frame: bytes) -> None:
        """Take the patches that were asked for."""
        self._asked = False
        if frame and not self._apply(frame):
            self.ask(snapshot=True)
        else:
            self._changed()

    def snapshot(self, found: Snapshot) -> None:
        """Take the head of a snapshot."""
        self._coming, self._pieces = found, []

    def piece(self, text: bytes) -> None:
        """Take a piece of a snapshot."""
        found = self._coming
        if found is None:
            return
        self._pieces.append(text)
        if len(self._pieces) < found.pieces:
            return
        whole = b"".join(self._pieces)
        self._coming, self._pieces, self._asked = None, [], False
        self.replica.load(msgspec.json.decode(whole), found.seq, found.paths)
        if not self.ready.done():
            self.ready.set_result(None)
        self._changed()

    def at(self, seq: int) -> None:
        """Note which patch the owner has."""
        if seq > self.replica.seq:
            self.ask()

    def _apply(self, frame: bytes) -> bool:
        """Apply a frame, unless one before it is missing or it does not fit."""
        try:
            self.replica.receive(frame, time.monotonic())
        except OpError:
            return False
        return True

    def _changed(self) -> None:
        """Send what is new to the watchers."""
        if self._ahead:
            waiting, self._ahead = self._ahead, []
            waiting = [frame for frame in waiting if not self._apply(frame)]
            self._ahead = waiting
        self.page.flush(time.monotonic())
        for visit in tuple(self.visits):
            if visit.held:
                visit.release()


class Guest:
    """Brings tabs of this process to pages of others.

    Args:
        broker: Has their connections.
        backplane: Carries the news about pages.
        topic: Returns the topic of a page, by its epoch.
    """

    def __init__(self, broker: Broker, backplane: Backplane, topic: Callable[[str], str]) -> None:
        self._broker = broker
        self._backplane = backplane
        self._topic = topic
        self._visits: dict[Connection, Visit] = {}
        self._by_id: dict[str, Visit] = {}
        self._shown: dict[str, _Shown] = {}

    def visits(self, channel: Channel) -> list[Visit]:
        """Return the visits over a channel."""
        return [visit for visit in self._by_id.values() if visit.channel is channel]

    def channel_of(self, address: str) -> Channel | None:
        """Return the channel to the owner of a shared page that is shown here."""
        for shown in self._shown.values():
            for visit in shown.visits:
                if visit.address == address:
                    return shown.channel
                break
        return None

    async def enter(
        self,
        channel: Channel,
        connection: Connection,
        hello: Hello,
        caller: Caller,
        identity: Identity,
        route: Route,
        address: str | None,
    ) -> bool:
        """Attach a connection to a page of another process; False if that does not have it.

        Raises:
            ProtocolError: If the other process refuses it.
        """
        session_id, subject = caller.session_id, identity.subject
        visit = Visit(connection, channel, route, session_id, subject, address)
        enter = Enter(
            visit.id,
            hello.route,
            hello.client,
            hello.hash,
            session_id,
            caller.headers,
            caller.peer,
            caller.locale,
            connection.peer,
            identity,
        )
        body = encode(enter)
        if len(body) > BODY_MAX:
            raise ProtocolError(CLOSE_SLOW, "the headers are too long for another process")
        self.left(connection)
        self._visits[connection] = self._by_id[visit.id] = visit
        channel.send(body)
        attached = False
        try:
            answer = await self._answer(visit)
            if isinstance(answer, Closed):
                raise ProtocolError(answer.code, answer.reason)
            if isinstance(answer, Entered):
                attached = await self._attach(visit, answer, hello)
        finally:
            if not attached:
                self.left(connection)
        return attached

    async def _answer(self, visit: Visit) -> _Answer | None:
        """Return the answer of the owner; None if it is gone."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while loop.time() < began + LONGEST_S:
            asked = loop.time()
            await asyncio.wait({visit.answer}, timeout=ENTER_S)
            if visit.answer.done():
                return visit.answer.result()
            if visit.channel.heard_at < asked:
                break
        return None

    async def _attach(self, visit: Visit, answer: Entered, hello: Hello) -> bool:
        shown = self._show(answer.epoch, visit.channel)
        shown.pins += 1
        visit.shown, visit.error = shown, answer.error
        done, _ = await asyncio.wait({shown.ready}, timeout=LONGEST_S)
        if not done or self._visits.get(visit.connection) is not visit:
            return False
        shown.visits.add(visit)
        shown.page.watchers.add(visit.connection)
        self._broker.greeting.greet(
            visit.connection,
            shown.replica,
            hello,
            answer.client,
            answer.user,
            lambda: visit.error,
        )
        visit.release()
        return True

    def _show(self, epoch: str, channel: Channel) -> _Shown:
        shown = self._shown.get(epoch)
        if shown is None:
            shown = self._shown[epoch] = _Shown(self._broker, epoch, channel)
            shown.end = self._backplane.subscribe(self._topic(epoch), shown.hear, shown.ask)
            shown.ask(snapshot=True)
        elif shown.channel is not channel:
            shown.follow(channel)
        return shown

    def act(self, connection: Connection, act: Act) -> bool:
        """Pass an action on; return False if the connection has no page of another process."""
        visit = self._visits.get(connection)
        if visit is None or visit.shown is None:
            return False
        wait = connection.wait_for_act(time.monotonic())
        body = encode(Acted(visit.id, msgspec.json.encode(act)))
        if wait:
            retry = max(1, int(wait * 1000))
            connection.push(Ack(act.id, "err", "rate_limited", "Too fast.", retry))
        elif len(body) > BODY_MAX:
            connection.push(Ack(act.id, "err", "too_large", "This is too long."))
        else:
            visit.channel.send(body)
        return True

    def left(self, connection: Connection) -> None:
        """Forget a connection."""
        visit = self._visits.pop(connection, None)
        if visit is None:
            return
        del self._by_id[visit.id]
        visit.channel.send(encode(Left(visit.id)))
        shown = visit.shown
        if shown is not None:
            shown.visits.discard(visit)
            shown.page.unwatch(connection)
            shown.pins -= 1
            if not shown.pins:
                shown.end()
                self._shown.pop(shown.replica.epoch, None)

    def hear(self, channel: Channel, body: bytes) -> None:
        """Take a message of a process that owns pages."""
        match from_host(body):
            case Entered() | Moved() as answer:
                visit = self._by_id.get(answer.visit)
                if visit is not None and not visit.answer.done():
                    visit.answer.set_result(answer)
                elif visit is None:
                    channel.send(encode(Left(answer.visit)))
            case Closed(visit_id, code, reason) as closed:
                visit = self._by_id.get(visit_id)
                if visit is not None and not visit.answer.done():
                    visit.answer.set_result(closed)
                elif visit is not None:
                    visit.connection.end(code, reason)
            case Said(visit_id) as said:
                visit = self._by_id.get(visit_id)
                if visit is not None:
                    visit.hear(said)
            case Patches(epoch, frame):
                for shown in self._of(epoch):
                    shown.patches(frame)
            case Snapshot(epoch) as found:
                for shown in self._of(epoch):
                    shown.snapshot(found)
            case Piece(epoch, text):
                for shown in self._of(epoch):
                    shown.piece(text)
            case None:
                pass

    def report(self, body: bytes) -> None:
        """Take what a beat of an owner reports."""
        for epoch, seq in positions(body).items():
            for shown in self._of(epoch):
                shown.at(seq)

    def lose(self, channel: Channel, address: str | None = None) -> None:
        """End the connections to pages of a process that is gone, or to one of its shared pages.

        Their browsers reconnect, and another process calls the handler anew.
        """
        self._lose([v for v in self.visits(channel) if address is None or v.address == address])

    def lose_own(self, channel: Channel) -> None:
        """End the connections to pages of a process that are not shared."""
        self._lose([visit for visit in self.visits(channel) if visit.address is None])

    def _lose(self, visits: list[Visit]) -> None:
        for visit in visits:
            if visit.answer.done():
                visit.connection.end(CLOSE_DRAIN, "the process of this page is gone")
            else:
                visit.answer.set_result(Moved(visit.id))

    def end_others(self, route: Route, session_id: str, subject: str, code: int) -> None:
        """End the connections that a browser has to a route for users other than `subject`."""
        for visit in list(self._by_id.values()):
            same = visit.session_id == session_id and visit.route is route
            if same and visit.subject != subject:
                visit.connection.end(code, "another user has signed in, or none")

    def _of(self, epoch: str) -> Iterator[_Shown]:
        shown = self._shown.get(epoch)
        if shown is not None:
            yield shown
