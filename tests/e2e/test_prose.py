"""How Markdown stands on the page: what only a browser that lays it out can say."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .chat import messages
from .conftest import NewPage, Run

APP = """
from swell import Q, app, data, main, ui

ANSWERS = [
    "| digest | of |\\n|---|---|\\n| " + "0123456789abcdef" * 8 + " | a file |\\n",
    "- [x] outer\\n  - [ ] inner\\n    - [x] innermost\\n- plain\\n",
    "1986. A great year.\\n1987. Another one.\\n",
    "- أهلا وسهلا بكم\\n- An English item.\\n- شكرا\\n",
    "Before\\n\\n```python\\nprint(1)\\n```\\n\\nafter",
    "# One\\n\\n## Two\\n\\n### Three\\n\\nwords",
    "[Intro](#intro) or [report](/mnt/data/report.csv)\\n\\n" + "words\\n\\n" * 60 + "## Intro\\n",
    "one\\ntwo  \\nthree\\n\\n- four\\n  five\\n",
]

@app("/")
async def serve(q: Q):
    q.page["chat"] = ui.chatbot_card(
        box="1 1 12 10", name="chatbot", line_breaks=q.args["#"] == "breaks",
        data=data("content from_user", t="list", rows=[[text, False] for text in ANSWERS]))
    await q.page.save()
"""

# The words of a node: where their text stands, not the box around it.
WORDS = """(node) => {
    const range = document.createRange();
    range.selectNodeContents(node.firstElementChild ?? node);
    const { left, right, width } = range.getBoundingClientRect();
    return { left, right, width };
}"""


def test_answers_stand_where_they_should(run: Run, page: Page) -> None:
    page.goto(run(APP).url)
    answers = messages(page, "assistant")
    expect(answers).to_have_count(8)

    # A cell that is wider than its column paints nothing over the next one.
    cells = answers.nth(0).locator("tbody td")
    first, second = cells.nth(0).evaluate(WORDS), cells.nth(1).evaluate(WORDS)
    assert first["right"] <= second["left"]

    # Tasks inside tasks are indented.
    left = "(all) => all.map((node) => node.getBoundingClientRect().left)"
    lefts = answers.nth(1).locator("input").evaluate_all(left)
    assert lefts[1] > lefts[0] + 10
    assert lefts[2] > lefts[1] + 10

    # The whole number of an item stands within the answer.
    item, answer = answers.nth(2).locator("li").first, answers.nth(2).locator(".prose")
    font = item.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
    edge = answer.evaluate("(node) => node.getBoundingClientRect().left")
    room = item.evaluate(WORDS)["left"] - edge
    assert room >= 4 * 0.5 * font + 0.5 * font

    # Items of another direction stand at their bullet: all end at the same edge.
    rights = [item.evaluate(WORDS)["right"] for item in answers.nth(3).locator("li").all()]
    assert max(rights) - min(rights) < 2, rights

    # Headings differ from text by their size.
    sizes = (
        answers.nth(5)
        .locator(".prose > *")
        .evaluate_all("(all) => all.map((node) => parseFloat(getComputedStyle(node).fontSize))")
    )
    assert sizes[0] > sizes[1] > sizes[2] == sizes[3]


def test_what_is_copied_has_no_labels_of_buttons(run: Run, page: Page) -> None:
    page.goto(run(APP).url)
    answer = messages(page, "assistant").nth(4)
    expect(answer.get_by_role("button", name="Copy: python")).to_be_visible()
    copied = answer.evaluate(
        """(node) => {
            getSelection().selectAllChildren(node);
            return getSelection().toString();
        }"""
    )
    assert [line for line in copied.split("\n") if line] == ["Before", "print(1)", "after"]


def test_no_link_of_an_answer_leaves_the_chat(run: Run, page: Page) -> None:
    page.goto(run(APP).url)
    answer = messages(page, "assistant").nth(6)
    url = page.url
    answer.get_by_role("link", name="Intro").click()
    expect(answer.get_by_role("heading", name="Intro")).to_be_in_viewport()
    expect(answer.get_by_role("heading", name="Intro")).to_be_focused()
    assert page.url == url
    expect(answer.get_by_role("link", name="report")).to_have_attribute("target", "_blank")


def test_single_line_ends_count_where_the_app_says_so(run: Run, page: Page) -> None:
    url = run(APP).url
    lines = "(node) => node.innerText.trim().split('\\n').filter(Boolean)"
    page.goto(url)
    answer = messages(page, "assistant").nth(7).locator(".prose")
    assert answer.evaluate(lines) == ["one two", "three", "four five"]
    page.goto("about:blank")
    page.goto(f"{url}#breaks")
    expect(answer).to_be_visible()
    assert answer.evaluate(lines) == ["one", "two", "three", "four", "five"]


DIAGRAMS = """
from swell import Q, app, data, main, ui

ANSWERS = [
    '```mermaid\\npie title Pets\\n "Dogs" : 4\\n "Cats" : 3\\n "Rats" : 2\\n```\\n',
    "```mermaid\\nmindmap\\n  root((Plan))\\n    One\\n      Two\\n    Three\\n```\\n",
]

@app("/")
async def serve(q: Q):
    q.page["meta"] = ui.meta_card(box="", theme="neon")
    q.page["chat"] = ui.chatbot_card(
        box="1 1 12 10", name="chatbot",
        data=data("content from_user", t="list", rows=[[text, False] for text in ANSWERS]))
    await q.page.save()
"""

KEEP = """
window.__pictures = [];
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => {
    if (blob.type === "image/svg+xml") blob.text().then((text) => window.__pictures.push(text));
    return make.call(URL, blob);
};
"""

# The contrast between each text and what lies behind it.
CONTRASTS = """(ground) => {
    const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const light = (colour) => {
        const [r, g, b] = channels(colour).map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const shapes = [...document.querySelectorAll("path, circle, rect, polygon")];
    const texts = [...document.querySelectorAll("text")].filter((text) => text.textContent.trim());
    return texts.map((text) => {
        const box = text.getBoundingClientRect();
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        const behind = document.elementsFromPoint(x, y)
            .find((node) => shapes.includes(node) && getComputedStyle(node).fill !== "none");
        const [one, other] = [getComputedStyle(text.querySelector("tspan tspan") ?? text).fill,
            behind ? getComputedStyle(behind).fill : ground].map(light);
        return [text.textContent, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
    });
}"""


def test_pies_and_mindmaps_can_be_read_in_the_dark(run: Run, new_page: NewPage) -> None:
    page = new_page()
    page.add_init_script(KEEP)
    page.goto(run(DIAGRAMS).url)
    expect(page.locator(".diagram img")).to_have_count(2)
    page.wait_for_function("window.__pictures.length >= 2")
    pictures: list[str] = page.evaluate("window.__pictures")
    ground = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    bare = new_page()
    for picture in pictures:
        bare.set_content(picture)
        contrasts = bare.evaluate(CONTRASTS, ground)
        assert len(contrasts) >= 4
        assert [found for found in contrasts if found[1] < 4.5] == []
