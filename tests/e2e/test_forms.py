"""Form components as they are drawn."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import Run

KEYS = """
from swell import Q, app, ui

@app('/')
async def serve(q: Q):
    q.page['form'] = ui.form_card(box='1 1 4 10', items=[
        ui.copyable_text('one', 'Short', name='short', width='50%'),
        ui.copyable_text('one\\ntwo', 'High', name='high', multiline=True, height='90px'),
        ui.copyable_text('one\\ntwo', 'Rest', name='rest', multiline=True, height='1'),
        ui.button('go', 'Go')])
    await q.page.save()
"""


def test_text_to_copy_is_as_large_as_it_is_told_to_be(run: Run, page: Page) -> None:
    page.goto(run(KEYS).url)
    expect(page.get_by_role("button", name="Go")).to_be_visible()
    boxes = [page.locator(f"[data-test={name}]").bounding_box() for name in ("short", "high")]
    short, high = (box["height"] for box in boxes if box is not None)
    assert (short < 40, high) == (True, 90)
    card = page.locator(".card.form").bounding_box()
    rest = page.locator("[data-test=rest]").bounding_box()
    go = page.get_by_role("button", name="Go").bounding_box()
    assert card is not None
    assert rest is not None
    assert go is not None
    assert rest["height"] > 300
    end, bottom = go["y"] + go["height"], card["y"] + card["height"]
    assert bottom - 24 < end < bottom, "the button stands at the end of the card"
    field = page.locator(".item").first.bounding_box()
    assert field is not None
    assert 0.4 < field["width"] / card["width"] < 0.5
