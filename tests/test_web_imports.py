"""Imports of the web client point one way between its rooms, and no two files need one another."""

from __future__ import annotations

import pytest
from tools.imports import circle, unallowed
from tools.web_imports import ALLOWED, between_rooms, graph


@pytest.mark.parametrize(
    ("file", "other"),
    [
        ("app/App.svelte", "page/follow.ts"),  # a value
        ("app/App.svelte", "page/client.ts"),  # a value and a type
        ("app/App.svelte", "ui/tokens.css"),  # a style
        ("app/App.svelte", "app/layout/Zones.svelte"),  # lazy
        ("page/card.ts", "page/buffer.ts"),  # a type
        ("cards/others.ts", "cards/Header.svelte"),  # a glob
        ("forms/registry.ts", "forms/components/Textbox.svelte"),  # a glob that is eager
    ],
)
def test_the_walk_sees_each_kind_of_import(file: str, other: str) -> None:
    assert other in graph()[file]


def test_a_glob_leaves_out_what_it_excludes() -> None:
    assert "cards/Meta.svelte" not in graph()["cards/registry.ts"]


def test_each_room_imports_only_what_its_row_has() -> None:
    assert unallowed(between_rooms(graph()), ALLOWED) == []


def test_an_arrow_against_the_rule_is_named() -> None:
    rooms = {name: set(row.split()) for name, row in ALLOWED.items()}
    assert unallowed(rooms, ALLOWED) == []
    rooms["ui"] = {"chat"}
    assert unallowed(rooms, ALLOWED) == ["ui imports chat"]


def test_no_files_and_no_rooms_are_in_a_circle() -> None:
    needs = graph()
    assert (circle(needs), circle(between_rooms(needs))) == (set(), set())
