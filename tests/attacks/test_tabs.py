"""Tabs that nobody uses, by the thousand: newcomers and known people come in all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.seeds import Size

from .rig import NEWCOMER_S, crowd, newcomer, tab, target

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("address", ["", "198.51.100.{}", "2001:db8::{:x}:0:0:0:1"])
async def test_20_000_tabs_keep_no_newcomer_out(tmp_path: Path, size: Size, address: str) -> None:
    tabs = size(300, 20_500)
    limits = {} if size.full else {"tabs_max": 200}
    with target(tmp_path, **limits) as running:

        async def strike(number: int) -> None:
            peer = await tab(running.port, address.format(number % 50))
            peer.drop()

        results = await crowd(tabs, strike)
        took = await newcomer(running.port, "203.0.113.7")
        refused = sum(isinstance(result, ConnectionError) for result in results)
        print(f"newcomer {took:.3f} s, refused {refused} of {tabs}, {running.rss_bytes() >> 20} MB")
        assert took < NEWCOMER_S
        assert await newcomer(running.port) < NEWCOMER_S  # also who comes from the same machine
