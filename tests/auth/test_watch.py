"""What ends with a sign-in, in every process of a service: real servers, sockets and a database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from swell.app import App
from swell.auth.accounts import Accounts
from swell.auth.base import SignedIn
from swell.auth.clock import Clock
from swell.auth.passwords import User
from swell.auth.sign_ins import Lifetime, SignIns
from swell.chat import Turn
from swell.chat.options import ChatOptions
from swell.chat.store import open_store
from swell.people.erase import erase
from swell.people.find import find
from swell.settings.table import Settings
from swell.storage.database import DatabaseStorage
from tests.postgres import PostgresServer, new_database
from tests.server.live_server import LiveServer, Tab

from .browser import PASSWORD, greet, hashed, password_file


class Service:
    """Two processes of an app on one database, in threads: they share nothing else.

    Attributes:
        file: The users.
        url: The database.
        started: Set when an answer has begun.
        stopped: Set when it was stopped.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.file = password_file(folder)
        self.url = url
        self.started, self.stopped = threading.Event(), threading.Event()
        self.servers = [LiveServer(self._app()) for _ in range(2)]

    def _app(self) -> App:
        app = App(
            Settings(
                database_url=self.url,
                password_file=str(self.file.path),
                secret_key="x" * 32,
                session_cookie="session",
            )
        )
        app.add("/page", greet)
        app.add("/ours", greet, "multicast")
        app.chat("/", ChatOptions())(self._answer)
        return app

    async def _answer(self, turn: Turn) -> str:
        try:
            self.started.set()
            await asyncio.Event().wait()
        finally:
            self.stopped.set()
        return turn.prompt

    def sign_in(self, name: str = "ada") -> str:
        """Sign a browser in, and return its cookie."""
        server = self.servers[0]
        form = {"name": name, "password": PASSWORD, "next": "/"}
        url = f"http://{server.host}/_auth/password"
        answer = httpx.post(url, data=form, headers={"origin": f"http://{server.host}"})
        assert answer.status_code == 303
        return answer.headers["set-cookie"].split(";")[0]

    def sign_out(self, cookie: str) -> None:
        """Sign a browser out."""
        host = self.servers[0].host
        headers = {"origin": f"http://{host}", "cookie": cookie}
        assert httpx.post(f"http://{host}/_auth/logout", data={"x": ""}, headers=headers).is_success

    def tabs(self, cookie: str, route: str = "/page") -> list[Tab]:
        """Open a tab at each process."""
        return [Tab(server, route, cookie=cookie) for server in self.servers]

    def stop(self) -> None:
        """End both."""
        for server in self.servers:
            server.stop()


@pytest.fixture
def service(tmp_path: Path, postgres: PostgresServer, postgres_template: str) -> Iterator[Service]:
    """Run two processes."""
    made = Service(tmp_path, new_database(postgres, postgres_template))
    yield made
    made.stop()


def ends(tab: Tab) -> int:
    """Wait for the end of a tab's connection, and return its code."""
    with pytest.raises(ConnectionClosed) as closed:
        tab.wait("nothing that comes")  # fails if there is silence for ten seconds
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_sign_out_closes_the_tabs_of_the_browser_at_every_process(service: Service) -> None:
    ada, other = service.sign_in(), service.sign_in()
    tabs, others = service.tabs(ada), service.tabs(other)
    service.sign_out(ada)
    assert [ends(tab) for tab in tabs] == [4502, 4502]
    for tab in others:
        tab.act("x")
        tab.wait("end")  # another browser of the same user stays


def test_a_page_that_processes_share_is_closed_in_the_browser_that_signs_out(
    service: Service,
) -> None:
    """One process has the page, and the other one shows it."""
    here, there = service.sign_in(), service.sign_in()
    gone, left = service.tabs(here, "/ours"), service.tabs(there, "/ours")
    assert len({tab.welcome["e"] for tab in (*gone, *left)}) == 1, "it is one page"
    service.sign_out(here)
    assert [ends(tab) for tab in gone] == [4502, 4502]
    for tab in left:
        tab.act("x")
        tab.wait("end")


def disable_in_file(service: Service) -> None:
    service.file.change(lambda users: users.update(ada=User(hashed(), disabled=True)))


def change_password(service: Service) -> None:
    service.file.change(lambda users: users.update(ada=User(hashed("another password"))))


def remove_from_file(service: Service) -> None:
    service.file.change(lambda users: users.pop("ada"))


def disable_account(service: Service) -> None:
    """As a command of another process does."""

    async def disable() -> None:
        engine = open_store(service.url).engine
        await engine.open()
        await Accounts(engine).disable("ada")
        await engine.close()

    asyncio.run(disable())


def erase_person(service: Service) -> None:
    """As `swell people erase` does, without the time that it gives the processes."""

    async def erase_all() -> None:
        engine = open_store(service.url).engine
        await engine.open()
        person = await find(engine, "ada", "", "key", 1.0)
        assert person is not None
        await erase(engine, (DatabaseStorage(engine),), person, 1.0, noticed_s=0)
        await engine.close()

    asyncio.run(erase_all())


@pytest.mark.parametrize(
    "end", [disable_in_file, change_password, remove_from_file, disable_account, erase_person]
)
def test_a_user_who_may_no_longer_is_signed_out_at_every_process(
    service: Service, end: object
) -> None:
    assert callable(end)
    cookie = service.sign_in()
    tabs = service.tabs(cookie)
    end(service)
    assert [ends(tab) for tab in tabs] == [4502, 4502]
    for server in service.servers:
        assert server.get("/page", Cookie=cookie)[0] == 303
        with pytest.raises(ConnectionClosed):
            Tab(server, "/page", cookie=cookie)


@pytest.mark.parametrize("end", [Service.sign_out, disable_account, erase_person])
def test_a_running_answer_of_the_user_is_stopped(service: Service, end: object) -> None:
    assert callable(end)
    cookie = service.sign_in()
    tab = Tab(service.servers[1], "/", cookie=cookie)
    tab.send(t="act", id="a" * 32, event=["chat", "submit", {"text": "Hi"}], args={"chat": "Hi"})
    assert service.started.wait(10)
    end(service, cookie) if end is Service.sign_out else end(service)
    assert service.stopped.wait(10)


def test_a_file_of_the_user_is_gone(service: Service) -> None:
    cookie = service.sign_in()
    server = service.servers[0]
    (tab, _) = service.tabs(cookie)
    base, headers = f"http://{server.host}", {"cookie": cookie, "origin": f"http://{server.host}"}
    sent = httpx.post(
        f"{base}/_f/",
        files={"files": ("a.txt", b"secret")},
        headers=headers | {"swell-client": tab.client},
    )
    url = base + sent.json()["files"][0]
    assert httpx.get(url, headers=headers).text == "secret"
    service.sign_out(cookie)
    assert httpx.get(url, headers=headers).status_code == 404


def test_a_sign_in_ends_with_its_age_and_is_prolonged_by_use() -> None:
    """With the clock of the database in the test's hand."""
    now = [1_000_000.0]

    async def live() -> list[bool]:
        engine = open_store("memory").engine
        await engine.open()
        clock = Clock(lambda: now[0])
        await Accounts(engine, clock).keep(SignedIn("ada"), "password")
        sign_ins = SignIns(engine, Lifetime(100.0, 250.0), clock)
        await sign_ins.add("s", SignedIn("ada"), "password")
        held = []
        for second in (90, 180, 240, 251):
            now[0] = 1_000_000.0 + second
            held.append(bool(await sign_ins.holding({"s"})))
            await sign_ins.use({"s"})
        await sign_ins.add("t", SignedIn("ada"), "password")
        now[0] += 101
        held.append(bool(await sign_ins.holding({"t"})))
        await engine.close()
        return held

    assert asyncio.run(live()) == [True, True, True, False, False]
