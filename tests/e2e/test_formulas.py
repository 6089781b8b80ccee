"""Formulas look the same in every browser: numbers at the end, lines as wide as what is below."""

from __future__ import annotations

from playwright.sync_api import expect

from .chat import messages
from .conftest import PHONE, NewPage, Run

APP = r'''
    from swell.chat import Turn, chat

    FORMULAS = r"""
    $$E = mc^2 \tag{7}$$

    $$\begin{align} a &= b \\ d &= e \tag{8} \end{align}$$

    Lines $\overline{AB}$ and $\underline{x+y}$, a hat $\hat{x}$, half $\frac{1}{2}$.
    """.replace("    ", "")

    @chat("/", title="Formulas")
    async def answer(turn: Turn):
        if turn.prompt == "words":
            yield "No formula."
        elif turn.prompt == "commas":
            yield " ".join(f"{'w' * n} so $x_{{{n}}}$, and ($y$). $n$-th!" for n in range(24))
        else:
            yield FORMULAS
'''
FONT = "[...document.fonts].some((it) => it.family.includes('Swell Math') && it.status == 'loaded')"
TAGS = """[...document.querySelectorAll('.tml-tag')].map((it) => Math.round(
    it.closest('.math').getBoundingClientRect().right - it.getBoundingClientRect().right))"""
LINES = """[...document.querySelectorAll('.tml-overline, .tml-underline')].map((it) => {
    const inner = [...it.querySelectorAll('mi, mo')].map((one) => one.getBoundingClientRect());
    const outer = it.getBoundingClientRect();
    const width = Math.max(...inner.map((one) => one.right)) - inner[0].left;
    return outer.width < width + 3 && outer.width > width - 3;
})"""
BORDERS = """[['.tml-overline', 'borderTopWidth'], ['.tml-underline', 'borderBottomWidth']].every(
    ([one, side]) => parseFloat(getComputedStyle(document.querySelector(one))[side]) > 0)"""
HAT = """(() => {
    const [x, hat] = [...document.querySelector('.math mover').children]
        .map((it) => it.getBoundingClientRect());
    const up = (x.bottom - hat.bottom) / x.height;
    return Math.round(up * 100) / 100;
})()"""
APART = """(() => {
    const range = document.createRange();
    return [...document.querySelectorAll('[data-message=assistant] .math')].filter((it) => {
        const after = it.nextSibling ?? it.parentNode.nextSibling;
        range.setStart(after, 0);
        range.setEnd(after, 1);
        const [math, mark] = [it, range].map((one) => one.getBoundingClientRect());
        return mark.top > math.bottom || mark.left < math.left;
    }).map((it) => it.dataset.math);
})()"""


def test_formulas_have_their_style_and_font(run: Run, new_page: NewPage) -> None:
    page = new_page()
    fonts: list[str] = []
    page.on("request", lambda it: fonts.append(it.url) if ".woff2" in it.url else None)
    page.goto(run(APP).url)
    box = page.get_by_role("textbox", name="Type your message")
    box.fill("words")
    box.press("Enter")
    expect(messages(page, "assistant").last).to_contain_text("No formula.")
    assert fonts == []
    box.fill("formulas")
    box.press("Enter")
    expect(messages(page, "assistant").last.locator("math")).to_have_count(6)
    page.evaluate("document.fonts.ready")
    assert len(fonts) == 1
    assert page.evaluate(FONT)
    assert page.evaluate(TAGS) == [0, 0]
    assert page.evaluate(LINES) == [True, True]
    assert page.evaluate(BORDERS)


def test_a_formula_and_the_mark_behind_it_stay_on_one_line(run: Run, new_page: NewPage) -> None:
    page = new_page(viewport=PHONE)
    page.goto(run(APP).url)
    box = page.get_by_role("textbox", name="Type your message")
    box.fill("commas")
    box.press("Enter")
    expect(messages(page, "assistant").last.locator("math")).to_have_count(72)
    for width in range(300, 400, 7):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(APART) == []
