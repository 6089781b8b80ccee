"""S1, S2 and S3: another user who knows every id of Ann gets nothing by any of them."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from swell.live.wire import CLOSE_FORBIDDEN, CLOSE_OTHER_PERSON, ClientMessage
from tests.chat.page.test_ownership import ALL, OWN, events
from tests.seeds import Size

from .rig import Peer, Response, Target, exchange, request
from .strangers import CONTENT, SECRET, Ann, Browser, ann, dump, enter, people, say, upload_as

pytestmark = pytest.mark.anyio

UNKNOWN = "A" * 22


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Target]:
    with people(tmp_path) as running:
        yield running


@pytest.fixture
async def hers(served: Target, tmp_path: Path) -> AsyncIterator[Ann]:
    async with ann(served, tmp_path) as found:
        yield found


@pytest.fixture
async def bob(served: Target, hers: Ann) -> AsyncIterator[Browser]:
    browser = await enter(served, "bob")
    await say(browser.peer, "Hello")
    await browser.peer.shown(b"says Hello")
    yield browser
    browser.peer.drop()


async def heard(peer: Peer, until: str) -> list[bytes]:
    """Return the frames up to the ack of an action, without what differs at each time."""
    found = []
    async with asyncio.timeout(30):
        while True:
            opcode, payload = await peer.receive()
            assert opcode == 1, payload
            if payload.startswith(b'{"t":"beat"'):
                peer.send(t="pong")
                continue
            found.append(payload)
            assert SECRET.encode() not in payload
            assert CONTENT not in payload
            if payload.startswith(b'{"t":"ack"') and f'"{until}"'.encode() in payload:
                return found


def said(frame: bytes) -> Any:
    """Return what an ack says, without the id of its action."""
    ack = msgspec.json.decode(frame)
    return {name: one for name, one in ack.items() if name != "id"}


async def test_s1_no_event_of_any_card_does_anything_to_what_is_somebody_elses(
    served: Target, hers: Ann, bob: Browser, tmp_path: Path
) -> None:
    """The events come from the schema of the cards: a new one has to be in the table."""
    assert set(KINDS) == {kind.__struct_config__.tag for kind in get_args(ClientMessage)}
    async with asyncio.timeout(60):
        # Her running answers store what they have said so far, now and then.
        while not all(part in dump(tmp_path) for part in ("Begun", "-city")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    before = dump(tmp_path)
    for theirs, unknown in zip(events(hers.ids), events(ALL), strict=True):
        what = theirs.event[:2] if theirs.event else theirs.name
        if what in OWN:
            continue
        told = []
        for act in (theirs, unknown):
            bob.peer.send(**msgspec.to_builtins(act))
            told.append(said((await heard(bob.peer, act.id))[-1]))
        assert told[0] == told[1], what
        assert dump(tmp_path) == before, what
    assert not served.logged("Traceback")


KINDS = {"hello": "client", "act": "events", "pong": "nothing", "bye": "nothing"}
"""What in each message of a browser could name something of others."""


async def greeted(running: Target, browser: Browser, hello: dict[str, Any]) -> int | bytes:
    """Say hello in a browser; return the close code, or what the server answers."""
    async with Peer(running.port, cookie=browser.peer.cookie) as peer:
        assert await peer.upgrade(**browser.head) == 101
        peer.send(t="hello", v=1, route="/", **hello)
        opcode, payload = await peer.receive()
        return int.from_bytes(payload[:2]) if opcode == 8 else payload


async def test_s2_no_hello_gets_the_page_of_somebody_else(
    served: Target, hers: Ann, bob: Browser
) -> None:
    own = hers.browser.peer
    position = {"e": "0" * 16, "s": 3}
    further: tuple[dict[str, Any], ...] = (
        {},
        {"pos": position},
        {"pos": {"e": "", "s": 0}},
        {"hash": "t/" + hers.ids.thread},
    )
    for client, more in itertools.product((own.client, UNKNOWN), further):
        assert await greeted(served, bob, {"client": client, **more}) == CLOSE_FORBIDDEN
    # with her cookie, but signed in as himself; and with her name, but his own cookie
    thief = Browser(own, bob.head)
    code = await greeted(served, thief, {"client": own.client})
    assert code in (CLOSE_FORBIDDEN, CLOSE_OTHER_PERSON)
    again = await greeted(served, Browser(bob.peer, hers.browser.head), {"client": own.client})
    assert again == CLOSE_FORBIDDEN


async def test_s2_she_stays_connected_while_strangers_try(
    served: Target, hers: Ann, bob: Browser
) -> None:
    for _ in range(20):
        code = await greeted(served, bob, {"client": hers.browser.peer.client})
        assert code == CLOSE_FORBIDDEN
    assert (await say(hers.browser.peer, "Still here"))["st"] == "ok"
    await hers.browser.peer.shown(b"says Still here")


async def fetch(running: Target, line: str, browser: Browser | None) -> Response:
    """Ask for something in a browser, or as a program without anything."""
    lines = browser.lines if browser is not None else []
    same = ["Sec-Fetch-Site: same-origin"]
    return await exchange(running.port, request(running.port, line, *lines, *same))


async def test_s3_no_address_of_a_file_works_elsewhere(
    served: Target, hers: Ann, bob: Browser
) -> None:
    for address in (hers.upload, hers.linked, hers.exported):
        mine = await fetch(served, f"GET {address}", hers.browser)
        assert mine.status == 200
        missing = re.sub("/_f/[^/]+", f"/_f/{UNKNOWN}", address)
        nothing = await fetch(served, f"GET {missing}", bob)
        for browser in (bob, None, Browser(bob.peer, hers.browser.head)):
            for line in (f"GET {address}", f"HEAD {address}", f"GET {address}?share={hers.token}"):
                answer = await fetch(served, line, browser)
                assert answer.status == 404, line
                if line.startswith("GET"):
                    assert answer.body == nothing.body
        # whose name is right and whose browser is another one: a stolen name is not enough
        await fetch(served, f"DELETE {address}", bob)
        assert (await fetch(served, f"GET {address}", hers.browser)).status == 200
    # an upload into her tab
    forged = Peer(served.port, cookie=bob.peer.cookie)
    forged.client = hers.browser.peer.client
    with pytest.raises(AssertionError, match="forbidden"):
        await upload_as(served, Browser(forged, bob.head), "b.txt", b"into her tab")


async def test_s3_ids_are_long_and_guesses_find_nothing(
    served: Target, hers: Ann, bob: Browser, size: Size, seed: int
) -> None:
    choice = random.Random(seed)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    _, _, own, name = hers.upload.split("/")
    assert len(own) == 22  # of 64 letters: 132 bits
    for _ in range(size(100, 10_000)):
        at = choice.randrange(22)
        near = own[:at] + choice.choice(letters.replace(own[at], "")) + own[at + 1 :]
        if at == 21 and own[:21] == near[:21]:
            continue  # the last letter has bits to spare
        guess = choice.choice([near, "".join(choice.choices(letters, k=22))])
        assert (await fetch(served, f"GET /_f/{guess}/{name}", hers.browser)).status == 404
        assert (await fetch(served, f"GET /_f/{guess}/{name}", bob)).status == 404


async def test_s3_the_lists_of_a_stranger_have_nothing_of_hers(
    served: Target, hers: Ann, bob: Browser
) -> None:
    for text in ("kept", "says", "", "%", "_"):
        for event in (["threads", "search", {"query": text}], ["threads", "more", {}]):
            bob.peer.send(t="act", id="look", args={}, event=event)
            for frame in await heard(bob.peer, "look"):
                assert hers.ids.thread.encode() not in frame
            bob.peer.send(t="act", id=f"x{text}{event[1]}", name="x", args={})
            await heard(bob.peer, f"x{text}{event[1]}")
