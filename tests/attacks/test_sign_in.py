"""S12, S18, S19: where a sign-in leads to, and that what is older or ended opens nothing."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

import pytest

from swell.auth.passwords import PasswordFile, User
from swell.live.wire import CLOSE_FORBIDDEN, CLOSE_OTHER_PERSON, CLOSE_SIGNED_OUT
from tests.auth.browser import PASSWORD, hashed
from tests.postgres import PostgresServer, new_database

from .rig import HERE, Peer, Response, Target, exchange, request, tab, target
from .test_documents import ask, upload

pytestmark = pytest.mark.anyio

MARKUP = "<img src=x onerror=alert(1)><script>alert(1)</script>"
ENDED = {CLOSE_SIGNED_OUT, CLOSE_OTHER_PERSON}
ENDS_S = 5.0
"""How long what a sign-in opened may stay open after its end, in seconds."""


def people(folder: Path) -> PasswordFile:
    """Return a file with Ann, Bob, and many others: attempts for one name are limited."""
    file = PasswordFile(folder / "users.json")
    names = ["ann", "bob", *(f"user{n}" for n in range(len(ELSEWHERE)))]
    users = {name: User(hashed(), name.title()) for name in names}
    users["evil"] = User(hashed(), MARKUP)
    file.change(lambda found: found.update(users))
    return file


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("sign-in")
    with target(folder, app=HERE / "reader.py", password_file=people(folder).path) as running:
        yield running


class Browser:
    """A browser without scripts.

    Attributes:
        cookie: Its session.
        place: Where the last answer sent it.
    """

    def __init__(self, port: int, address: str, cookie: str = "") -> None:
        self._port, self._address = port, address
        self.cookie = cookie
        self.place = ""

    async def post(self, path: str, **fields: str) -> Response:
        """Send a form of a page of ours."""
        body = urlencode(fields).encode()
        return await self._ask(
            f"POST {path}",
            f"Origin: http://127.0.0.1:{self._port}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            body=body,
        )

    async def get(self, path: str) -> Response:
        """Open an address."""
        return await self._ask(f"GET {path}")

    async def _ask(self, line: str, *headers: str, body: bytes = b"") -> Response:
        lines = [f"X-Forwarded-For: {self._address}", *headers]
        lines += [f"Cookie: {self.cookie}"] if self.cookie else []
        answer = await exchange(self._port, request(self._port, line, *lines) + body)
        self.cookie = answer.headers.get("set-cookie", "").split(";")[0] or self.cookie
        self.place = answer.headers.get("location", "")
        return answer

    async def sign_in(self, name: str = "ann", to: str = "/") -> Response:
        """Sign in."""
        return await self.post("/_auth/password", name=name, password=PASSWORD, next=to)


ADDRESSES = (f"198.51.100.{n}" for n in range(1, 250))


@pytest.fixture
def visitor(served: Target) -> Browser:
    return Browser(served.port, next(ADDRESSES))


# ---------------------------------------------------------------------------------- S18

ELSEWHERE = [
    *("//evil.example", "/\\evil.example", "/%5cevil.example", "https:evil.example"),
    *("\t//evil.example", "javascript:alert(1)", "https://evil.example", "http:/evil.example"),
    *(
        "///evil.example",
        "\\\\evil",
        "/\t/evil.example",
        "/\n/evil.example",
        "//evil.example/%2f..",
    ),
    *("/.//evil.example", "/..//evil.example", "data:text/html,x", "//127.0.0.1@evil.example"),
    *("/%0d%0aLocation: //evil", "/\r\nSet-Cookie: a=b", "/%09/evil.example", "//evil%E3%80%82com"),
    *("/\u3002evil", "/\u2028/evil", "\u00a0//evil", "evil.example", "?next=//evil", "#//evil"),
    *("", ".", "..//evil", "/_auth/logout", "/x/../_auth/password", "/" + "a" * 5000),
]


@pytest.mark.parametrize("to", ELSEWHERE, ids=range(len(ELSEWHERE)))
async def test_s18_sign_in_leads_nowhere_else(served: Target, visitor: Browser, to: str) -> None:
    base = f"http://127.0.0.1:{served.port}"
    escaped = quote(to, safe="")
    for address in (f"/_auth/login?next={escaped}", f"/_auth/login?next={escaped}&next=//evil"):
        page = await visitor.get(address)
        assert page.status == 200
        for hidden in re.findall(rb'name="next" value="([^"]*)"', page.body):
            stays(base, hidden.decode())
        for link in re.findall(rb'(?:href|action)="([^"]*)"', page.body):
            if link.startswith(b"data:image/"):
                continue  # the icon
            stays(base, link.decode())
    answer = await visitor.sign_in(f"user{ELSEWHERE.index(to)}", to)
    assert answer.status == 303
    stays(base, visitor.place)
    assert "evil" not in urlsplit(urljoin(base, visitor.place)).netloc
    head = answer.raw.partition(b"\r\n\r\n")[0]
    assert head.lower().count(b"\r\nlocation:") == 1
    assert head.lower().count(b"\r\nset-cookie:") == 1


def stays(base: str, place: str) -> None:
    """Require that a browser which goes to a place stays on the site."""
    place = re.sub(r"[\t\r\n]", "", place.strip()).replace("\\", "/")  # as browsers read it
    assert not re.match(r"[a-z][a-z0-9+.-]*:", place, re.IGNORECASE), place
    found = urlsplit(urljoin(f"{base}/_auth/login", place))
    assert f"{found.scheme}://{found.netloc}" == base, place
    assert not place.startswith("//"), place


@pytest.mark.parametrize("path", ["//evil.example", "/%2f%2fevil.example", "/\\evil.example/x"])
async def test_s18_a_page_that_needs_sign_in_comes_back_to_itself(
    served: Target, visitor: Browser, path: str
) -> None:
    await visitor.get(path)
    if visitor.place:
        base = f"http://127.0.0.1:{served.port}"
        stays(base, visitor.place)
        stays(base, unquote(visitor.place.partition("next=")[2]) or "/")


# ---------------------------------------------------------------------------------- S19


async def opens(port: int, cookie: str, client: str | None = None) -> int:
    """Open a tab with a cookie; return 0, or the code of its refusal."""
    try:
        (await tab(port, cookie=cookie, client=client)).drop()
    except ConnectionError as refused:
        return int(refused.args[0])
    return 0


async def test_s19_a_cookie_from_before_the_sign_in_opens_nothing(
    served: Target, visitor: Browser
) -> None:
    await visitor.get("/_auth/login")
    async with Peer(served.port) as peer:
        await peer.upgrade()
    planted = peer.cookie
    visitor.cookie = planted
    await visitor.sign_in()
    assert visitor.cookie != planted
    assert await opens(served.port, planted) in ENDED
    assert await opens(served.port, visitor.cookie) == 0
    before = visitor.cookie
    await visitor.sign_in()  # again, in the same browser
    assert visitor.cookie != before
    assert await opens(served.port, before) in ENDED


async def everything_ends(port: int, cookie: str, end: object) -> None:
    """Require that a socket, a file and a page of a sign-in are gone soon after its end."""
    peer = await tab(port, cookie=cookie)
    await peer.painted()
    address = await upload(port, peer, "mine.txt", b"my own words")
    ask(peer, address)
    linked = (await peer.shown(rb'"(/_f/[^"]+/mine\.txt)"'))[1].decode()
    own = f"Cookie: {cookie}"
    for path in (address, linked):
        assert (await exchange(port, request(port, f"GET {path}", own))).status == 200
    closing = asyncio.create_task(peer.close_code())
    begun = time.perf_counter()
    await end()  # type: ignore[operator]
    async with asyncio.timeout(30):
        assert await closing in ENDED
    took = time.perf_counter() - begun
    print(f"closed after {took:.2f} s")
    assert took < ENDS_S
    for path in (address, linked):
        answer = await exchange(port, request(port, f"GET {path}", own))
        assert answer.status == 404
    assert await opens(port, cookie) in ENDED
    assert await opens(port, cookie, peer.client) in {*ENDED, CLOSE_FORBIDDEN}
    page = await exchange(port, request(port, "GET /", own))
    assert (page.status, b"my own words" in page.raw) == (303, False)
    peer.drop()


WAYS = {
    "sign out here": ("/_auth/logout", {}),
    "sign out everywhere": ("/_auth/sessions", {"id": "all"}),
}


@pytest.mark.parametrize("way", WAYS)
async def test_s19_signing_out_ends_sockets_files_and_the_cookie(
    served: Target, visitor: Browser, way: str
) -> None:
    await visitor.sign_in()
    cookie = visitor.cookie
    path, fields = WAYS[way]
    await everything_ends(served.port, cookie, lambda: visitor.post(path, **fields))


async def test_s19_signing_out_in_another_browser_ends_this_one(
    served: Target, visitor: Browser
) -> None:
    other = Browser(served.port, next(ADDRESSES))
    await visitor.sign_in()
    await other.sign_in()
    await everything_ends(
        served.port, visitor.cookie, lambda: other.post("/_auth/sessions", id="all")
    )


async def test_s19_another_password_ends_what_the_old_one_opened(tmp_path: Path) -> None:
    file = people(tmp_path)
    with target(tmp_path, app=HERE / "reader.py", password_file=file.path) as running:
        for change in ({"ann": User(hashed("another password"), "Ann")}, {}):
            visitor = Browser(running.port, next(ADDRESSES))
            assert (await visitor.sign_in("ann" if change else "bob")).status == 303

            async def end(change: dict[str, User] = change) -> None:
                if change:
                    file.change(lambda found: found.update(change))
                else:
                    file.change(lambda found: found.pop("bob"))

            await everything_ends(running.port, visitor.cookie, end)
        assert (await Browser(running.port, next(ADDRESSES)).sign_in("ann")).status in (401, 403)
        assert (await Browser(running.port, next(ADDRESSES)).sign_in("bob")).status in (401, 403)


async def test_s19_signing_out_at_one_process_ends_what_is_open_at_another(
    tmp_path: Path, postgres: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres, postgres_template)
    file = people(tmp_path)
    with contextlib.ExitStack() as stack:
        first, second = [
            stack.enter_context(
                target(
                    tmp_path,
                    app=HERE / "reader.py",
                    database_url=url,
                    password_file=file.path,
                    session_cookie="s",
                )
            )
            for _ in range(2)
        ]
        visitor = Browser(first.port, next(ADDRESSES))
        assert (await visitor.sign_in()).status == 303
        await everything_ends(
            second.port, visitor.cookie, lambda: visitor.post("/_auth/sessions", id="all")
        )


async def test_s19_a_stranger_signs_nobody_out(served: Target, visitor: Browser) -> None:
    """By the id of another user's sign-in, by a form of another site, or by a link."""
    await visitor.sign_in()
    page = await visitor.get("/_auth/sessions")
    ids = re.findall(rb'name="id" value="([0-9a-f]{64})"', page.body)
    assert ids
    bob = Browser(served.port, next(ADDRESSES))
    await bob.sign_in("bob")
    for one in ids:
        await bob.post("/_auth/sessions", id=one.decode())
    for path in ("/_auth/logout", "/_auth/sessions?id=all", "/_auth/logout?id=all"):
        await visitor.get(path)
    body = b"id=all"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        for origin in ("Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: same-site"):
            lines = [
                f"Cookie: {visitor.cookie}",
                f"Content-Type: {kind}",
                "Content-Length: 6",
                origin,
            ]
            for path in ("/_auth/sessions", "/_auth/logout", "/_auth/password"):
                sent = request(served.port, f"POST {path}", *lines) + body
                assert (await exchange(served.port, sent)).status in (400, 403)
    assert await opens(served.port, visitor.cookie) == 0


# ---------------------------------------------------------------------------------- S12


async def test_s12_names_are_text_on_the_pages_of_sign_in(served: Target, visitor: Browser) -> None:
    refused = await visitor.sign_in(f'"{MARKUP}', f'/"{MARKUP}')
    assert refused.status in (401, 403)
    assert (await visitor.sign_in("evil")).status == 303
    paths = ("login", "logout", "sessions", f"login?next=/{quote(MARKUP)}")
    for page in (refused, *[await visitor.get(f"/_auth/{path}") for path in paths]):
        assert b"<img" not in page.body
        assert b"<script" not in page.body
        assert b"&lt;img" in page.body
        assert "script-src" not in page.headers["content-security-policy"]  # so it is 'none'
