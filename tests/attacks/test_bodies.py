"""S17: uploads that are made of parts, of nothing, or of one byte a second."""

from __future__ import annotations

import asyncio
import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.seeds import Size

from .rig import HERE, NEWCOMER_S, Peer, Response, Target, newcomer, request, tab, target
from .test_documents import ask, upload

pytestmark = pytest.mark.anyio

LIMIT = 1_000_000
"""Largest upload of these servers, in bytes."""
READ_MAX = 25_000_000
"""Most bytes that may get rid of an attack: what is read, then drained, and what buffers hold."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with target(
        tmp_path_factory.mktemp("bodies"),
        app=HERE / "reader.py",
        upload_max_bytes=LIMIT,
        upload_max_files=5,
        upload_idle_s=2,
        body_timeout_s=4,
    ) as running:
        yield running


def bodies(count: int) -> dict[str, tuple[bytes, AsyncIterator[bytes], set[int]]]:
    """Return attacks: the boundary, what is sent, and the statuses that refuse it."""

    async def many(
        piece: bytes, times: int, start: bytes = b"", end: bytes = b""
    ) -> AsyncIterator[bytes]:
        yield start
        for _ in range(times // 100):
            yield piece * 100
        yield end

    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n\r\n'
    field = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n'
    whole = part.replace(b"\r\n\r\n\r\n", b"\r\n\r\n")
    refused = {400, 413}
    return {
        "files without end": (b"b", many(part, count), refused),
        "fields without end": (b"b", many(field, count), refused),
        "a field without end": (b"b", many(b"x" * 1000, count, field[:-2]), refused),
        "a file without end": (b"b", many(b"x" * 1000, count, whole), refused),
        "no boundary": (b"", many(b"x" * 1000, count), refused),
        "a preamble without end": (b"b", many(b"x" * 1000, count), refused),
        "line ends without end": (b"b", many(b"\r\n" * 500, count), refused),
        "almost the boundary": (b"b", many(b"\r\n--c" * 200, count, whole), refused),
        "a boundary of dashes": (b"-" * 70, many(b"-" * 1000, count), refused),
        "headers without end": (
            b"b",
            many(b"X: " + b"y" * 1000 + b"\r\n", count, b"--b\r\n"),
            refused,
        ),
        "one header without end": (b"b", many(b"y" * 1000, count, b"--b\r\nX: "), refused),
        "options without end": (
            b"b",
            many(b'; a="\\"' * 100, count, b"--b\r\nContent-Disposition: form-data"),
            refused,
        ),
    }


async def send(
    running: Target, owner: Peer, boundary: bytes, body: AsyncIterator[bytes]
) -> tuple[int, int]:
    """Send a body in chunks until it is refused; return the status, and how much was sent."""
    sent = 0
    async with Peer(running.port) as peer:
        kind = (
            f"multipart/form-data; boundary={boundary.decode()}"
            if boundary
            else "multipart/form-data"
        )
        lines = [
            f"Cookie: {owner.cookie}",
            f"Swell-Client: {owner.client}",
            f"Origin: http://127.0.0.1:{running.port}",
            f"Content-Type: {kind}",
            "Transfer-Encoding: chunked",
        ]
        peer.writer.write(request(running.port, "POST /_f/", *lines))
        answered = asyncio.create_task(peer.reader.read())
        try:
            async with asyncio.timeout(60):
                async for piece in body:
                    if answered.done():
                        break
                    if piece:
                        peer.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                        sent += len(piece)
                        await peer.writer.drain()
                peer.writer.write(b"0\r\n\r\n")
        except ConnectionError:
            pass  # it has heard enough
        try:
            return Response(await answered).status, sent
        except ConnectionError:
            return 0, sent


@pytest.mark.parametrize("name", list(bodies(0)))
async def test_s17_a_body_without_end_is_refused_and_costs_nothing(
    served: Target, size: Size, name: str
) -> None:
    boundary, body, refused = bodies(size(40_000, 200_000))[name]
    owner = await tab(served.port)
    before = served.rss_bytes()
    sending = asyncio.create_task(send(served, owner, boundary, body))
    slowest = await newcomer(served.port)
    while not sending.done():
        slowest = max(slowest, await newcomer(served.port))
    grown = served.rss_bytes() - before
    status, sent = sending.result()
    print(f"{name}: {status} after {sent:,}, newcomer {slowest:.3f} s, {grown / 1e6:.1f} MB")
    assert status in {*refused, 0}
    assert sent < READ_MAX
    assert grown < 20e6
    assert slowest < 4 * NEWCOMER_S
    owner.drop()


async def test_s17_an_upload_of_a_byte_now_and_then_is_given_up(served: Target) -> None:
    owner = await tab(served.port)

    async def drip() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        while True:
            await asyncio.sleep(0.5)
            yield b"x"

    assert (await send(served, owner, b"b", drip()))[0] in (408, 0)
    owner.drop()


def archive() -> bytes:
    """Return an archive of 60 kB that holds 60 MB, as an office document."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("word/document.xml", bytes(60_000_000))
    return made.getvalue()


def picture() -> bytes:
    """Return a PNG of 60,000 by 60,000 pixels in 100 bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("name", ["a.docx", "a.png", "a.txt"])
async def test_s17_what_inflates_is_not_inflated(served: Target, name: str) -> None:
    content = picture() if name == "a.png" else archive()
    owner = await tab(served.port)
    await owner.painted()
    address = await upload(served.port, owner, name, content)
    before = served.most_bytes()
    ask(owner, address)
    assert (await owner.message("ack"))["st"] == "ok"
    took = await newcomer(served.port)
    assert (await owner.message("end"))["st"] == "ok"
    grown = served.most_bytes() - before
    print(f"{name}: newcomer {took:.3f} s, {grown / 1e6:.1f} MB")
    assert grown < 10e6
    owner.drop()
