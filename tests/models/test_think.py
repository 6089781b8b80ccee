"""Reasoning in the text of a model."""

from __future__ import annotations

import pytest

from swell.models import ReasoningDelta, TextDelta
from swell.models.think import ThinkTags


def split(*pieces: str) -> tuple[str, str]:
    """Return the reasoning and the text."""
    tags = ThinkTags()
    reasoning = text = ""
    for delta in [delta for piece in pieces for delta in tags.split(piece)] + tags.end():
        if isinstance(delta, ReasoningDelta):
            at = len(text) - delta.before
            reasoning, text = reasoning + text[at:].strip() + delta.text, text[:at]
        else:
            assert isinstance(delta, TextDelta)
            text += delta.text
    return reasoning, text


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
        # A thought that began in the prompt.
        ("Hm. So\nwarm.\n</think>\n\nWarm.\n", "Hm. So\nwarm.", "Warm.\n"),
        ("Hm.\n</think>", "Hm.", ""),
        ("Hm.\n</think> \nWarm.", "Hm.", "Warm."),
        ("</think>\n\nWarm.", "", "Warm."),
        ("\n</think>\n\nWarm.", "", "Warm."),
        ("a\n</think>\nb\n</think>\nc", "a", "b\n</think>\nc"),
        ("Close it with </think>\nat the end.", "", "Close it with </think>\nat the end."),
        ("a\n</think> closes it", "", "a\n</think> closes it"),
        ("a\n</thinker>\nb", "", "a\n</thinker>\nb"),
        ("a\n</thi", "", "a\n</thi"),
        ("Write\n<think>\nx\n</think>\n", "", "Write\n<think>\nx\n</think>\n"),
        ("```\nx\n</think>\n```", "", "```\nx\n</think>\n```"),
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


@pytest.mark.parametrize(
    "line", ["</think>\n", "a </think>\n", "\n</think>", "```\n```\n</think>\n", "</thi"]
)
def test_many_ends_cost_no_more_than_their_length(line: str) -> None:
    tags = ThinkTags()
    text = "```\n" + line * 20_000
    found = [*tags.split(text), *tags.end()]
    assert sum(len(delta.text) for delta in found if isinstance(delta, TextDelta)) == len(text)
