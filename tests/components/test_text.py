"""Text in five sizes."""

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


@pytest.mark.parametrize("size", ["xl", "l", "m", "s", "xs"])
def test_a_size_of_its_own_or_as_argument(size: Any) -> None:
    assert put(ui.text("Hi", size=size)) == {"text": {"content": "Hi", "size": size}}
    sized = getattr(ui, f"text_{size}")
    assert put(sized("Hi", align="end", name="t")) == {
        f"text_{size}": {"content": "Hi", "align": "end", "name": "t"}
    }


def test_headings_may_have_a_menu() -> None:
    for heading in (ui.text_xl, ui.text_l):
        [inner] = put(heading("Hi", commands=[ui.command("a")])).values()
        assert inner["commands"] == [{"name": "a"}]
    with pytest.raises(TypeError):
        ui.text_m("Hi", commands=[])  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.text("Hi", size="xxl"), "one of `xl`, `l`, `m`, `s`, `xs`, got 'xxl'"),  # type: ignore[arg-type]
        (ui.text("Hi", align="left"), "`start`, `end`, `center`, `justify`, got 'left'"),  # type: ignore[arg-type]
        (ui.text_xs("Hi", align="left"), "`justify`, got 'left'"),  # type: ignore[arg-type]
        (ui.text(3), "`str`, got `int` - at `$.items[0].text.content`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
