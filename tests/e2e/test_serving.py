"""Ways of serving an app, each with a browser at the end of it."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from .apps import ECHO
from .chat import box, expect_messages, messages, say, whole
from .conftest import Run, RunningApp

HOST = """
import uvicorn
from fastapi import FastAPI
from swell import main
import echo

host = FastAPI(lifespan=main.lifespan)
host.mount('/tools/chat', main)

@host.get('/')
async def index():
    return {'own': 'route'}

class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f'running at http://127.0.0.1:{port}/tools/chat/', flush=True)

Server(uvicorn.Config(host, port=0, log_level='warning')).run()
"""


def test_a_base_url_for_a_proxy_that_keeps_the_path(run: Run, page: Page) -> None:
    app = run(ECHO, "--base-url", "/apps/talk/")
    assert "/apps/talk/" in app.url
    page.goto(app.url)
    say(page, "Hi")
    expect_messages(page, "Hi", "You said: Hi")
    page.reload()
    expect_messages(page, "Hi", "You said: Hi")


def test_an_app_is_installed_under_its_own_name(run: Run, page: Page) -> None:
    meta = "q.page['meta'] = ui.meta_card('', title='Sea life', theme='nord')"
    source = ECHO.replace("q.page[", f"{meta}\n        q.page[", 1)
    page.goto(run(source, "--base-url", "/apps/talk/").url)
    expect(page).to_have_title("Sea life")
    manifest = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert '"name":"Sea life"' in manifest["data"]
    assert "/apps/talk/_s/app.webmanifest" in manifest["url"]
    colours = page.locator("meta[name=theme-color]")
    assert {colours.nth(i).get_attribute("content") for i in range(2)} == {"#3b4251"}


def test_an_app_mounted_in_fastapi_under_a_prefix(tmp_path: Path, page: Page) -> None:
    (tmp_path / "echo.py").write_text(ECHO)
    (tmp_path / "host.py").write_text(HOST)
    app = RunningApp([sys.executable, "host.py"], tmp_path)
    try:
        page.goto(app.url)
        say(page, "Hi")
        expect_messages(page, "Hi", "You said: Hi")
        assert page.request.get(app.url.replace("/tools/chat/", "/")).json() == {"own": "route"}
    finally:
        app.stop()


def test_a_changed_file_reaches_open_tabs_by_itself(start: Run, page: Page, tmp_path: Path) -> None:
    app = start(ECHO, "--reload")
    page.goto(app.url)
    say(page, "Hi")
    expect(messages(page)).to_have_count(2)
    box(page).fill("kept")
    (tmp_path / "app.py").write_text(ECHO.replace("You said: ", "New code: "))
    expect(messages(page)).to_have_count(0)  # a new process paints afresh
    expect(box(page)).to_have_value("kept")
    box(page).press("Enter")
    expect(messages(page, "assistant")).to_have_text(["New code: kept"])


def test_sigterm_tells_browsers_and_ends_with_exit_code_0(start: Run, page: Page) -> None:
    app = start(ECHO)
    page.goto(app.url)
    expect(box(page)).to_be_visible()
    whole(page)
    assert app.stop() == 0
    expect(page.get_by_text("Reconnecting")).to_be_visible()


def test_the_root_leads_to_the_only_app(run: Run, page: Page) -> None:
    app = run(ECHO.replace("@app('/')", "@app('/talk')"))
    page.goto(app.url.replace("/talk", "/"))
    expect(box(page)).to_be_visible()
    assert page.url.endswith("/talk")


def test_a_wheel_installed_elsewhere_chats(
    installed_swell: Path, tmp_path: Path, page: Page
) -> None:
    (tmp_path / "app.py").write_text(ECHO)
    command = [str(installed_swell / "swell"), "run", "app.py", "--port", "0"]
    app = RunningApp(command, tmp_path, {"PYTHONPATH": ""})
    try:
        page.goto(app.url)
        say(page, "Hi")
        expect_messages(page, "Hi", "You said: Hi")
    finally:
        app.stop()
