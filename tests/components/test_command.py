"""Commands, on whatever has a menu."""

from __future__ import annotations

from typing import Any

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def put(*commands: Any) -> Any:
    return check_card("c", ui.markdown_card("", "", "", commands=list(commands)))["commands"]


def test_a_command_may_have_a_menu_below() -> None:
    below = [ui.command("csv", value="x"), ui.command("pdf", path="/a.pdf", download=True)]
    assert put(ui.command("save", label="Save", icon="Save", items=below)) == [
        {
            "name": "save",
            "label": "Save",
            "icon": "Save",
            "items": [
                {"name": "csv", "value": "x"},
                {"name": "pdf", "path": "/a.pdf", "download": True},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (ui.command(""), r"non-empty `str`, got '' - at `\$\.commands\[0\]\.name`"),
        (ui.command("a", items=[ui.command("b", value=3)]), r"commands\[0\]\.items\[0\]\.value"),  # type: ignore[arg-type]
        (ui.button("a"), r"Expected `Command`, got `swell.components.button.Button`"),
    ],
)
def test_a_wrong_command_is_refused(command: Any, message: str) -> None:
    with pytest.raises(CardError, match=message):
        put(command)
