"""`check`: what of an app would fail or differ, with its line, found without running it."""

from __future__ import annotations

import pytest

from swell.check import check


def found(source: str) -> list[str]:
    """Return the findings, each as `line kind text`."""
    return [f"{one.line} {one.kind} {one.text}" for one in check(source)]


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ("from h2o_wave import ui, spam", "1 fails `h2o_wave` has no `spam`"),
        ("from swell import ui\nui.slidr('a')", "2 fails there is no `ui.slidr`, did you mean"),
        (
            "from swell import ui as u\nu.slider('a', maximum=3)",
            "2 fails `u.slider` has no argument",
        ),
        ("from swell import ui\nui.slider()", "2 fails `ui.slider` needs `name`"),
        (
            "from swell import ui\nui.slider(name=None)",
            "2 fails `ui.slider(name=...)` cannot be None",
        ),
        ("from swell import ui\nui.slider('a', max='b')", "2 fails `ui.slider(max=...)`: "),
        ("from swell.ui import slider\nslider('a', label=[1])", "2 fails `slider(label=...)`: "),
        ("import swell\nswell.ui.slidr('a')", "2 fails there is no `swell.ui.slidr`"),
        ("from swell import ui\nui.separator('a', 'b', 'c', 'd', 'e', 'f')", "2 fails "),
        ("from h2o_wave import core\ncore.marshal(1)", "2 fails "),
        ("import h2o_wave.nothing", "1 fails there is no module `h2o_wave.nothing`"),
        (
            "import time\nasync def serve(q):\n    time.sleep(1)",
            "3 differs `time.sleep` blocks every user",
        ),
        (
            "from time import sleep\nasync def serve(q):\n    sleep(1)",
            "3 differs `sleep` blocks every user",
        ),
    ],
)
def test_it_finds(source: str, finding: str) -> None:
    assert [one for one in found(source) if one.startswith(finding)]


@pytest.mark.parametrize(
    "source",
    [
        "from h2o_wave import *\nui.slider('a', max=3)",
        "from swell import ui\nui.slider(**given)",
        "from swell import ui\nui.slider(*given)",
        "from swell import ui\nui.slider(name, max=limit(3))",
        "from os import path\npath.anything()",
        "import time\ndef work():\n    time.sleep(1)",
        "import time\nasync def serve(q):\n    def work():\n        time.sleep(1)\n    work()",
    ],
)
def test_it_finds_nothing(source: str) -> None:
    assert found(source) == []


def test_a_word_that_wave_ignores_differs_there_and_fails_here() -> None:
    app = "from {} import ui\nui.chatbot_card('1 1 1 1', 'chat', None, events=['no_such'])"
    assert found(app.format("swell"))[-1].startswith("2 fails `ui.chatbot_card(events=...)`")
    assert found(app.format("h2o_wave"))[-1].startswith("2 differs `ui.chatbot_card(events=...)`")
