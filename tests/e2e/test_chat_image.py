"""The pictures of the README: a chat in which an answer has everything, by day and by night."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import IMAGES, NewPage, Run

APP = """
from swell.chat import Reasoning, Source, Table, ToolCall, Turn, chat


@chat("/", title="Travel desk", store=None)
async def answer(turn: Turn):
    if "Lisbon" not in turn.prompt:
        turn.title(turn.prompt)
        yield "Yes."
        return
    turn.title("Three days in Lisbon")
    yield Reasoning("Three days, on foot, one of them by train.", seconds=4.0, done=True)
    yield ToolCall(name="trains", args={"to": "Sintra"}, id="1", state="done", result="hourly")
    yield "Three days are enough for **the old town and the sea**. Trains to Sintra leave "
    yield "every half hour [1], and the tower of Belém opens at ten [2].\\n\\n"
    yield Table(
        ["Day", "Where", "Walk, km"],
        [[1, "Alfama, the castle, tram 28", 6], [2, "Belém, and something sweet", 9],
         [3, "Sintra by train", 7]],
    )
    yield "For two people, without the hotel:\\n\\n"
    yield "```python\\ndef cost(days: int, people: int = 2) -> float:\\n"
    yield "    return days * people * 64.5  # meals, tram and train\\n```\\n"
    yield Source("Timetable of the Sintra line", "https://www.cp.pt")
    yield Source("Opening hours", "https://www.torrebelem.gov.pt")
    turn.suggest("Where to eat?", "With children", "In winter")
"""

BEFORE = ("Night trains through the Alps", "What to pack for the Azores", "Museums on a Monday")


def ask(page: Page, prompt: str) -> None:
    box = page.get_by_role("textbox", name="Type your message")
    box.fill(prompt)
    box.press("Enter")
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_be_visible()


@pytest.fixture
def travel(run: Run, new_page: NewPage) -> Page:
    """A chat with a few conversations, the last one open."""
    page = new_page(viewport={"width": 1120, "height": 820}, device_scale_factor=2)
    page.goto(run(APP).url)
    for prompt in BEFORE:
        ask(page, prompt)
        page.get_by_role("link", name="New chat", exact=True).click()
        expect(page.locator("[data-message]")).to_have_count(0)
    ask(page, "Plan three days in Lisbon")
    expect(page.get_by_role("button", name="Where to eat?")).to_be_visible()
    expect(page.locator("[data-part=sources]")).to_be_visible()
    expect(page.locator("code span").first).to_be_visible()
    page.get_by_role("textbox", name="Type your message").blur()
    page.mouse.move(0, 0)
    return page


def test_pictures(travel: Page) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for scheme, ground in (("light", "rgb(245, 245, 245)"), ("dark", "rgb(24, 24, 24)")):
        travel.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(travel.locator("html")).to_have_css("background-color", ground)
        travel.screenshot(path=IMAGES / f"chat-{scheme}.png", animations="disabled")
        assert (IMAGES / f"chat-{scheme}.png").stat().st_size > 4_000
