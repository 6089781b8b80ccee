"""Allow-lists and roles at sign-in: who is refused, and which roles a user has then."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from swell import Q, ui
from swell.app import App
from swell.auth.passwords import PasswordFile, User
from tests.server.live_server import LiveServer, Tab, serving

from .browser import PASSWORD, app_of, browser_of, hashed, password_file, running, text_of


@pytest.fixture
def file(tmp_path: Path) -> PasswordFile:
    """Return a file with a member of `it` and one of `sales`."""
    ada = User(hashed(), "Ada", "ada@example.com", ("it",))
    return password_file(tmp_path, ada=ada, bob=User(hashed(), "Bob", groups=("sales",)))


@pytest.mark.anyio
async def test_a_user_who_is_on_no_allow_list_is_refused_when_signing_in(
    file: PasswordFile,
) -> None:
    async with running(app_of(file, allowed_groups=("it",))) as browser:
        refused = await browser.sign_in("bob")
        assert refused.status_code == 403
        assert "may not use this app" in text_of(refused)
        assert (await browser.get("/")).status_code == 303
        assert (await browser.sign_in("ada")).status_code == 303
        assert (await browser.get("/")).status_code == 200


@pytest.mark.anyio
async def test_a_sign_in_ends_when_the_allow_list_has_changed_at_a_restart(
    file: PasswordFile, tmp_path: Path
) -> None:
    def started(**settings: object) -> App:
        url = f"sqlite:///{tmp_path / 'chat.db'}"
        return app_of(file, database_url=url, secret_key="k" * 32, **settings)

    async with running(started()) as browser:
        await browser.sign_in("bob")
        assert (await browser.get("/")).status_code == 200
        cookies = browser.cookies
    for groups, status in (((), 200), (("it",), 303), (("sales",), 200)):
        app = started(allowed_groups=groups)
        async with app.lifespan(), browser_of(app) as browser:
            browser.cookies = cookies
            assert (await browser.get("/")).status_code == status
            if status == 303:  # no page that says that Bob is signed in
                login = await browser.get("/_auth/login")
                assert "Password" in text_of(login)


async def show(q: Q) -> None:
    q.page["roles"] = ui.markdown_card("1 1 2 2", "Roles", ", ".join(q.auth.roles))
    await q.page.save()


def sign_in(server: LiveServer, name: str) -> str:
    """Sign a browser in, and return its cookie."""
    form = {"name": name, "password": PASSWORD, "next": "/"}
    url = f"http://{server.host}/_auth/password"
    answer = httpx.post(url, data=form, headers={"origin": f"http://{server.host}"})
    assert answer.status_code == 303
    return answer.headers["set-cookie"].split(";")[0]


def test_roles_follow_from_the_groups_of_the_password_file(file: PasswordFile) -> None:
    app = app_of(
        file,
        admins=("ada@example.com",),
        roles=("editor=group:it", "seller=group:sales"),
        session_cookie="session",
    )
    app.add("/roles", show)
    with serving(app) as server:
        seen = {}
        for name in ("ada", "bob"):
            cookie = sign_in(server, name)
            seen[name] = str(Tab(server, "/roles", cookie=cookie).wait("ops"))
        assert "admin, member, editor" in seen["ada"]
        assert "member, seller" in seen["bob"]
