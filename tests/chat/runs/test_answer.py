"""What a handler yields becomes the parts of one answer, and a log of what changed."""

from __future__ import annotations

import pytest

from swell.chat.runs.answer import MAX_PARTS, MAX_TEXT, Answer, Grown, Placed
from swell.errors import AnswerLimitError, ModelConnectionError
from swell.models import Finish, ReasoningDelta, TextDelta, ToolCallDelta, Usage
from swell.parts import Incomplete, Part, Reasoning, Table, Text, ToolCall


def made_of(*items: object) -> Answer:
    answer = Answer()
    for item in items:
        answer.feed(item)
    return answer


def test_pieces_of_text_become_one_part() -> None:
    answer = made_of("Hel", TextDelta("lo"), "", None)
    assert answer.parts() == [Text("Hello")]
    assert answer.log == [Placed(0), Grown(0, "Hel"), Grown(0, "lo")]


def test_who_shows_it_reads_only_what_the_log_has_got_since() -> None:
    answer = made_of("a" * 1000)
    shown, seen = answer.parts(), len(answer.log)
    answer.feed("b")
    assert answer.log[seen:] == [Grown(0, "b")]
    assert shown == [Text("a" * 1000)], "what was taken does not change"


def test_text_behind_a_table_is_another_part() -> None:
    answer = made_of("Before", Table(["n"], [[1]]), "After")
    assert [type(part) for part in answer.parts()] == [Text, Table, Text]


def test_a_thought_ends_with_the_first_word_and_says_how_long_it_took() -> None:
    times = iter([10.0, 12.5])
    answer = Answer(clock=lambda: next(times))
    answer.feed(ReasoningDelta("Let me see"))
    assert answer.parts() == [Reasoning("Let me see", done=False)]
    answer.feed("It is 4.")
    assert answer.parts() == [Reasoning("Let me see", 2.5, done=True), Text("It is 4.")]


def test_a_call_is_replaced_by_its_result_in_its_place() -> None:
    answer = made_of(
        ToolCallDelta("1", "weather", {"city": "Ulm"}),
        "Meanwhile",
        ToolCallDelta("1", "", None, "done", "rain"),
    )
    call, text = answer.parts()
    assert call == ToolCall("weather", {"city": "Ulm"}, "done", "rain", id="1")
    assert text == Text("Meanwhile")
    assert answer.log[-1] == Placed(0)


@pytest.mark.parametrize(("done", "state"), [(True, "done"), (False, "failed")])
def test_a_call_without_a_result_ends_with_the_answer(done: bool, state: str) -> None:
    answer = made_of(ToolCallDelta("1", "search", {}))
    answer.end(done=done)
    [call] = answer.parts()
    assert isinstance(call, ToolCall)
    assert call.state == state


def test_the_halves_of_an_emoji_are_joined_and_a_lone_one_is_replaced() -> None:
    assert made_of("\ud83d", "\ude00").parts() == [Text("\N{GRINNING FACE}")]
    answer = made_of("so\ud83d")
    answer.end()
    assert answer.parts() == [Text("so\N{REPLACEMENT CHARACTER}")]


def test_tokens_of_several_messages_are_added_up() -> None:
    answer = made_of(Usage(10, 2), "Hi", Usage(5, 3))
    assert answer.usage == {"input": 15, "output": 5}


def test_an_answer_that_was_cut_says_so_at_its_end() -> None:
    answer = made_of("Half", Finish("length"))
    answer.end(done=True)
    assert answer.parts() == [Text("Half"), Incomplete("length")]


def test_nothing_is_taken_once_it_is_frozen() -> None:
    answer = made_of("Hello")
    answer.end()
    answer.feed(" again")
    assert answer.parts() == [Text("Hello")]


@pytest.mark.parametrize(
    ("items", "limit"),
    [(["x" * MAX_TEXT, "y"], "500,000"), ([Table(["n"], [])] * (MAX_PARTS + 1), "1,000 parts")],
    ids=["text", "parts"],
)
def test_it_has_bounds(items: list[object], limit: str) -> None:
    with pytest.raises(AnswerLimitError, match=limit):
        made_of(*items)


def test_a_stream_that_stops_before_its_end_has_failed() -> None:
    chunk = {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": "a"}}],
    }
    answer = made_of(chunk)
    assert isinstance(answer.broken(), ModelConnectionError)
    assert made_of("a").broken() is None, "plain text has no end to miss"


@pytest.mark.parametrize(
    ("parts", "says"),
    [([], False), ([Text(" \n")], False), ([Text("Hi")], True), ([Table(["n"], [])], True)],
    ids=["nothing", "white space", "words", "a table"],
)
def test_whether_it_says_something(parts: list[Part], says: bool) -> None:
    assert Answer(parts).says_something is says
