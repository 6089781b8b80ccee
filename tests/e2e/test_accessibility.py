"""Everybody can use it: axe-core on every screen, the keyboard alone, what screen readers get."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from .apps import ECHO
from .chat import box, expect_messages, messages, rest, say, whole
from .conftest import ROOT, NewPage, Run

AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SCREENS = """
import asyncio
from swell import Q, app, data, main, ui

RICH = '''## A heading

Some words, `code`, **bold** and a [link](https://example.com).

- one
- two

```python
def f(x):
    return x
```

| name | value |
| --- | --- |
| one | 1 |
'''

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        screen, _, theme = q.args['#'].partition('-')
        q.page['meta'] = ui.meta_card(box='', title='Sea life', theme=theme)
        rows = [] if screen == 'empty' else [['Hello', True], [RICH, False]] * 8
        q.page['talk'] = ui.chatbot_card(
            box='1 1 8 -1' if screen == 'form' else '1 1 -1 -1', name='chatbot',
            data=data('content from_user', t='list', rows=rows),
            events=['stop', 'feedback', 'suggestion', 'scroll_up', 'search'],
            suggestions=[ui.chat_suggestion('a', 'Tell me about whales', caption='The largest')])
        if screen == 'form':
            q.page['form'] = ui.form_card(box='9 1 4 -1', items=[
                ui.textbox('name', label='Name', required=True),
                ui.dropdown('size', label='Size', choices=[ui.choice('s', 'Small')]),
                ui.copyable_text('a-1', 'Key'),
                ui.checkbox('ok', label='Agreed'), ui.button('go', 'Go', primary=True)])
    if q.args.chatbot == 'fail':
        raise RuntimeError('no')
    if q.args.chatbot:
        q.page['talk'].data += [q.args.chatbot, True]
        q.page['talk'].data += ['An answer that goes on', False]
        q.page['talk'].generating = True
    if q.events.chatbot and q.events.chatbot.stop:
        q.page['talk'].generating = False
    await q.page.save()
"""


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong on the page as it is now."""
    if page.evaluate("!window.axe"):  # once in a document: reading it takes longer than the search
        page.evaluate(AXE)
    found: list[str] = page.evaluate(
        """async (tags) => {
          // A colour that is on its way to another one has a contrast that it will not keep.
          const ends = (one) => one.effect?.getComputedTiming().endTime !== Infinity;
          const moving = document.getAnimations().filter(ends);
          await Promise.allSettled(moving.map((one) => one.finished));
          const { violations } = await axe.run(document, { runOnly: tags });
          return violations.map(({ id, nodes }) =>
            `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
        }""",
        TAGS,
    )
    return found


def ready(page: Page) -> None:
    """Wait until the shortcuts and what is said are there, too."""
    expect(page.locator(".chat > [role=status]")).to_have_count(1)
    rest(page)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("theme", ["light", "h2o-dark"])
def test_axe_finds_nothing_on_any_screen(
    run: Run, new_page: NewPage, theme: str, language: str
) -> None:
    page = new_page(bypass_csp=True, locale=language)
    url = run(SCREENS).url
    wrong: dict[str, list[str]] = {}
    for screen in ("empty", "long", "form"):
        page.goto("about:blank")
        page.goto(f"{url}#{screen}-{theme}")
        ready(page)
        wrong[screen] = violations(page)
    page.goto("about:blank")
    page.goto(f"{url}#long-{theme}")
    ready(page)
    say(page, "Hi")
    expect(page.locator("[data-test=chatbot-stop]")).to_be_visible()
    wrong["streaming"] = violations(page)
    page.locator("[data-test=chatbot-stop]").click()
    expect(page.locator("[data-test=chatbot-stop]")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("search")).to_be_visible()
    page.keyboard.type("words")
    wrong["search"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("log").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    wrong["shortcuts"] = violations(page)
    page.keyboard.press("Escape")
    say(page, "fail")
    expect(page.get_by_role("alert")).to_be_visible()
    rest(page)
    wrong["error"] = violations(page)
    assert {screen: found for screen, found in wrong.items() if found} == {}


PRODUCT = """
from swell.chat import Turn, chat

@chat('/', title='Sea life', theme='auto')
async def answer(turn: Turn):
    yield f'You said: {turn.prompt}'
"""

COMPOSER = """
from swell import Q, app, data, ui

@app('/')
async def serve(q: Q):
    q.page['meta'] = ui.meta_card(box='', title='Sea life', theme='auto')
    q.page['talk'] = ui.chatbot_card(
        box='1 1 -1 -1', name='chatbot', read_only=True if q.args['#'] == 'closed' else None,
        data=data('content from_user', t='list', rows=[['Hello', True], ['Good day', False]]),
        attachments=ui.chat_attachments(accept=['text/*']),
        slash_commands=[ui.chat_command('sum', 'Summarise', caption='In a few words')])
    await q.page.save()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_gallery_a_product_and_the_composer(
    run: Run, start: Run, new_page: NewPage, scheme: str
) -> None:
    wrong: dict[str, list[str]] = {}
    page = new_page(bypass_csp=True, color_scheme=scheme)
    gallery = (ROOT / "examples" / "gallery.py").read_text().replace('"light"', '"auto"')
    page.goto(run(gallery, name="gallery.py").url)
    for part in ("tool_call", "table", "file", "card"):
        expect(page.locator(f"[data-part={part}]").first).to_be_attached()
    ready(page)
    wrong["gallery"] = violations(page)

    page.goto(run(PRODUCT, name="product.py").url)
    prompt = page.get_by_role("textbox", name="Type your message")
    prompt.fill("Hi")
    prompt.press("Enter")
    expect(messages(page, "assistant")).to_contain_text("You said: Hi")
    ready(page)
    wrong["product"] = violations(page)
    page.get_by_role("navigation").locator("[aria-haspopup=menu]").first.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    rest(page)
    wrong["menu"] = violations(page)

    app = start(COMPOSER, name="composer.py")
    page.goto(app.url)
    ready(page)
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Attach files").click()
    given: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"sea"}
    chosen.value.set_files(given)
    expect(page.get_by_text("a.txt")).to_be_visible()
    box(page).press_sequentially("/")
    expect(page.get_by_role("option", name="Summarise")).to_be_visible()
    rest(page)
    wrong["composer"] = violations(page)
    page.goto("about:blank")
    page.goto(f"{app.url}#closed")
    ready(page)
    expect(box(page)).to_have_count(0)
    wrong["read-only"] = violations(page)
    whole(page)
    app.kill()
    expect(page.get_by_text("Reconnecting")).to_be_visible()
    rest(page)
    wrong["offline"] = violations(page)
    assert {screen: found for screen, found in wrong.items() if found} == {}


def test_a_whole_conversation_by_keyboard_alone(run: Run, page: Page) -> None:
    page.goto(run(ECHO).url)
    ready(page)
    expect(box(page)).to_be_focused()
    page.keyboard.type("One")
    page.keyboard.press("Enter")
    expect_messages(page, "One", "You said: One")
    expect(box(page)).to_be_focused()
    page.keyboard.type("?jk/ are letters here")
    expect(box(page)).to_have_value("?jk/ are letters here")
    page.keyboard.press("Enter")
    expect(messages(page)).to_have_count(4)
    # What can be done with messages is loaded with the first that is complete.
    expect(page.get_by_role("button", name="Copy", exact=True)).to_have_count(2)
    page.keyboard.press("Shift+Tab")
    page.get_by_role("log").focus()
    page.keyboard.press("k")
    expect(messages(page).nth(3)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(messages(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy", exact=True).first).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(messages(page).nth(2)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(messages(page).nth(2)).to_be_focused()
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")


def test_escape_stops_the_answer_and_the_focus_stays_in_the_box(run: Run, page: Page) -> None:
    page.goto(f"{run(SCREENS).url}#empty-light")
    ready(page)
    say(page, "Hi")
    expect(page.get_by_role("button", name="Stop generating")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Stop generating")).to_be_hidden()
    expect(box(page)).to_be_focused()


def test_screen_readers_get_a_log_of_named_articles(run: Run, page: Page) -> None:
    page.goto(run(ECHO).url)
    ready(page)
    say(page, "Hi")
    expect(messages(page)).to_have_count(2)
    session = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    told = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored")
    ]
    assert ("log", "Conversation") in told
    assert [name for role, name in told if role == "article"] == ["You", "Assistant"]
    assert ("textbox", "Type your message") in told
    assert ("button", "Send") in told
    # What was answered was said.
    expect(page.locator(".chat > [role=status]")).to_contain_text("You said: Hi")


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(320, 640, 1), (640, 400, 2)], ids=["320px", "200%"]
)
def test_nothing_is_lost_where_there_is_little_room(
    run: Run, new_page: NewPage, width: int, height: int, scale: int
) -> None:
    page = new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
    for screen in ("empty", "long"):
        page.goto("about:blank")
        page.goto(f"{run(SCREENS).url}#{screen}-light")
        ready(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert (
            page.evaluate(
                "(() => { const e = document.querySelector('[role=log]');"
                " return e.scrollWidth - e.clientWidth })()"
            )
            <= 0
        )
        expect(box(page)).to_be_in_viewport()
        page.get_by_role("log").focus()
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert dialog.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
        page.keyboard.press("Escape")


def test_nothing_moves_for_those_who_do_not_want_it(run: Run, new_page: NewPage) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(f"{run(SCREENS).url}#long-light")
    ready(page)
    say(page, "Hi")
    expect(page.locator("[data-test=chatbot-stop]")).to_be_visible()
    moving = page.evaluate(
        """async () => {
          let moving = 0;
          for (let frame = 0; frame < 25; frame++) {
            await new Promise(requestAnimationFrame);
            moving += document.getAnimations().filter((it) => it.playState === "running").length;
          }
          return moving;
        }"""
    )
    assert moving == 0


def test_forced_colours_leave_edges_and_focus(run: Run, new_page: NewPage) -> None:
    page = new_page(forced_colors="active")
    page.goto(f"{run(SCREENS).url}#long-light")
    ready(page)
    bubble = page.locator("[data-message=user] .body").last
    assert bubble.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    page.get_by_role("log").focus()
    page.keyboard.press("k")
    expect(page.locator("article:focus")).to_have_css("outline-style", "solid")


def test_arabic_is_laid_out_from_the_right(run: Run, new_page: NewPage) -> None:
    page = new_page(locale="ar")
    page.goto(f"{run(SCREENS).url}#long-light")
    ready(page)
    middle = page.viewport_size["width"] / 2 if page.viewport_size else 0
    place = page.locator("[data-message=user] .body").last.bounding_box()
    send = page.locator("[data-test=chatbot-submit]").bounding_box()
    assert place is not None
    assert send is not None
    assert place["x"] < middle
    assert send["x"] < middle
    assert page.evaluate("document.documentElement.dir") == "rtl"
