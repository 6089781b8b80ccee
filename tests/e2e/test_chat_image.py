"""The picture of the README: a chat in which an answer has everything."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import IMAGES, NewPage, Run

APP = """
from swell.chat import Reasoning, Source, Table, ToolCall, Turn, chat


@chat("/", title="Travel desk", store=None)
async def answer(turn: Turn):
    turn.title("Three days in Lisbon")
    yield Reasoning("Three days, on foot.", seconds=4.0, done=True)
    yield ToolCall(name="trains", args={"to": "Sintra"}, id="1", state="done", result="hourly")
    yield "Three days are enough for **the old town and the sea**.\\n\\n"
    yield "1. Alfama in the morning, the castle, and tram 28\\n"
    yield "2. Belém: the tower, and something sweet\\n"
    yield "3. Sintra by train, every hour\\n\\n"
    yield "```python\\ndef cost(days: int) -> float:\\n"
    yield "    return days * 64.5  # two people\\n```\\n"
    walks = [[1, "Alfama", 6], [2, "Belém", 9], [3, "Sintra", 7]]
    yield Table(["Day", "Where", "Walk, km"], walks)
    yield Source("Timetable of the Sintra line", "https://www.cp.pt")
    turn.suggest("Where to eat?", "With children", "In winter")
"""


def test_picture(run: Run, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1200, "height": 900})
    page.goto(run(APP).url)
    page.locator("textarea").fill("Plan three days in Lisbon")
    page.locator("textarea").press("Enter")
    expect(page.get_by_role("button", name="Where to eat?")).to_be_visible()
    expect(page.locator("[data-part=sources]")).to_be_visible()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_be_visible()
    expect(page.locator("code .hljs-keyword, code span").first).to_be_visible()
    page.locator("textarea").blur()
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / "chat-light.png", animations="disabled")
    assert (IMAGES / "chat-light.png").stat().st_size > 4_000
