"""A picture in a form."""

from __future__ import annotations

from typing import ClassVar

from .base import Component


class Image(Component):
    """Show a picture.

    Attributes:
        title: What it shows, for those who cannot see it.
        type: Media type of `image`, without `image/`: `png`, `jpeg`, `webp`, `gif` and others.
        image: The bytes of the picture in Base64. Needs `type`.
        path: Address of the picture: of this site, of another or `data:`.
        width: CSS width.
        visible: False hides it.
        path_popup: Address of a larger picture, shown over the page after a click.
    """

    tag: ClassVar[str] = "image"
    title: str
    type: str | None = None
    image: str | None = None
    path: str | None = None
    width: str | None = None
    visible: bool | None = None
    path_popup: str | None = None
