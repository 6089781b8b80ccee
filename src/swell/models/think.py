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

_MAX = 20
"""Most thoughts at the start of a message; the tags of more are text."""

_BLANK = "\ufeff\u200b"
"""Characters without a width that stand before a tag, beside white space."""


class ThinkTags:
    """Splits the text of one message into reasoning and answer, however the deltas cut it.

    Only a tag at the start counts, after white space or other thoughts at most. Elsewhere it is
    text.
    """

    def __init__(self) -> None:
        self._held = ""
        self._close = ""
        self._state = "start"
        self._thought = False  # whether the thought has begun, after white space
        self._gap = ""  # between this thought and the one before
        self._count = 0

    def split(self, said: str) -> list[Delta]:
        """Return what more text adds; what may be half a tag is held until the rest arrives."""
        if self._state == "text":
            return [TextDelta(said)] if said else []
        said, self._held = self._held + said, ""
        if self._state == "start":
            return self._start(said)
        if self._state == "think":
            return self._think(said)
        return self._after(said)

    def whole(self, said: str) -> list[Delta]:
        """Return what a whole message says."""
        return self.split(said) + self.end()

    def end(self) -> list[Delta]:
        """Return what is held, at the end of the message."""
        held, self._held = self._held, ""
        if self._state in ("start", "text"):
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
        return [TextDelta(said)]

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
