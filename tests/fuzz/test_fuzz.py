"""Every reader of bytes of others, for a minute altogether; `make fuzz` takes longer."""

from __future__ import annotations

import random
import time

import pytest

from tests.seeds import Size

from .mutate import changed
from .targets import CORPUS, TARGETS

SECONDS = 60 / len(TARGETS)
"""How long each is tried; how many tries that are depends on the machine, no verdict does."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_has_once_broken_it_does_no_longer(name: str) -> None:
    target = TARGETS[name]
    for data in (*target.seeds, *target.kept(name)):
        target.run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_it(name: str, seed: int, size: Size) -> None:
    target, choice = TARGETS[name], random.Random(seed)
    known = [*target.seeds, *target.kept(name)]
    until, tries = time.monotonic() + size(1, 10) * SECONDS, 0
    while time.monotonic() < until:
        data = changed(choice, known, target.tokens)
        tries += 1
        try:
            target.run(data)
        except BaseException as error:
            pytest.fail(f"keep it in {CORPUS / name}: {data!r}: {error!r}")
    print(f"{tries} tries")


def test_each_folder_of_the_corpus_is_of_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} <= {*TARGETS, "client", ".gitkeep"}
