"""The machine tells broken variants from the real thing: the table of docs/explain/exactness.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase

from .machine import LONG, Machine, examine
from .mutants import LATER, MUTANTS, Mutant, applied, table
from .node import Node

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "exactness.md"
EXAMPLES, STEPS = 200, 40  # most; the first failure ends it


def look_at(mutant: Mutant, node: Node) -> None:
    name = mutant.name.replace(" ", "-")
    with applied(mutant):
        examine(
            lambda: Machine(node, name, mutant.web),
            examples=EXAMPLES,
            steps=STEPS,
            phases=[Phase.generate],  # a shorter schedule would show no more
        )


def wanted(mutant: Mutant) -> bool:
    return LONG or not (mutant.slow or mutant.equivalent)


@pytest.mark.parametrize(
    "mutant", [m for m in MUTANTS if wanted(m)], ids=lambda m: m.name.replace(" ", "-")
)
def test_broken_variants_are_rejected(mutant: Mutant, node: Node) -> None:
    if mutant.equivalent:
        look_at(mutant, node)
    else:
        with pytest.raises(AssertionError):
            look_at(mutant, node)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name.replace(" ", "-"))
def test_every_variant_can_be_made(mutant: Mutant, node: Node) -> None:
    with applied(mutant):
        node.load(mutant.name.replace(" ", "-"), mutant.web, 0)


def test_the_page_shows_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert table() in text, f"paste it:\n{table()}"
    for name in LATER:
        assert name in " ".join(text.split())
