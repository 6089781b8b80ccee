"""Loaded by Python before an app: one turn of the event loop in twenty takes up to 150 ms more."""

import random
import time
from asyncio.base_events import BaseEventLoop
from typing import Any

STANDS_STILL = 0.05
LONGEST_S = 0.15


def slowed(turn: Any) -> Any:
    def slow_turn(self: BaseEventLoop) -> None:
        if random.random() < STANDS_STILL:
            time.sleep(random.uniform(0, LONGEST_S))
        turn(self)

    return slow_turn


BaseEventLoop._run_once = slowed(BaseEventLoop._run_once)  # type: ignore[attr-defined]
