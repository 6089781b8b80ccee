"""F9: text of peers in the log: it forges no line and cannot fill the disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.seeds import Size

from .rig import HERE, Peer, crowd, tab, target

pytestmark = pytest.mark.anyio

FORGED = "2026-01-01 00:00:00,000 INFO swell: all is well"
SERVED = {
    "swell run": (),
    "uvicorn": ("uvicorn", "tests.attacks.failing:server"),
    "uvicorn with ours": (
        *("uvicorn", "tests.attacks.failing:server"),
        *("--ws", "swell.server.uvicorn_ws:WebSocketProtocol"),
    ),
}


@pytest.mark.parametrize("serve", SERVED.values(), ids=SERVED)
async def test_no_prompt_forges_a_line_of_the_log(tmp_path: Path, serve: tuple[str, ...]) -> None:
    path = "/chat" if serve else ""
    with target(tmp_path, app=HERE / "failing.py", serve=serve) as running:
        ends = ("\n", "\r\n", "\r", "\x0b", "\x1c", "\x85", "\u2028", "\n  | ", "\x1b[2K\r")
        for end in ends:
            peer = await tab(running.port, path=path)
            async with asyncio.timeout(30):
                await peer.painted()
                text = f"x{end}{FORGED}\n"
                peer.send(t="act", id="1", name="chat", args={"chat": text})
                assert (await peer.message("ack"))["st"] == "ok"
            peer.drop()
    lines = "".join(running.log).replace("\r", "\n").splitlines()
    assert [line for line in lines if line.lstrip(" |").startswith("2026-01-01")] == []
    assert "\x1b" not in "".join(lines)
    assert sum("ValueError: no such thing: x" in line for line in lines) == len(ends)
    assert any("failing.py" in line for line in lines)  # the traceback is there


@pytest.mark.parametrize("serve", SERVED.values(), ids=SERVED)
async def test_refused_handshakes_are_one_warning_of_each_peer(
    tmp_path: Path, size: Size, serve: tuple[str, ...]
) -> None:
    path = "/chat" if serve else ""
    count = size(200, 5_000)
    evil = f"http://evil.example\t{FORGED}"
    with target(tmp_path, app=HERE / "failing.py", serve=serve) as running:

        async def strike(number: int) -> None:
            address = f"198.51.100.{number % 4}" if number % 2 else f"2001:db8:1:2::{number:x}"
            async with Peer(running.port, address) as peer:
                assert await peer.upgrade(f"{path}/_s/ws", Origin=evil) == 403
            async with Peer(running.port, address) as peer:
                assert await peer.upgrade(f"{path}/_s/ws", Host="evil.example") == 400

        assert await crowd(count, strike) == [None] * count
        (await tab(running.port, path=path)).drop()
    print(f"{len(running.log)} lines of {2 * count} refusals")
    assert running.logged("refused a WebSocket of 198.51.100.1: Origin") == 1
    assert running.logged("refused a WebSocket of 198.51.100.3: Host") == 1
    assert running.logged("refused a WebSocket of 2001:db8:1:2::: Origin") <= 1
    assert running.logged("refused a WebSocket") == 6
    assert running.logged("ERROR") == 0, "".join(running.log)
