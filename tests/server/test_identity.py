"""Who is who: asked at every hello and at every request for a file, and never remembered."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from swell import Q, ui
from swell.app import App
from swell.chat import RunLimits, Turn
from swell.chat.options import ChatOptions
from swell.errors import ProtocolError, SettingError
from swell.identity import Identify, Request
from swell.live.wire import CLOSE_OTHER_PERSON, CLOSE_SERVER_ERROR, CLOSE_SIGNED_OUT
from swell.server.route import Mode
from swell.settings.load import load_settings
from swell.settings.table import Settings
from swell.testing import Client
from swell.testing import serving as in_process
from swell.testing.chat import chatting
from tests.server.live_server import LiveServer, serving

BEHIND_A_PROXY = Settings(
    user_header="X-Forwarded-User", flush_interval_s=0.0, act_rate_per_s=1e6, act_burst=100_000
)


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.user.subject}: {turn.prompt}"


def by_header(q: Request) -> Any:
    """Say who is signed in, as an app's own sign-in would."""
    return q.headers.get("X-User", [None])[0]


async def by_header_async(q: Request) -> Any:
    await asyncio.sleep(0)
    return by_header(q)


def by_cookie(q: Request) -> Any:
    cookies = ";".join(q.headers.get("Cookie", [])).split(";")
    return dict(pair.strip().partition("=")[::2] for pair in cookies).get("login")


def as_user(who: str) -> dict[str, str]:
    return {"X-User": who, "Cookie": f"login={who}"}


# ---------------------------------------------------------------------- another person, same tab


@pytest.mark.anyio
@pytest.mark.parametrize("user", [by_header, by_header_async, by_cookie])
async def test_who_signs_in_as_somebody_else_gets_nothing_of_the_first(user: Any) -> None:
    async with chatting(echo, identify=user, headers=as_user("ann")) as ann:
        await ann.send("my secret")
        assert ann.answer == "ann: my secret"
        await ann.drop()
        ann.page.headers = as_user("bob")
        await ann.back()
        assert ann.page.closed == CLOSE_OTHER_PERSON
        bob = await ann.tab(headers=as_user("bob"))
        assert (bob.texts, bob.threads) == ([], [])
        await bob.send("Hello")
        assert bob.answer == "bob: Hello"
        again = await ann.tab(headers=as_user("ann"), address="")
        assert again.threads == ["my secret"]


@pytest.mark.anyio
async def test_the_same_person_comes_back_to_the_same_page() -> None:
    async with chatting(echo, identify=by_header, headers=as_user("ann")) as ann:
        await ann.send("Hi")
        await ann.drop()
        await ann.back()
        assert (ann.page.closed, ann.page.welcomes[-1]) == (None, "resumed")
        assert ann.answer == "ann: Hi"


@pytest.mark.anyio
async def test_pages_of_who_was_signed_in_before_end_while_their_answer_is_kept() -> None:
    go = asyncio.Event()

    async def slow(turn: Turn) -> AsyncIterator[str]:
        yield "begun"
        await go.wait()
        yield " and ended"

    async with chatting(slow, identify=by_header, headers=as_user("ann")) as ann:
        second = await ann.tab(headers=as_user("ann"))
        elsewhere = await ann.tab("another browser", headers=as_user("ann"))
        await ann.send("Go", wait=False)
        await ann.says("begun")
        bob = await ann.tab(headers=as_user("bob"))
        for page in (ann.page, second.page):
            await closed(page)
            assert page.closed == CLOSE_OTHER_PERSON
        with pytest.raises((ProtocolError, RuntimeError)):
            await ann.page.act("chat", "as bob?")
        assert (bob.page.closed, bob.texts) == (None, [])
        assert elsewhere.page.closed is None
        go.set()
        back = await ann.tab(headers=as_user("ann"), address=ann.address)
        await back.says("begun and ended")


@pytest.mark.anyio
async def test_pages_end_when_this_browser_signs_out_in_another_tab() -> None:
    async with chatting(echo, identify=by_header, headers=as_user("ann")) as ann:
        elsewhere = await ann.tab("another browser", headers=as_user("ann"))
        assert (await ann.tab(headers={})).page.closed == CLOSE_SIGNED_OUT
        await closed(ann.page)
        assert (ann.page.closed, elsewhere.page.closed) == (CLOSE_SIGNED_OUT, None)
        again = await ann.tab(headers=as_user("ann"))
        await again.send("Hi")
        assert again.answer == "ann: Hi"


@pytest.mark.anyio
async def test_pages_stay_while_nobody_can_say_who_is_signed_in() -> None:
    boom = Boom()
    boom.away = False
    async with chatting(echo, identify=boom) as ann:
        boom.away = True
        assert (await ann.tab()).page.closed == CLOSE_SERVER_ERROR
        await ann.send("Hi")
        assert (ann.page.closed, ann.answer) == (None, "ann: Hi")


async def closed(page: Client) -> None:
    async with asyncio.timeout(10):
        while page.closed is None:  # noqa: ASYNC110 - the client has no event for it
            await asyncio.sleep(0.001)


# -------------------------------------------------------------------------------- no user


class Boom:
    """Stands for a session store that is away, and then comes back."""

    def __init__(self) -> None:
        self.away = True

    def __call__(self, q: Request) -> str:
        if self.away:
            raise ConnectionError("no\nstore")
        return "ann"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "who",
    [
        None,
        "",
        " ",
        "\t\u00a0",
        "\u200b",
        "\u2800",
        "\u3164 \ufe0f",
        "None",
        "null",
        "(null)",
        "undefined",
        "-",
        " Anon",
        42,
        0,
        b"ann",
        ["ann"],
        True,
        "anon",
        "browser:0",
        "a\nb",
    ],
)
async def test_no_name_is_nobody_and_never_a_shared_account(who: Any) -> None:
    names: list[Any] = ["ann"]
    async with chatting(echo, identify=lambda q: names[-1]) as first:
        names.append(who)
        refused = await first.tab("another browser")
        assert refused.page.closed == CLOSE_SIGNED_OUT
        await first.drop()
        await first.back()
        assert first.page.closed == CLOSE_SIGNED_OUT


@pytest.mark.anyio
async def test_a_user_function_that_fails_shows_nothing_and_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    boom = Boom()
    with caplog.at_level(logging.ERROR, logger="swell.server"):
        async with chatting(echo, identify=boom) as chat:
            assert chat.page.closed == CLOSE_SERVER_ERROR
            assert "in identify= of /" in caplog.text
            boom.away = False
            assert (await chat.tab()).page.closed is None


@pytest.mark.anyio
async def test_a_user_function_that_hangs_is_given_up() -> None:
    async def hang(q: Request) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    settings = Settings(hello_timeout_s=0.1)
    async with chatting(echo, identify=hang, server_settings=settings) as chat:
        assert chat.page.closed == CLOSE_SERVER_ERROR


# ---------------------------------------------------------------------- the header of a proxy


@pytest.mark.anyio
async def test_a_proxy_says_who_is_signed_in() -> None:
    ann = {"X-Forwarded-User": "ann@example.com"}
    async with chatting(echo, server_settings=BEHIND_A_PROXY, headers=ann) as chat:
        await chat.send("Hi")
        assert chat.answer == "ann@example.com: Hi"
        phone = await chat.tab("phone", headers=ann)
        assert phone.threads == ["Hi"]
        bob = await chat.tab("browser of Bob", headers={"x-forwarded-user": "bob"})
        assert bob.threads == []
        for headers in ({}, {"X-Forwarded-User": " "}, {"X_Forwarded_User": "ann@example.com"}):
            nobody = await chat.tab("stranger", headers=headers)
            assert nobody.page.closed == CLOSE_SIGNED_OUT


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["unicast", "multicast"])
async def test_any_app_learns_who_the_proxy_says(mode: Mode) -> None:
    async def serve(q: Q) -> None:
        q.user.visits = (q.user.visits or 0) + 1
        q.page["me"] = ui.markdown_card("1 1 1 1", q.auth.subject, str(q.user.visits))
        await q.page.save()

    async with in_process(serve, mode=mode, settings=BEHIND_A_PROXY) as running:
        ann = await running.tab("one", headers={"X-Forwarded-User": "ann"})
        bob = await running.tab("two", headers={"X-Forwarded-User": "bob"})
        again = await running.tab("three", headers={"X-Forwarded-User": "ann"})
        assert bob.page["me"]["title"] == "bob"
        assert (again.page["me"]["title"], again.page["me"]["content"]) == ("ann", "2")
        expected = "2" if mode == "multicast" else "1"
        await ann.until(lambda page: page["me"]["content"] == expected)


@pytest.mark.parametrize("name", ["X Forwarded", "X-User:", "é", "a\nb"])
def test_a_header_that_cannot_be_one_stops_the_start(name: str) -> None:
    with pytest.raises(SettingError, match="user_header"):
        load_settings({"SWELL_USER_HEADER": name}, {})


# ------------------------------------------------------------------------- over real sockets


@contextmanager
def chat(settings: Settings | None = None, identify: Identify | None = None) -> Iterator[Any]:
    options = ChatOptions(store=None, attachments=True, limits=RunLimits(), identify=identify)
    app = App(settings or Settings())
    app.chat("/", options)(echo)
    with serving(app) as server:
        yield server


class Browser:
    """Keeps its cookie, and says who is signed in."""

    def __init__(self, server: LiveServer, **headers: str) -> None:
        self.server, self.headers = server, headers
        self.cookie = ""

    def hello(self, client: str | None = None) -> tuple[str, int | None]:
        """Say hello; return the client that the server names, or the code that it closes with."""
        more = {"Cookie": self.cookie} if self.cookie else {}
        socket = self.server.connect(**more, **self.headers)
        assert socket.response is not None
        if not self.cookie:
            self.cookie = socket.response.headers["Set-Cookie"].split(";")[0]
        socket.send(json.dumps({"t": "hello", "v": 1, "route": "/", "client": client}))
        try:
            welcome = json.loads(socket.recv(timeout=10))
        except ConnectionClosed:
            return "", socket.close_code
        self.socket = socket
        return str(welcome["client"]), None

    def upload(self, client: str) -> tuple[int, str]:
        answer = httpx.post(
            f"http://{self.server.host}/_f/",
            files={"files": ("notes.txt", b"two words")},
            headers={
                "origin": f"http://{self.server.host}",
                **self._sent(),
                "swell-client": client,
            },
        )
        return answer.status_code, (answer.json().get("files") or [""])[0]

    def fetch(self, url: str, method: str = "GET") -> int:
        origin = f"http://{self.server.host}"
        headers = {**self._sent(), "origin": origin}
        return httpx.request(method, origin + url, headers=headers).status_code

    def _sent(self) -> dict[str, str]:
        return {"cookie": self.cookie, **self.headers}


def test_files_are_of_who_is_signed_in_not_of_the_browser() -> None:
    with chat(identify=by_header) as server:
        browser = Browser(server, **{"X-User": "ann"})
        client, _ = browser.hello()
        status, url = browser.upload(client)
        assert (status, browser.fetch(url)) == (200, 200)
        for headers in ({}, {"X-User": ""}, {"X-User": "bob"}):
            browser.headers = headers
            assert browser.fetch(url) == 404
            assert browser.fetch(url, "DELETE") == 204
        browser.headers = {}
        assert browser.upload(client)[0] == 401
        browser.headers = {"X-User": "bob"}
        assert browser.upload(client)[0] == 403  # and what Ann had open here has ended
        assert browser.hello(client) == ("", 4503)
        browser.headers = {"X-User": "ann"}
        assert browser.fetch(url) == 200


def test_the_header_is_believed_from_trusted_proxies_only() -> None:
    ann = {"X-Forwarded-User": "ann"}
    elsewhere = Settings(user_header="x-forwarded-user", trusted_proxies=("10.0.0.0/8",))
    with chat(elsewhere) as server:
        assert Browser(server, **ann).hello() == ("", CLOSE_SIGNED_OUT)
        claimed = {**ann, "X-Forwarded-For": "10.0.0.1", "X-Real-IP": "10.0.0.1"}
        assert Browser(server, **claimed).hello() == ("", CLOSE_SIGNED_OUT)
    with chat(Settings(user_header="x-forwarded-user", trusted_proxies=("127.0.0.0/8",))) as server:
        browser = Browser(server, **ann)
        client, code = browser.hello()
        assert (bool(client), code) == (True, None)
        assert browser.upload(client)[0] == 200
        assert Browser(server).hello() == ("", CLOSE_SIGNED_OUT)


def test_a_header_that_comes_twice_says_nothing() -> None:
    with chat(Settings(user_header="X-User")) as server:
        socket = server.connect(**{"X-User": "ann", "x-user": "bob"})
        socket.send(json.dumps({"t": "hello", "v": 1, "route": "/"}))
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
        assert socket.close_code == CLOSE_SIGNED_OUT
