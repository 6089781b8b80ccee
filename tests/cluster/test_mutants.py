"""The schedules tell broken variants of the service from the real thing.

`make test` plays one variant, `make faults` all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import Program
from tests.seeds import Size

from .mutants import MUTANTS
from .rig import Cluster
from .schedule import play

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "runs.md"


@pytest.mark.anyio
async def test_broken_variants_are_rejected(tmp_path: Path, program: Program, size: Size) -> None:
    for name in list(MUTANTS)[: size(1, len(MUTANTS))]:
        broken, folder = MUTANTS[name], tmp_path / name
        async with Cluster(folder, program("redis-server"), {"CLUSTER_MUTANT": name}) as cluster:
            with pytest.raises(AssertionError, match=broken.shows):
                await play(cluster, broken.seed, 30)


def test_the_page_names_every_variant() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, broken in MUTANTS.items():
        assert f"- {broken.install.__doc__}\n" in text, name
