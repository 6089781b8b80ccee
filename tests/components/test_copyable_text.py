"""Text to take along."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item)


def test_all_properties_travel() -> None:
    key = ui.copyable_text("a\nb", "Key", name="key", multiline=True, height="90px", width="50%")
    assert put(key)["copyable_text"] == {
        "value": "a\nb",
        "label": "Key",
        "name": "key",
        "multiline": True,
        "height": "90px",
        "width": "50%",
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.copyable_text(7, "Key"), "`str`, got `int` - at `$.items[0].copyable_text.value`"),  # type: ignore[arg-type]
        (ui.copyable_text("a", []), "`str`, got `list` - at `$.items[0].copyable_text.label`"),  # type: ignore[arg-type]
        (ui.copyable_text("a", "b", height=90), "`str`, got `int`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)


def test_text_and_label_are_needed() -> None:
    with pytest.raises(TypeError, match="label"):
        ui.copyable_text("a")  # type: ignore[call-arg]
