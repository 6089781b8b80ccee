"""Options for tests that choose at random, and how much they do; `tests/conftest.py` takes them in.

`--seed N` plays a failed run again; `--full`, or `SWELL_FULL=1`, does everything as often as the
acceptance list says, which `make faults` does.

A run chooses at random, so that each one tries something new. With `SWELL_FIXED_SEEDS=1`, which
`.ci/run` sets, each test has the same seed every time, and Hypothesis makes the same examples: a
change that is to be merged fails for what it does, not for an old fault that this run was the first
to find. New choices are left to runs at a desk and to `make faults`, `make fuzz` and
`make property`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Generator
from dataclasses import dataclass
from zlib import crc32

import pytest

FIXED = os.environ.get("SWELL_FIXED_SEEDS") == "1"
"""Whether this run makes the same choices as the last one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("swell")
    group.addoption("--seed", type=int, default=None, help="choose as in the run with this seed")
    group.addoption("--full", action="store_true", help="repeat everything in full number")


@dataclass(frozen=True)
class Size:
    """Chooses between the quick run and the full one."""

    full: bool

    def __call__(self, short: int, full: int) -> int:
        """Return the number that belongs to this run."""
        return full if self.full else short


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    """Give `size(short, full)`."""
    return Size(request.config.getoption("--full") or os.environ.get("SWELL_FULL") == "1")


_SEED = pytest.StashKey[int]()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Give the seed of this test; a failure names it."""
    chosen: int | None = request.config.getoption("--seed")
    if chosen is None:
        chosen = crc32(request.node.nodeid.encode()) if FIXED else random.randrange(1 << 32)
    request.node.stash[_SEED] = chosen
    return chosen


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with a failure how to play it again."""
    report = yield
    if report.failed and _SEED in item.stash:
        report.sections.append(("seed", f"play it again with --seed {item.stash[_SEED]}"))
    return report
