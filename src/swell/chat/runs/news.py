"""News about running answers between the processes of one service, as they are sent.

An owner sends changes only to processes that watch a run. What gets lost is read from the store,
which knows how many changes its text includes.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from swell.errors import DECODE_ERRORS

__all__ = ["Changed", "News", "Nudge", "Request", "Stored", "Watch", "encode", "news", "request"]


class Watch(msgspec.Struct, tag="watch", frozen=True):
    """Send the changes of a run for the next `WATCH_S` seconds.

    Attributes:
        run_id: The run.
        fresh: Store its text now, and send `Stored`.
    """

    run_id: str
    fresh: bool


class Nudge(msgspec.Struct, tag="nudge", frozen=True):
    """A signal for a run of this process waits in the store."""


Request: TypeAlias = Watch | Nudge
"""What the owner of runs is sent."""


class Stored(msgspec.Struct, tag="stored", frozen=True):
    """The store has the text of a run.

    Attributes:
        fence: The fencing number of its owner.
        at: How many changes the text includes, at least.
    """

    fence: int
    at: int


class Changed(msgspec.Struct, tag="changed", frozen=True):
    """Changes of the answer of a run, one after the other.

    Attributes:
        fence: The fencing number of its owner.
        start: How many changes came before these.
        count: How many changes these are.
        grown: Text that was added to parts, by their places.
        placed: Parts that were added or replaced after that, by their places, as JSON.
    """

    fence: int
    start: int
    count: int
    grown: list[tuple[int, str]]
    placed: list[tuple[int, str]]


News: TypeAlias = Stored | Changed
"""What those who watch a run are sent."""

WATCH_S = 15.0
"""How long an owner sends changes after it was asked to, in seconds."""

_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(Watch | Nudge)
_news = msgspec.msgpack.Decoder(Stored | Changed)


def encode(message: Request | News) -> bytes:
    """Return a message as it is sent."""
    return _encoder.encode(message)


def request(message: bytes) -> Request | None:
    """Return what an owner was sent; None for anything else."""
    try:
        return _requests.decode(message)
    except DECODE_ERRORS:
        return None


def news(message: bytes) -> News | None:
    """Return what those who watch a run were sent; None for anything else."""
    try:
        return _news.decode(message)
    except DECODE_ERRORS:
        return None
