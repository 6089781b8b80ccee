"""A template in a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from swell.schema.kinds import PACKED

from .base import Component


class Template(Component):
    """Show a template of HTML, filled with values.

    Attributes:
        content: The template, in Handlebars. Its HTML is of the same closed list as that of
            `ui.markup`.
        data: Values for the template by name, perhaps packed in a string.
        name: Name by which it can be reached on the card.
        width: CSS width.
        visible: False hides it.
    """

    tag: ClassVar[str] = "template"
    content: str
    data: Annotated[Mapping[str, Any] | str | None, PACKED] = None
    name: str | None = None
    width: str | None = None
    visible: bool | None = None
