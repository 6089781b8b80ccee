"""Element card: a web component of the app itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.components.element import SitePath, TagName
from swell.schema.kinds import ANYTHING, Name

from .base import Card, Command
from .box import Box


class ElementCard(Card):
    """Show a web component that the app ships: one ES module, of this site.

    Attributes:
        box: Place on the page.
        name: Source of its events.
        tag_name: Name of the custom element that the module defines, such as `star-rating`.
        module: Address of the module, such as `/static/stars.js`; see `App.serve_folder`.
        properties: Properties of the element by name, as JSON. Those of every element, such as
            `innerHTML`, are left out.
        events: Names of its events that are sent, as `q.events.<name>.<event>` with their `detail`.
        title: Title of the card.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "element"

    box: Box
    name: Name
    tag_name: TagName
    module: SitePath
    properties: Annotated[Mapping[str, Any] | None, ANYTHING] = None
    events: Sequence[str] | None = None
    title: str | None = None
    commands: Sequence[Command] | None = None
