"""A tab in Python: what `swell.testing` reads with, under the rules of a browser."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from swell.errors import OpError
from swell.live.frames import FrameReader
from swell.live.snapshot import PartReader
from swell.live.state import PageState
from swell.live.wire import (
    CLOSE_FORBIDDEN,
    PROTOCOL_VERSION,
    Ack,
    Act,
    Beat,
    Hello,
    Pong,
    Position,
    ServerMessage,
    Welcome,
)

from .node import Command, Report

_messages = msgspec.json.Decoder(ServerMessage)
_ids = itertools.count()

WELCOME_MS, SILENCE_MS, TAIL_MS, RETRY_MS = 10_000.0, 35_000.0, 1_000.0, 500.0
LOST = 4002


class PythonTab:
    """Follows a page as the web client does, with the Python side's own readers."""

    def __init__(self) -> None:
        self.state = PageState()
        self.position: tuple[str, int] | None = None
        self._id: str | None = None
        self._sockets = 0
        self._socket: int | None = None
        self._greeting = False  # a hello has no answer yet
        self._greeted_as: str | None = None
        self._frames = FrameReader()
        self._parts: tuple[Welcome, PartReader] | None = None
        self._outbox: dict[str, Act] = {}
        self._sent: set[str] = set()
        self._timers: dict[str, float] = {}
        self._now = 0.0
        self._last: object = None
        self._report = Report()

    def do(self, commands: list[Command]) -> Report:
        for name, *rest in commands:
            self._one(name, rest)
            seen = (self.position, msgspec.json.encode(self.state.to_json()).decode())
            if seen != self._last:
                self._report.seen.append(seen)
            self._last = seen
        report, self._report = self._report, Report()
        report.outbox = list(self._outbox)
        report.status = "online" if self._socket is not None and not self._greeting else "away"
        report.next = min(self._timers.values(), default=None)
        return report

    def _one(self, name: str, rest: list[Any]) -> None:
        match name, rest:
            case "start" | "wake", _:
                self._connect()
            case "until", [at]:
                self._until(at)
            case "open", [socket] if socket == self._socket:
                self._hello(resume=True)
            case "receive", [socket, text] if socket == self._socket:
                self._receive(text)
            case "end", [socket, code] if socket == self._socket:
                self._lost(code)
            case "submit", [token]:
                act = Act(id=f"py-{next(_ids)}", args={"prompt": token}, name="prompt")
                self._outbox[token] = act
                self._flush()

    def _until(self, at: float) -> None:
        while self._timers:
            name, due = min(self._timers.items(), key=lambda item: item[1])
            if due > at:
                break
            del self._timers[name]
            self._now = due
            if name == "retry":
                self._connect()
            elif name == "deadline":
                self._drop()
            elif name == "hold":
                self._flush()
            else:
                self._hello(resume=True)
        self._now = at

    def _connect(self) -> None:
        if self._socket is None:
            self._timers.pop("retry", None)
            self._socket = self._sockets
            self._sockets += 1
            self._greeting, self._greeted_as = True, None
            self._report.opened.append(self._socket)
            self._timers["deadline"] = self._now + WELCOME_MS

    def _drop(self) -> None:
        assert self._socket is not None
        self._report.closed.append((self._socket, LOST))
        self._lost(LOST)

    def _lost(self, code: int) -> None:
        stranger = code == CLOSE_FORBIDDEN and self._greeting and self._greeted_as is not None
        self._socket, self._greeting, self._parts = None, False, None
        self._sent.clear()
        self._timers.clear()
        if stranger:
            self._id = self.position = None
            self._connect()
        else:
            assert code < 4500, code
            self._timers["retry"] = self._now + RETRY_MS

    def _send(self, message: Hello | Act | Pong) -> None:
        assert self._socket is not None
        self._report.sent.append((self._socket, msgspec.json.encode(message).decode()))

    def _hello(self, *, resume: bool) -> None:
        if not resume:
            self.position = None
        self._greeting, self._greeted_as, self._parts = True, self._id, None
        self._timers.pop("tail", None)
        self._timers["deadline"] = self._now + WELCOME_MS
        pos = Position(*self.position) if self.position else None
        self._send(Hello(v=PROTOCOL_VERSION, route="/", client=self._id, pos=pos))

    def _flush(self) -> None:
        if self._socket is None or self._greeting or "hold" in self._timers:
            return
        for token, act in self._outbox.items():
            if token not in self._sent:
                self._sent.add(token)
                self._send(act)

    def _receive(self, text: str) -> None:
        frame = text.encode()
        if frame.startswith(b"["):
            self._patch(frame)
        elif frame.startswith(b"{"):
            self._handle(_messages.decode(frame))
        elif self._parts is None:
            self._again()
        else:
            welcome, reader = self._parts
            try:
                state = reader.add(frame)
            except OpError:
                self._again()
            else:
                if state is not None:
                    self._load(welcome, state)
        if self._socket is not None and not self._greeting:
            self._timers["deadline"] = self._now + SILENCE_MS

    def _again(self) -> None:
        """Start from nothing: on this connection, or on another one when it makes no sense."""
        if self._greeting:
            self.position = None
            self._drop()
        else:
            self._hello(resume=False)

    def _patch(self, frame: bytes) -> None:
        if self._greeting or self.position is None:
            return
        epoch, seq = self.position
        n, count, *_ = msgspec.json.decode(frame)
        try:
            ops = self._frames.read(frame, seq)
            if ops is None:
                return
            self.state.apply(ops.o)
        except OpError:
            gap = n - count != seq
            if not gap:
                self._report.refused.append(frame.decode())
            self._hello(resume=gap)
        else:
            self.position = epoch, ops.n

    def _handle(self, message: ServerMessage) -> None:
        if isinstance(message, Welcome):
            if message.parts:
                self._parts = (message, PartReader(message.parts, message.crc or 0))
            elif message.mode == "snapshot":
                self._load(message, message.state)
            elif self.position is None or self.position[0] != message.e:
                self._again()
            else:
                self._welcomed(message)
        elif isinstance(message, Ack):
            for token in [t for t, act in self._outbox.items() if act.id == message.id]:
                if message.st != "err":
                    del self._outbox[token]
                    continue
                assert message.retry_ms is not None, message
                self._sent.discard(token)
                self._timers["hold"] = self._now + message.retry_ms
        elif isinstance(message, Beat) and not self._greeting and self.position is not None:
            self._send(Pong(self.position[1]))
            if message.e != self.position[0]:
                self._hello(resume=True)
            elif message.s > self.position[1]:
                self._timers.setdefault("tail", self._now + TAIL_MS)

    def _load(self, welcome: Welcome, state: Any) -> None:
        self._parts = None
        self.state.load(state)
        self._frames = FrameReader(welcome.paths or ())
        self.position = welcome.e, welcome.s
        self._welcomed(welcome)

    def _welcomed(self, welcome: Welcome) -> None:
        self._greeting = False
        self._id = welcome.client
        self._flush()
