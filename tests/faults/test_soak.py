"""R26: many people at once, with sign-ins and faults; `make soak` takes an hour."""

from __future__ import annotations

import pytest

from tests.postgres import PostgresServer, new_database
from tests.seeds import Size
from tests.soak.__main__ import soak

pytestmark = pytest.mark.anyio


async def test_r26_nothing_diverges_and_nobody_sees_what_is_anothers(
    seed: int, size: Size, postgres: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres, postgres_template)
    clients, minutes = size(8, 60), size(12, 180) / 60
    done = await soak(
        url, clients, minutes, seed % (1 << 30), think_s=1.0, kill_every_s=size(6, 45)
    )
    print(done.report())
    assert done.seen.foreign == []
    assert done.seen.diverged == []
    assert done.seen.did["ask"] > 10
    assert done.faults > 3
    assert done.seen.kills
