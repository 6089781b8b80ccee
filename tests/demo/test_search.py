"""The demo's search: it finds the page that answers, and says when none does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swell.demo.search import Index, Page, docs_dir, load_pages, split, words_of


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(load_pages(docs_dir()))


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("How do I write my first chat app?", {"tutorial/first-chat"}),
        ("How do I stream an answer?", {"tutorial/streaming", "cards/chatbot"}),
        ("How does the stop button work?", {"howto/stop", "tutorial/stop", "cards/chatbot"}),
        ("How do I change the theme?", {"howto/themes", "cards/meta"}),
        ("can people give a thumb up or down", {"howto/feedback", "cards/chatbot"}),
        ("How can I suggest prompts?", {"howto/suggestions", "cards/chatbot"}),
        ("load older messages on scroll", {"howto/history", "cards/chatbot"}),
        ("zones and breakpoints of a layout", {"howto/layouts", "cards/meta"}),
        ("mount into FastAPI", {"howto/fastapi"}),
        ("nginx proxy", {"howto/proxy", "howto/deploy", "howto/internet"}),
        ("How do I test my app without a browser?", {"howto/testing"}),
        ("hash routing with parameters", {"howto/routing"}),
        ("broadcast to everybody", {"howto/sharing"}),
        ("which close codes are there", {"explain/protocol"}),
        ("Is raw HTML in messages safe?", {"explain/security", "cards/markdown"}),
        ("What does SWELL_PORT do?", {"reference/settings", "howto/settings"}),
        ("NotSupportedError", {"reference/errors", "reference/wave", "explain/wave"}),
        ("what is msgspec for", {"explain/dependencies"}),
        ("dropdown", {"reference/components", "cards/form", "howto/forms"}),
        ("Does ui.pixel_art_card exist?", {"reference/wave", "reference/errors"}),
        ("Which cards are not there yet?", {"reference/wave"}),
        ("Is there a dark mode?", {"howto/themes"}),
        ("deploy in production behind nginx", {"howto/proxy"}),
        ("how to authenticate users", {"explain/security"}),
        ("What is Swell?", {"index"}),
    ],
)
def test_the_first_hit_is_on_a_page_that_answers(
    index: Index, question: str, pages: set[str]
) -> None:
    hits = index.search(question)
    assert hits, "nothing found"
    assert hits[0].section.page.path in pages, [hit.section.name for hit in hits]


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "How do I bake sourdough bread?",
        "Who won the football world cup in 1998?",
        "What will the weather be like tomorrow?",
        "Explain quantum entanglement",
        "Write a poem about the sea",
        "How do I train a neural network with PyTorch?",
        "what should I do",
        "",
        "???",
        "the of and",
    ],
)
def test_a_question_that_the_pages_do_not_answer_finds_nothing(index: Index, question: str) -> None:
    assert [hit.section.name for hit in index.search(question)] == []


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "stop AND",
        "NEAR(stop button, 2)",
        "title:stop",
        "stop*",
        "^stop",
        "- stop",
        "{stop button}: x",
        "'; DROP TABLE sections; --",
        "stop" * 2000,
        "_ __ ___",
        "stop\x00button",
        "\ud800 stop",
        "\u017ftop \uff33\uff34\uff2f\uff30",
        "data[-1] = [text, False]",
    ],
)
def test_the_language_of_the_search_engine_cannot_be_typed(index: Index, question: str) -> None:
    index.search(question)


@given(st.text(st.characters(), max_size=200))
def test_nothing_that_can_be_typed_raises(text: str) -> None:
    index = Index([Page("tea", "Tea", "# Tea\n\nSteep for two minutes.")])
    index.search(text)
    index.search(f"tea {text}")


def test_words_are_bounded_and_each_is_taken_once() -> None:
    assert words_of("Tea tea TEA") == ["tea"]
    assert len(words_of(" ".join(f"word{n}" for n in range(1000)))) == 24


def test_a_heading_in_code_does_not_split_a_section() -> None:
    page = Page("p", "Title", "# Title\n\nText\n\n```py\n# no heading\n```\n\n## Next\n\nMore")
    assert [(s.heading, s.text) for s in split(page)] == [
        ("Title", "Text\n\n```py\n# no heading\n```"),
        ("Next", "More"),
    ]


def test_links_lead_to_pages_inside_the_app_and_code_stays_as_it_is() -> None:
    pages = {page.path: page for page in load_pages(docs_dir())}
    assert "(#docs/howto/stop)" in pages["cards/chatbot"].text
    for page in pages.values():
        assert ".md)" not in page.text, page.path
        assert "<!--" not in page.text, page.path
        assert "![" not in page.text, page.path
