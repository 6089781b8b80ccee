"""A browser without scripts, for the pages of sign-in, and an app to sign in to."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import httpx

from swell import Q, ui
from swell.app import App
from swell.auth.passwords import PasswordFile, User, hash_password
from swell.settings.table import Settings

ORIGIN = "http://127.0.0.1"
PASSWORD = "correct horse battery staple"


@cache
def hashed(password: str = PASSWORD) -> str:
    """Return a hash, which takes a while to make, and is the same for all tests."""
    return hash_password(password)


def password_file(folder: Path, **users: User) -> PasswordFile:
    """Return a file with these users, or with `ada`, whose password is `PASSWORD`."""
    file = PasswordFile(folder / "users.json")
    file.change(lambda found: found.update(users or {"ada": User(hashed(), "Ada Lovelace")}))
    return file


async def greet(q: Q) -> None:
    """Show the user's name."""
    q.page["hello"] = ui.markdown_card("1 1 2 2", "Hello", q.auth.username)
    await q.page.save()


def app_of(file: PasswordFile, **settings: object) -> App:
    """Return an app whose users are in a file."""
    given = {"database_url": "memory", "password_file": str(file.path), **settings}
    app = App(Settings(**given))  # type: ignore[arg-type]
    app.add("/", greet)
    return app


class Browser(httpx.AsyncClient):
    """Keeps cookies, and sends forms as a browser does."""

    async def send_form(
        self, path: str, fields: Mapping[str, str], origin: str | None = ORIGIN
    ) -> httpx.Response:
        """Send a form from a page of an origin."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        headers |= {"origin": origin} if origin is not None else {}
        return await self.post(path, content=urlencode(fields), headers=headers)

    async def sign_in(
        self, name: str = "ada", password: str = PASSWORD, path: str = "/"
    ) -> httpx.Response:
        """Send the form of the sign-in page."""
        fields = {"name": name, "password": password, "next": path}
        return await self.send_form("/_auth/password", fields)


def browser_of(app: App, address: str = "127.0.0.1") -> Browser:
    """Return a new browser at an address of the network."""
    transport = httpx.ASGITransport(app=app, client=(address, 50_000))
    return Browser(transport=transport, base_url=ORIGIN)


@asynccontextmanager
async def running(app: App) -> AsyncIterator[Browser]:
    """Run an app, and return a browser for it."""
    async with app.lifespan(), browser_of(app) as browser:
        yield browser


def text_of(answer: httpx.Response) -> str:
    """Return the text of a page, without its tags."""
    body = answer.text.partition("<body>")[2]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))).strip()
