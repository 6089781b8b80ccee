"""Host: the pages of this process that tabs of other processes show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from swell.backplane.base import MESSAGE_MAX
from swell.errors import ProtocolError
from swell.live.snapshot import cut
from swell.live.wire import (
    CLOSE_DRAIN,
    PROTOCOL_VERSION,
    Act,
    End,
    Hello,
    ServerMessage,
    decode,
)
from swell.live.wire import encode as to_json
from swell.logs import logger
from swell.server.broker import Broker
from swell.server.client import shared_address
from swell.server.identity import Caller
from swell.server.pages import WatchedPage

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
    from_guest,
)

__all__ = ["Host", "Owns"]

PIECE_BYTES = 256 * 1024
"""Largest piece of a snapshot, in bytes."""

_log = logger("swell.server")


class Owns(Protocol):
    """Returns whether this process owns the page at an address."""

    def __call__(self, address: str) -> bool: ...


class _Relayed:
    """A page that other processes show: each of its frames is published once."""

    def __init__(self, page: WatchedPage, publish: Callable[[bytes], None]) -> None:
        self.page = page
        self.visits = 0
        self._publish = publish
        page.live.snapshot()  # what comes later is another patch
        self.seq = page.live.seq

    def flush(self) -> None:
        """Publish the patches since the last flush."""
        live, before = self.page.live, self.seq
        if live.seq == before:
            return
        if live.covers(live.epoch, before):
            message = encode(Grown(live.frame(before)))
            if len(message) <= MESSAGE_MAX:
                self._publish(message)
        self.seq = live.seq  # a process that misses one asks for it

    def clear(self, client: str) -> None:
        """Publish that a tab acts."""
        self._publish(encode(Cleared(client)))


class _Visit:
    """A connection that a tab has to another process.

    Attributes:
        client: Id of its client.
        peer: See `limits.peer_of`.
        session_id: The browser.
    """

    def __init__(self, id: str, channel: Channel, session_id: str, peer: str) -> None:
        self.id = id
        self.channel = channel
        self.client = ""
        self.peer = peer
        self.session_id = session_id
        self.relayed: _Relayed | None = None
        self.ended = False

    def push(self, message: ServerMessage) -> None:
        """Send a message to the tab, after the changes that were made before it."""
        if self.relayed is None or self.ended:
            return
        if isinstance(message, End):
            self.relayed.flush()
        self.channel.send(encode(Said(self.id, self.relayed.seq, to_json(message))))

    def end(self, code: int, reason: str) -> None:
        """Close it."""
        if not self.ended:
            self.ended = True
            self.channel.send(encode(Closed(self.id, code, reason)))

    def wait_for_act(self, now: float) -> float:
        """Return 0: the other process counts its actions."""
        del now
        return 0.0


class Host:
    """Serves visits: the connections that tabs have to other processes.

    Args:
        broker: Has the clients and their pages.
        owns: Whether this process owns a shared page.
        publish: Sends news about a page, by its epoch.
    """

    def __init__(self, broker: Broker, owns: Owns, publish: Callable[[str, bytes], None]) -> None:
        self._broker = broker
        self._owns = owns
        self._publish = publish
        self._visits: dict[Channel, dict[str, _Visit]] = {}
        self._pages: dict[str, _Relayed] = {}
        self._draining = False

    def hear(self, channel: Channel, body: bytes) -> None:
        """Take a message of another process."""
        match from_guest(body):
            case Enter() as enter:
                self._enter(channel, enter)
            case Acted(visit_id, act):
                self._act(self._visits.get(channel, {}).get(visit_id), act)
            case Left(visit_id):
                visit = self._visits.get(channel, {}).get(visit_id)
                if visit is not None:
                    self._leave(visit)
            case Want(epoch, seq):
                self._send_missing(channel, epoch, seq)
            case None:
                _log.warning("another process sent an unknown message, dropped")

    def positions(self, channel: Channel) -> bytes:
        """Return the last patch of each page that a process shows, for a beat."""
        shown = {visit.relayed for visit in self._visits.get(channel, {}).values()}
        return encode({one.page.live.epoch: one.seq for one in shown if one is not None})

    def lose(self, channel: Channel) -> None:
        """Forget the visits of a process that is gone; their tabs may come back."""
        for visit in list(self._visits.get(channel, {}).values()):
            self._leave(visit)

    def drain(self) -> None:
        """Ask all visitors to reconnect, and take no more of them."""
        self._draining = True
        for visits in list(self._visits.values()):
            for visit in list(visits.values()):
                visit.end(CLOSE_DRAIN, "the process of this page goes away")
                self._leave(visit)

    # ---------------------------------------------------------------------------------- visits

    def _enter(self, channel: Channel, enter: Enter) -> None:
        identity = enter.identity
        hello = Hello(PROTOCOL_VERSION, enter.route, enter.client, None, enter.hash)
        visit = _Visit(enter.visit, channel, enter.session_id, enter.peer)
        caller = Caller(enter.session_id, enter.headers, enter.direct, enter.locale)
        try:
            route = self._broker.route_of(hello)
            address = shared_address(route, identity.subject)
            if self._draining or (address is not None and not self._owns(address)):
                channel.send(encode(Moved(enter.visit)))
                return
            client = self._broker.admit(visit, hello, caller, identity)
        except ProtocolError as error:
            visit.end(error.close_code, error.reason)
            return
        visit.client = client.id
        visit.relayed = self._relayed(client.page)
        visit.relayed.visits += 1
        self._visits.setdefault(channel, {})[visit.id] = visit
        epoch, user = client.page.live.epoch, client.auth.username
        channel.send(encode(Entered(visit.id, client.id, epoch, user, client.error)))
        self._broker.begin(client, hello)

    def _relayed(self, page: WatchedPage) -> _Relayed:
        epoch = page.live.epoch
        found = self._pages.get(epoch)
        if found is None:
            found = _Relayed(page, lambda message: self._publish(epoch, message))
            self._pages[epoch] = page.relaying = found
        return found

    def _leave(self, visit: _Visit) -> None:
        visits = self._visits.get(visit.channel, {})
        if visits.pop(visit.id, None) is None:
            return
        if not visits:
            del self._visits[visit.channel]
        visit.ended = True
        self._broker.detach(visit)
        relayed = visit.relayed
        assert relayed is not None
        relayed.visits -= 1
        if not relayed.visits:
            relayed.page.relaying = None
            self._pages.pop(relayed.page.live.epoch, None)

    def _act(self, visit: _Visit | None, body: bytes) -> None:
        if visit is None or visit.ended:
            return
        settings = self._broker.settings
        try:
            act = decode(body, BODY_MAX, settings.json_max_depth)
            if isinstance(act, Act):
                self._broker.act(visit, act, visit.session_id)
        except ProtocolError as error:
            visit.end(error.close_code, error.reason)

    # ----------------------------------------------------------------------------------- pages

    def _send_missing(self, channel: Channel, epoch: str, seq: int) -> None:
        """Send the patches after `seq`, or a snapshot when they are not kept."""
        relayed = self._pages.get(epoch)
        if relayed is None:
            return
        relayed.flush()
        live = relayed.page.live
        if live.covers(epoch, seq):
            frame = live.frame(seq) if seq < live.seq else b""
            message = encode(Patches(epoch, frame))
            if len(message) <= BODY_MAX:
                channel.send(message)
                return
        found = live.snapshot()
        whole = bytes(found.state) if found.state is not None else b""
        text = whole or b"".join(part.partition(b":")[2] for part in found.parts)
        pieces = cut(text, PIECE_BYTES)
        channel.send(encode(Snapshot(epoch, live.seq, found.paths, len(pieces))))
        for piece in pieces:
            channel.send(encode(Piece(epoch, piece)))
