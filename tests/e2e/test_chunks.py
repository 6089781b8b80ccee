"""Parts of the client that are loaded late."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import NewPage, Run

HEADER = """
from swell import Q, app, main, ui

@app('/')
async def serve(q: Q):
    q.page['head'] = ui.header_card(box='1 1 -1 1', title='Fruit', subtitle='and more')
    await q.page.save()
"""


def test_a_part_whose_styles_did_not_come_has_them_after_another_try(
    run: Run, new_page: NewPage
) -> None:
    app = run(HEADER)
    styled = new_page()
    styled.goto(app.url)
    expect(styled.get_by_text("Fruit")).to_be_visible()
    size = "(node) => getComputedStyle(node).fontSize + getComputedStyle(node).display"
    wanted = styled.get_by_text("Fruit").evaluate(size)

    page = new_page()
    page.route("**/cards-*.css", lambda route: route.abort("connectionfailed"))
    page.goto(app.url)
    again = page.get_by_role("button", name="Retry")
    expect(again).to_be_visible()
    page.unroute_all()
    again.click()
    expect(page.get_by_text("Fruit")).to_be_visible()
    assert page.get_by_text("Fruit").evaluate(size) == wanted
    sheets = "[...document.styleSheets].filter((sheet) => /cards-/.test(sheet.href)).length"
    assert page.evaluate(sheets) == 1
