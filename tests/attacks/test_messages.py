"""S13, S15 and S16: messages that are too large, too deep, of wrong types, or none."""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from collections.abc import Callable, Iterator
from typing import Any, get_args

import msgspec
import pytest

from swell.live.wire import (
    CLOSE_FORBIDDEN,
    CLOSE_HANDSHAKE,
    CLOSE_MALFORMED,
    CLOSE_RATE,
    CLOSE_TOO_BIG,
    CLOSE_VERSION,
    ClientMessage,
)
from tests.seeds import Size

from .rig import HERE, Peer, Target, crowd, frame, newcomer, tab, target

pytestmark = pytest.mark.anyio

LIMIT = 65_536
"""Longest message of this server, in bytes."""

REFUSED = {
    *(CLOSE_MALFORMED, CLOSE_VERSION, CLOSE_FORBIDDEN, CLOSE_TOO_BIG, CLOSE_RATE, CLOSE_HANDSHAKE),
    1007,  # text that is no UTF-8
}
"""Close codes that say what the peer did wrong."""

WRONG: list[Any] = [
    *(None, True, -1, 2**64, 1e308, "", "x" * 300, [], [[]], {}, {"__proto__": {"x": 1}}),
    *(["x", "y"], [1, 2, 3, 4], {"e": "x", "s": 10**400}, "__proto__", "\u0000", -0.0, 10**30),
]
"""Values of all types, for every field."""

POLLUTING = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "__class__",
    "__init__",
    "hasOwnProperty",
]


def messages() -> list[dict[str, Any]]:
    """Return a valid message of each type of the protocol, with all its fields."""
    made = []
    for kind in get_args(ClientMessage):
        fields = {one.name: one.default for one in msgspec.structs.fields(kind)}
        values = {"v": 1, "route": "/", "id": "1", "args": {}, "hash": "", "build": "", "s": 0}
        message = {name: values.get(name) for name in fields}
        made.append({"t": kind.__struct_config__.tag, **message})
    return made


def mistaken() -> Iterator[bytes]:
    """Yield each message with each field missing, and with a value of each type."""
    for message in messages():
        for name in message:
            yield json.dumps({key: one for key, one in message.items() if key != name}).encode()
            for value in WRONG:
                yield json.dumps({**message, name: value}).encode()
        yield json.dumps({**message, **{name: {"polluted": 1} for name in POLLUTING}}).encode()
        text = json.dumps(message)
        yield (text[:-1] + "," + text[1:]).encode()  # each key twice
    yield json.dumps([*messages()]).encode()


NONSENSE = {
    "depth": b"[" * 100_000,
    "depth of objects": b'{"a":' * 100_000,
    "closed depth": b'{"t":"act","id":"1","args":{"a":' + b"[" * 15_000 + b"]" * 15_000 + b"}}",
    "many keys": b'{"t":"act","id":"1","args":{'
    + b",".join(b'"%d":0' % n for n in range(6_000))
    + b"}}",
    "keys of one hash": b'{"t":"act","id":"1","args":{'
    + b",".join(b'"%s":0' % (b"Aa" * (n % 9) + b"BB" * (n // 9)) for n in range(81))
    + b"}}",
    "1e400": b'{"t":"act","id":"1","args":{"a":1e400}}',
    "digits": b'{"t":"act","id":"1","args":{"a":' + b"9" * 60_000 + b"}}",
    "NaN": b'{"t":"act","id":"1","args":{"a":NaN}}',
    "Infinity": b'{"t":"pong","s":-Infinity}',
    "half a character": b'{"t":"act","id":"1","args":{"chat":"\\ud800"}}',
    "cut UTF-8": b'{"t":"act","id":"\xf0\x9f\x98"}',
    "bytes": bytes(range(256)),
    "a mark": b"\xef\xbb\xbf" + b'{"t":"pong"}',
    "nothing": b"",
    "white space": b" " * 60_000,
    "a comment": b'{"t":"pong"/**/}',
    "two messages": b'{"t":"pong"}{"t":"pong"}',
    "a number": b"1",
    "an unknown type": b'{"t":"subscribe","page":"x"}',
    "a message of the server": b'{"t":"welcome","mode":"snapshot"}',
    "an event of the system": b'{"t":"act","id":"1","event":["@system","client_disconnect",1]}',
    "pickle": b"cos\nsystem\n(S'true'\ntR.",
}


async def answered(running: Target, sent: bytes, opcode: int = 0x81) -> int:
    """Send a frame after the hello; return the close code, or 0 if the tab still works."""
    peer = await tab(running.port)
    peer.writer.write(frame(opcode, sent))
    peer.send(t="act", id="probe", name="#", args={"#": ""})
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    code, payload = await peer.receive()
                except (asyncio.IncompleteReadError, ConnectionError):
                    return 1006
                if code == 8:
                    return int.from_bytes(payload[:2])
                if code == 1 and b'"probe"' in payload:
                    return 0
                assert b"Traceback" not in payload
    finally:
        peer.drop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with target(
        tmp_path_factory.mktemp("messages"), app=HERE / "echo.py", frame_max_bytes=LIMIT
    ) as running:
        yield running


@pytest.mark.parametrize("name", NONSENSE)
async def test_s16_nonsense_ends_its_own_socket_only(served: Target, name: str) -> None:
    code = await answered(served, NONSENSE[name])
    assert code in REFUSED or (name in HARMLESS and code == 0), code
    await newcomer(served.port)


HARMLESS = {"many keys", "half a character", "digits", "1e400", "keys of one hash"}
"""What is a valid message all the same."""


async def test_s16_every_field_of_every_message_with_every_type(served: Target) -> None:
    sent = list(mistaken())
    lines = len(served.log)

    async def strike(number: int) -> int:
        return await answered(served, sent[number])

    codes = await crowd(len(sent), strike, 20)
    wrong = [
        (code, text)
        for code, text in zip(codes, sent, strict=True)
        if code not in {0, 1000, *REFUSED}  # 1000 answers `bye`
    ]
    assert wrong == []
    assert {CLOSE_MALFORMED, CLOSE_VERSION, CLOSE_FORBIDDEN} <= set(codes)
    print(f"{len(sent)} messages, {len(served.log) - lines} lines logged")
    assert len(served.log) - lines <= 10
    assert not any("Traceback" in line or "ERROR" in line for line in served.log)


async def test_s16_random_changes_of_messages(served: Target, size: Size, seed: int) -> None:
    choice = random.Random(seed)
    valid = [json.dumps(one).encode() for one in messages()]

    async def strike(_number: int) -> int:
        text = bytearray(choice.choice(valid))
        for _ in range(choice.randrange(1, 6)):
            at = choice.randrange(len(text))
            match choice.randrange(4):
                case 0:
                    text[at] = choice.randrange(256)
                case 1:
                    del text[at : at + choice.randrange(1, 9)]
                case 2:
                    text[at:at] = choice.choice([b'"', b"{", b"[", b"\\", b"null", b"-", b"\xff"])
                case _:
                    text[at:at] = text[: choice.randrange(1, 40)]
            text = text or bytearray(b"x")
        return await answered(served, bytes(text))

    count = size(200, 20_000)
    codes = await crowd(count, strike, 20)
    assert set(codes) <= {0, 1000, *REFUSED}  # 1000: it has become a `bye`
    assert not any("Traceback" in line or "ERROR" in line for line in served.log)


# ---------------------------------------------------------------------------------- S13


async def test_s13_names_of_every_object_are_names_like_others(served: Target) -> None:
    """They come back as keys of a buffer; see also `tests/e2e/test_attacks.py` for the browser."""
    peer: Peer = await tab(served.port)
    await peer.painted()
    for number, name in enumerate(POLLUTING):
        act = {"t": "act", "id": f"{number}", "name": name, "args": {name: {name: 1}}}
        peer.writer.write(frame(0x81, json.dumps(act).encode()))
        assert (await peer.message("ack"))["st"] == "ok"
    peer.send(t="act", id="e", args={}, event=["__proto__", "constructor", {"__class__": 1}])
    assert (await peer.message("ack"))["st"] == "ok"
    peer.drop()
    other: Peer = await tab(served.port)
    assert b"polluted" not in await other.painted()
    other.drop()
    peer = await tab(served.port)
    await peer.painted()
    peer.send(t="act", id="1", name="x", args={"x": 1})
    assert (await peer.message("end"))["st"] == "ok"
    peer.drop()
    assert not any("Traceback" in line for line in served.log)


# ---------------------------------------------------------------------------------- S15


def declared(size: int) -> bytes:
    """Return the head of a frame that is so long, and some of it."""
    return bytes((0x81, 0x80 | 127)) + size.to_bytes(8) + bytes(4) + b"x" * 1000


def deflated() -> bytes:
    """Return a compressed frame of 100 kB that inflates to 100 MB, though nothing was agreed on."""
    deflater = zlib.compressobj(wbits=-12)
    body = deflater.compress(b" " * 100_000_000) + deflater.flush(zlib.Z_SYNC_FLUSH)
    return frame(0xC1, body.removesuffix(b"\x00\x00\xff\xff"))


LARGE: dict[str, Callable[[int], bytes]] = {
    "a byte too much": lambda limit: frame(0x81, b" " * (limit + 1)),
    "100 MB": lambda _limit: declared(100 << 20) + b"x" * (4 << 20),
    "1 GB": lambda _limit: declared(1 << 30),
    "2^63": lambda _limit: declared((1 << 63) - 1),
    "2^64": lambda _limit: declared((1 << 64) - 1),
    "fragments": lambda limit: frame(0x01, b" ") + frame(0x00, b" " * 1000) * (limit // 1000 + 10),
    "deflated": lambda _limit: deflated(),
    "reserved bits": lambda _limit: frame(0xF1, b"x"),
    "an unknown opcode": lambda _limit: frame(0x83, b"x"),
    "a long ping": lambda _limit: frame(0x89, b"x" * 126),
    "a cut ping": lambda _limit: frame(0x09, b"x"),
    "not masked": lambda _limit: b"\x81\x05hello",
    "a close of one byte": lambda _limit: frame(0x88, b"\x03"),
    "a close code of ours": lambda _limit: frame(0x88, (1005).to_bytes(2)),
}


@pytest.mark.parametrize("greets", [True, False], ids=["after hello", "before hello"])
@pytest.mark.parametrize("name", LARGE)
async def test_s15_large_and_broken_frames_end_their_socket(
    served: Target, name: str, greets: bool
) -> None:
    before = served.rss_bytes()
    if greets:
        peer = await tab(served.port)
    else:
        peer = await Peer(served.port).__aenter__()
        assert await peer.upgrade() == 101
    peer.writer.write(LARGE[name](LIMIT))
    took = await newcomer(served.port)
    async with asyncio.timeout(30):
        code = await peer.close_code()
    grown = served.rss_bytes() - before
    print(f"{name}: {code}, newcomer {took:.3f} s, {grown / 1e6:.1f} MB")
    assert code in {1002, 1006, 1009, *REFUSED}
    if name in ("a byte too much", "fragments", "100 MB", "1 GB"):
        assert code in {CLOSE_TOO_BIG, 1006}
    assert grown < 4e6
    peer.drop()


async def test_s15_the_limit_itself_is_taken(served: Target) -> None:
    text = json.dumps({"t": "act", "id": "1", "args": {"x": ""}}).encode()
    whole = text.replace(b'""', b'"' + b"y" * (LIMIT - len(text)) + b'"')
    assert len(whole) == LIMIT
    assert await answered(served, whole) == 0
