"""F1: thousands of unused tabs: new and known users still get in."""

from __future__ import annotations

from pathlib import Path

import pytest

from swell.live.wire import CLOSE_RATE
from tests.seeds import Size

from .rig import NEWCOMER_S, crowd, newcomer, tab, target

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("address", ["", "198.51.100.{}", "2001:db8::{:x}:0:0:0:1"])
async def test_20_000_tabs_keep_neither_newcomers_nor_known_people_out(
    tmp_path: Path, size: Size, address: str
) -> None:
    tabs = size(300, 2_000 if address else 20_500)
    limits = {} if size.full else {"tabs_max": 200}
    with target(tmp_path, reconnect_timeout_s=3600, **limits) as running:
        known = await tab(running.port, "198.51.100.1")
        known.send(t="act", id="1", name="#", args={"#": ""})
        assert (await known.message("ack"))["st"] == "ok"
        known.drop()
        calm = await newcomer(running.port)

        async def strike(number: int) -> None:
            (await tab(running.port, address.format(number % 50))).drop()

        await crowd(tabs, strike)
        took = await newcomer(running.port, "203.0.113.7")
        print(f"newcomer {took:.3f} s, {running.rss_bytes() >> 20} MB")
        assert took < max(NEWCOMER_S, 4 * calm)
        await newcomer(running.port)  # also who comes from this machine
        await newcomer(running.port, "198.51.100.1", known.cookie)
        (await tab(running.port, "198.51.100.1", known.cookie, client=known.client)).drop()


async def test_one_address_opens_tabs_at_its_rate_and_nobody_else_notices(tmp_path: Path) -> None:
    with target(tmp_path, tab_burst=20, tab_rate_per_s=0.1) as running:

        async def strike(number: int) -> None:
            (await tab(running.port, f"2001:db8:1:2::{number:x}")).drop()

        results = await crowd(100, strike)
        refused = [error.args[0] for error in results if isinstance(error, ConnectionError)]
        assert refused == [CLOSE_RATE] * len(refused)
        assert 78 <= len(refused) <= 80
        await newcomer(running.port, "2001:db8:1:3::1")
        assert running.logged("tab_burst") == 1
