"""File: something to open or keep."""

from __future__ import annotations

from typing import Annotated

import msgspec

from swell.markdown import link

from .base import Part

__all__ = ["File"]


class File(Part, tag="file"):
    """A file to open or keep.

    Attributes:
        name: File name as shown.
        url: Address or path of this app, as `q.site.upload` returns it. In `@chat` let
            `turn.file` make the part of bytes or of a file on the server.
        size: Size in bytes.
        mime: Media type, such as `text/csv`.
    """

    name: str
    url: str
    size: Annotated[int, msgspec.Meta(ge=0)] | None = None
    mime: str | None = None

    def as_markdown(self) -> str:
        """Return a link."""
        return link(self.name, self.url)

    def as_prompt(self) -> str:
        """Return the name: no model can open the address."""
        return f"[file: {self.name}]"
