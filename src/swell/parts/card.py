"""Card: form components inside a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from swell.components.base import Component
from swell.schema.kinds import dump_value

from .base import Part

__all__ = ["Card"]


_SAY = ("content", "text", "label")
"""Properties of components that are read."""


class Card(Part, tag="card"):
    """Form components inside a message, as in a form card.

    Attributes:
        items: `ui.text(...)`, `ui.button(...)` and so on.
    """

    items: list[Annotated[Any, Component.as_kind()]]

    def __post_init__(self) -> None:
        # Plain from the start: a store that encodes parts knows no components.
        if isinstance(self.items, list | tuple):
            self.items = dump_value(self.items)

    def as_markdown(self) -> str:
        """Return the texts of its components, each in a paragraph."""
        said = (inner.get(name) for inner in self._components() for name in _SAY if name in inner)
        return "\n\n".join(text for text in said if isinstance(text, str) and text)

    def _components(self) -> Iterator[dict[str, Any]]:
        for item in self.items:
            yield from (inner for inner in item.values() if isinstance(inner, dict))
