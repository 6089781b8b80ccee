"""`types`: every type of Wave by its name."""

from __future__ import annotations

from typing import Any

import pytest

from swell import Data, types, ui
from swell.errors import NotSupportedError


def test_supported_types_are_the_classes_of_ui() -> None:
    assert types.ChatbotCard is ui.chatbot_card
    assert types.TextXl is ui.text_xl
    assert types.Component is ui.Component


def test_types_without_a_function_refuse_too() -> None:
    with pytest.raises(NotSupportedError, match="ImageAnnotatorShape"):
        types.ImageAnnotatorShape()


def test_functions_are_not_types() -> None:
    with pytest.raises(AttributeError):
        types.chatbot_card  # noqa: B018


def test_import_star_has_types_constants_and_aliases() -> None:
    names: dict[str, Any] = {}
    exec("from swell.types import *", names)
    assert names["ChatbotCard"] is ui.ChatbotCard
    assert names["TextSize"].XL == "xl"
    assert names["Data"] is Data
    assert {"PlotCard", "PackedRecord", "Value", "Optional"} <= set(names)
