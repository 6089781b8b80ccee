"""What is said when the server cannot be reached: at once, and beside the page, not over it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from .chat import box, until, whole
from .conftest import Run
from .test_hello_chat import button, say, stop_button

TALK = """
    from swell.chat import Turn, chat

    @chat("/", title="Talk")
    async def answer(turn: Turn):
        yield f"You said {turn.prompt}"
"""


def top(shown: Locator) -> float:
    place = shown.bounding_box()
    assert place is not None
    return place["y"]


def test_offline_is_said_at_once_and_covers_nothing(run: Run, page: Page) -> None:
    page.goto(run(TALK).url)
    say(page, "one")
    expect(stop_button(page)).to_have_count(0)
    whole(page)
    head = button(page, "Hide chats")
    before = top(head)
    page.clock.install()  # stands still: nothing that is said from here on was waited for
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    page.context.set_offline(True)
    notice = page.get_by_role("status").filter(has_text="No connection. What you type is kept.")
    expect(notice).to_be_visible()
    bar = notice.bounding_box()
    assert bar is not None
    assert top(head) - before == bar["height"]
    assert top(head) >= bar["y"] + bar["height"]
    expect(box(page, "chat")).to_be_in_viewport(ratio=1)
    page.context.set_offline(False)
    page.clock.run_for(20_000)
    page.clock.resume()
    expect(notice).to_have_count(0)
    # Until the new connection stands, "Reconnecting…" may follow in the same place.
    until(page, lambda: top(head) == before, lambda: (top(head), before))


def test_a_blocked_websocket_is_named_as_the_likely_cause(run: Run, page: Page) -> None:
    app = run(TALK)
    page.clock.install()
    page.route_web_socket("**/_s/ws", lambda socket: socket.close())
    page.goto(app.url)
    notice = page.get_by_role("status")
    expect(notice).to_have_text("Connecting…")
    page.clock.run_for(11_000)
    expect(notice).to_contain_text("may block WebSockets")
    expect(notice.get_by_role("button", name="Retry now")).to_be_visible()
