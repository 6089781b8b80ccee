"""Every reader of bytes of others, about a minute altogether; `make fuzz` takes longer."""

from __future__ import annotations

import random

import pytest

from tests.seeds import Size

from .mutate import changed
from .targets import CORPUS, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_has_once_broken_it_does_no_longer(name: str) -> None:
    target = TARGETS[name]
    for data in (*target.seeds, *target.kept(name)):
        target.run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_it(name: str, seed: int, size: Size) -> None:
    target, choice = TARGETS[name], random.Random(seed)
    known = [*target.seeds, *target.kept(name)]
    for _ in range(size(target.tries, 10 * target.tries)):
        data = changed(choice, known, target.tokens)
        try:
            target.run(data)
        except Exception as error:
            pytest.fail(f"{error!r}; keep it in {CORPUS / name}: {data!r}")


def test_each_folder_of_the_corpus_is_of_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} <= {*TARGETS, "client", ".gitkeep"}
