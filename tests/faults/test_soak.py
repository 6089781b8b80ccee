"""R26: many people at once, with sign-ins and faults; `make soak` takes an hour."""

from __future__ import annotations

import pytest

from tests.seeds import Size
from tests.soak.__main__ import soak

pytestmark = pytest.mark.anyio


async def test_r26_nothing_diverges_and_nobody_sees_what_is_anothers(seed: int, size: Size) -> None:
    done = await soak(size(8, 60), size(12, 180) / 60, 1.0, seed % (1 << 30))
    print(done.report())
    assert done.seen.foreign == []
    assert done.seen.diverged == []
    assert done.seen.did["ask"] > 10
    assert done.faults > 3
