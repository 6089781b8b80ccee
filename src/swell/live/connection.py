"""Connection: what one socket may still send and has to get, without the socket.

The driver gives it frames and the time and takes frames from it. It never holds more
than a position in the page's log and a few control messages, so a reader that is slow
costs no queue: when it can be written to again it gets one merged frame, or a snapshot
when the log no longer reaches back.
"""

from __future__ import annotations

from collections.abc import Callable

from swell.errors import ProtocolError
from swell.settings.table import Settings

from .group import Write
from .page import LivePage
from .wire import (
    CLOSE_HANDSHAKE,
    CLOSE_MALFORMED,
    CLOSE_NO_PONG,
    CLOSE_RATE,
    CLOSE_SLOW,
    Beat,
    ClientMessage,
    Hello,
    Pong,
    ServerMessage,
    decode,
    encode,
)

FLOOD = 10
"""Messages of any kind that a browser may send for each action that it may; more end the socket."""

_END = b'{"t":"end"'  # of a handler; its changes are sent before it, without waiting for their pace

_CONTROL_MAX = 256  # control messages that may wait


class Bucket:
    """Token bucket: `burst` at once, then `rate` a second."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = burst, now

    def take(self, now: float) -> float:
        """Take one token; return 0, or the seconds until there is one."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) / self._rate

    def give(self) -> None:
        """Put one token back."""
        self._level = min(self._burst, self._level + 1)


class Connection:
    """One socket's side of the protocol.

    Attributes:
        client: Id of the client on this socket; empty before its hello.
        peer: The network address at its other end; empty for this machine.
        page: The watched page.
        seq: Patch that it has, -1 when it needs a snapshot; see `Group` for where it is there.
        sent_at: When it was last sent a patch.

    Args:
        settings: Its bounds, and how often it is written to.
        now: Seconds of a monotonic clock; every later `now` is of the same clock.
        wake: Called when there may be something to send.
    """

    def __init__(self, settings: Settings, now: float, wake: Callable[[], None]) -> None:
        self.wake = wake
        self.client = ""
        self.peer = ""
        self.page: LivePage | None = None
        self.seq = 0
        self._settings = settings
        # Lists, since these are nearly always empty, and an empty deque takes 600 bytes.
        self._control: list[bytes] = []
        self._slow = False
        self._end: tuple[int, str] | None = None
        self._welcome: Callable[[], ServerMessage] | None = None
        self._parts: list[bytes] = []  # of a snapshot, the last one first
        self.sent_at = now - settings.flush_interval_s
        self._beat_at = now + settings.beat_interval_s
        self._pong_by: float | None = None
        self._hello_by: float | None = now + settings.hello_timeout_s
        self._acts = Bucket(settings.act_rate_per_s, settings.act_burst, now)
        self._all = Bucket(settings.act_rate_per_s * FLOOD, settings.act_burst * FLOOD, now)

    @property
    def pending(self) -> bool:
        """Whether there is something that the browser has not been sent yet."""
        return bool(self._control or self._parts) or (
            self.page is not None and self.seq < self.page.seq
        )

    def receive(self, frame: str | bytes, now: float) -> ClientMessage:
        """Return the message in a frame.

        Raises:
            ProtocolError: If the frame is malformed, out of order, one too many, or after `end`.
        """
        if self._end is not None:
            raise ProtocolError(*self._end)
        if self._all.take(now):
            raise ProtocolError(CLOSE_RATE, "too many messages")
        message = decode(frame, self._settings.frame_max_bytes, self._settings.json_max_depth)
        if isinstance(message, Hello):
            self._hello_by = None
        elif self.page is None:
            raise ProtocolError(CLOSE_MALFORMED, "hello must come first")
        elif isinstance(message, Pong):
            self._pong_by = None
        return message

    def wait_for_act(self, now: float) -> float:
        """Return 0 when an action may run now, or the seconds until it may."""
        return self._acts.take(now)

    def attach(
        self, page: LivePage, client: str, seq: int | None, welcome: Callable[[], ServerMessage]
    ) -> None:
        """Watch `page` from patch `seq` on, or from a snapshot when it is None.

        Args:
            page: The page to watch.
            client: Id of the client on this socket.
            seq: Position the browser has, covered by the page's log.
            welcome: Makes the snapshot message, now or when this reader falls behind.
        """
        self.go_alone()
        self.page, self.client, self._welcome = page, client, welcome
        self.seq = -1 if seq is None else seq

    def push(self, message: ServerMessage) -> None:
        """Queue a control message.

        Never fails, since the sender is not responsible for a slow reader: if too many messages are
        queued, the next `take` raises.
        """
        self.push_frame(encode(message))

    def push_frame(self, frame: bytes) -> None:
        """Queue a control message that is encoded already, as `push` does."""
        if self._control and self._control[-1] == frame:
            return  # a repetition is redundant, such as the `clear` of each shared action
        if len(self._control) >= _CONTROL_MAX:
            self._slow = True
        else:
            self._control.append(frame)
        self.go_alone()
        self.wake()

    def end(self, code: int, reason: str) -> None:
        """Close the connection: nothing more is sent or taken.

        Args:
            code: Close code.
            reason: For the log.
        """
        self._end = (code, reason)
        self.go_alone()
        self.wake()

    def join_group(self, write: Write) -> None:
        """Join the group of watchers that get further saves together, if nothing is pending.

        Until `go_alone`, which is to be called before anything else is asked or taken.

        Args:
            write: Writes finished bytes to this socket.
        """
        if self.page is not None and self.seq >= 0 and not (self._control or self._parts):
            self.page.group.join(self, write)

    def go_alone(self) -> None:
        """Take what there is by `take` again."""
        if self.page is not None:
            self.page.group.leave(self)

    def take(self, now: float) -> bytes | None:
        """Return the next frame to send, or None when nothing is due.

        Raises:
            ProtocolError: If the browser did not send `hello` or answer a beat in time, or stopped
                reading; or after `end`.
        """
        if self._end is not None:
            raise ProtocolError(*self._end)
        if self._slow:
            raise ProtocolError(CLOSE_SLOW, "the reader does not keep up")
        if self._hello_by is not None and now >= self._hello_by:
            raise ProtocolError(CLOSE_HANDSHAKE, "no hello in time")
        if self._pong_by is not None and now >= self._pong_by:
            raise ProtocolError(CLOSE_NO_PONG, "no answer to a beat")
        page = self.page
        if page is None:
            return self._control.pop(0) if self._control else None
        if self.seq < 0:
            return self._snapshot(page, now)  # nothing may come before the first welcome
        if self._parts:
            return self._parts.pop()
        behind = self.seq < page.seq
        ends = bool(self._control) and self._control[0].startswith(_END)
        if self._control and not (ends and behind):
            return self._control.pop(0)
        if behind and (ends or now >= self.sent_at + self._settings.flush_interval_s):
            if not page.covers(page.epoch, self.seq):
                return self._snapshot(page, now)
            frame = page.frame(self.seq)
            self.seq, self.sent_at = page.seq, now
            return frame
        if now >= self._beat_at:
            self._beat_at = now + self._settings.beat_interval_s
            if self._pong_by is None:
                self._pong_by = now + self._settings.beat_timeout_s
            return encode(Beat(e=page.epoch, s=self.seq))
        return None

    def paced_for(self, now: float) -> float | None:
        """Return the seconds that an op frame has to wait for its pace; None if none waits."""
        if self.page is None or self.seq >= self.page.seq:
            return None
        return max(0.0, self.sent_at + self._settings.flush_interval_s - now)

    def deadline_in(self, now: float) -> float:
        """Return the seconds until the next beat, or the end of patience with the browser."""
        at = [self._beat_at] if self.page is not None else []
        at += [t for t in (self._hello_by, self._pong_by) if t is not None]
        return max(0.0, min(at, default=now + self._settings.beat_interval_s) - now)

    def due_in(self, now: float) -> float:
        """Return the seconds until `take` may have something without being woken."""
        pace = self.paced_for(now)
        deadline = self.deadline_in(now)
        return deadline if pace is None else min(pace, deadline)

    def _snapshot(self, page: LivePage, now: float) -> bytes:
        assert self._welcome is not None
        frame = encode(self._welcome())
        self._parts = list(reversed(page.snapshot().parts))
        self.seq, self.sent_at = page.seq, now
        return frame
