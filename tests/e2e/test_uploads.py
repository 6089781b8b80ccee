"""Files of an upload component: chosen, dropped, cancelled, cut off, and read by the app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.faults.proxy import FaultProxy

from .conftest import NewPage, RunningApp, begin

APP = """
    from pathlib import Path
    from swell import Q, app, ui

    @app("/")
    async def serve(q: Q):
        if not q.client.initialized:
            q.client.initialized = True
            q.page["form"] = ui.form_card("1 1 4 9", [
                ui.file_upload("box", "Send", multiple=True, file_extensions=["csv"], max_size=8),
                ui.file_upload("line", "A file", compact=True),
                ui.button("go", "Go"),
                ui.text("", name="got"),
            ])
        got = []
        for name in ("box", "line"):
            for address in q.args[name] or ():
                path = Path(await q.site.download(address, "."))
                got.append((name, path.name, path.stat().st_size))
        q.page["form"].got.content = f"`{got} {'box' in q.args} {'line' in q.args}`"
        await q.page.save()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    app = begin(tmp_path_factory.mktemp("uploads"), APP)
    yield app
    app.stop()


def file(name: str, size: int) -> Any:
    return {"name": name, "mimeType": "text/csv", "buffer": b"x" * size}


def box(page: Page) -> Locator:
    return page.get_by_role("group", name="Send")


def test_several_files_arrive_after_the_button(server: RunningApp, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)
    got = page.locator("[data-test=got]").or_(page.get_by_text("[] False False"))
    expect(got.first).to_be_visible()
    send = page.get_by_role("button", name="Send")
    expect(send).to_be_disabled()
    page.locator("[data-test=box]").set_input_files([file("a.csv", 10), file("b.txt", 1)])
    expect(box(page).get_by_role("alert")).to_have_text(
        "“b.txt” cannot be uploaded here. Allowed: .csv."
    )
    page.locator("[data-test=box]").set_input_files([file("a.csv", 10), file("b.csv", 20)])
    page.locator("[data-test=box]").set_input_files(file("c.csv", 30))
    box(page).get_by_role("button", name="Remove b.csv").press("Enter")
    send.press("Enter")
    expect(
        page.get_by_text("[('box', 'a.csv', 10), ('box', 'c.csv', 30)] True False")
    ).to_be_visible()
    expect(box(page).get_by_role("status")).to_have_text("Uploaded: a.csv, c.csv")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("[] False False")).to_be_visible()


def test_files_are_dropped_on_the_box(server: RunningApp, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)
    data = page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["1,2,3"], "dropped.csv", { type: "text/csv" }));
            return data;
        }"""
    )
    for event in ("dragenter", "dragover", "drop"):
        box(page).dispatch_event(event, {"dataTransfer": data})
    expect(box(page).get_by_text("dropped.csv")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("('box', 'dropped.csv', 5)")).to_be_visible()


def test_an_upload_is_cancelled_and_one_cut_off_is_tried_again(
    server: RunningApp, new_page: NewPage
) -> None:
    page = new_page()
    with FaultProxy(urlsplit(server.url).port or 0) as proxy:
        page.goto(f"http://127.0.0.1:{proxy.port}/")
        page.locator("[data-test=box]").set_input_files(file("large.csv", 4_000_000))
        proxy.throttle(100_000)
        page.get_by_role("button", name="Send").click()
        bar = page.get_by_role("progressbar", name="Uploading large.csv")
        expect(bar).to_be_visible()
        page.get_by_role("button", name="Cancel", exact=True).click()
        expect(bar).to_be_hidden()
        page.get_by_role("button", name="Send").click()
        expect(bar).to_be_visible()
        proxy.offline()
        expect(box(page).get_by_role("alert")).to_have_text(
            "“large.csv” was not uploaded. Check the connection and try again."
        )
        proxy.throttle(0)
        proxy.online()
        box(page).locator("..").get_by_role("button", name="Retry", exact=True).click()
        expect(page.get_by_text("('box', 'large.csv', 4000000)")).to_be_visible()


def test_a_line_uploads_at_once_and_submits_with_the_form(
    server: RunningApp, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(server.url)
    line = page.locator("[data-test=textfield-line]")
    page.locator("[data-test=line]").set_input_files(file("a.txt", 7))
    expect(line.locator("li")).to_contain_text("a.txt 7 bytes")
    expect(line.get_by_role("progressbar")).to_have_count(0)
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("[('line', 'a.txt', 7)] False True")).to_be_visible()
