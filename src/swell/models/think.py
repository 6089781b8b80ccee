"""Reasoning that a model writes into its text: `<think>...</think>` at the start."""

from __future__ import annotations

from swell.models.deltas import Delta, ReasoningDelta, TextDelta

__all__ = ["ThinkTags"]

_TAGS = ("think", "thinking", "thought")


class ThinkTags:
    """Splits the text of one message into reasoning and answer, however the deltas cut it.

    Only a tag at the start counts, after white space at most. Elsewhere it is text.
    """

    def __init__(self) -> None:
        self._held = ""
        self._close = ""
        self._state = "start"
        self._thought = False  # whether the thought has begun, after white space

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

    def end(self) -> list[Delta]:
        """Return what is held, at the end of the message."""
        held, self._held = self._held, ""
        if self._state in ("start", "text"):
            return [TextDelta(held)] if held else []
        return [ReasoningDelta(held)] if self._state == "think" and held.strip() else []

    def _start(self, said: str) -> list[Delta]:
        begin = said.lstrip()
        lower = begin[:12].lower()
        for tag in _TAGS:
            if lower.startswith(f"<{tag}>"):
                self._state, self._close = "think", f"</{tag}>"
                return self._think(begin[len(tag) + 2 :])
            if f"<{tag}>".startswith(lower):
                self._held = said
                return []
        self._state = "text"
        return [TextDelta(said)]

    def _think(self, said: str) -> list[Delta]:
        said = said if self._thought else said.lstrip()
        self._thought |= bool(said)
        lower = said.lower()
        if len(lower) != len(said):  # a letter whose small form is longer
            lower = said
        if (at := lower.find(self._close)) >= 0:
            thought, rest = said[:at].rstrip(), said[at + len(self._close) :]
            self._state = "after"
            found: list[Delta] = [ReasoningDelta(thought)] if thought else []
            return found + self._after(rest)
        # White space is held as well: it may be all there is between the tags, or the last.
        keep = next(n for n in range(len(self._close), -1, -1) if lower.endswith(self._close[:n]))
        thought = said[: len(said) - keep].rstrip()
        self._held = said[len(thought) :]
        return [ReasoningDelta(thought)] if thought else []

    def _after(self, said: str) -> list[Delta]:
        said = said.lstrip()
        if not said:
            return []
        self._state = "text"
        return [TextDelta(said)]
