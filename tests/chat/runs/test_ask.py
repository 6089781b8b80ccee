"""A question in mid-answer: its form, its answer, and what stays of it."""

from __future__ import annotations

import pytest

from swell import ui
from swell.chat.runs.ask import Question, ask_id, refuse_buttons
from swell.errors import PartError
from swell.expando import Expando
from swell.parts import Card

pytestmark = pytest.mark.anyio


def names(question: Question) -> list[str]:
    """Return the names of the controls as the page has them."""
    return [body["name"] for item in question.card().items for body in item.values()]


async def test_names_are_those_of_one_question() -> None:
    first, second = (Question([ui.textbox("city", label="City")], "Send") for _ in range(2))
    assert {ask_id(name) for name in names(first)} == {first.id}
    assert not {*names(first)} & {*names(second)}


@pytest.mark.parametrize("name", ["city", "ask-", None, 7])
def test_a_name_of_no_question(name: object) -> None:
    assert ask_id(name) is None


async def test_a_form_without_a_button_gets_one() -> None:
    [_, button] = Question([ui.textbox("city")], "Send").card().items
    assert (button["button"]["label"], button["button"]["primary"]) == ("Send", True)
    own = [ui.textbox("city"), ui.button("book", "Book")]
    assert len(Question(own, "Send").card().items) == 2


async def test_the_handler_gets_the_names_that_it_gave() -> None:
    question = Question([ui.textbox("city", label="City")], "Send")
    question.resolve(Expando({names(question)[0]: "Ulm", "something else": 1}))
    assert question.answer.result()["city"] == "Ulm"


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        (ui.textbox("a", label="City"), "Ulm", "City: Ulm"),
        (ui.textbox("a", label="Which city?"), "Ulm", "Which city? Ulm"),
        (ui.textbox("a", label="City"), "*Ulm*", r"City: \*Ulm\*"),
        (ui.checkbox("a", label="By train"), True, "By train"),
        (ui.checkbox("a", label="By train"), False, "✓"),
        (ui.dropdown("a", label="Days", values=[]), ["Monday", "Friday"], "Days: Monday, Friday"),
    ],
    ids=["label", "question", "marks", "yes", "no", "several"],
)
async def test_the_answer_in_words(item: ui.Component, value: object, said: str) -> None:
    question = Question([item], "Send")
    question.resolve(Expando({names(question)[0]: value}))
    assert question.said() == said


async def test_texts_stay_when_it_is_over_and_controls_go() -> None:
    question = Question([ui.text("Where to?"), ui.textbox("city")], "Send")
    kept = [item["text"]["content"] for item in question.settled("City: Ulm").items]
    assert kept == ["Where to?", "City: Ulm"]


def test_a_button_that_would_do_nothing_is_refused() -> None:
    dead = Card(items=[ui.text("Your trip").dump(), ui.button("book", "Book").dump()])
    with pytest.raises(PartError, match=r"the button 'book' of the card 'Your trip' does nothing"):
        refuse_buttons(dead)
    refuse_buttons(Card(items=[ui.button("more", "More", path="/more").dump()]))
