"""Files of messages over a real server: who gets an address, and who can fetch it."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from swell.app import App
from swell.chat import Turn
from swell.chat.options import ChatOptions
from swell.live.state import PageState
from swell.settings.table import Settings
from tests.attacks.rig import Target, target
from tests.postgres import PostgresServer, new_database
from tests.server.live_server import LiveServer, Tab, serving


class Page(Tab):
    """A tab that follows its page."""

    def __init__(self, server: LiveServer, address: str = "", cookie: str = "") -> None:
        super().__init__(server, cookie=cookie)
        self.state = PageState()
        self.server = server
        self.until(lambda cards: "chat" in cards)
        if address:
            self.say("#", {"#": address})

    def until(self, condition: Callable[[dict[str, Any]], Any]) -> Any:
        """Apply what comes until something is true of the page."""
        while not (found := condition(self.state.cards)):
            message = self.read()
            if message["t"] == "ops":
                self.state.apply(message["o"])
        return found

    def say(
        self, name: str, args: dict[str, Any], event: tuple[str, str, Any] | None = None
    ) -> None:
        """Send an action."""
        self.send(t="act", id=str(uuid.uuid4()), name=name, args=args, event=event)

    def fetch(self, url: str, **headers: str) -> tuple[int, str]:
        """Return the status and the body that this browser gets for an address."""
        status, _, body = self.server.get(url, Cookie=self.cookie, **headers)
        return status, body if status in (200, 206) else ""

    def upload(
        self, name: str, content: bytes, server: LiveServer | None = None, cookie: str = ""
    ) -> httpx.Response:
        """Upload a file, through this server or another, and return the answer."""
        host = (server or self.server).host
        return httpx.post(
            f"http://{host}/_f/",
            files={"files": (name, content)},
            headers={
                "origin": f"http://{host}",
                "cookie": cookie or self.cookie,
                "swell-client": self.client,
            },
        )

    def attach(
        self, prompt: str, name: str, content: bytes, server: LiveServer | None = None
    ) -> None:
        """Send a prompt with a file, which is uploaded through this server or another."""
        id = self.upload(name, content, server).json()["files"][0].split("/")[2]
        self.say("chat", {"chat": prompt}, ("chat", "submit", {"text": prompt, "files": [id]}))

    def shown(self) -> str:
        """Return the address of the file in the first message, once that is there."""

        def address(cards: dict[str, Any]) -> str:
            rows = cards["chat"]["data"].rows
            parts = rows[0].cells[5] if rows else None
            return str(parts[0]["url"]) if parts else ""

        return str(self.until(address))


class Chat:
    """Serves a chat that takes files, from as many processes of one service as a test asks for.

    Args:
        database: URL of a database that they share; None keeps everything in memory.
    """

    def __init__(self, database: str | None) -> None:
        self._database = database

    @contextmanager
    def __call__(self, **options: Any) -> Iterator[LiveServer]:
        """Serve it while the block runs."""

        async def answer(turn: Turn) -> AsyncIterator[str]:
            yield " ".join([await file.text() for file in turn.files])

        app = App(Settings(session_cookie="s", database_url=self._database or "memory"))
        given = ChatOptions(app="files", attachments=True, **options)
        app.chat("/", given)(answer)
        with serving(app) as server:
            yield server


@pytest.fixture(params=["memory", "postgresql"])
def chat(request: pytest.FixtureRequest) -> Chat:
    """Return a chat whose files are in a temporary directory, or in PostgreSQL."""
    if request.param == "memory":
        return Chat(None)
    return request.getfixturevalue("service")  # type: ignore[no-any-return]


@pytest.fixture
def service(postgres: PostgresServer, postgres_template: str) -> Chat:
    """Return a chat that several processes can serve."""
    return Chat(new_database(postgres, postgres_template))


def test_nobody_else_can_fetch_a_file_by_its_address(chat: Chat) -> None:
    with chat() as server:
        ann, bob = Page(server), Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        url = ann.shown()
        assert ann.fetch(url) == (200, "two words")
        assert bob.fetch(url) == bob.fetch(f"/_f/{'x' * 22}/notes.txt") == (404, "")


def test_who_reads_a_shared_chat_gets_an_address_of_their_own(chat: Chat) -> None:
    with chat() as server:
        ann, bob = Page(server), Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        url = ann.shown()
        reader = Page(server, share(ann))
        own = reader.shown()
        assert own != url
        assert reader.fetch(own) == ann.fetch(url) == (200, "two words")
        assert reader.fetch(url) == bob.fetch(own) == ann.fetch(own) == (404, "")


def test_a_person_gets_other_addresses_on_another_device(chat: Chat) -> None:
    with chat(identify=lambda q: "ann") as server:
        ann = Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        url = ann.shown()
        address = ann.until(lambda cards: cards["meta"].get("redirect")).removeprefix("#")
        phone = Page(server, address)
        own = phone.shown()
        assert phone.fetch(own) == ann.fetch(url) == (200, "two words")
        assert phone.fetch(url) == ann.fetch(own) == (404, "")


@pytest.mark.parametrize("form", ["Markdown", "JSON"])
def test_an_export_is_for_the_browser_that_asked_for_it(chat: Chat, form: str) -> None:
    with chat() as server:
        ann, bob = Page(server), Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        thread = ann.until(lambda cards: cards["meta"].get("redirect")).removeprefix("#t/")
        ann.say("threads", {}, ("threads", "command", {"id": thread, "name": "export"}))
        items = ann.until(lambda cards: cards.get("panel", {}).get("items"))
        links = {one["link"]["label"]: one["link"]["path"] for one in items if "link" in one}
        assert "Read" in ann.fetch(links[form])[1]
        assert bob.fetch(links[form]) == (404, "")


# --------------------------------------------------------------------------- several processes


def share(tab: Page) -> str:
    """Share the open thread, and return the address of its link."""
    thread = tab.until(lambda cards: cards["meta"].get("redirect")).removeprefix("#t/")
    tab.say("new_link", {"new_link": thread})

    def link(cards: dict[str, Any]) -> str | None:
        items = cards.get("panel", {}).get("items", ())
        return next(
            (one["copyable_text"]["value"] for one in items if "copyable_text" in one), None
        )

    return str(tab.until(link).partition("#")[2])


def test_every_process_serves_the_files_of_all(service: Chat) -> None:
    with service() as one, service() as other:
        ann = Page(one)
        ann.attach("Read", "notes.txt", b"two words")
        address = ann.until(lambda cards: cards["meta"].get("redirect")).removeprefix("#")
        again = Page(other, address, cookie=ann.cookie)
        assert again.shown() == ann.shown()
        assert again.fetch(ann.shown()) == ann.fetch(ann.shown()) == (200, "two words")
        assert again.fetch(ann.shown(), Range="bytes=4-") == (206, "words")
        bob = Page(other)
        assert bob.fetch(ann.shown()) == (404, "")


def test_a_link_ends_at_every_process_at_once(service: Chat) -> None:
    with service() as one, service() as other:
        ann = Page(one)
        ann.attach("Read", "notes.txt", b"two words")
        ann.shown()
        link = share(ann)
        reader = Page(other, link)
        url = reader.shown()
        at_one = Page(one, link, cookie=reader.cookie)
        assert at_one.shown() == url
        assert reader.fetch(url) == at_one.fetch(url) == (200, "two words")
        assert ann.fetch(url) == (404, "")
        [button] = [
            one["button"]
            for item in ann.state.cards["panel"]["items"]
            for one in item.get("buttons", {}).get("items", ())
            if one["button"]["name"] == "unshare"
        ]
        ann.say("unshare", {"unshare": button["value"]})
        ann.until(lambda cards: "panel" not in cards)
        assert reader.fetch(url) == at_one.fetch(url) == (404, "")


def test_a_link_is_of_one_user_of_a_browser(service: Chat) -> None:
    users = ["ann"]
    with service(identify=lambda q: users[0]) as one, service(identify=lambda q: "ann") as other:
        ann = Page(one)
        ann.attach("Read", "notes.txt", b"two words")
        url = ann.shown()
        at_other = Page(other, cookie=ann.cookie)
        assert at_other.fetch(url) == ann.fetch(url) == (200, "two words")
        users[0] = "bob"  # in the same browser
        assert ann.fetch(url) == (404, "")


@pytest.mark.parametrize("at", [0, 12, 30, 60])
def test_a_changed_link_leads_nowhere(service: Chat, at: int) -> None:
    with service() as server:
        ann = Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        url = ann.shown()
        place = len("/_f/") + at
        assert ann.fetch(url)[0] == 200
        for other in (
            url[:place] + ("A" if url[place : place + 1] != "A" else "B") + url[place + 1 :],
            url.replace("notes.txt", "other.txt"),
            url[:place] + url[place + 1 :],
        ):
            if other != url:
                assert ann.fetch(other) == (404, "")


def test_an_upload_and_its_prompt_may_arrive_at_two_processes(service: Chat) -> None:
    with service() as one, service() as other:
        ann, bob = Page(one), Page(one)
        waiting = ann.upload("notes.txt", b"first", other).json()["files"][0]
        at_other = [other.get(waiting, Cookie=ann.cookie)[2], ann.fetch(waiting)[1]]
        assert at_other == ["first", "first"]
        assert bob.fetch(waiting) == (404, "")
        ann.attach("Read", "notes.txt", b"two words", other)
        assert ann.fetch(ann.shown()) == (200, "two words")
        ann.until(lambda cards: cards["chat"]["data"].rows[1].cells[0] == "two words")


APP = """
from swell.chat import Turn, chat


@chat("/", attachments=True)
async def answer(turn: Turn):
    yield " ".join([await file.text() for file in turn.files])
    yield await turn.file(b"made", "made.txt")
"""


class Process(LiveServer):
    """A process of `swell run`, as tabs know it."""

    def __init__(self, running: Target) -> None:
        self.port = running.port
        self.host = f"127.0.0.1:{running.port}"


def test_real_processes_serve_the_files_of_each_other(
    postgres: PostgresServer, postgres_template: str, tmp_path: Path
) -> None:
    url = new_database(postgres, postgres_template)
    file = tmp_path / "app.py"
    file.write_text(APP)
    start = {"app": file, "database_url": url, "session_cookie": "s"}
    with target(tmp_path, **start) as first, target(tmp_path, **start) as second:
        one, other = Process(first), Process(second)
        ann, bob = Page(one), Page(other)
        ann.attach("Read", "notes.txt", b"two words", other)
        attached = ann.shown()
        made = ann.until(
            lambda cards: re.search(
                r"/_f/[^']+/made.txt", str(cards["chat"]["data"].rows[-1].cells)
            )
        )
        assert "two words" in str(ann.state.cards["chat"]["data"].rows[-1].cells)
        for address, content in ((attached, "two words"), (made[0], "made")):
            assert other.get(address, Cookie=ann.cookie)[2] == content
            assert ann.fetch(address) == (200, content)
            assert bob.fetch(address) == (404, "")
        first.stop()
        assert other.get(attached, Cookie=ann.cookie)[2] == "two words"


def test_an_upload_needs_a_tab_of_its_session_at_some_process(service: Chat) -> None:
    with service() as one, service() as other:
        ann, bob = Page(one), Page(one)
        assert bob.upload("a.txt", b"x", other, cookie=ann.cookie).status_code == 403
        assert ann.upload("a.txt", b"x", other).status_code == 200
        for client in ("", "x" * 44, ann.client[:-1] + ("A" if ann.client[-1] != "A" else "B")):
            ann.client = client
            assert ann.upload("a.txt", b"x", other).status_code == 403


def test_nobody_sends_an_upload_of_another_browser(service: Chat) -> None:
    with service() as one, service() as other:
        ann, bob = Page(one), Page(other)
        id = ann.upload("notes.txt", b"secret").json()["files"][0].split("/")[2]
        bob.say("chat", {"chat": "Read"}, ("chat", "submit", {"text": "Read", "files": [id]}))
        assert bob.wait("ack")["code"] == "file_gone"


def test_a_removed_upload_is_gone_at_every_process(service: Chat) -> None:
    with service() as one, service() as other:
        ann = Page(one)
        url = ann.upload("notes.txt", b"first").json()["files"][0]
        headers = {"origin": f"http://{other.host}", "cookie": ann.cookie}
        assert other.get(url, Cookie=ann.cookie)[0] == 200
        assert httpx.delete(f"http://{other.host}{url}", headers=headers).status_code == 204
        assert ann.fetch(url) == (other.get(url, Cookie=ann.cookie)[0], "") == (404, "")


def test_an_export_is_at_every_process(service: Chat) -> None:
    with service() as one, service() as other:
        ann = Page(one)
        ann.attach("Read", "notes.txt", b"two words")
        thread = ann.until(lambda cards: cards["meta"].get("redirect")).removeprefix("#t/")
        ann.say("threads", {}, ("threads", "command", {"id": thread, "name": "export"}))
        items = ann.until(lambda cards: cards.get("panel", {}).get("items"))
        links = [one["link"]["path"] for one in items if "link" in one]
        for link in links:
            assert "Read" in other.get(link, Cookie=ann.cookie)[2]
            assert Page(other).fetch(link) == (404, "")
