"""The threads card: what it holds and what is refused."""

from __future__ import annotations

import pytest

from swell import ui
from swell.errors import CardError
from swell.page.page import Page


def test_items_say_what_is_known_of_a_thread() -> None:
    page = Page()
    page["threads"] = ui.threads_card(
        "side",
        "threads",
        [ui.thread_item("a", "Lisbon", time=1.5, pinned=True)],
        path="#t/",
        events=["rename", "undo"],
    )
    page["threads"].selected = "a"
    page["threads"].deleted = ui.thread_item("b", "Oslo")
    page.save()
    assert dict(page.load()["cards"])["threads"] == {
        "view": "threads",
        "box": "side",
        "name": "threads",
        "items": [{"id": "a", "title": "Lisbon", "time": 1.5, "pinned": True}],
        "path": "#t/",
        "events": ["rename", "undo"],
        "selected": "a",
        "deleted": {"id": "b", "title": "Oslo"},
    }


def test_an_event_that_is_none_is_refused() -> None:
    with pytest.raises(CardError, match="renam"):
        Page()["threads"] = ui.threads_card("side", "threads", [], events=["renam"])  # type: ignore[list-item]


def test_an_item_needs_an_id() -> None:
    with pytest.raises(CardError, match="id"):
        Page()["threads"] = ui.threads_card("side", "threads", [ui.thread_item("", "No id")])
