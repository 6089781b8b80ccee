"""How long an answer may keep the main thread of the browser busy, and with it typing."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .chat import messages, say
from .conftest import Run

APP = """
from swell import Q, app, data, main, ui

@app("/")
async def serve(q: Q):
    if not q.client.initialized:
        q.client.initialized = True
        q.page["chat"] = ui.chatbot_card(
            box="1 1 12 10", name="chatbot", data=data("content from_user", t="list")
        )
    elif q.args.chatbot:
        piece, times = eval(q.args.chatbot)
        text = "Begin" + piece * times + "end."
        q.page["chat"].data += [q.args.chatbot, True]
        q.page["chat"].data += ["", False]
        for end in (len(text) // 2, len(text) - 4, len(text)):
            q.page["chat"].data[-1] = [text[:end], False]
            await q.page.save()
    await q.page.save()
"""

WATCH = """() => {
    window.__busy = 0;
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) window.__busy += task.duration;
    }).observe({ type: "longtask" });
}"""

# Two frames, and a task behind them: what the last words have set off has been done by then.
SETTLE = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    await frame();
    await new Promise((done) => setTimeout(done));
    const busy = window.__busy;
    window.__busy = 0;
    return busy;
}"""


def busy(page: Page, piece: str, times: int) -> float:
    """Let an answer be `piece`, so many times; return the milliseconds of its long tasks."""
    page.evaluate(SETTLE)
    count = messages(page, "assistant").count()
    say(page, repr((piece, times)))
    expect(messages(page, "assistant")).to_have_count(count + 1)
    expect(messages(page, "assistant").last).to_contain_text("end.")
    taken: float = page.evaluate(SETTLE)
    return taken


def test_white_space_in_an_answer_keeps_nobody_waiting(run: Run, page: Page) -> None:
    page.goto(run(APP).url)
    page.evaluate(WATCH)
    busy(page, "words ", 10)  # loads what an answer needs
    for piece in ("\n", " ", "\t", "\u00a0", "\u200b", "\r", "\u2028", "| "):
        half = busy(page, piece, 1_500)
        assert busy(page, piece, 3_000) <= 3 * half + 500, repr(piece)
