"""Source: where something in an answer comes from."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from swell.markdown import line, link

from .base import Part

__all__ = ["Source"]


class Source(Part, tag="source"):
    """Where something in the answer comes from; all are gathered under the message.

    Attributes:
        title: Its name.
        url: Address to open: http or https, or a path of this app.
        quote: The words that were used, as plain text.
        index: Number that the text cites it by; else they are counted from 1.
    """

    title: str
    url: str | None = None
    quote: str | None = None
    index: Annotated[int, msgspec.Meta(ge=0)] | None = None

    aside: ClassVar[bool] = True

    @property
    def link(self) -> str:
        """Its title as Markdown, which leads to its address if it has one."""
        return link(self.title, self.url) if self.url else line(self.title)

    def as_markdown(self) -> str:
        """Return an item of a list."""
        return f"- {self.link}"
