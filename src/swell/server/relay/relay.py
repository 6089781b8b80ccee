"""Relay: connects the broker of this process with those of the others."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from swell.backplane.base import Backplane
from swell.errors import ProtocolError, StoreUnavailableError
from swell.identity import Identity
from swell.live.connection import Connection
from swell.live.wire import (
    CLOSE_DRAIN,
    CLOSE_MALFORMED,
    CLOSE_OTHER_PERSON,
    CLOSE_SERVER_ERROR,
    CLOSE_SIGNED_OUT,
    Act,
    Hello,
)
from swell.logs import logger
from swell.server.broker import Broker
from swell.server.client import process_of, shared_address
from swell.server.identity import Caller
from swell.server.route import Route
from swell.tasks import Tasks

from .channel import BEAT_S, Channel, packet
from .guest import Guest
from .host import Host
from .leases import Leases

__all__ = ["FORGET_S", "SILENT_S", "Relay"]

SILENT_S = 3.0
"""How long an owner may be silent before its lease is looked at, in seconds; one of a page that is
not shared is taken for gone after twice as long."""

FORGET_S = 15.0
"""How long a process with tabs may be silent before they count as disconnected, in seconds."""

IDLE_S = 5.0
"""How long a channel and a lease are kept that nothing uses, in seconds."""

TRY_S = 10.0
"""How long a tab waits for a page whose owner changes, in seconds."""

ENDED_MAX = 10_000
"""Keys of ended channels that are remembered."""

_log = logger("swell.server")


class Relay:
    """Channels to other processes, visits over them, and the pages that this process owns.

    Attributes:
        process: Id of this process.

    Args:
        broker: Has the clients of this process.
        backplane: Carries what is sent, open.
        leases: Who owns shared pages; without them each process keeps its own.
    """

    def __init__(self, broker: Broker, backplane: Backplane, leases: Leases | None = None) -> None:
        self.process = leases.process if leases is not None else secrets.token_hex(16)
        self._broker = broker
        self._backplane = backplane
        self._leases = leases
        self._host = Host(broker, self._owned_now, self._publish_news)
        self._guest = Guest(broker, backplane, _page_topic)
        self._to_hosts: dict[str, Channel] = {}  # by process
        self._to_guests: dict[str, Channel] = {}  # by key
        self._idle_since: dict[str, float] = {}  # channels to hosts that nothing uses, by key
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._owned: dict[str, float] = {}  # addresses, and when they were claimed
        self._checking: set[Channel] = set()
        self._lock = asyncio.Lock()
        self._tasks = Tasks()
        self._draining = False
        self._unsubscribe: Callable[[], None] = lambda: None
        if leases is not None:
            leases.lost = self._lose_pages

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._broker.elsewhere = self
        topic = _process_topic(self.process)
        self._unsubscribe = self._backplane.subscribe(topic, self._hear, lambda: None)
        self._tasks.start(self._watch(), name="swell-relay")

    async def stop(self) -> None:
        """Let go of everything, and tell the others."""
        await self._tasks.cancel(1.0)
        self._broker.elsewhere = None
        for channel in list(self._to_guests.values()):
            self._end_guest(channel)
        for channel in list(self._to_hosts.values()):
            self._end_host(channel)
        self._unsubscribe()

    def drain(self) -> None:
        """Leave the pages of this process to the others."""
        self._draining = True
        self._host.drain()
        for address in list(self._owned):
            self._tasks.start(self._release(address, always=True))

    # ------------------------------------------------------------------------------------ tabs

    async def take(
        self, connection: Connection, hello: Hello, caller: Caller, identity: Identity
    ) -> bool:
        """Attach a connection to its page if another process owns that; return whether it does."""
        route = self._broker.route_of(hello)
        if not route.relayed or (hello.client or "") in self._broker.clients:
            return False
        if connection.client and hello.client != connection.client:
            raise ProtocolError(CLOSE_MALFORMED, "a connection belongs to one client")
        address = shared_address(route, identity.subject)
        arrived = (connection, hello, caller, identity, route, address)
        if address is None:
            host = process_of(hello.client or "")
            if host in ("", self.process):
                return False
            return await self._guest.enter(self._channel(host), *arrived)
        if self._leases is None:
            return False
        until = asyncio.get_running_loop().time() + TRY_S
        while asyncio.get_running_loop().time() < until:
            host = await self._owner(address)
            if host == self.process:
                return False
            if await self._guest.enter(self._channel(host), *arrived):
                return True
            await asyncio.sleep(0.05)
        raise ProtocolError(CLOSE_SERVER_ERROR, "the process of this page does not answer")

    def act(self, connection: Connection, act: Act) -> bool:
        """Pass an action on; return False if the connection has no page of another process."""
        return self._guest.act(connection, act)

    def left(self, connection: Connection) -> None:
        """Forget a connection that has closed."""
        self._guest.left(connection)

    def end_others(self, route: Route, session_id: str, subject: str) -> None:
        """End the connections that a browser has to a route for users other than `subject`."""
        code = CLOSE_OTHER_PERSON if subject else CLOSE_SIGNED_OUT
        self._guest.end_others(route, session_id, subject, code)

    # ----------------------------------------------------------------------------------- pages

    def _owned_now(self, address: str) -> bool:
        """Return whether this process owns a page; if others say so, look before they ask again."""
        if address not in self._owned and not self._draining and self._leases is not None:
            self._tasks.start(self._look(address))
        return address in self._owned and not self._draining

    async def _look(self, address: str) -> None:
        with suppress(ProtocolError):  # the database is unavailable
            await self._owner(address)

    async def _owner(self, address: str) -> str:
        """Return the process that owns a shared page; this one if no other does."""
        assert self._leases is not None
        if address in self._owned and address in self._broker.pages:
            return self.process
        channel = self._guest.channel_of(address)
        now = asyncio.get_running_loop().time()
        if channel is not None and now - channel.heard_at < SILENT_S:
            return channel.other
        async with self._lock:
            try:
                owner = await self._leases.claim(address)
            except StoreUnavailableError as error:
                raise ProtocolError(CLOSE_SERVER_ERROR, str(error)) from None
            if owner == self.process:
                self._owned[address] = asyncio.get_running_loop().time()
            return owner

    async def _release(self, address: str, *, always: bool = False) -> None:
        """Give up a page that no tab shows, or any page."""
        assert self._leases is not None
        async with self._lock:
            if address in self._owned and (always or address not in self._broker.pages):
                try:
                    await self._leases.release(address)
                    self._owned.pop(address, None)
                except StoreUnavailableError as error:
                    _log.warning("could not release a shared page: %s", error)

    def _lose_pages(self, addresses: set[str]) -> None:
        """End the tabs of pages that another process owns now."""
        for address in addresses:
            if self._owned.pop(address, None) is not None:
                _log.warning("another process has taken the page %r, its tabs reconnect", address)
                self._broker.end_page(address, CLOSE_DRAIN, "another process owns this page")

    # -------------------------------------------------------------------------------- channels

    def _channel(self, process: str) -> Channel:
        """Return the channel to a process that owns pages."""
        channel = self._to_hosts.get(process)
        if channel is None:
            channel = self._open(secrets.token_hex(8), process, to_host=True)
            self._to_hosts[process] = channel
        return channel

    def _open(self, key: str, process: str, *, to_host: bool) -> Channel:
        topic = _process_topic(process)
        hear = self._guest.hear if to_host else self._host.hear
        channel = Channel(
            key,
            self.process,
            process,
            to_host=to_host,
            publish=lambda message: self._backplane.publish(topic, message),
            hear=lambda body: hear(channel, body),
        )
        return channel

    def _hear(self, message: bytes) -> None:
        """Take a packet of any other process."""
        found = packet(message)
        if found is None or found.sender == self.process:
            return
        channel = (
            self._to_guests.get(found.key)
            if found.to_host
            else next((c for c in self._to_hosts.values() if c.key == found.key), None)
        )
        if found.state == "ended":
            if channel is not None:
                (self._end_guest if found.to_host else self._end_host)(channel, told=True)
            return
        if channel is None:
            if found.to_host and found.state == "new" and found.key not in self._ended:
                channel = self._open(found.key, found.sender, to_host=False)
                self._to_guests[found.key] = channel
            else:
                stale = self._open(found.key, found.sender, to_host=not found.to_host)
                stale.end()
                return
        channel.receive(found)
        if found.to_host is False and not found.number and found.body:
            self._guest.report(found.body)

    def _end_guest(self, channel: Channel, *, told: bool = False) -> None:
        """End a channel to a process with tabs."""
        self._to_guests.pop(channel.key, None)
        self._remember(channel)
        self._host.lose(channel)
        channel.close() if told else channel.end()

    def _end_host(self, channel: Channel, *, told: bool = False) -> None:
        """End a channel to a process that owns pages."""
        self._to_hosts.pop(channel.other, None)
        self._idle_since.pop(channel.key, None)
        self._remember(channel)
        self._guest.lose(channel)
        channel.close() if told else channel.end()

    def _remember(self, channel: Channel) -> None:
        self._ended[channel.key] = None
        if len(self._ended) > ENDED_MAX:
            self._ended.popitem(last=False)

    async def _watch(self) -> None:
        """Report that this process lives, and look after those that do not."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT_S)
            now = loop.time()
            for channel in list(self._to_guests.values()):
                if channel.broken or now - channel.heard_at > FORGET_S:
                    self._end_guest(channel)
                else:
                    channel.beat(self._host.positions(channel))
            for channel in list(self._to_hosts.values()):
                self._look_after(channel, now)
            for address, claimed in list(self._owned.items()):
                if now - claimed > IDLE_S and address not in self._broker.pages:
                    self._tasks.start(self._release(address))

    def _look_after(self, channel: Channel, now: float) -> None:
        """End a channel that is idle, and look whether the owner at its other end lives."""
        if channel.broken:
            self._end_host(channel)
            return
        channel.beat()
        if self._guest.visits(channel):
            self._idle_since.pop(channel.key, None)
        elif now - self._idle_since.setdefault(channel.key, now) > IDLE_S:
            self._end_host(channel)
            return
        if now - channel.heard_at > SILENT_S and channel not in self._checking:
            self._checking.add(channel)
            self._tasks.start(self._check(channel))

    async def _check(self, channel: Channel) -> None:
        """Let go of the pages of a silent process that it does not own any more."""
        try:
            visits = self._guest.visits(channel)
            for address in {visit.address for visit in visits if visit.address is not None}:
                async with self._lock:
                    assert self._leases is not None
                    owner = await self._leases.claim(address)
                    if owner == self.process:
                        self._owned[address] = asyncio.get_running_loop().time()
                if owner != channel.other:
                    self._guest.lose(channel, address)
            silent = asyncio.get_running_loop().time() - channel.heard_at
            if silent > 2 * SILENT_S and self._backplane.connected:
                self._guest.lose_own(channel)
        except StoreUnavailableError:
            pass  # the next look tries again
        finally:
            self._checking.discard(channel)

    def _publish_news(self, epoch: str, message: bytes) -> None:
        self._backplane.publish(_page_topic(epoch), message)


def _process_topic(process: str) -> str:
    return f"relay/{process}"


def _page_topic(epoch: str) -> str:
    return f"page/{epoch}"
