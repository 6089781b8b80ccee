"""`ui`: every name of Wave is there, and each says what it is."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import Any

import pytest

from swell import types, ui
from swell.cards.base import CARDS
from swell.components.base import COMPONENTS
from swell.errors import NotSupportedError
from swell.schema.kinds import Record
from swell.wave import names as wave_names
from swell.wave.stubs import class_name

SUPPORTED = {"box", "boxes"} | {
    name
    for name in wave_names.FUNCTIONS
    if inspect.isclass(made := getattr(ui, name)) and issubclass(made, Record)
}
UNSUPPORTED = sorted(set(wave_names.FUNCTIONS) - SUPPORTED)


def test_wave_has_146_functions_and_52_classes_of_constants() -> None:
    assert len(wave_names.FUNCTIONS) == 146
    assert len(wave_names.ENUMS) == 52


@pytest.mark.parametrize("name", sorted(SUPPORTED))
def test_a_supported_name_makes_its_class(name: str) -> None:
    made = getattr(ui, name)
    assert inspect.getdoc(made)
    if name not in ("box", "boxes"):
        assert issubclass(made, Record)
        assert getattr(ui, made.__name__) is made
        assert made.__name__ == class_name(name)


def test_every_class_has_its_short_name() -> None:
    for view, card in CARDS.items():
        assert getattr(ui, f"{view}_card") is card
    for tag, component in COMPONENTS.items():
        assert getattr(ui, tag) is component


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_an_unsupported_name_refuses_naming_itself_and_the_docs(name: str) -> None:
    function = getattr(ui, name)
    with pytest.raises(NotSupportedError) as caught:
        function()
    assert str(caught.value) == (
        f"ui.{name} is not part of Swell yet. docs/reference/wave.md lists every name that is."
    )
    made = getattr(ui, class_name(name))
    with pytest.raises(NotSupportedError, match=rf"^ui\.{name} "):
        made(1, x=2)
    with pytest.raises(NotSupportedError, match=rf"^ui\.{name} "):
        made.load({})


def test_an_unsupported_name_is_the_same_object_each_time() -> None:
    assert ui.pixel_art_card is ui.pixel_art_card  # type: ignore[attr-defined]
    assert ui.PixelArtCard is types.PixelArtCard  # type: ignore[attr-defined]


def test_a_mistyped_name_is_an_attribute_error_with_what_was_meant() -> None:
    with pytest.raises(
        AttributeError, match=r"no attribute 'pixel_art_crd', did you mean `pixel_art_card`\?"
    ):
        ui.pixel_art_crd  # type: ignore[attr-defined] # noqa: B018
    with pytest.raises(AttributeError, match="no attribute '_private'"):
        ui._private  # type: ignore[attr-defined] # noqa: B018
    with pytest.raises(ImportError):
        from swell.ui import chatbot_crad  # type: ignore[attr-defined] # noqa: F401


def test_dir_and_import_star_have_every_name() -> None:
    everything: dict[str, Any] = {}
    exec("from swell.ui import *", everything)
    names = {
        *wave_names.FUNCTIONS,
        *wave_names.ENUMS,
        *map(class_name, SUPPORTED - {"box", "boxes"}),
    }
    assert names <= set(everything)
    assert names <= set(dir(ui))


def test_constants_have_their_values() -> None:
    assert ui.TextSize.XL == "xl"
    assert ui.NotificationBarPosition.TOP_RIGHT == "top-right"
    assert types.MarkXScale.TIME_CATEGORY == "time-category"


def test_a_constant_is_accepted_where_it_belongs() -> None:
    from swell.cards.base import check_card

    card = ui.form_card("", [ui.text("x", align=ui.TextAlign.CENTER)])
    assert check_card("f", card)["items"] == [{"text": {"content": "x", "align": "center"}}]


def test_an_unknown_argument_is_refused_at_the_call() -> None:
    with pytest.raises(TypeError, match="generatng"):
        ui.chatbot_card("", "bot", [], generatng=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="name"):
        ui.textbox()  # type: ignore[call-arg]


def test_importing_ui_makes_no_stand_ins() -> None:
    # They are 250 objects that most apps never need.
    code = (
        "import sys; from swell import ui; "
        "print('swell.wave.stubs' in sys.modules, ui.pixel_art_card)"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    shown = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert shown.startswith("False <function pixel_art_card")
