"""Files of messages over a real server: who gets an address, and who can fetch it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from swell.app import App
from swell.chat import Turn
from swell.chat.options import ChatOptions
from swell.live.state import PageState
from tests.server.live_server import LiveServer, Tab, serving


class Page(Tab):
    """A tab that follows its page."""

    def __init__(self, server: LiveServer, address: str = "") -> None:
        super().__init__(server)
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

    def fetch(self, url: str) -> tuple[int, str]:
        """Return the status and the body that this browser gets for an address."""
        status, _, body = self.server.get(url, Cookie=self.cookie)
        return status, body if status == 200 else ""

    def attach(self, prompt: str, name: str, content: bytes) -> None:
        """Send a prompt with a file."""
        answer = httpx.post(
            f"http://{self.server.host}/_f/",
            files={"files": (name, content)},
            headers={
                "origin": f"http://{self.server.host}",
                "cookie": self.cookie,
                "swell-client": self.client,
            },
        )
        id = answer.json()["files"][0].split("/")[2]
        self.say("chat", {"chat": prompt}, ("chat", "submit", {"text": prompt, "files": [id]}))

    def shown(self) -> str:
        """Return the address of the file in the first message, once that is there."""

        def address(cards: dict[str, Any]) -> str:
            rows = cards["chat"]["data"].rows
            parts = rows[0].cells[5] if rows else None
            return str(parts[0]["url"]) if parts else ""

        return str(self.until(address))


@contextmanager
def chat(**options: Any) -> Iterator[LiveServer]:
    """Serve a chat that takes files."""

    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield " ".join([await file.text() for file in turn.files])

    app = App()
    app.chat("/", ChatOptions(store=None, attachments=True, **options))(answer)
    with serving(app) as server:
        yield server


def test_nobody_else_can_fetch_a_file_by_its_address() -> None:
    with chat() as server:
        ann, bob = Page(server), Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        url = ann.shown()
        assert ann.fetch(url) == (200, "two words")
        assert bob.fetch(url) == bob.fetch(f"/_f/{'x' * 22}/notes.txt") == (404, "")


def test_who_reads_a_shared_chat_gets_an_address_of_their_own() -> None:
    with chat() as server:
        ann, bob = Page(server), Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        url = ann.shown()
        thread = ann.until(lambda cards: cards["meta"].get("redirect")).removeprefix("#t/")
        ann.say("threads", {}, ("threads", "command", {"id": thread, "name": "share"}))
        items = ann.until(lambda cards: cards.get("panel", {}).get("items"))
        link = next(one["copyable_text"]["value"] for one in items if "copyable_text" in one)
        reader = Page(server, link.partition("#")[2])
        own = reader.shown()
        assert own != url
        assert reader.fetch(own) == ann.fetch(url) == (200, "two words")
        assert reader.fetch(url) == bob.fetch(own) == ann.fetch(own) == (404, "")


def test_a_person_gets_other_addresses_on_another_device() -> None:
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
def test_an_export_is_for_the_browser_that_asked_for_it(form: str) -> None:
    with chat() as server:
        ann, bob = Page(server), Page(server)
        ann.attach("Read", "notes.txt", b"two words")
        thread = ann.until(lambda cards: cards["meta"].get("redirect")).removeprefix("#t/")
        ann.say("threads", {}, ("threads", "command", {"id": thread, "name": "export"}))
        items = ann.until(lambda cards: cards.get("panel", {}).get("items"))
        links = {one["link"]["label"]: one["link"]["path"] for one in items if "link" in one}
        assert "Read" in ann.fetch(links[form])[1]
        assert bob.fetch(links[form]) == (404, "")
