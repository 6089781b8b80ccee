"""Charts: rows that stream in, many points, themes, keys, a table, broken ones, and in answers.

The fixture fails a test whose page breaks the content security policy or logs an error.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from .conftest import NewPage, Run
from .test_accessibility import violations

APP = """
import asyncio

from swell import Q, app, data, ui
from swell.parts import Chart

BAD = '{"mark": "bar", "data": {"url": "https://example.com/rows.json"}, "encoding": {}}'
BARS = {"mark": "bar", "data": {"values": [{"day": "Mon", "n": 3}]},
        "encoding": {"x": {"field": "day"}, "y": {"field": "n", "type": "quantitative"}}}


@app("/")
async def serve(q: Q):
    page = q.page
    if not q.client.initialized:
        q.client.initialized = True
        page["meta"] = ui.meta_card(box="", theme="light")
        bars = ui.plot([ui.mark(type="interval", x="=day", y="=n", y_min=0)])
        rows = [("Mon", 3), ("Tue", 5)]
        page["bars"] = ui.plot_card("1 1 4 4", "Bars", data("day n", rows=rows), bars,
                                    events=["select_marks"])
        line = ui.plot([ui.mark(type="line", x="=at", y="=load", y_min=0, y_max=1)])
        page["live"] = ui.plot_card("5 1 4 4", "Live", data("at load", -50), line)
        many = [(at, at * 7919 % 10007) for at in range(10_000)]
        cloud = ui.plot([ui.mark(type="point", x="=a", y="=b", size=2)])
        page["many"] = ui.plot_card("1 5 4 4", "Many", data("a b", rows=many), cloud)
        page["bad"] = ui.vega_card("5 5 2 2", "Bad", BAD)
        page["torn"] = ui.vega_card("7 5 2 2", "Torn", '{"mark":')
        page["chat"] = ui.chatbot_card(
            "5 7 4 4", name="chat", data=data("content from_user parts", t="list", rows=[
                ["Here.", False, [Chart(BARS, alt="Answers a day")]]]))
        page["form"] = ui.form_card("1 9 4 2", [
            ui.button("stream", "Stream"), ui.button("dark", "Dark"), ui.text("", name="told")])
    if q.args.dark:
        page["meta"].theme = "h2o-dark"
    if q.args.stream:
        for at in range(100):
            page["live"].data[-1] = [at, at % 10 / 10]
            page["many"].data[at] = [at, 5000]
            await page.save()
            await asyncio.sleep(0.05)
        page["form"].told.content = "streamed"
    if q.events.bars:
        page["form"].told.content = f"`{q.events.bars.select_marks}`"
    await page.save()
"""


def show(run: Run, new_page: NewPage) -> Page:
    page = new_page(viewport={"width": 1200, "height": 1000})
    page.goto(run(APP).url)
    expect(page.locator("[data-test=many] [data-ready]")).to_be_attached()
    expect(page.locator("[data-test=bars] [data-ready]")).to_be_attached()
    return page


def picture(card: Locator) -> str:
    """Return what is drawn in a card."""
    return str(card.locator("canvas").evaluate("canvas => canvas.toDataURL()"))


def test_rows_stream_into_a_line_and_among_ten_thousand_points(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    many = page.locator("[data-test=many]")
    before = picture(many)
    canvas = many.locator("canvas").element_handle()
    page.get_by_role("button", name="Stream").click()
    expect(page.locator("[data-test=told]")).to_contain_text("streamed")
    live = page.locator("[data-test=live]")
    live.get_by_role("button", name="Show as a table").click()
    expect(live.locator("tbody tr")).to_have_count(50)
    expect(live.locator("tbody tr").last).to_have_text("990.9")
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas, before]
    )
    assert canvas is not None
    assert canvas.evaluate("canvas => canvas.isConnected"), "it was drawn again from the beginning"


def test_a_chart_follows_the_theme(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    bars = page.locator("[data-test=bars]")
    light = picture(bars)
    assert violations(page) == []
    page.get_by_role("button", name="Dark").click()
    page.wait_for_function(
        "light => document.querySelector('[data-test=bars] canvas')?.toDataURL() !== light",
        arg=light,
    )
    assert violations(page) == []


def test_a_chart_is_read_and_selected_by_keys(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    bars = page.locator("[data-test=bars]")
    bars.get_by_role("application", name="Bars").focus()
    page.keyboard.press("ArrowRight")
    expect(bars.get_by_role("status")).to_have_text("day: Mon, n: 3")
    page.keyboard.press("End")
    expect(bars.get_by_role("status")).to_have_text("day: Tue, n: 5")
    page.keyboard.press("Enter")
    expect(page.locator("[data-test=told]")).to_contain_text("[{'idx': 1, 'day': 'Tue', 'n': 5}]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(bars.get_by_role("cell", name="Tue")).to_be_visible()


def test_a_mark_is_selected_by_a_click(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    box = page.locator("[data-test=bars] canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.32, box["y"] + box["height"] * 0.75)
    expect(page.locator("[data-test=told]")).to_contain_text("[{'idx': 0, 'day': 'Mon', 'n': 3}]")


def test_a_broken_specification_says_why(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    expect(page.locator("[data-test=bad]").get_by_role("alert")).to_contain_text(
        "a chart loads no data from addresses (https://example.com/rows.json)"
    )
    expect(page.locator("[data-test=torn]").get_by_role("alert")).to_contain_text(
        "The chart cannot be drawn: the specification is not JSON"
    )


CHAT = """
from swell.chat import Chart, Turn, chat


@chat("/")
async def answer(turn: Turn):
    yield "Here it is."
    yield Chart({"mark": "bar", "data": {"values": [{"day": "Mon", "n": 3}]},
                 "encoding": {"x": {"field": "day"}, "y": {"field": "n", "type": "quantitative"}}},
                alt="Answers a day")
"""


def test_a_chart_of_an_answer_is_there_after_a_reload(run: Run, new_page: NewPage) -> None:
    page = new_page()
    page.goto(run(CHAT).url)
    page.get_by_role("textbox").fill("Show me")
    page.keyboard.press("Enter")
    chart = page.get_by_role("img", name="Answers a day")
    expect(chart.locator("canvas")).to_be_visible()
    page.reload()
    expect(chart.locator("canvas")).to_be_visible()
    assert violations(page) == []
