"""One feature, one file on each side: what is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import swell.ui  # noqa: F401  # imports every card and component
from swell.cards.base import CARDS
from swell.components.base import COMPONENTS

ROOT = Path(__file__).parents[1]


def pascal(name: str) -> str:
    """Return the name of the Svelte file of a view: `message_bar` is `MessageBar`."""
    return "".join(part.capitalize() for part in name.split("_"))


@pytest.mark.parametrize("view", sorted(CARDS))
def test_a_card_has_a_svelte_file_and_a_page_of_the_docs(view: str) -> None:
    assert (ROOT / "web/src/cards" / f"{pascal(view)}.svelte").is_file()
    assert (ROOT / "docs/cards" / f"{view}.md").is_file()


@pytest.mark.parametrize("tag", sorted(COMPONENTS))
def test_a_component_has_a_svelte_file(tag: str) -> None:
    assert (ROOT / "web/src/components" / f"{pascal(tag)}.svelte").is_file()


@pytest.mark.parametrize("folder", ["cards", "components"])
def test_what_the_browser_draws_has_a_python_class(folder: str) -> None:
    known = CARDS if folder == "cards" else COMPONENTS
    drawn = {file.stem for file in (ROOT / "web/src" / folder).glob("*.svelte")}
    shared = {"Items"}  # draws a list of components
    assert drawn - shared == {pascal(name) for name in known}
