"""A served app, the peers that attack it, and a new user who must not notice."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .weaken import command

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NEWCOMER_S = 1.0
"""How long a newcomer may wait for page and welcome, whatever others do, in seconds."""
ANSWER_S = 60.0
"""How long a peer waits for a message before its test fails, in seconds."""


class NotServedError(RuntimeError):
    """The target did not start: no verdict about an attack."""


class Target:
    """A `swell run` in a separate process.

    Args:
        folder: Where it runs and keeps its conversations.
        app: File of the app.
        files: Limit of open files of the process, None for this one's.
        serve: Arguments of `python -m` that serve the app at `port`; those of `swell run` when
            left out.
        settings: Settings by their names in lower case.

    Attributes:
        port: Where it listens.
        log: The lines that it has printed so far.
    """

    def __init__(
        self,
        folder: Path,
        app: Path = HERE / "app.py",
        files: int | None = None,
        serve: Sequence[str] = (),
        **settings: object,
    ) -> None:
        serve = serve or ("swell", "run", str(app))
        environ = {f"SWELL_{name.upper()}": str(value) for name, value in settings.items()}
        environ["PYTHONPATH"] = os.pathsep.join(
            [*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT)]
        )
        run = [*command(*serve), "--port", "0"]
        if files is not None:
            run = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *run]
        self._process = subprocess.Popen(
            run,
            cwd=folder,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "SWELL_DATABASE_URL": f"sqlite:///{folder / 'chat.db'}",
                **environ,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.log: list[str] = []
        self.port = 0
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._ready.wait(120)
        if not self.port:
            self.stop()
            raise NotServedError("".join(self.log))

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.log.append(line)
            if match := re.search(r"running (?:at|on) http://[0-9.]+:([0-9]+)", line):
                self.port = int(match[1])
                self._ready.set()
        self._ready.set()

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def logged(self, part: str = "") -> int:
        """Return how many lines with `part` were printed after the start."""
        return sum(part in line for line in self.log[1:])

    def most_bytes(self) -> int:
        """Return the most memory that the process has had in RAM."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) << 10

    def terminate(self) -> None:
        """Ask it to end, and do not wait."""
        self._process.terminate()

    def rss_bytes(self) -> int:
        """Return the memory that the process has in RAM."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def open_files(self) -> int:
        """Return how many descriptors the process has open."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def stop(self) -> None:
        """End it and wait."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextlib.contextmanager
def target(folder: Path, **options: Any) -> Iterator[Target]:
    """Serve an app while the block runs; the arguments are those of `Target`."""
    running = Target(folder, **options)
    try:
        yield running
    finally:
        running.stop()


class Peer:
    """One TCP connection, spoken by hand: nothing on this side is slow, polite or checked.

    Args:
        port: Port of the target.
        address: Address to come from as behind a proxy of this machine; nothing comes directly.
        cookie: Session cookie to send.

    Attributes:
        client: Id of the tab that it is, after its hello.
        set_cookie: The last `Set-Cookie` header that it got; empty without one.
    """

    def __init__(self, port: int, address: str = "", cookie: str = "") -> None:
        self._port = port
        self.address = address
        self.cookie = cookie
        self.client = ""
        self.set_cookie = ""
        self._idling: asyncio.Task[None] | None = None
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.drop()

    def drop(self) -> None:
        """Vanish without a word."""
        if self._idling is not None:
            self._idling.cancel()
        self.writer.transport.abort()

    def head(self, line: str, **headers: str) -> bytes:
        """Return the head of a request."""
        fields = {"Host": f"127.0.0.1:{self._port}", **headers}
        if self.address:
            fields["X-Forwarded-For"] = self.address
        if self.cookie:
            fields["Cookie"] = self.cookie
        text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{line} HTTP/1.1\r\n{text}\r\n".encode()

    async def get(self, path: str = "/", **headers: str) -> int:
        """Get a page, keep its cookie, and return the status."""
        return (await self.ask(path, **headers))[0]

    async def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Get a page, keep its cookie, and return the status and the body."""
        self.writer.write(self.head(f"GET {path}", **headers))
        status, found = await self.answer()
        body = await self.reader.readexactly(int(found.get("content-length", 0)))
        self._keep_cookie(found)
        return status, body

    def _keep_cookie(self, headers: dict[str, str]) -> None:
        self.set_cookie = headers.get("set-cookie", "")
        self.cookie = self.set_cookie.split(";")[0] or self.cookie

    async def upgrade(self, path: str = "/_s/ws", **headers: str) -> int:
        """Ask for a WebSocket as a page of the target would, and return the status."""
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            "Origin": f"http://127.0.0.1:{self._port}",
            **headers,
        }
        self.writer.write(self.head(f"GET {path}", **fields))
        status, found = await self.answer()
        self._keep_cookie(found)
        return status

    async def answer(self) -> tuple[int, dict[str, str]]:
        """Read the head of an answer: its status, and its headers in lower case."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = [line.split(": ", 1) for line in head[1:] if line]
        return int(head[0].split()[1]), {name.lower(): value for name, value in pairs}

    def send(self, **message: object) -> None:
        """Write one message of the protocol."""
        self.writer.write(frame(0x81, json.dumps(message).encode()))

    async def receive(self) -> tuple[int, bytes]:
        """Read one frame: its opcode and payload."""
        first, second = await self.reader.readexactly(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8))
        return first & 0x0F, await self.reader.readexactly(size)

    async def message(self, kind: str) -> dict[str, Any]:
        """Return the next message of a type, passing over others.

        Raises:
            TimeoutError: If none comes within `ANSWER_S`.
        """
        async with asyncio.timeout(ANSWER_S):
            while True:
                payload = await self._text()
                if payload.startswith(b"{"):
                    message: dict[str, Any] = json.loads(payload)
                    if message["t"] == kind:
                        return message

    async def painted(self) -> bytes:
        """Wait until the handler has put something on the page, and return that.

        Raises:
            TimeoutError: If it puts nothing there within `ANSWER_S`.
        """
        async with asyncio.timeout(ANSWER_S):
            while not (payload := await self._text()).startswith(b"["):
                pass
        return payload

    async def shown(self, pattern: bytes) -> re.Match[bytes]:
        """Wait until a message has something, and return where.

        Raises:
            TimeoutError: If none has it within `ANSWER_S`.
        """
        async with asyncio.timeout(ANSWER_S):
            while (match := re.search(pattern, await self._text())) is None:
                pass
        return match

    async def _text(self) -> bytes:
        """Read one message, and answer a beat; a close frame, or a binary one, is a failure."""
        opcode, payload = await self.receive()
        assert opcode == 1, (opcode, payload)
        if payload.startswith(b'{"t":"beat"'):
            self.send(t="pong")
        return payload

    def idle(self) -> None:
        """Read on and answer beats, as an open tab does, until it is dropped."""
        self._idling = asyncio.create_task(self._idle())

    async def _idle(self) -> None:
        with contextlib.suppress(AssertionError, asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._text()

    async def close_code(self) -> int:
        """Read to the end and return the code of the close frame, 1006 when there was none."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                opcode, payload = await self.receive()
                if opcode == 8:
                    return int.from_bytes(payload[:2])
        return 1006


def frame(first: int, payload: bytes = b"") -> bytes:
    """Return a masked frame; the mask of zeros changes nothing.

    Args:
        first: Opcode and flags.
        payload: What it carries.
    """
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((first, 0x80 | 126)) + size.to_bytes(2)
    else:
        head = bytes((first, 0x80 | 127)) + size.to_bytes(8)
    return head + bytes(4) + payload


async def tab(
    port: int,
    address: str = "",
    cookie: str = "",
    path: str = "",
    client: str | None = None,
    **head: str,
) -> Peer:
    """Open a tab that has got its page; the caller closes it.

    Args:
        port: Port of the target.
        address: Address to come from as behind a proxy; nothing comes directly.
        cookie: Session cookie that is there already.
        path: Where the app is mounted.
        client: Id of the tab that comes back; a new one when left out.
        head: Further headers.

    Raises:
        ConnectionError: If the server refuses it, with the status or the close code.
    """
    peer = await Peer(port, address, cookie).__aenter__()
    try:
        status = await peer.upgrade(f"{path}/_s/ws", **head)
        if status != 101:
            raise ConnectionError(status)
        peer.send(t="hello", v=1, route="/", client=client)
        opcode, payload = await peer.receive()
        if opcode != 1:
            raise ConnectionError(int.from_bytes(payload[:2]))
        if payload.startswith(b"{"):  # else it is compressed, as the peer asked
            peer.client = json.loads(payload)["client"]
    except asyncio.IncompleteReadError:
        peer.drop()
        raise ConnectionError(1006) from None
    except BaseException:
        peer.drop()
        raise
    return peer


async def newcomer(port: int, address: str = "", cookie: str = "", path: str = "") -> float:
    """Open the page and a tab as a new user; return how long it took.

    Args:
        port: Port of the target.
        address: Address to come from as behind a proxy; nothing comes directly.
        cookie: Session cookie that is there already.
        path: Where the app is mounted.

    Raises:
        ConnectionError: If the server refuses them.
        TimeoutError: If that takes longer than a minute.
    """
    begun = time.perf_counter()
    async with asyncio.timeout(60):
        async with Peer(port, address, cookie) as page:
            status = await page.get(f"{path}/")
            if status != 200:
                raise ConnectionError(status)
        peer = await tab(port, address, page.cookie, path)
        peer.drop()
    return time.perf_counter() - begun


async def crowd(size: int, work: Callable[[int], Any], at_once: int = 50) -> list[Any]:
    """Do something many times, so many at a time, and return what came of it; errors, too."""
    results: list[Any] = [None] * size
    numbers = iter(range(size))

    async def one() -> None:
        for number in numbers:
            try:
                results[number] = await work(number)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                results[number] = error

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, size)):
            group.create_task(one())
    return results


class Response:
    """What came back on a connection: as many whole responses as there were.

    Args:
        raw: All bytes up to the end of the connection.

    Attributes:
        status: Status of the first response; 0 when there was none.
        headers: Its headers, in lower case.
        raw: As given.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split()
        self.status = int(words[1]) if len(words) > 1 else 0
        pairs = [line.partition(":") for line in lines[1:]]
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}


async def exchange(port: int, request: bytes) -> Response:
    """Send bytes as they are, and read until the server closes the connection.

    Raises:
        TimeoutError: If it does not within `ANSWER_S`.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(ANSWER_S):
            with contextlib.suppress(ConnectionError):
                writer.write(request)
                await writer.drain()
            received = b""
            with contextlib.suppress(ConnectionError):
                while piece := await reader.read(1 << 16):
                    received += piece
            return Response(received)
    finally:
        writer.transport.abort()


def request(port: int, line: str, *headers: str, host: str | None = None) -> bytes:
    """Return a request whose connection ends with it; the lines are sent as they are."""
    own = f"127.0.0.1:{port}" if host is None else host
    lines = [f"{line} HTTP/1.1", f"Host: {own}", *headers, "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
