"""Names that only Wave has: they are there, and say so when used."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from swell.errors import NotSupportedError
from swell.wave import stubs

site: Any = stubs.unsupported_object("h2o_wave.site", "Use q.page.")


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (lambda: site["/page"], "h2o_wave.site"),
        (lambda: site.__setitem__("/page", 1), "h2o_wave.site"),
        (lambda: site.__delitem__("/page"), "h2o_wave.site"),
        (lambda: site(), "h2o_wave.site"),
        (lambda: site.upload(["a.txt"]), "h2o_wave.site.upload"),
    ],
)
def test_an_unsupported_object_refuses_every_use(use: Callable[[], Any], name: str) -> None:
    with pytest.raises(NotSupportedError) as caught:
        use()
    assert str(caught.value) == (
        f"{name} is not part of Swell yet. Use q.page. "
        "docs/reference/wave.md lists every name that is."
    )


def test_an_unsupported_object_can_be_shown_and_copied() -> None:
    assert repr(site) == "<h2o_wave.site, not part of Swell yet>"
    assert copy.copy(site) is not None


def test_unsupported_functions_and_classes_can_be_named_but_not_used() -> None:
    [draw] = stubs.functions("graphics", "draw")
    [Turtle] = stubs.classes("graphics", "Turtle")  # noqa: N806
    assert (draw.__name__, Turtle.__name__) == ("draw", "Turtle")
    assert not isinstance(3, Turtle)
    for use in (draw, Turtle, lambda: Turtle(1, x=2), lambda: Turtle.load({})):
        with pytest.raises(NotSupportedError, match=r"^graphics\.(draw|Turtle) is not part"):
            use()


def test_what_wave_lacks_too_is_unknown() -> None:
    with pytest.raises(KeyError):
        stubs.make("no_such_card")
