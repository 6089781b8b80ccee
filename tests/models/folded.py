"""What an answer's deltas come to."""

from __future__ import annotations

from dataclasses import dataclass, field

from swell.models import Delta, Finish, ReasoningDelta, TextDelta, ToolCallDelta, Usage


@dataclass
class Folded:
    """An answer, put together."""

    text: str = ""
    reasoning: str = ""
    calls: dict[str, tuple[str, object, str, object]] = field(default_factory=dict)
    """By id: name, arguments, state, result."""
    usage: tuple[int, int] = (0, 0)
    failures: list[str] = field(default_factory=list)
    finish: str = ""


def fold(deltas: list[Delta]) -> Folded:
    """Put deltas together."""
    folded = Folded()
    for delta in deltas:
        if isinstance(delta, TextDelta):
            folded.text += delta.text
        elif isinstance(delta, ReasoningDelta):
            folded.reasoning += delta.text
        elif isinstance(delta, ToolCallDelta):
            name, args, _, result = folded.calls.get(delta.id, ("", None, "", None))
            folded.calls[delta.id] = (
                delta.name or name,
                args if delta.args is None else delta.args,
                delta.state,
                result if delta.result is None else delta.result,
            )
        elif isinstance(delta, Usage):
            folded.usage = (folded.usage[0] + delta.input, folded.usage[1] + delta.output)
        elif isinstance(delta, Finish):
            folded.finish = delta.reason
        else:
            folded.failures.append(delta.code)
    return folded
