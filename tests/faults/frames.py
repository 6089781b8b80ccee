"""A proxy that knows WebSocket frames and loses, doubles or swaps chosen ones.

On a TCP connection none of this can happen. It stands for everything behind the socket that
could: a broken relay, a queue that drops, a mistake in our own bookkeeping.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal, TypeAlias

from .proxy import FaultProxy

Fault: TypeAlias = Literal["pass", "drop", "double", "swap"]
"""What happens to a frame; one that is swapped goes after the next one of the page."""

Plan: TypeAlias = Callable[[int, bytes], Fault]
"""Decides about the n-th frame of the page on all connections, given its payload."""

FAULTS: tuple[Fault, ...] = ("drop", "double", "swap")
_TEXT = 0x1


def is_ops(payload: bytes) -> bool:
    """Tell whether a text frame of the server carries ops: these are the arrays."""
    return payload.startswith(b"[")


def is_page(payload: bytes) -> bool:
    """Tell whether a text frame is ops or a part of a snapshot; all others are objects."""
    return not payload.startswith(b"{")


def nothing(_index: int, _payload: bytes) -> Fault:
    """Plan that lets every frame pass."""
    return "pass"


def once(fault: Fault, at: int) -> Plan:
    """Return a plan with one fault, at the page's frame of that number, counted from 0."""
    return lambda index, _payload: fault if index == at else "pass"


def when(fault: Fault, mark: bytes) -> Plan:
    """Return a plan with one fault, at the first frame that contains `mark`."""
    done = False

    def plan(_index: int, payload: bytes) -> Fault:
        nonlocal done
        if done or mark not in payload:
            return "pass"
        done = True
        return fault

    return plan


def often(seed: int, share: float) -> Plan:
    """Return a plan that does something to about this share of frames."""
    rng = random.Random(seed)
    return lambda _index, _payload: rng.choice(FAULTS) if rng.random() < share else "pass"


class FrameProxy(FaultProxy):
    """A fault proxy with a plan for the frames that carry the page.

    Args:
        port: Port of the server.
        plan: May be replaced at any time, which starts counting frames from 0 again.
        seed: See `FaultProxy`.
    """

    def __init__(self, port: int, plan: Plan = nothing, *, seed: int = 0) -> None:
        self._plan = plan
        self._index = 0
        self.faults = 0
        super().__init__(port, seed=seed, make_filter=lambda: FrameFilter(self._decide))

    @property
    def plan(self) -> Plan:
        """What happens to the page's frames."""
        return self._plan

    @plan.setter
    def plan(self, plan: Plan) -> None:
        self._plan, self._index = plan, 0

    def _decide(self, payload: bytes) -> Fault:
        fault = self._plan(self._index, payload)
        self._index += 1
        self.faults += fault != "pass"
        return fault


class FrameFilter:
    """Splits the server's side of a connection into frames and asks about those of the page.

    What comes before the frames, an HTTP answer, passes untouched; so does everything on a
    connection that is not upgraded.
    """

    def __init__(self, decide: Callable[[bytes], Fault]) -> None:
        self._decide = decide
        self._pending = b""
        self._stage: Literal["head", "frames", "opaque"] = "head"
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Return those of the bytes so far that may pass."""
        self._pending += data
        out = b""
        if self._stage == "head":
            out = self._head()
        if self._stage == "opaque":
            out, self._pending = out + self._pending, b""
        while self._stage == "frames" and (size := frame_size(self._pending)) is not None:
            start, end = size
            frame, self._pending = self._pending[:end], self._pending[end:]
            out += self._frame(frame, start)
        return out

    def _head(self) -> bytes:
        head, blank, rest = self._pending.partition(b"\r\n\r\n")
        if not blank:
            return b""
        self._stage = "frames" if b" 101 " in head.split(b"\r\n")[0] else "opaque"
        self._pending = rest
        return head + blank

    def _frame(self, frame: bytes, start: int) -> bytes:
        payload = frame[start:]
        if frame[0] & 0x0F != _TEXT or not is_page(payload):
            return frame
        fault = self._decide(payload)
        if fault == "drop":
            return b""
        if fault == "swap" and not self._held:
            self._held = frame
            return b""
        held, self._held = self._held, b""
        return frame + held + (frame if fault == "double" else b"")


def frame_size(data: bytes) -> tuple[int, int] | None:
    """Return where payload and frame end begin and end, None until the frame is complete."""
    if len(data) < 2:
        return None
    length, start = data[1] & 0x7F, 2
    if length == 126:
        length, start = int.from_bytes(data[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(data[2:10], "big"), 10
    if len(data) < start or len(data) < start + length:
        return None
    return start, start + length
