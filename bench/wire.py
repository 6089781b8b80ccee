"""A WebSocket client that does little, so that it is not what limits the server.

One epoll over blocking-free sockets, one `recv` per readiness, no copies beyond the message.
It checks nothing that a benchmark does not need: the servers are known.
"""

from __future__ import annotations

import base64
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

_MASK = b"\0\0\0\0"  # a mask of zeros is a mask: the payload stays as it is


def framed(payload: bytes, opcode: int = 1) -> bytes:
    """Return a masked frame of a client."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + _MASK + payload


class Socket:
    """One connection.

    Attributes:
        frames: Data frames received.
        size: Bytes received, frame headers included, handshake not.
        index: Its number among the connections.
    """

    __slots__ = ("_parts", "_rest", "frames", "index", "size", "sock")

    def __init__(
        self, url: str, path: str, index: int = 0, headers: Mapping[str, str] | None = None
    ) -> None:
        host = urlsplit(url).netloc
        name, _, port = host.partition(":")
        self.index = index
        self.frames = self.size = 0
        self.sock = socket.create_connection((name, int(port)), timeout=30)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        further = "".join(f"{header}: {value}\r\n" for header, value in (headers or {}).items())
        self.sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"{further}\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            got = self.sock.recv(65536)
            if not got:
                raise ConnectionError(f"refused: {head[:200]!r}")
            head += got
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"refused: {head[:200]!r}")
        self._rest = head.partition(b"\r\n\r\n")[2]
        self._parts: list[bytes] = []

    def send(self, payload: bytes) -> None:
        """Send a text message; it is small, so the kernel takes it at once."""
        self.sock.send(framed(payload))

    def receive(self) -> list[bytes]:
        """Return the messages that have arrived; raise when the server has closed."""
        got = self.sock.recv(262144)
        if not got:
            raise ConnectionError("the server closed a connection")
        self.size += len(got)
        # Nearly always there is one short frame, whole.
        if not self._rest and got[0] == 0x81 and got[1] == len(got) - 2:
            self.frames += 1
            return [got[2:]]
        return self._split(got)

    def _split(self, got: bytes) -> list[bytes]:
        data = self._rest + got if self._rest else got
        messages, at, end = [], 0, len(data)
        while at + 2 <= end:
            size, start = data[at + 1], at + 2
            if size == 126:
                if start + 2 > end:
                    break
                size, start = int.from_bytes(data[start : start + 2], "big"), start + 2
            elif size == 127:
                if start + 8 > end:
                    break
                size, start = int.from_bytes(data[start : start + 8], "big"), start + 8
            if start + size > end:
                break
            opcode, final = data[at] & 15, data[at] & 0x80
            payload = data[start : start + size]
            at = start + size
            if opcode == 9:
                self.sock.send(framed(payload, 10))
            elif opcode == 8:
                raise ConnectionError(f"closed: {payload!r}")
            elif opcode in (0, 1, 2):
                self._parts.append(payload)
                if final:
                    self.frames += 1
                    messages.append(b"".join(self._parts))
                    self._parts.clear()
        self._rest = data[at:]
        return messages


class Loop:
    """Waits for many sockets, and calls what is due."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._by_fd: dict[int, Socket] = {}

    def add(self, one: Socket) -> None:
        """Watch a socket."""
        one.sock.setblocking(False)
        self._by_fd[one.sock.fileno()] = one
        self._epoll.register(one.sock, select.EPOLLIN)

    def run(self, until: float, on_message: Callable[[Socket, bytes, float], object]) -> None:
        """Give every message to `on_message` with the time, until the monotonic clock says so."""
        by_fd, poll, clock = self._by_fd, self._epoll.poll, time.monotonic
        while (left := until - clock()) > 0:
            for fd, _ in poll(left, 512):
                one = by_fd[fd]
                messages = one.receive()
                now = clock()
                for message in messages:
                    on_message(one, message, now)

    def close(self) -> None:
        """Close all."""
        for one in self._by_fd.values():
            one.sock.close()
        self._epoll.close()
