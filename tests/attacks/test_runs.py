"""F5: sessions that cost nothing: they do not make the server work for all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .rig import HERE, Peer, crowd, tab, target

pytestmark = pytest.mark.anyio

AT_ONCE = 32
"""Most answers that may be made at once: the default of the setting `runs_max`."""


async def test_25_sessions_do_not_get_200_answers_at_once(tmp_path: Path) -> None:
    tabs: list[Peer] = []
    with target(tmp_path, app=HERE / "holder.py") as running:

        async def strike(number: int) -> None:
            cookie = tabs[number % 25].cookie if number >= 25 else ""
            peer = await tab(running.port, f"198.51.100.{number % 25}", cookie)
            tabs.append(peer)
            await peer.painted()
            peer.send(t="act", id=f"{number}", name="chat", args={"chat": f"prompt {number}"})
            await peer.message("ack")

        async def strike_again(number: int) -> None:
            await strike(25 + number)

        await crowd(25, strike, 1)  # the sessions
        await crowd(175, strike_again, 25)
        for peer in tabs:
            peer.drop()
    found = [int(match[1]) for line in running.log if (match := re.match(r"(\d+) at once", line))]
    print(f"{max(found)} answers at once, {len(tabs)} prompts")
    assert len(found) >= 25
    assert max(found) <= AT_ONCE
