"""Image: a picture."""

from __future__ import annotations

from typing import Annotated

import msgspec

from swell.markdown import link

from .base import Part

__all__ = ["Image"]


class Image(Part, tag="image"):
    """A picture. One of another site is shown by the card's `images`.

    Attributes:
        url: Address or path of this app; on a card also a `data:image/...` address. In `@chat`
            let `turn.file` make the part of bytes or of a file on the server.
        alt: Description of the picture.
        width: Width in CSS pixels; with the height its room is kept while it loads.
        height: Height in CSS pixels.
    """

    url: str
    alt: str
    width: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    height: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None

    def as_markdown(self) -> str:
        """Return the picture by its address."""
        return f"!{link(self.alt, self.url)}"

    def as_prompt(self) -> str:
        """Return the description of the picture."""
        return f"[image: {self.alt}]"
