"""A slow machine, on purpose: `make slow` finds tests, and code, that trust in speed.

Pages have a slow processor or a far server, each by chance; apps stand still now and then.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page

__all__ = ["SLOW", "slow_down", "slow_environment"]

SLOW = os.environ.get("SWELL_SLOW") == "1"
TIMES_SLOWER = (1, 3, 6)
LATENCY_MS = (0, 100, 400)


def slow_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what an app's process needs in its environment to be slow, beside what it has."""
    paths = [str(Path(__file__).parent / "app"), environ.get("PYTHONPATH")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def slow_down(page: Page) -> None:
    """Make a page's processor slower and its way to the server longer, for requests of files."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": random.choice(TIMES_SLOWER)})
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": random.choice(LATENCY_MS),
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )
