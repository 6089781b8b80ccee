"""Messages between the process that has a tab and the one that owns its page."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from swell.errors import DECODE_ERRORS
from swell.identity import Identity
from swell.live.ops import Path
from swell.live.wire import Err

__all__ = [
    "Acted",
    "Cleared",
    "Closed",
    "Enter",
    "Entered",
    "FromGuest",
    "FromHost",
    "Grown",
    "Left",
    "Moved",
    "News",
    "Patches",
    "Piece",
    "Said",
    "Snapshot",
    "Want",
    "encode",
    "from_guest",
    "from_host",
    "news",
    "positions",
]


class Enter(msgspec.Struct, tag="enter", frozen=True):
    """A connection of a tab wants a page. The sender has checked session and identity.

    Attributes:
        visit: Random name of the connection.
        route: Path of the route.
        client: Id of the tab; None for a new one.
        hash: Location hash that a new one was opened with.
        session_id: The browser.
        headers: Headers of the connection.
        direct: See `Caller.peer`.
        locale: Language of the page.
        peer: See `limits.peer_of`.
        identity: The user.
    """

    visit: str
    route: str
    client: str | None
    hash: str
    session_id: str
    headers: dict[str, list[str]]
    direct: str
    locale: str
    peer: str
    identity: Identity


class Acted(msgspec.Struct, tag="acted", frozen=True):
    """An action of a tab, as JSON: its integers may be longer than MessagePack allows."""

    visit: str
    act: bytes


class Left(msgspec.Struct, tag="left", frozen=True):
    """A connection has closed."""

    visit: str


class Want(msgspec.Struct, tag="want", frozen=True):
    """Send the patches of a page after `seq`; -1 is for a snapshot."""

    epoch: str
    seq: int


FromGuest: TypeAlias = Enter | Acted | Left | Want


class Entered(msgspec.Struct, tag="entered", frozen=True):
    """A connection has its page.

    Attributes:
        visit: The connection.
        client: Id of the tab.
        epoch: The page.
        user: Name of the user.
        error: What last went wrong there.
    """

    visit: str
    client: str
    epoch: str
    user: str
    error: Err | None


class Moved(msgspec.Struct, tag="moved", frozen=True):
    """This process does not own the page that a connection wants."""

    visit: str


class Closed(msgspec.Struct, tag="closed", frozen=True):
    """The connection of a tab has to be closed."""

    visit: str
    code: int
    reason: str


class Said(msgspec.Struct, tag="said", frozen=True):
    """A message for a tab, as JSON, to be sent when it has patch `seq`."""

    visit: str
    seq: int
    message: bytes


class Patches(msgspec.Struct, tag="patches", frozen=True):
    """Patches that were missing."""

    epoch: str
    frame: bytes


class Snapshot(msgspec.Struct, tag="snapshot", frozen=True):
    """A page, whose JSON follows in so many pieces."""

    epoch: str
    seq: int
    paths: list[Path]
    pieces: int


class Piece(msgspec.Struct, tag="piece", frozen=True):
    """A piece of the last snapshot."""

    epoch: str
    text: bytes


FromHost: TypeAlias = Entered | Moved | Closed | Said | Patches | Snapshot | Piece


class Grown(msgspec.Struct, tag="grown", frozen=True):
    """The next patches of a page."""

    frame: bytes


class Cleared(msgspec.Struct, tag="cleared", frozen=True):
    """A tab acts on a shared page; all others forget what was entered."""

    client: str


News: TypeAlias = Grown | Cleared
"""What the owner of a page sends to all processes that show it."""

_encoder = msgspec.msgpack.Encoder()
_from_guest: msgspec.msgpack.Decoder[FromGuest] = msgspec.msgpack.Decoder(FromGuest)
_from_host: msgspec.msgpack.Decoder[FromHost] = msgspec.msgpack.Decoder(FromHost)
_news: msgspec.msgpack.Decoder[News] = msgspec.msgpack.Decoder(News)
_positions = msgspec.msgpack.Decoder(dict[str, int])


def encode(message: FromGuest | FromHost | News | dict[str, int]) -> bytes:
    """Return a message as it is sent."""
    return _encoder.encode(message)


def from_guest(body: bytes) -> FromGuest | None:
    """Return what a guest sent; None for anything else."""
    try:
        return _from_guest.decode(body)
    except DECODE_ERRORS:
        return None


def from_host(body: bytes) -> FromHost | None:
    """Return what a host sent; None for anything else."""
    try:
        return _from_host.decode(body)
    except DECODE_ERRORS:
        return None


def news(body: bytes) -> News | None:
    """Return what the owner of a page sent; None for anything else."""
    try:
        return _news.decode(body)
    except DECODE_ERRORS:
        return None


def positions(body: bytes) -> dict[str, int]:
    """Return the last patches of pages by their epochs, as a beat reports them."""
    try:
        return _positions.decode(body)
    except DECODE_ERRORS:
        return {}
