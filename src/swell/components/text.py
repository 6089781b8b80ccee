"""Text in five sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from .base import Component
from .command import Command

Align: TypeAlias = Literal["start", "end", "center", "justify"]


class Text(Component):
    """Show Markdown text.

    Attributes:
        content: The text, as Markdown. HTML of a closed list is drawn.
        size: `xl`, `l`, `m`, `s` or `xs`; that of the page's body text when absent.
        width: CSS width, such as `200px` or `50%`.
        visible: False hides it; True when absent.
        align: `start`, `end`, `center` or `justify`.
        tooltip: Help shown at a small icon beside the text.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "text"
    content: str
    size: Literal["xl", "l", "m", "s", "xs"] | None = None
    width: str | None = None
    visible: bool | None = None
    align: Align | None = None
    tooltip: str | None = None
    name: str | None = None


class TextXl(Component):
    """Show a heading in the largest size.

    Attributes:
        content: The text, as Markdown.
        width: CSS width.
        visible: False hides it.
        align: `start`, `end`, `center` or `justify`.
        tooltip: Help shown at a small icon beside the text.
        commands: Menu beside the text.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "text_xl"
    content: str
    width: str | None = None
    visible: bool | None = None
    align: Align | None = None
    tooltip: str | None = None
    commands: Sequence[Command] | None = None
    name: str | None = None


class TextL(Component):
    """Show a heading in the second largest size.

    Attributes:
        content: The text, as Markdown.
        width: CSS width.
        visible: False hides it.
        align: `start`, `end`, `center` or `justify`.
        tooltip: Help shown at a small icon beside the text.
        commands: Menu beside the text.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "text_l"
    content: str
    width: str | None = None
    visible: bool | None = None
    align: Align | None = None
    tooltip: str | None = None
    commands: Sequence[Command] | None = None
    name: str | None = None


class TextM(Component):
    """Show text in the medium size.

    Attributes:
        content: The text, as Markdown.
        width: CSS width.
        visible: False hides it.
        align: `start`, `end`, `center` or `justify`.
        tooltip: Help shown at a small icon beside the text.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "text_m"
    content: str
    width: str | None = None
    visible: bool | None = None
    align: Align | None = None
    tooltip: str | None = None
    name: str | None = None


class TextS(Component):
    """Show text in a small size.

    Attributes:
        content: The text, as Markdown.
        width: CSS width.
        visible: False hides it.
        align: `start`, `end`, `center` or `justify`.
        tooltip: Help shown at a small icon beside the text.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "text_s"
    content: str
    width: str | None = None
    visible: bool | None = None
    align: Align | None = None
    tooltip: str | None = None
    name: str | None = None


class TextXs(Component):
    """Show text in the smallest size.

    Attributes:
        content: The text, as Markdown.
        width: CSS width.
        visible: False hides it.
        align: `start`, `end`, `center` or `justify`.
        tooltip: Help shown at a small icon beside the text.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "text_xs"
    content: str
    width: str | None = None
    visible: bool | None = None
    align: Align | None = None
    tooltip: str | None = None
    name: str | None = None
