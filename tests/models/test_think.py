"""Reasoning in the text of a model."""

from __future__ import annotations

import pytest

from swell.models import ReasoningDelta, TextDelta
from swell.models.think import ThinkTags


def split(*pieces: str) -> tuple[str, str]:
    """Return the reasoning and the text."""
    tags = ThinkTags()
    found = [delta for piece in pieces for delta in tags.split(piece)] + tags.end()
    thoughts = [delta.text for delta in found if isinstance(delta, ReasoningDelta)]
    return "".join(thoughts), "".join(d.text for d in found if isinstance(d, TextDelta))


@pytest.mark.parametrize(
    ("said", "reasoning", "text"),
    [
        ("<think>Hm.</think>Warm.", "Hm.", "Warm."),
        ("\n <think>\nHm. So\n\nwarm.\n</think>\n\nWarm.\n", "Hm. So\n\nwarm.", "Warm.\n"),
        ("<thinking>Hm.</thinking> Warm.", "Hm.", "Warm."),
        ("<THINK>Hm.</THINK>Warm.", "Hm.", "Warm."),
        ("<think>\n\n</think>\n\nWarm.", "", "Warm."),
        ("<think>a < b </ c</think>Warm.", "a < b </ c", "Warm."),
        ("<think>Hm", "Hm", ""),
        ("<think>Hm</thi", "Hm</thi", ""),
        ("<thin", "", "<thin"),
        ("  ", "", "  "),
        ("<thinks>Hm", "", "<thinks>Hm"),
        ("Use <think>x</think>.", "", "Use <think>x</think>."),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        ("  indented", "", "  indented"),
    ],
)
def test_however_it_is_cut(said: str, reasoning: str, text: str) -> None:
    assert split(said) == (reasoning, text)
    assert split(*said) == (reasoning, text)
    for cut in range(len(said)):
        assert split(said[:cut], said[cut:]) == (reasoning, text)


def test_text_that_cannot_be_a_tag_is_not_held() -> None:
    tags = ThinkTags()
    assert tags.split("<b") == [TextDelta("<b")]
    assert tags.split("<think>") == [TextDelta("<think>")]
