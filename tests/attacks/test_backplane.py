"""S22: forged messages between processes, and on the way to a database that is not theirs."""

from __future__ import annotations

import ast
import pickle
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from swell.backplane.envelope import Sender
from swell.identity import Identity
from swell.server.relay.messages import Acted, Enter, Grown, Left, Want, encode
from tests.redis_server import RedisServer, redis_server
from tests.seeds import Size

from .rig import Target
from .strangers import enter, people, say
from .weaken import ROOT

__all__ = ["redis_server"]

pytestmark = pytest.mark.anyio


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


@pytest.fixture
def served(tmp_path: Path, redis_server: RedisServer) -> Iterator[Target]:
    with people(tmp_path, backplane=redis_server.url()) as running:
        yield running


def forged(choice: random.Random, bomb: Bomb, channel: str, topics: list[str]) -> Iterator[bytes]:
    """Yield messages of a client that reached the server and knows our format."""
    sender = Sender(1 << 20)
    yield from (
        pickle.dumps(bomb),
        b"\x80\x04" + pickle.dumps(bomb, 0),
        b"",
        b"{}",
        b"null",
        b"\xc1",
    )
    yield msgspec.json.encode({"sender": "x", "number": 1, "body": "y"})
    contents = [
        pickle.dumps(bomb),
        msgspec.msgpack.encode(["somebody", "0" * 32]),
        msgspec.msgpack.encode([1, 2, 3]),
        encode(Grown(b'[10000,9999,["s",["meta"],{"title":"forged"}]]')),
        encode(Left("x")),
        encode(Want("0" * 16, -1)),
        encode(Acted("x", b'{"t":"act","id":"1"}')),
        encode(Enter("v", "/nowhere", None, "", "s", {}, "", "en", "", Identity("ann"))),
        choice.randbytes(200),
        msgspec.msgpack.encode(["somebody", "xx"]).replace(b"xx", b"\xff\xff"),
        encode(Left("xx")).replace(b"xx", b"\xff\xff"),
    ]
    for content in contents:
        for topic in topics:
            yield from sender.seal(channel, [(topic, content)])
    # numbers that jump and go back, parts that never end, and a sender of no name
    for fields in (
        [b"12345678", 2**62, 2**61, 0, 1, b""],
        [b"12345678", 1, 0, 0, 256, b"x"],
        [b"12345678", 2, 1, 200, 256, b"x"],
        [b"12345678", -1, 0, 0, 1, b""],
        [b"1", 1, 0, 0, 1, b""],
        [b"12345678", 3, 0, 0, 1, msgspec.msgpack.encode([["t" * 100_000, b""]])],
        [b"12345678", 4, 0, 0, 1, msgspec.msgpack.encode([["t", pickle.dumps(bomb)]])],
    ):
        yield msgspec.msgpack.encode(fields)


async def test_s22_forged_messages_run_no_code_and_change_no_page(
    served: Target, redis_server: RedisServer, tmp_path: Path, size: Size, seed: int
) -> None:
    choice = random.Random(seed)
    bomb = tmp_path / "it ran"
    ann, board = await enter(served, "ann"), await enter(served, "ann")
    await say(ann.peer, "Hello")
    await ann.peer.shown(b"ann says Hello")
    channels = [bytes(name).decode() for name in redis_server.run("PUBSUB", "CHANNELS")]
    assert channels, "the process listens"
    topics = ["", "x", *(name.rpartition(":")[2] for name in channels), "ann"]
    topics = [one for one in topics if one]
    lines = len(served.log)
    for channel in channels:
        for message in forged(choice, Bomb(bomb), channel, topics):
            redis_server.client.publish(channel, message)
        for _ in range(size(50, 2_000)):
            redis_server.client.publish(channel, choice.randbytes(choice.randrange(1, 300)))
    assert (await say(ann.peer, "Still here"))["st"] == "ok"
    await ann.peer.shown(b"ann says Still here")
    assert (await say(board.peer, "And here"))["st"] == "ok"
    (await enter(served, "new")).peer.drop()
    assert not bomb.exists()
    print("".join(served.log[lines:]))
    assert len(served.log) - lines <= 5
    assert not any("Traceback" in line for line in served.log)
    for browser in (ann, board):
        browser.peer.drop()


def test_s22_nothing_in_the_package_unpickles_or_evaluates() -> None:
    """No module that runs code which data brings along: pickle and its relatives, and yaml."""
    forbidden = {
        "pickle",
        "cPickle",
        "dill",
        "cloudpickle",
        "shelve",
        "marshal",
        "jsonpickle",
        "yaml",
    }
    own = {
        "src/swell/cli/fragment.py",  # runs a file of the person who types the command
        "src/swell/server/checkpoint.py",  # a file of the app, in a folder that a setting names
    }
    found = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names = ["eval"] if node.func.id in ("eval", "exec") else []
            if forbidden & {name.split(".")[0] for name in names} or "eval" in names:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")  # type: ignore[attr-defined]
    assert {one.partition(":")[0] for one in found} == own


def test_the_bomb_works(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(tmp_path / "x")))  # the point of it
    assert (tmp_path / "x").exists()
