"""F10: links to shared chats cannot be guessed, are not in the file, and end when they expire."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest

from tests.seeds import Size

from .rig import Peer, crowd, tab, target

pytestmark = pytest.mark.anyio

SECRET = "kept-between-us"


def database(folder: Path) -> bytes:
    """Return all bytes of a target's database, with what is not merged into its file yet."""
    return b"".join(path.read_bytes() for path in folder.glob("chat.db*"))


async def shared(peer: Peer) -> str:
    """Say something secret in a tab, share it, and return the token of the link."""
    await peer.painted()
    peer.send(t="act", id="1", name="chat", args={"chat": SECRET})
    thread = (await peer.shown(rb"t/([0-9a-f]{32})"))[1].decode()
    peer.send(t="act", id="2", name="new_link", args={"new_link": thread})
    return (await peer.shown(rb"#s/([A-Za-z0-9_-]{32})"))[1].decode()


async def reads(peer: Peer, token: str) -> bool:
    """Follow a link, and tell whether it leads to the secret."""
    seen = await peer.painted()
    peer.send(t="act", id="1", name="#", args={"#": f"s/{token}"})
    while not seen.startswith(b'{"t":"ack"'):
        if SECRET.encode() in seen:
            return True
        opcode, seen = await peer.receive()
        assert opcode == 1
    return False


def near(token: str, choice: random.Random) -> str:
    """Return a token that differs from another one a little, or has nothing to do with it."""
    letters = string.ascii_letters + string.digits + "-_"
    at = choice.randrange(len(token))
    other = choice.choice(letters.replace(token[at], ""))
    return choice.choice(
        [
            token[:at] + other + token[at + 1 :],
            token[:at],
            token + other,
            "".join(choice.choice(letters) for _ in range(len(token))),
            token[:at] + choice.choice(["%", "__", "\0", "'", "é", "/"]) + token[at + 1 :],
        ]
    )


async def test_guessed_links_lead_nowhere_and_no_token_is_in_the_file(
    tmp_path: Path, size: Size, seed: int
) -> None:
    choice = random.Random(seed)
    with target(tmp_path) as running:
        owner: Peer = await tab(running.port)
        token = await shared(owner)

        async def guess(number: int) -> bool:
            peer = await tab(running.port, f"198.51.100.{number % 250}")
            try:
                return await reads(peer, near(token, choice))
            finally:
                peer.drop()

        guesses = size(100, 2_000)
        assert await crowd(guesses, guess) == [False] * guesses
        held = database(tmp_path)
        assert SECRET.encode() in held
        assert token.encode() not in held
        assert not running.logged(token)
        reader = await tab(running.port, "203.0.113.7")
        assert await reads(reader, token)
        for peer in (owner, reader):
            peer.drop()
    assert token.encode() not in database(tmp_path)


async def test_an_open_tab_loses_a_link_that_expires(tmp_path: Path) -> None:
    with target(tmp_path, share_expires_s=3) as running:
        owner: Peer = await tab(running.port)
        token = await shared(owner)
        reader = await tab(running.port, "203.0.113.7")
        assert await reads(reader, token)
        await reader.shown(b"no longer shared")
        late = await tab(running.port, "203.0.113.8")
        assert not await reads(late, token)
        for peer in (owner, reader, late):
            peer.drop()
