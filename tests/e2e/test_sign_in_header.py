"""Sign-in by the header of a proxy, in Chromium, through a real nginx with TLS."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.auth.test_nginx import behind
from tests.programs import Program

from .conftest import PATIENCE_MS

APP = """
from swell import Q, app, ui

@app("/")
async def serve(q: Q):
    if not q.client.drawn:
        q.client.drawn = True
        q.page["hello"] = ui.form_card("1 1 4 4", [ui.button("say", "Say it"), ui.text("Hello")])
    if q.args.say:
        q.page["hello"].items = [ui.text(f"You are {q.auth.username}")]
    await q.page.save()
"""


def test_the_name_that_the_proxy_gives_is_the_user(
    program: Program, tmp_path: Path, browser: Browser
) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "htpasswd").write_text("ada:{PLAIN}secret\nbob:{PLAIN}secret\n")
    more = (
        f"auth_basic realm; auth_basic_user_file {tmp_path / 'htpasswd'}; "
        "proxy_set_header X-Forwarded-User $remote_user;"
    )
    settings = {"user_header": "X-Forwarded-User", "app": tmp_path / "app.py"}
    with behind(program("nginx"), tmp_path, more, **settings) as site:  # type: ignore[arg-type]
        for name in ("ada", "bob"):
            context = browser.new_context(
                ignore_https_errors=True,
                http_credentials={"username": name, "password": "secret"},
                extra_http_headers={"X-Forwarded-User": "mallory"},
            )
            page = context.new_page()
            page.goto(f"https://127.0.0.1:{site._port}")
            page.get_by_role("button", name="Say it").click()
            expect(page.get_by_text(f"You are {name}")).to_be_visible(timeout=PATIENCE_MS)
            context.close()
