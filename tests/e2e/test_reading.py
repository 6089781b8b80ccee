"""Reading a long conversation: the visible text never moves, whatever else changes in the list."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from .chat import box, expect_messages, messages, rest, say
from .conftest import Run

LONG = """
import asyncio
from swell import Q, app, data, main, ui

RICH = '''Answer {i}, with **bold** words, `code` and a [link](https://example.com).

```python
def f(x):
    return [x * {i} for _ in range(10)]
```

| name | value |
| --- | --- |
| one | {i} |
| two | two |

![A picture](pic-{i}.png)

- a point
- another, and some more words that make it long enough to break into a second line or a third
'''

def rows(start, end):
    return [[f'Question {i}?', True] if i % 2 == 0 else [RICH.replace('{i}', str(i)), False]
            for i in range(start, end)]

async def stream(q):
    q.page['talk'].data += ['', False]
    q.page['talk'].generating = True
    text = ''
    for i in range(q.client.tokens):
        text += f'word{i} ' + ('\\n\\n' if i % 20 == 19 else '')
        q.page['talk'].data[-1] = [text, False]
        await q.page.save()
        await asyncio.sleep(0.02)
    q.page['talk'].generating = False
    await q.page.save()

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        count, _, tokens = (q.args['#'] or '40').partition('-')
        q.client.tokens = int(tokens or 100)
        q.client.oldest = 1000
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', events=['stop', 'scroll_up'],
            data=data('content from_user', t='list', rows=rows(1000, 1000 + int(count))))
    if q.events.chatbot and q.events.chatbot.scroll_up:
        await asyncio.sleep(1)
        q.client.oldest -= 50
        q.page['talk'].prev_items = [
            {'content': text, 'from_user': mine}
            for text, mine in rows(q.client.oldest, q.client.oldest + 50)]
    if q.args.chatbot:
        q.page['talk'].data += [q.args.chatbot, True]
        await q.page.save()
        q.client.task = asyncio.create_task(stream(q))
    await q.page.save()
"""

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="180">'
    '<rect width="300" height="180"/></svg>'
)

# Follows where an element is on the screen, in each frame. An observer says what was painted: a
# task after the frame, even the next one, may find words that have come in and are not painted.
HOLD = """
(text) => {
  const log = document.querySelector("[role=log]").getBoundingClientRect();
  const all = [...document.querySelectorAll("[data-message]")];
  const anchor = all.find((e) => e.getBoundingClientRect().top >= log.top
    && (!text || e.textContent.includes(text)));
  const from = anchor.getBoundingClientRect().top;
  const held = (window.__held = { worst: 0, frames: 0 });
  const look = () => {
    // A new one in each frame: it reports at first in any case.
    new IntersectionObserver(([seen], observer) => {
      observer.disconnect();
      held.now = anchor.isConnected ? Math.abs(seen.boundingClientRect.top - from) : Infinity;
      held.worst = Math.max(held.worst, held.now);
      held.frames++;
    }).observe(anchor);
    requestAnimationFrame(look);
  };
  look();
}
"""


def open_long(run: Run, page: Page, how: str = "40") -> None:
    """Open the app with so many messages, and pictures that take their time."""

    def picture(route: Route) -> None:
        time.sleep(0.05)
        route.fulfill(body=SVG, content_type="image/svg+xml")

    page.route("**/pic-*.png", picture)
    page.goto(f"{run(LONG).url}#{how}")
    expect(messages(page).last).to_be_visible()
    rest(page)


def hold(page: Page, text: str = "") -> None:
    """Begin to watch the first message in view, or the first one with this text."""
    page.evaluate(HOLD, text)


def moved(page: Page) -> tuple[float, float]:
    """Return how far it has moved at worst, and by now, in pixels."""
    held = page.evaluate("window.__held")
    assert held["frames"] > 5
    return held["worst"], held["now"]


def scroll_to(page: Page, top: int) -> None:
    page.evaluate("(top) => (document.querySelector('[role=log]').scrollTop = top)", top)


def to_end(page: Page) -> float:
    distance: float = page.evaluate(
        "(() => { const s = document.querySelector('[role=log]');"
        " return s.scrollHeight - s.clientHeight - s.scrollTop; })()"
    )
    return distance


@pytest.mark.parametrize("size", ["100%", "200%"])
@pytest.mark.parametrize("streaming", [False, True])
def test_older_messages_come_in_above_without_moving_what_is_read(
    run: Run, page: Page, size: str, streaming: bool
) -> None:
    open_long(run, page, "40-300")
    page.evaluate("(size) => (document.documentElement.style.fontSize = size)", size)
    rest(page)
    if streaming:
        say(page, "Go on")
        expect(messages(page, "assistant").last).to_contain_text("word10")
    for _ in range(3):
        page.get_by_role("log").focus()
        page.keyboard.press("Home")
        expect(page.get_by_role("button", name="Loading earlier messages")).to_have_count(1)
        rest(page)  # with the pictures at the top
        hold(page)
        expect(page.get_by_role("button", name="Load earlier messages")).to_have_count(1)
        rest(page, frames=30)  # with the pictures above
        assert moved(page) <= (1, 1)
        scroll_to(page, 3000)
        rest(page)


def test_a_long_conversation_is_drawn_where_it_is_read(run: Run, page: Page) -> None:
    open_long(run, page, "2000")
    assert to_end(page) < 2
    drawn = messages(page).count()
    assert drawn < 200
    expect(messages(page).last).to_contain_text("Answer 2999")
    page.get_by_role("log").focus()
    page.keyboard.press("Home")
    expect(messages(page).first).to_have_text("Question 1000?")
    # Every step on the way down shows messages, and none of them twice.
    for _ in range(30):
        page.mouse.move(400, 300)
        page.mouse.wheel(0, 600)
        rest(page, frames=1)
    rest(page)
    shown = page.evaluate(
        "[...document.querySelectorAll('[data-message=user]')].map(e => e.textContent.trim())"
    )
    assert len(set(shown)) == len(shown)
    numbers = [int(re.findall(r"\d+", text)[0]) for text in shown]
    assert numbers == sorted(numbers)
    page.keyboard.press("End")
    rest(page)
    assert to_end(page) < 2


COUNT_SECTIONS = """
(() => {
  const seen = (window.__sections = { most: 0, first: null });
  new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes])
      .filter((node) => node instanceof Element)
      .flatMap((node) => [node, ...node.querySelectorAll(".section")])
      .filter((node) => node.matches(".section"));
    if (added.length) seen.first ??= added.at(-1).textContent;
    seen.most = Math.max(seen.most, new Set(added).size);
  }).observe(document, { childList: true, subtree: true });
})()
"""


def test_a_long_conversation_opens_in_pieces_with_its_end_first(run: Run, page: Page) -> None:
    page.add_init_script(COUNT_SECTIONS)
    open_long(run, page, "2000")
    page.reload()
    expect(page.locator(".section")).to_have_count(100)
    expect(messages(page).last).to_contain_text("Answer 2999")
    seen = page.evaluate("window.__sections")
    assert "Answer 2999" in seen["first"]
    assert seen["most"] <= 25  # in one task
    page.wait_for_load_state("networkidle")  # pictures make messages higher between two frames
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert to_end(page) < 2
    expect(page.locator(".latest")).to_have_count(0)
    expect(page.locator(".section").first).to_contain_text("Question 1000?")


def test_a_reader_elsewhere_is_told_how_much_is_new_and_is_not_moved(run: Run, page: Page) -> None:
    open_long(run, page, "40-60")
    page.mouse.move(400, 300)
    page.mouse.wheel(0, -1500)
    rest(page)
    box(page).fill("Still there?")
    page.evaluate("document.querySelector('[data-test=chatbot-submit]').click()")
    # Sending is going to the end; the reader leaves again while the answer is written.
    expect(messages(page, "assistant").last).to_contain_text("word5")
    assert to_end(page) < 2
    page.mouse.wheel(0, -1500)
    rest(page)
    hold(page)
    expect(page.get_by_role("button", name="New messages")).to_be_visible()
    expect(messages(page, "assistant").last).to_contain_text("word50")
    assert moved(page) <= (1, 1)
    page.get_by_role("button", name="New messages").click()
    expect(messages(page, "assistant").last).to_contain_text("word59")
    rest(page)
    assert to_end(page) < 2


def test_what_folds_or_grows_above_the_view_moves_nothing(run: Run, page: Page) -> None:
    open_long(run, page, "40-60")
    page.mouse.move(400, 300)
    page.mouse.wheel(0, -2500)
    rest(page)
    hold(page)
    for height in ("300px", "0px", "500px"):
        page.evaluate(
            """(height) => {
              const log = document.querySelector("[role=log]").getBoundingClientRect();
              const above = [...document.querySelectorAll("[data-message]")]
                .findLast((e) => e.getBoundingClientRect().bottom < log.top);
              // In a frame, as an observer sees it: between frames nothing is painted.
              requestAnimationFrame(() => (above.style.paddingTop = height));
            }""",
            height,
        )
        rest(page)
        assert moved(page) <= (1, 1)


MARKED = """
import time
from swell import Q, app, data, main, ui

OLD = {'content': 'An older message about whales', 'from_user': False, 'id': 'old', 'time': 1.7e9}

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        day, now = 86_400, time.time()
        rows = [[f'Question {i}' if i % 2 == 0 else f'Answer {i} about the sea', i % 2 == 0,
                 f'm{i}', now - (0 if i > 590 else day if i > 580 else (600 - i) * day)]
                for i in range(600)]
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', events=['search', 'jump'], unread_from='m588',
            data=data('content from_user id time', t='list', rows=rows))
    if q.events.chatbot and q.events.chatbot.search:
        found = {'id': 'old', 'content': OLD['content']}
        q.page['talk'].found = [found] if q.events.chatbot.search['query'] == 'whales' else []
    if q.events.chatbot and q.events.chatbot.jump:
        q.page['talk'].prev_items = [OLD]
    await q.page.save()
"""


def test_days_and_the_first_unread_message_are_marked(run: Run, page: Page) -> None:
    page.goto(run(MARKED).url)
    expect(page.locator(".unread + article")).to_contain_text("Question 588")
    expect(page.locator(".unread")).to_be_in_viewport()
    expect(page.locator(".day").last).to_have_text("Today")
    expect(page.locator(".day").nth(-2)).to_have_text("Yesterday")


def test_a_link_leads_to_its_message(run: Run, page: Page) -> None:
    url = run(MARKED).url
    page.goto(f"{url}#m=m7")
    answer = page.get_by_role("article").filter(has_text="Answer 7 about")
    expect(answer).to_be_focused()
    expect(answer).to_be_in_viewport()
    # One that is not loaded is asked for.
    page.goto(f"{url}#m=old")
    expect(messages(page).filter(has_text="An older message about whales")).to_be_focused()


def test_the_find_bar_finds_what_is_loaded_and_what_is_not(run: Run, page: Page) -> None:
    page.goto(run(MARKED).url)
    expect(page.locator(".chat > [role=status]")).to_have_count(1)  # the keys come last
    page.keyboard.press("Control+k")
    field = page.get_by_role("searchbox", name="Search this conversation")
    expect(field).to_be_focused()
    field.fill("answer 11 about")
    expect(messages(page).filter(has_text="Answer 11 about")).to_be_in_viewport()
    expect(page.get_by_text("1 of 1")).to_be_visible()
    assert page.evaluate("CSS.highlights.get('found-here').size") == 1
    field.fill("whales")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.get_by_role("button", name="An older message about whales").click()
    expect(messages(page).first).to_contain_text("An older message about whales")
    expect(messages(page).first).to_be_in_viewport()
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(box(page)).to_be_focused()
    assert page.evaluate("CSS.highlights.get('found').size") == 0


def test_the_browsers_own_search_finds_what_is_not_drawn(run: Run, page: Page) -> None:
    page.goto(run(MARKED).url)
    expect(messages(page).last).to_be_visible()
    expect(page.locator(".folded").first).to_contain_text("Answer 3 about the sea")
    assert page.locator(".folded").first.get_attribute("hidden") == "until-found"
    # What Chromium does when the reader looks for words with Ctrl+F.
    page.evaluate(
        """() => {
          const folded = document.querySelector(".folded");
          folded.dispatchEvent(new Event("beforematch", { bubbles: true }));
          folded.scrollIntoView();
        }"""
    )
    expect(messages(page).filter(has_text="Answer 3 about")).to_be_visible()


SHORT = """
from swell import Q, app, data, main, ui

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', events=['scroll_up'],
            data=data('content from_user', t='list'))
    if q.args.chatbot:
        q.page['talk'].data += [q.args.chatbot, True]
        q.page['talk'].data += ['You said: ' + q.args.chatbot, False]
    if q.events.chatbot:
        q.page['talk'].data += ['Older ones were asked for.', False]
    await q.page.save()
"""


def test_that_nobody_scrolled_asks_for_nothing(page: Page, run: Run) -> None:
    page.goto(run(SHORT).url)
    say(page, "hello")
    said = ["hello", "You said: hello"]
    expect_messages(page, *said)
    for prompt in ("once", "twice"):
        page.reload()
        expect_messages(page, *said)
        rest(page)
        # Events are answered in order: one that asked for older messages would come first.
        say(page, prompt)
        said += [prompt, f"You said: {prompt}"]
        expect_messages(page, *said)


def test_following_an_answer_costs_no_frames_beside_those_that_show_it(
    page: Page, run: Run
) -> None:
    open_long(run, page, "40-700")
    say(page, "Go on")
    # The prompt stays at the top until the answer outgrows the view; then the button leads on.
    page.locator(".latest").click()
    expect(page.locator(".latest")).to_have_count(0)
    seen = page.evaluate(
        """async () => {
          const log = document.querySelector("[role=log]");
          const seen = { scrolls: 0, asked: 0, moving: 0 };
          const real = requestAnimationFrame;
          window.requestAnimationFrame = (call) => { seen.asked++; return real(call); };
          log.addEventListener("scroll", () => seen.scrolls++);
          while (seen.scrolls < 10) {
            await new Promise((done) => setTimeout(done, 50));
            // The caret beside words that grow does not move.
            seen.moving += document.getAnimations().filter((one) => one.animationName).length;
          }
          return seen;
        }"""
    )
    assert seen["asked"] < seen["scrolls"]
    assert seen["moving"] == 0
