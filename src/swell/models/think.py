"""Reasoning that a model writes into its text, in tags at the start, as `<think>...</think>`."""

from __future__ import annotations

from swell.models.deltas import Delta, ReasoningDelta, TextDelta

__all__ = ["ThinkTags"]

_TAGS = {
    **{
        f"<{tag}>": f"</{tag}>"
        for tag in ("think", "thinking", "thought", "reasoning", "seed:think")
    },
    "[think]": "[/think]",  # of Mistral
    "\u25c1think\u25b7": "\u25c1/think\u25b7",  # of Kimi
}
"""How a thought begins, in lower case, and how it ends."""

_LATE = "</think>"
"""How a thought ends that had no beginning: its prompt had it, as in DeepSeek R1's template."""

_LATE_MAX = 200_000
"""Longest text in which that end is looked for, in code points."""

_MAX = 20
"""Most thoughts at the start of a message; the tags of more are text."""

_BLANK = "\ufeff\u200b"
"""Characters without a width that stand before a tag, beside white space."""


class ThinkTags:
    """Splits the text of one message into reasoning and answer, however the deltas cut it.

    Only a tag at the start counts, after white space or other thoughts at most. Elsewhere it is
    text. A line `</think>` without any tag before it says that all before was the thought.
    """

    def __init__(self) -> None:
        self._held = ""
        self._close = ""
        self._state = "start"
        self._thought = False  # whether the thought has begun, after white space
        self._gap = ""  # between this thought and the one before
        self._count = 0
        self._texts: list[str] = []  # text so far, while it may turn out to be reasoning
        self._size = 0
        self._looked = 0  # at how many ends

    def split(self, said: str) -> list[Delta]:
        """Return what more text adds; what may be half a tag is held until the rest arrives."""
        said, self._held = self._held + said, ""
        if self._state == "text":
            return self._text(said)
        if self._state == "start":
            return self._start(said)
        if self._state == "think":
            return self._think(said)
        return self._after(said)

    def whole(self, said: str) -> list[Delta]:
        """Return the deltas of a whole message."""
        return self.split(said) + self.end()

    def end(self) -> list[Delta]:
        """Return the held text, at the end of the message."""
        held, self._held = self._held, ""
        if self._state in ("start", "text"):
            if held.rstrip() == _LATE and not self._count and self._ends_late(held, 0):
                return self._late()
            return [TextDelta(held)] if held else []
        return self._add(held) if self._state == "think" and held.strip() else []

    def _start(self, said: str) -> list[Delta]:
        begin = said.lstrip()
        while begin[:1] and begin[0] in _BLANK:
            begin = begin[1:].lstrip()
        lower = begin[:12].lower()
        for tag, close in _TAGS.items():
            if lower.startswith(tag) and self._count < _MAX:
                self._count += 1
                self._state, self._close, self._thought = "think", close, False
                return self._think(begin[len(tag) :])
            if tag.startswith(lower):
                self._held = said
                return []
        self._state = "text"
        return self._text(said)

    def _text(self, said: str) -> list[Delta]:
        if self._count or self._size > _LATE_MAX:
            return [TextDelta(said)] if said else []
        at = said.find(_LATE)
        while at >= 0:
            rest = said[at + len(_LATE) : at + len(_LATE) + 80]
            line, newline, _ = rest.partition("\n")
            if not line.strip() and self._ends_late(said, at):
                if newline:
                    rest = said[at + len(_LATE) :]
                    return self._answer(said[:at]) + self._late() + self._after(rest)
                self._held = said[at:]  # until it is known whether the line ends here
                return self._answer(said[:at])
            at = said.find(_LATE, at + 1)
        start = said.rfind("\n") + 1
        if said[start:] and _LATE.startswith(said[start:]) and self._begins_line(said, start):
            self._held = said[start:]
            said = said[:start]
        return self._answer(said)

    def _answer(self, said: str) -> list[Delta]:
        if not said:
            return []
        self._texts.append(said)
        self._size += len(said)
        return [TextDelta(said)]

    def _begins_line(self, said: str, at: int) -> bool:
        """Return whether a line begins at this place of the pending text."""
        return (said[at - 1] if at else self._texts[-1][-1] if self._texts else "\n") == "\n"

    def _ends_late(self, said: str, at: int) -> bool:
        """Whether a tag ends a thought without a beginning: it begins a line, and is in no code."""
        if not self._begins_line(said, at) or self._looked == _MAX:
            return False
        self._looked += 1
        before = "".join([*self._texts, said[:at]])
        return "<think" not in before.lower() and before.count("```") % 2 == 0

    def _late(self) -> list[Delta]:
        """Reclassify all text so far as reasoning."""
        size, self._texts, self._state = self._size, [], "after"
        self._count, self._thought, self._gap = 1, True, "\n\n"
        return [ReasoningDelta("", size)] if size else []

    def _think(self, said: str) -> list[Delta]:
        said = said if self._thought else said.lstrip()
        lower = said.lower()
        if len(lower) != len(said):  # a letter whose small form is longer
            lower = said
        if (at := lower.find(self._close)) >= 0:
            thought, rest = said[:at].rstrip(), said[at + len(self._close) :]
            self._state = "after"
            found = self._add(thought)
            self._gap = "\n\n" if self._thought else self._gap
            return found + self._after(rest)
        # White space is held as well: it may be all there is between the tags, or the last.
        keep = next(n for n in range(len(self._close), -1, -1) if lower.endswith(self._close[:n]))
        thought = said[: len(said) - keep].rstrip()
        self._held = said[len(thought) :]
        return self._add(thought)

    def _add(self, thought: str) -> list[Delta]:
        if not thought:
            return []
        gap, self._gap, self._thought = self._gap, "", True
        return [ReasoningDelta(gap + thought)]

    def _after(self, said: str) -> list[Delta]:
        said = said.lstrip()
        if not said:
            return []
        self._state = "start"
        return self._start(said)
