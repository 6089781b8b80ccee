"""The floor: the same tokens at the same pace over the same frames, and nothing else.

A bare asyncio server that answers the bench's client. It has no pages, no log, no limits and no
merging; what it costs is what the app's waiting, the event loop and the kernel cost here and now.
Asked to `go`, it writes one frame to all who are connected, so many times a second.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import sys
from typing import ClassVar

import reply

PAINT = b'[1,1,["s",["chat"],{"view":"chatbot"}]]'
NOTE = "a note of sixty bytes, as an ordinary page would show them"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def framed(payload: bytes) -> bytes:
    """Return a text frame shorter than 64 kB."""
    size = len(payload)
    head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
    return head + payload


class Connection(asyncio.Protocol):
    """One client; its messages are short, unmasked by zeros, and arrive whole."""

    all: ClassVar[set[Connection]] = set()

    def __init__(self) -> None:
        self._open = False
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Stop speaking."""
        self.all.discard(self)
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Shake hands, serve the page, paint it, or answer a prompt."""
        if self._open:
            if b'"hello"' in data:
                self._transport.write(framed(PAINT))
            elif found := re.search(rb"say (\d+) (\d+)", data):
                self._task = asyncio.create_task(self._say(int(found[1]), int(found[2])))
            elif found := re.search(rb"go (\d+) (\d+)", data):
                self._task = asyncio.create_task(self._go(int(found[1]), int(found[2])))
            return
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", data)
        if key is None:
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return
        accept = base64.b64encode(hashlib.sha1(key[1] + GUID).digest())  # noqa: S324  # RFC 6455
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._open = True
        self.all.add(self)

    async def _say(self, count: int, rate: int) -> None:
        at = 0
        async for token in reply.paced(reply.tokens(count), rate):
            frame = f"[1,1,[0,{at},{json.dumps(token)}]]"
            self._transport.write(framed(frame.encode()))
            at += len(token)

    async def _go(self, count: int, rate: int) -> None:
        async for number in reply.paced([f"{i:06d}" for i in range(count)], rate):
            frame = framed(f'[1,1,["s",["note","content"],"{number} {NOTE}"]]'.encode())
            for one in self.all:
                one._transport.write(frame)


async def main(port: int) -> None:
    """Serve for ever."""
    server = await asyncio.get_running_loop().create_server(
        Connection, "127.0.0.1", port, backlog=2048
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
