"""The pages of sign-in, as a browser without scripts uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from swell.auth.routes import NAME_BURST, PAIR_BURST
from swell.errors import SettingError

from .browser import app_of, browser_of, password_file, running, text_of

pytestmark = pytest.mark.anyio


async def test_a_page_without_sign_in_leads_to_the_sign_in_page_and_back(tmp_path: Path) -> None:
    async with running(app_of(password_file(tmp_path))) as browser:
        asked = await browser.get("/?x=1")
        assert asked.status_code == 303
        page = await browser.get(asked.headers["location"])
        assert 'name="next" value="/?x=1"' in page.text
        signed_in = await browser.sign_in(path="/?x=1")
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/?x=1")
        assert (await browser.get("/?x=1")).status_code == 200


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("nobody", "wrong"), ("", "")])
async def test_a_wrong_password_and_an_unknown_name_look_the_same(
    tmp_path: Path, name: str, password: str
) -> None:
    async with running(app_of(password_file(tmp_path))) as browser:
        refused = await browser.sign_in(name, password)
        assert refused.status_code == 403
        assert "The user name or the password is wrong." in text_of(refused)
        assert 'role="alert"' in refused.text
        assert (await browser.get("/")).status_code == 303


async def test_guessing_becomes_slow_and_right_passwords_do_not_count(tmp_path: Path) -> None:
    async with running(app_of(password_file(tmp_path))) as browser:
        found = [(await browser.sign_in()).status_code for _ in range(PAIR_BURST + 2)]
        assert set(found) == {303}
        found = [(await browser.sign_in("ada", "wrong")).status_code for _ in range(PAIR_BURST + 1)]
        assert found == [403] * PAIR_BURST + [429]
        refused = await browser.sign_in()
        assert (refused.status_code, refused.headers["retry-after"].isdigit()) == (429, True)


async def test_guesses_from_elsewhere_do_not_keep_a_user_out_of_a_known_place(
    tmp_path: Path,
) -> None:
    app = app_of(password_file(tmp_path))
    async with (
        running(app),
        browser_of(app, "192.0.2.1") as desk,
        browser_of(app, "192.0.2.2") as cafe,
    ):
        assert (await desk.sign_in()).status_code == 303
        for number in range(NAME_BURST):
            async with browser_of(app, f"203.0.113.{number}") as guesser:
                assert (await guesser.sign_in("ada", "wrong")).status_code == 403
        assert (await cafe.sign_in()).status_code == 429
        assert (await desk.sign_in()).status_code == 303


async def test_the_session_is_new_after_sign_in_and_the_old_cookie_is_worthless(
    tmp_path: Path,
) -> None:
    app = app_of(password_file(tmp_path))
    async with running(app) as browser, browser_of(app) as thief:
        await browser.sign_in()
        before = dict(browser.cookies)
        await browser.sign_in()
        assert dict(browser.cookies) != before
        thief.cookies.update(before)
        assert (await thief.get("/")).status_code == 303
        assert (await browser.get("/")).status_code == 200


async def test_sign_out_makes_the_cookie_worthless(tmp_path: Path) -> None:
    app = app_of(password_file(tmp_path))
    async with running(app) as browser, browser_of(app) as thief:
        await browser.sign_in()
        thief.cookies.update(dict(browser.cookies))
        assert (await thief.get("/")).status_code == 200
        assert "You are signed out." in text_of(await browser.send_form("/_auth/logout", {}))
        assert (await thief.get("/")).status_code == 303


async def test_a_link_signs_no_user_out(tmp_path: Path) -> None:
    async with running(app_of(password_file(tmp_path))) as browser:
        await browser.sign_in()
        assert "You are signed in as Ada Lovelace." in text_of(await browser.get("/_auth/logout"))
        assert (await browser.get("/")).status_code == 200


async def test_a_user_sees_where_they_are_signed_in_and_signs_out_there(tmp_path: Path) -> None:
    app = app_of(password_file(tmp_path))
    async with running(app) as desk, browser_of(app, "192.0.2.7") as phone:
        await desk.sign_in()
        await phone.sign_in()
        page = await desk.get("/_auth/sessions")
        assert "192.0.2.7" in text_of(page)
        other = page.text.partition("192.0.2.7")[2].partition('name="id" value="')[2][:64]
        assert (await desk.send_form("/_auth/sessions", {"id": other})).status_code == 303
        assert (await phone.get("/")).status_code == 303
        assert (await desk.get("/")).status_code == 200
        await desk.send_form("/_auth/sessions", {"id": "all"})
        assert (await desk.get("/")).status_code == 303


async def test_the_page_has_the_title_and_the_logo_of_the_app(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    app = app_of(password_file(tmp_path), sign_in_title="A & B", sign_in_logo=str(logo))
    async with running(app) as browser:
        page = await browser.get("/_auth/login")
        assert "<h1>Sign in to A &amp; B</h1>" in page.text
        assert '<img class="logo" src="/_auth/logo" alt="">' in page.text
        sent = await browser.get("/_auth/logo")
        assert (sent.text, sent.headers["content-type"]) == (logo.read_text(), "image/svg+xml")
        assert "sandbox" in sent.headers["content-security-policy"]


async def test_a_proxy_that_names_the_user_excludes_passwords(tmp_path: Path) -> None:
    app = app_of(password_file(tmp_path), user_header="X-User")
    with pytest.raises(SettingError, match="the proxy names the user already"):
        await app.startup()


async def test_several_processes_need_a_database_that_they_share(tmp_path: Path) -> None:
    app = app_of(password_file(tmp_path), workers=2)
    with pytest.raises(SettingError, match="sign-in in 2 processes needs PostgreSQL"):
        await app.startup()


async def test_a_logo_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    app = app_of(password_file(tmp_path), sign_in_logo=str(tmp_path / "logo.gif"))
    with pytest.raises(SettingError, match="expected a PNG, JPEG, WebP or SVG file"):
        await app.startup()


@pytest.mark.parametrize("path", ["password", "logout", "sessions"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_form_of_another_site_is_refused(
    tmp_path: Path, path: str, origin: str | None
) -> None:
    async with running(app_of(password_file(tmp_path))) as browser:
        await browser.sign_in()
        answer = await browser.send_form(f"/_auth/{path}", {"id": "all"}, origin)
        assert answer.status_code == 403
        assert (await browser.get("/")).status_code == 200
