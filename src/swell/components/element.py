"""A web component of the app itself, in a form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.schema.kinds import ANYTHING, MisfitError, Name, Scalar

from .base import Component


class _Written(Scalar):
    """A text that is written in one way."""

    def __init__(self, pattern: re.Pattern[str], expected: str) -> None:
        super().__init__(str)
        self._pattern, self._expected = pattern, expected

    def check(self, value: Any, path: str) -> Any:
        if not isinstance(value, str) or not self._pattern.fullmatch(value):
            raise MisfitError(f"Expected {self._expected}, got {value!r}", path)
        return value


TagName = Annotated[
    str,
    _Written(
        re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"),
        "the name of an element, such as `star-rating`",
    ),
]
SitePath = Annotated[
    str,
    _Written(
        re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?"),
        "an address of this site, such as `/static/x.js`",
    ),
]


class Element(Component):
    """Show a web component that the app ships: one ES module, of this site.

    Attributes:
        name: Source of its events.
        tag_name: Name of the custom element that the module defines, such as `star-rating`.
        module: Address of the module, such as `/static/stars.js`; see `App.serve_folder`.
        properties: Properties of the element by name, as JSON. Those of every element, such as
            `innerHTML`, are left out.
        events: Names of its events that are sent, as `q.events.<name>.<event>` with their `detail`.
        width: CSS width.
        visible: False hides it.
    """

    tag: ClassVar[str] = "element"
    name: Name
    tag_name: TagName
    module: SitePath
    properties: Annotated[Mapping[str, Any] | None, ANYTHING] = None
    events: Sequence[str] | None = None
    width: str | None = None
    visible: bool | None = None
