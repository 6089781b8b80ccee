"""The messages of the wire, protocol version 1: JSON text frames, `t` names the type.

`docs/explain/protocol.md` describes when each is sent. Decoding validates: an invalid message
is a `ProtocolError` with the close code to answer with. Op frames are arrays and have a
separate module, `frames.py`.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import msgspec

from swell.errors import ProtocolError

from .ops import Path

PROTOCOL_VERSION = 1

CLOSE_DRAIN = 4001
CLOSE_SLOW = 4003
CLOSE_NO_PONG = 4004
CLOSE_SERVER_ERROR = 4005
CLOSE_RATE = 4006
CLOSE_FULL = 4007
CLOSE_HANDSHAKE = 4009
CLOSE_MALFORMED = 4500
CLOSE_VERSION = 4501
CLOSE_SIGNED_OUT = 4502
CLOSE_FORBIDDEN = 4503
CLOSE_REPLACED = 4504
CLOSE_TOO_MANY = 4505
CLOSE_OTHER_PERSON = 4506
CLOSE_TOO_BIG = 1009


class Position(msgspec.Struct, frozen=True):
    """Position of a client: the last patch `s` it applied, in epoch `e`."""

    e: str
    s: int


class Hello(msgspec.Struct, tag_field="t", tag="hello", frozen=True):
    """First message on a connection: the client and its position."""

    v: int
    route: str
    client: str | None = None
    pos: Position | None = None
    hash: str = ""
    build: str = ""


class Act(msgspec.Struct, tag_field="t", tag="act", frozen=True):
    """A submission or an event.

    Attributes:
        id: Made by the browser before the first send; the same id runs once.
        args: The handler's `q.args`.
        name: The submitted control, `#` for the hash, or an event's source.
        event: Source, name and data of an event.
    """

    id: str
    args: dict[str, Any] = {}
    name: str | None = None
    event: tuple[str, str, Any] | None = None


class Pong(msgspec.Struct, tag_field="t", tag="pong", frozen=True):
    """Answer to a beat."""

    s: int = 0


class Bye(msgspec.Struct, tag_field="t", tag="bye", frozen=True):
    """The browser closes the page."""


ClientMessage: TypeAlias = Hello | Act | Pong | Bye


class Err(msgspec.Struct, tag_field="t", tag="err", frozen=True, omit_defaults=True):
    """Something went wrong that the user should know.

    Attributes:
        code: Stable name, see `swell.errors`.
        msg: A text to show.
        id: Error id, under which the log has the traceback.
        ref: Id of the action it belongs to.
    """

    code: str
    msg: str
    id: str | None = None
    ref: str | None = None


class Welcome(msgspec.Struct, tag_field="t", tag="welcome", frozen=True, omit_defaults=True):
    """Answer to hello; with mode `snapshot` also sent to a reader that fell too far behind.

    Attributes:
        state: The snapshot, when it is small enough for one frame.
        paths: Names of paths that belong to the snapshot, see `frames.py`.
        parts: Number of frames `i/parts:text` that follow and make up a larger snapshot.
        crc: CRC-32 of that snapshot's UTF-8.
    """

    mode: str
    client: str
    e: str
    s: int
    v: int
    hb: float
    limits: dict[str, float]
    build: str
    user: str
    state: Any = None  # raw JSON on the server, decoded in the test client
    paths: list[Path] | None = None
    parts: int | None = None
    crc: int | None = None
    error: Err | None = None


class Ack(msgspec.Struct, tag_field="t", tag="ack", frozen=True, omit_defaults=True):
    """The server has taken an action over (`ok`), had it already (`dup`) or refuses it (`err`).

    Attributes:
        retry_ms: With `err`: send it again after that time, with the same id.
    """

    id: str
    st: str
    code: str | None = None
    msg: str | None = None
    retry_ms: int | None = None


class End(msgspec.Struct, tag_field="t", tag="end", frozen=True):
    """The handler of an action has finished, with `ok` or `err`."""

    id: str
    st: str


class Beat(msgspec.Struct, tag_field="t", tag="beat", frozen=True):
    """Sent every so often, with the position, so that a lost last frame is noticed."""

    e: str
    s: int


class Drain(msgspec.Struct, tag_field="t", tag="drain", frozen=True):
    """The server goes away; come back after a random time up to `in_ms`."""

    in_ms: int


class Clear(msgspec.Struct, tag_field="t", tag="clear", frozen=True):
    """Another user acted on this shared page: clear pending args."""


ServerMessage: TypeAlias = Welcome | Ack | End | Beat | Err | Drain | Clear

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
MAX_NODES = 10_000
MAX_ID = 64


def encode(message: ServerMessage) -> bytes:
    """Return a message as one JSON text frame."""
    return msgspec.json.encode(message)


def decode(frame: str | bytes, max_bytes: int, max_depth: int) -> ClientMessage:
    """Return the message in a frame of a browser.

    Args:
        frame: JSON text.
        max_bytes: Longest frame, in bytes of UTF-8.
        max_depth: Deepest nesting of args and event data.

    Raises:
        ProtocolError: If the frame is too long, not JSON, too deep, or not a message.
    """
    try:
        if len(frame) > max_bytes or (
            isinstance(frame, str) and not frame.isascii() and len(frame.encode()) > max_bytes
        ):
            raise ProtocolError(CLOSE_TOO_BIG, f"frame longer than {max_bytes} bytes")
        try:
            message = _decoder.decode(frame)
        except msgspec.DecodeError:
            message = _decoder.decode(_well_formed(frame))
    except RecursionError:
        raise ProtocolError(CLOSE_MALFORMED, "frame nested too deep") from None
    except (ValueError, UnicodeError):  # also of msgspec and json
        raise ProtocolError(CLOSE_MALFORMED, "frame is not a message of this protocol") from None
    if isinstance(message, Act):
        if not 0 < len(message.id) <= MAX_ID:
            raise ProtocolError(CLOSE_MALFORMED, "action without a usable id")
        _check_shape([message.args, message.event], max_depth)
    return message


def _well_formed(frame: str | bytes) -> str:
    """Return JSON with U+FFFD for lone surrogates, which browsers send as they were typed."""
    text = json.dumps(json.loads(frame), ensure_ascii=False)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _check_shape(value: Any, max_depth: int) -> None:
    """Raise unless `value` is at most `max_depth` deep and `MAX_NODES` large."""
    level, nodes, depth = [value], 0, -1  # the list around args and event is not theirs
    while level:
        nodes += len(level)
        if depth > max_depth or nodes > MAX_NODES:
            raise ProtocolError(CLOSE_MALFORMED, "arguments nested too deep or too many")
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list | tuple):
                below += item
        level, depth = below, depth + 1
