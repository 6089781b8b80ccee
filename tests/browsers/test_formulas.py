"""Formulas in Firefox and WebKit, whose own style differs from Chromium's."""

from __future__ import annotations

from tests.e2e.conftest import Run
from tests.e2e.test_formulas import APP, BORDERS, FONT, HAT, LINES, TAGS

from .driver import Tab, free_port
from .test_main_ways import ask


def test_numbers_lines_and_hats_are_where_they_belong(tab: Tab, start: Run) -> None:
    tab.go(start(APP, "--port", str(free_port())).url)
    ask(tab, "formulas")
    tab.wait("document.querySelectorAll('.math math').length == 6")
    tab.wait(FONT)
    assert tab.run(TAGS) == [0, 0]
    assert tab.run(LINES) == [True, True]
    assert tab.run(BORDERS)
    assert tab.run(HAT) < 0.95  # of the height of the letter
