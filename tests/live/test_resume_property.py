"""Random cuts and resumes: a tab always equals the server at some position, or gets a snapshot.

Each run prints its seed in the assertion; `SEEDS` is what to change to replay one.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter

import pytest

from swell import Q, data, ui
from swell.settings.table import Settings
from swell.testing import Client, serving

SEEDS = range(6)
CUTS = 200  # of one seed; together more than a thousand
SETTINGS = Settings(ring_patches=5, flush_interval_s=0, act_rate_per_s=1e6, act_burst=100_000)


class Author:
    """A handler that edits its page at random, and remembers what it was at each position."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.history: list[str] = []  # index = number of the patch
        self.text = ""
        self.writing = asyncio.Lock()

    async def serve(self, q: Q) -> None:
        if not q.client.ready:
            q.client.ready = True
            self.history.append(json.dumps(await q.page.load()))
            q.page["chat"] = ui.chatbot_card("1 1 4 8", "chat", data("content from_user", t="list"))
            q.page["log"] = ui.chatbot_card("5 1 4 8", "log", data("content from_user", -4))
            q.page["chat"].data += ["", False]
            await self.save(q)
        for _ in range(q.args.edits or 0):
            self.edit(q)
            await self.save(q)

    async def save(self, q: Q) -> None:
        async with self.writing:  # so that the page is still as this save left it
            q.page["chat"].placeholder = f"patch {len(self.history)}"  # each save is a patch
            await q.page.save()
            self.history.append(json.dumps(await q.page.load()))

    def edit(self, q: Q) -> None:
        chat, log = q.page["chat"], q.page["log"]
        match self.chance.randrange(8):
            case 0 | 1 | 2 | 3:
                self.text += self.chance.choice(["tok ", "é", "😀", "\n"])
                chat.data[-1] = [self.text, False]
            case 4:
                self.text = ""
                chat.data += [self.text, False]
            case 5:
                log.data += [str(self.chance.random()), True]
            case 6:
                chat.suggestions = [ui.chat_suggestion("a", self.text[-5:])]
                log.data[0].from_user = None
            case 7:
                self.text = "again"
                rows = [["kept", True], [self.text, False]]
                q.page["chat"] = ui.chatbot_card(
                    "1 1 4 8", "chat", data("content from_user", rows=rows, t="list")
                )


class Observer:
    """Notes what a tab shows at which position."""

    def __init__(self, tab: Client) -> None:
        self.tab = tab
        self.seen: dict[tuple[str, int], set[str]] = {}

    def look(self) -> None:
        assert self.tab.closed is None
        assert self.tab.position is not None
        self.seen.setdefault(self.tab.position, set()).add(json.dumps(self.tab.state.to_json()))


@pytest.mark.anyio
@pytest.mark.parametrize("seed", SEEDS)
async def test_cuts_and_resumes(seed: int) -> None:
    author = Author(seed)
    chance = random.Random(seed + 1000)
    async with serving(author.serve, settings=SETTINGS) as app:
        tab = await app.tab()
        observer = Observer(tab)
        for _ in range(CUTS):
            # Sent from elsewhere, so that patches are made while this tab reads, or is away.
            writing = asyncio.create_task(tab.act(edits=chance.randrange(20)))
            for _ in range(chance.randrange(12)):
                await asyncio.sleep(0)
                observer.look()
            if not writing.done():
                writing.cancel()
            await tab.drop()  # what was on its way is lost
            observer.look()
            for _ in range(chance.choice([1, 5, 40])):
                await asyncio.sleep(0)
            await tab.open()
            observer.look()
        await tab.settle()
        observer.look()
        assert tab.position is not None
        assert tab.position[1] == len(author.history) - 1
    assert {epoch for epoch, _ in observer.seen} == {tab.position[0]}
    for (_, seq), images in observer.seen.items():
        assert images == {author.history[seq]}, (seed, seq)
    modes = Counter(tab.welcomes)
    assert modes["resumed"] > CUTS / 20, (seed, modes)
    assert modes["snapshot"] > CUTS / 20, (seed, modes)
