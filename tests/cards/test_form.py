"""Form card: its items in every form."""

from __future__ import annotations

from typing import Any

import pytest

from swell import pack, ui
from swell.cards.base import check_card
from swell.errors import CardError, NotSupportedError


def put(items: Any, **properties: Any) -> dict[str, Any]:
    return check_card("form", ui.form_card("1 1 2 2", items, **properties))


ITEM = {"textbox": {"name": "city", "label": "City"}}


@pytest.mark.parametrize(
    "items",
    [
        [ui.textbox("city", label="City")],
        (ui.textbox("city", label="City"),),
        [ITEM],
        [{"textbox": {"name": "city", "label": "City", "value": None}}],
        pack([ITEM]),
    ],
)
def test_items_may_be_objects_dicts_or_packed(items: Any) -> None:
    assert put(items)["items"] == [ITEM]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ("city", r"Expected a packed string"),
        ({"textbox": {}}, r"Expected `list`, got `dict` - at `\$\.items`"),
        (["city"], r"Expected a component, got `str` - at `\$\.items\[0\]`"),
        ([ui.choice("a")], r"Expected a component, got `swell.components.dropdown.Choice`"),
        ([{"name": "city"}], r"a component wrapped in its tag .*got \['name'\]"),
        ([{}], r"a component wrapped in its tag"),
        ([{"textbx": {"name": "a"}}], r"no component `textbx`, did you mean `textbox`\?"),
        ([{"zzzzzz": {}}], r"no component `zzzzzz`; there are button, buttons"),
        ([{"textbox": {}}], r"`Textbox` needs `name`, it is missing - at `\$\.items\[0\]\.textbox"),
        ([{"textbox": {"name": "a", "lable": "A"}}], r"no property `lable`, did you mean `label`"),
    ],
)
def test_other_items_are_refused(items: Any, message: str) -> None:
    with pytest.raises(CardError, match=message):
        put(items)


def test_a_component_that_only_wave_has_is_named() -> None:
    with pytest.raises(NotSupportedError, match=r"^ui\.audio_annotator is not part of Swell yet"):
        put([ui.text("x"), {"audio_annotator": {"name": "p"}}])


def test_title_and_commands_travel() -> None:
    checked = put([], title="Settings", commands=[ui.command("reset")])
    assert checked["title"] == "Settings"
    assert checked["commands"] == [{"name": "reset"}]
