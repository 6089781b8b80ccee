"""Tool call: a call of a tool, with its state and result."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from swell.markdown import fenced, line

from .base import PARTS, SHOWN, AnyPart, Part, loaded

__all__ = ["ToolCall"]


class ToolCall(Part, tag="tool_call"):
    """A call of a tool; shown as one line with its state that opens.

    Attributes:
        name: The tool.
        args: Its arguments, any JSON.
        state: `running`; `waiting` for the user; `done`; or `failed`. Left out, it is `done`
            when there is a result, else `running`.
        result: Its result, any JSON; a text is Markdown. While it runs, its progress.
        parts: What happened inside, such as calls that this one made.
        id: The call, as the model names it; generated when left out.
    """

    name: str
    args: Annotated[Any, SHOWN] = None
    state: Literal["running", "waiting", "done", "failed"] | None = None
    result: Annotated[Any, SHOWN] = None
    parts: Annotated[list[AnyPart], PARTS] = []
    id: str = msgspec.field(default_factory=lambda: f"call-{uuid.uuid4().hex}")

    aside: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.state is None:
            self.state = "running" if self.result is None else "done"
        if isinstance(self.parts, list):
            self.parts = [loaded(part) for part in self.parts]

    def as_markdown(self) -> str:
        """Return the tool's name, and its arguments as JSON."""
        args = msgspec.json.format(msgspec.json.encode(self.args)).decode()
        return f"**{line(self.name)}**\n\n{fenced(args, 'json')}"
