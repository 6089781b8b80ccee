"""What all components have in common."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from swell import ui
from swell.components.base import COMPONENTS, Component

TAGS = [
    *("text", "text_xl", "text_l", "text_m", "text_s", "text_xs", "textbox", "button", "buttons"),
    *("inline", "checkbox", "dropdown", "message_bar", "progress", "separator", "link"),
]


@pytest.mark.parametrize("tag", TAGS)
def test_every_component_is_registered_under_its_tag(tag: str) -> None:
    assert COMPONENTS[tag].tag == tag
    assert getattr(ui, tag) is COMPONENTS[tag]


def test_a_component_dumps_wrapped_in_its_tag() -> None:
    assert ui.textbox("city", label="City").dump() == {"textbox": {"name": "city", "label": "City"}}


def test_a_component_is_its_own_attribute_and_the_others_are_none() -> None:
    box = ui.textbox("city")
    assert box.textbox is box
    assert box.button is None
    assert box.table is None  # one that only Wave has
    box.textbox.value = "Oslo"
    assert box.dump()["textbox"]["value"] == "Oslo"


def test_a_property_wins_over_the_tag_of_another_component() -> None:
    assert ui.message_bar(text="Saved").text == "Saved"


def test_a_mistyped_attribute_is_an_error() -> None:
    with pytest.raises(
        AttributeError, match="Textbox has no attribute 'valu', did you mean `value`"
    ):
        ui.textbox("city").valu  # noqa: B018


@pytest.mark.parametrize("cls", [Component, ui.Textbox])
@pytest.mark.parametrize("shape", [{"textbox": {"name": "city"}}])
def test_load_reverses_dump(cls: type[Component], shape: dict[str, Any]) -> None:
    assert cls.load(shape) == ui.textbox("city")


def test_load_takes_the_properties_alone_where_the_class_is_known() -> None:
    assert ui.Textbox.load({"name": "city"}) == ui.textbox("city")
    with pytest.raises(ValueError, match=r"the tag of a component, got \['name'\]"):
        Component.load({"name": "city"})
    with pytest.raises(ValueError, match=r"the tag of a component, got \['tabel'\]"):
        Component.load({"tabel": {}})


def test_load_rebuilds_what_is_inside() -> None:
    row = ui.inline([ui.dropdown("d", choices=[ui.choice("a")]), ui.text("x")])
    assert Component.load(row.dump()) == row


def test_a_component_can_be_copied_and_pickled() -> None:
    row = ui.inline([ui.button("go", commands=[ui.command("more")])])
    assert copy.deepcopy(row) == row
    assert pickle.loads(pickle.dumps(row)) == row
