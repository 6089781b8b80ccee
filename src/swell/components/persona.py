"""A user: a picture or initials, with a name."""

from __future__ import annotations

from typing import ClassVar, Literal

from .base import Component


class Persona(Component):
    """Show a user: a picture or initials, and a name.

    `q.args.<name>` is True after a click, when there is a name.

    Attributes:
        title: The name of the user.
        subtitle: Text below it.
        caption: Smaller text below that; not in the sizes `xs` and `s`.
        size: `xl`, `l`, `m` (when absent), `s` or `xs`.
        image: Address of the picture, or `data:`.
        initials: Shown without a picture; made of the title when absent.
        initials_color: CSS colour behind the initials, or the name of one of the palette, such as
            `$mint`.
        name: Key in `q.args`. A name that begins with `#` sets the location hash instead. Without
            it a click does nothing.
    """

    tag: ClassVar[str] = "persona"
    title: str
    subtitle: str | None = None
    caption: str | None = None
    size: Literal["xl", "l", "m", "s", "xs"] | None = None
    image: str | None = None
    initials: str | None = None
    initials_color: str | None = None
    name: str | None = None
