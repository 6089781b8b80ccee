"""`h2o_wave`: Swell under the name that existing code imports."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

import h2o_wave
import swell
from h2o_wave.types import ChatbotCard
from swell.errors import NotSupportedError, PushError


@pytest.mark.parametrize("name", sorted({*swell.__all__} - {"__version__", "app"}))
def test_a_public_name_is_the_same_object_under_both(name: str) -> None:
    assert getattr(h2o_wave, name) is getattr(swell, name)


def test_modules_are_the_same_under_both() -> None:
    assert importlib.import_module("h2o_wave.ui") is swell.ui
    assert importlib.import_module("h2o_wave.types") is swell.types
    assert h2o_wave.ui is swell.ui
    assert h2o_wave.ChatbotCard is ChatbotCard is swell.ui.chatbot_card


@pytest.mark.parametrize(
    "module",
    ["__main__", "cli", "core", "db", "graphics", "ide", "metadata", "routing", "server", "share"],
)
def test_every_submodule_can_be_imported(module: str) -> None:
    assert importlib.import_module(f"h2o_wave.{module}").__doc__


def test_what_has_no_counterpart_refuses_when_used() -> None:
    uses: list[Callable[[], object]] = [
        lambda: h2o_wave.cypress("test"),
        lambda: h2o_wave.NavCard(),
    ]
    for use in uses:
        with pytest.raises(NotSupportedError):
            use()


def test_errors_of_wave_can_be_caught() -> None:
    for error in (h2o_wave.WaveDBError, h2o_wave.core.ServiceError):
        assert issubclass(error, Exception)
    assert h2o_wave.core.ServiceError is PushError


def test_an_unknown_name_is_an_import_error() -> None:
    with pytest.raises(ImportError):
        from h2o_wave import chatbot_card  # noqa: F401  (it is ui.chatbot_card)
    with pytest.raises(AttributeError):
        h2o_wave.NoSuchCard  # noqa: B018
