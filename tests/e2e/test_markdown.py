"""What Markdown can do in a browser, and that each part of it is loaded when it is first used."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .chat import box, messages, rest, say, until
from .conftest import NewPage, Run

APP = """
from h2o_wave import Q, app, data, main, ui

ANSWERS = {
    "plain": "Plain **words** and a [link](https://example.com).",
    "code": "Look:\\n\\n```py\\ndef f(x):\\n    return x  # " + "long " * 60 + "\\n```\\n\\nDone.",
    "other": "```rust\\nfn main() {}\\n```\\n",
    "unknown": "```klingon\\nnuqneH\\n```\\n",
    "math": "So $x^2$ costs $5 or $10:\\n\\n$$\\n\\\\frac{1}{2}\\n$$\\n",
    "diagram": "```mermaid\\nflowchart LR\\n  A[Start] --> B[End]\\n```\\n",
    "wrong": "```mermaid\\nthis is none\\n```\\n",
    "long": "".join(f"## Part {i}\\n\\nWords.\\n\\n- one\\n- two\\n\\n" for i in range(12)),
    "notes": "A claim[^1].\\n\\n[^1]: Its source.\\n",
    "image": "![a cat](https://cats.example/cat.png)",
}


@app("/")
async def serve(q: Q):
    if not q.client.initialized:
        q.client.initialized = True
        q.page["chat"] = ui.chatbot_card(
            box="1 1 12 10", name="chatbot", data=data("content from_user", t="list")
        )
    elif q.args.chatbot:
        q.page["chat"].data += [q.args.chatbot, True]
        q.page["chat"].data += ["", False]
        text = ANSWERS[q.args.chatbot]
        for end in range(7, len(text) + 7, 7):
            q.page["chat"].data[-1] = [text[:end], False]
            await q.page.save()
    await q.page.save()
"""


class Chunks:
    """Names of the scripts that a page has asked for, without their hashes."""

    def __init__(self, page: Page) -> None:
        self.names: list[str] = []
        self._page = page
        page.on("request", self._note)

    def _note(self, request: object) -> None:
        url: str = getattr(request, "url", "")
        if found := re.search(r"/_s/assets/([A-Za-z0-9_.]+?)-[\w-]{8}\.js$", url):
            self.names.append(found[1])

    def new(self, *awaited: str) -> set[str]:
        """Return those since the last call, once the awaited ones are there and the page rests."""
        until(self._page, lambda: {*awaited} <= {*self.names}, lambda: self.names)
        rest(self._page)
        names, self.names = set(self.names), []
        return names


def ask(page: Page, kind: str) -> None:
    """Send the prompt, and wait until the whole answer is there."""
    before = messages(page).count()
    say(page, kind)
    expect(messages(page)).to_have_count(before + 2)
    rest(page)


def test_code_math_and_diagrams_load_when_they_are_used(run: Run, page: Page) -> None:
    app = run(APP)
    chunks = Chunks(page)
    page.goto(app.url)
    expect(box(page)).to_be_visible()
    first = chunks.new()
    heavy = {"highlight", "python", "rust", "formula", "diagram", "frame", "mermaid.core"}
    assert not first & heavy

    ask(page, "plain")
    assert not chunks.new() & heavy
    ask(page, "code")
    assert chunks.new("highlight", "python") & heavy == {"highlight", "python"}
    ask(page, "code")
    assert chunks.new() == set()
    ask(page, "other")
    assert chunks.new("rust") & heavy == {"rust"}
    ask(page, "unknown")
    assert chunks.new() == set()
    ask(page, "math")
    assert chunks.new("formula") & heavy == {"formula"}
    ask(page, "diagram")
    expect(page.locator(".diagram img")).to_be_visible()
    chunks.new("diagram", "frame")
    ask(page, "diagram")
    expect(page.locator(".diagram img")).to_have_count(2)
    assert chunks.new() == set()


def test_code_is_coloured_wrapped_and_copied(run: Run, new_page: NewPage) -> None:
    app = run(APP)
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(app.url)
    ask(page, "code")
    block = page.locator(".code")
    keyword = block.locator(".tok-k").first
    expect(keyword).to_have_text("def")
    assert keyword.evaluate("e => getComputedStyle(e).color") != block.evaluate(
        "e => getComputedStyle(e).color"
    )
    expect(block.locator(".lang")).to_have_text("py")
    pre = block.locator("pre")
    assert pre.evaluate("e => e.scrollWidth > e.clientWidth")
    block.get_by_role("button", name="Wrap").click()
    assert pre.evaluate("e => e.scrollWidth <= e.clientWidth")
    block.get_by_role("button", name="Copy: py").click()
    expect(block.get_by_role("status")).to_have_text("Copied")
    assert str(page.evaluate("navigator.clipboard.readText()")).startswith(
        "def f(x):\n    return x"
    )


def test_colours_do_not_move_anything(run: Run, page: Page) -> None:
    app = run(APP)
    page.goto(app.url)
    ask(page, "code")
    expect(page.locator(".tok-k").first).to_be_visible()
    # Not `scrollWidth`, a whole number: each coloured piece is rounded to 1/64 px.
    size = """(e) => {
      const words = document.createRange();
      words.selectNodeContents(e);
      const { width, height } = words.getBoundingClientRect();
      return [width, height, e.closest(".code").offsetHeight];
    }"""
    words = page.locator(".code code")
    coloured = words.evaluate(size)
    words.evaluate("e => e.replaceChildren(e.textContent)")
    assert words.evaluate(size) == pytest.approx(coloured, abs=0.25)


def test_formulas_are_mathml_and_prices_are_text(run: Run, page: Page) -> None:
    app = run(APP)
    page.goto(app.url)
    ask(page, "math")
    expect(page.locator("math")).to_have_count(2)
    expect(page.locator(".prose p").last).to_contain_text("costs $5 or $10")
    assert page.locator("math msup").count() == 1


def test_diagrams_follow_the_theme_and_keep_their_source(run: Run, page: Page) -> None:
    app = run(APP)
    page.goto(app.url)
    ask(page, "diagram")
    image = page.locator(".diagram img")
    expect(image).to_be_visible()
    assert image.evaluate("e => e.naturalWidth") > 50
    source = page.locator(".code pre")
    expect(source).to_be_hidden()
    page.get_by_role("button", name="Source").click()
    expect(source).to_have_text("flowchart LR\n  A[Start] --> B[End]")
    expect(image).to_be_hidden()
    ask(page, "wrong")
    expect(page.locator(".diagram-note")).to_have_text(
        "This diagram could not be drawn. Here is its source."
    )
    expect(page.locator(".code pre").last).to_be_visible()


GROWING = """
from h2o_wave import Q, app, data, main, ui

START = "```mermaid\\nflowchart LR\\n  A[Start]\\n"
GROW = "  A --> B[Middle] --> C[End]\\n```\\n"


@app("/")
async def serve(q: Q):
    if not q.client.initialized:
        q.client.initialized = True
        chat = data("content from_user", t="list", rows=[[START, False]])
        q.page["chat"] = ui.chatbot_card(box="1 1 12 8", name="chatbot", data=chat)
        q.page["form"] = ui.form_card(box="1 9 12 2", items=[ui.button("grow", "Grow")])
    elif q.args.grow:
        q.page["chat"].data[-1] = [START + GROW, False]
    await q.page.save()
"""


def test_a_diagram_that_grows_after_its_handler_has_ended_is_drawn_again(
    run: Run, page: Page
) -> None:
    page.goto(run(GROWING).url)
    image = page.locator(".diagram img")
    expect(image).to_be_visible()
    width = int(image.get_attribute("width") or 0)
    page.get_by_role("button", name="Grow").click()
    expect(page.locator(".code pre")).to_contain_text("Middle")
    until(page, lambda: int(image.get_attribute("width") or 0) > 2 * width)


def test_the_frame_of_diagrams_has_no_origin(run: Run, page: Page) -> None:
    app = run(APP)
    page.goto(app.url)
    ask(page, "diagram")
    expect(page.locator(".diagram img")).to_be_visible()
    frame = next(frame for frame in page.frames if frame.url.endswith("/_s/diagram"))
    assert frame.evaluate("origin") == "null"
    can_read = "() => { try { return document.cookie !== undefined } catch { return false } }"
    assert frame.evaluate(can_read) is False
    answer = page.request.get(frame.url)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")


def test_footnotes_lead_there_and_back(run: Run, page: Page) -> None:
    app = run(APP)
    page.goto(app.url)
    ask(page, "notes")
    page.locator("[role=doc-noteref]").click()
    expect(page.locator(".footnote")).to_be_focused()
    page.locator("[role=doc-backlink]").click()
    expect(page.locator("[role=doc-noteref]")).to_be_focused()


def test_images_of_other_sites_wait_for_a_click(run: Run, page: Page) -> None:
    app = run(APP)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app.url)
    ask(page, "image")
    button = page.get_by_role("button", name="Load image “a cat” from cats.example")
    expect(button).to_be_visible()
    assert not [url for url in asked if "cats.example" in url]


GAPS = """all => all.slice(1).map((one, i) => [
    `${all[i].tagName} ${one.tagName}`,
    Math.round(one.getBoundingClientRect().top - all[i].getBoundingClientRect().bottom)])"""


def test_the_blocks_of_a_long_answer_stand_as_far_apart_in_runs_as_before_them(
    run: Run, page: Page
) -> None:
    app = run(APP)
    page.goto(app.url)
    ask(page, "long")
    answer = messages(page, "assistant").last
    expect(answer.locator(".run")).to_have_count(4)
    gaps = answer.locator(".prose > :not(.run), .run > *").evaluate_all(GAPS)
    assert {pair for pair, _ in gaps} == {"H4 P", "P UL", "UL H4"}
    assert len({(pair, gap) for pair, gap in gaps}) == 3
    ends = dict(gaps)
    assert ends["H4 P"] < ends["P UL"] < ends["UL H4"]
