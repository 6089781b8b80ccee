"""The demo's answers hold quotes and links, and nothing made up."""

from __future__ import annotations

import re

import pytest

from swell.demo import answer
from swell.demo.search import Index, docs_dir, load_pages

QUESTIONS = [
    "How do I write my first chat app?",
    "How do I stream an answer?",
    "How does the stop button work?",
    "How do I change the theme?",
    "Which events are there?",
    "What is in q.args, and when?",
    "Which close codes are there?",
    "What is msgspec for?",
    "Does ui.pixel_art_card exist?",
    "suggestions",
    "dropdown",
    "settings",
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(load_pages(docs_dir()))


def lines_of_the_pages(index: Index) -> set[str]:
    return {line.strip() for page in index.pages.values() for line in page.text.splitlines()}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_line_is_quoted_or_a_link_to_a_page(index: Index, question: str) -> None:
    text = answer.compose(index.search(question))
    pages = lines_of_the_pages(index)
    own = {answer.LEAD, answer.MORE}
    assert text.startswith(answer.LEAD)
    for line in filter(None, text.splitlines()):
        if re.fullmatch(r"\[[^\]]+\]\(#docs/[\w/-]+\)", line) or line in own:
            continue
        assert line.removeprefix("> ").strip() in pages, line


@pytest.mark.parametrize("question", [*QUESTIONS, "What is the capital of France?"])
def test_every_link_resolves(index: Index, question: str) -> None:
    text = answer.compose(index.search(question))
    outside_code = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(#docs/([^)]+)\)", outside_code)
    assert links
    assert set(links) <= set(index.pages)


@pytest.mark.parametrize("question", QUESTIONS)
def test_code_is_quoted_whole(index: Index, question: str) -> None:
    text = answer.compose(index.search(question))
    everything = "\n".join(page.text for page in index.pages.values())
    for block in re.findall(r"^```.*?^```$", text, flags=re.MULTILINE | re.DOTALL):
        assert block in everything


def test_the_answer_says_so_when_the_pages_do_not_answer(index: Index) -> None:
    text = answer.compose(index.search("What is the capital of France?"))
    assert text == answer.NOTHING
    assert "do not answer" in text


def test_answers_are_short_enough_to_read(index: Index) -> None:
    for question in QUESTIONS:
        text = answer.compose(index.search(question))
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert len(prose.split()) < 450, question


@pytest.mark.anyio
async def test_the_words_of_an_answer_add_up_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "PACE_S", 0)
    text = "One  two\n\n- three\n\n```py\ncode = 1\n```"
    assert "".join([word async for word in answer.words(text)]) == text
