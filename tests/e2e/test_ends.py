"""How answers end, as a person sees it: nothing said, too much said, and waiting in the queue."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import Run

APP = """
    import asyncio
    from swell.chat import RunLimits, Turn, chat

    @chat("/", title="Ends", store=None, limits=RunLimits(total=1))
    async def answer(turn: Turn):
        if turn.prompt == "long":
            for _ in range(6):
                yield "x " * 49_999
                await asyncio.sleep(0)
        elif turn.prompt == "wait":
            await asyncio.Event().wait()
"""


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Type your message")
    box.fill(text)
    box.press("Enter")


def test_an_empty_and_an_endless_answer_and_a_place_in_the_queue(run: Run, page: Page) -> None:
    app = run(APP)
    page.goto(app.url)
    retry = page.get_by_role("button", name="Retry", exact=True)
    say(page, "nothing")
    expect(page.get_by_text("The app gave no answer.", exact=True)).to_be_visible()
    expect(retry).to_be_visible()
    say(page, "long")
    ends = "The answer ends here: it is as long as an answer can be."
    expect(page.get_by_text(ends, exact=True)).to_be_visible(timeout=120_000)
    expect(retry).to_have_count(1)  # the one of the empty answer
    stop = page.get_by_role("button", name="Stop generating")
    page.goto(app.url + "#")
    say(page, "wait")
    expect(stop).to_be_visible()
    other = page.context.new_page()
    other.goto(app.url)
    say(other, "wait")
    expect(other.get_by_text("Number 1 in the queue", exact=True)).to_be_visible()
    other.get_by_role("button", name="Stop generating").click()
    expect(other.get_by_text("Stopped", exact=True)).to_be_visible()
    stop.click()
