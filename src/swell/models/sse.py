"""The event stream format of the HTML standard, read from bytes that may be cut anywhere."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["EventStream", "ServerEvent"]

_BOM = b"\xef\xbb\xbf"


class ServerEvent(NamedTuple):
    """One event.

    Attributes:
        event: Its type, `message` unless the server names another.
        lines: The values of its `data` fields.
        id: The last id that the server sent, empty when it sent none.
    """

    event: str
    lines: list[str]
    id: str

    @property
    def data(self) -> str:
        """The lines, joined as the standard says."""
        return "\n".join(self.lines)


class EventStream:
    """Reads events from the bytes of a response.

    Attributes:
        retry_ms: How long the server asks to wait before a reconnect, in milliseconds.
    """

    MAX_EVENT = 4_000_000
    """Largest event that is buffered until its end arrives, in bytes."""

    def __init__(self) -> None:
        self.retry_ms: int | None = None
        self._head = b""  # the first bytes, while they may be a byte order mark
        self._begun = False
        self._after_cr = False  # a line feed that comes next belongs to the line before
        self._pieces: list[bytes] = []  # of a line whose end has not arrived
        self._size = 0
        self._event = ""
        self._lines: list[str] = []
        self._lines_size = 0  # each with its line end: there may be any number of empty ones
        self._id = ""

    def read(self, chunk: bytes) -> list[ServerEvent]:
        """Return the events that some bytes complete.

        Raises:
            ValueError: If an event is larger than `MAX_EVENT`.
        """
        if not self._begun:
            self._head += chunk
            if _BOM.startswith(self._head):
                if self._head != _BOM:
                    return []  # it may still become one
                chunk = b""
            else:
                chunk = self._head.removeprefix(_BOM)
            self._begun, self._head = True, b""
        if chunk and self._after_cr:
            chunk, self._after_cr = chunk.removeprefix(b"\n"), False
        self._size += len(chunk)
        if self._size > self.MAX_EVENT:
            raise ValueError(f"an event of the stream is larger than {self.MAX_EVENT} bytes")
        found: list[ServerEvent] = []
        if b"\n" not in chunk and b"\r" not in chunk:
            self._pieces.append(chunk)
            return found
        lines = chunk.splitlines(keepends=True)
        self._after_cr = lines[-1].endswith(b"\r")
        rest = b"" if lines[-1].endswith((b"\n", b"\r")) else lines.pop()
        lines[0] = b"".join([*self._pieces, lines[0]])
        for line in lines:
            self._line(line.rstrip(b"\r\n"), found)
        self._pieces = [rest]
        self._size = len(rest) + self._lines_size
        return found

    def end(self) -> list[ServerEvent]:
        """Return the last event of a stream that ends without the empty line behind it.

        The standard drops such an event, and some servers leave the line out.
        """
        found: list[ServerEvent] = []
        self._line(b"".join([self._head, *self._pieces]), found)
        self._head, self._pieces = b"", []
        self._dispatch(found)
        return found

    def _line(self, line: bytes, found: list[ServerEvent]) -> None:
        if not line:
            self._dispatch(found)
            return
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._lines.append(value)
            self._lines_size += len(value) + 1
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value[:9])

    def _dispatch(self, found: list[ServerEvent]) -> None:
        if self._lines:
            found.append(ServerEvent(self._event or "message", self._lines, self._id))
        self._event, self._lines, self._lines_size = "", [], 0
