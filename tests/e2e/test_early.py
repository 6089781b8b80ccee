"""The connection that is made while the client itself is still on its way."""

from __future__ import annotations

import json
import re
from queue import Queue

import pytest
from playwright.sync_api import Page, Route, WebSocket, expect

from .conftest import Run, RunningApp

APP = """
    from swell import app, data, ui, Q

    @app("/")
    async def serve(q: Q):
        q.page["chat"] = ui.chatbot_card(
            box="1 1 4 8", name="prompt", data=data("content from_user", t="list")
        )
        q.page["chat"].data += [q.args["#"] or "No hash.", False]
        await q.page.save()
"""
ENTRY, EARLY = re.compile(r"/main-[^/]+\.js$"), re.compile(r"/early-[^/]+\.js$")


class Heard:
    """What a page and the server have said to each other, over all its connections."""

    def __init__(self, page: Page) -> None:
        self.sockets = 0
        self.hellos: list[dict[str, object]] = []
        self.welcomes = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framesent", lambda frame: self._sent(str(frame)))
        socket.on("framereceived", lambda frame: self._received(str(frame)))

    def _sent(self, frame: str) -> None:
        message = json.loads(frame)
        if message["t"] == "hello":
            self.hellos.append(message)

    def _received(self, frame: str) -> None:
        self.welcomes += frame.startswith('{"t":"welcome"')


def hold(page: Page, address: re.Pattern[str]) -> Queue[Route]:
    """Let requests to an address wait, from now on, until they are let through."""
    held: Queue[Route] = Queue()
    page.route(address, held.put)
    return held


def release(page: Page, held: Queue[Route]) -> None:
    while held.empty():
        page.wait_for_event("request")
    held.get().continue_()


@pytest.fixture
def served(run: Run) -> RunningApp:
    return run(APP)


def test_a_new_tab_is_answered_while_the_client_is_on_its_way(
    served: RunningApp, page: Page
) -> None:
    heard, held = Heard(page), hold(page, ENTRY)
    with page.expect_websocket() as opened:
        page.goto(f"{served.url}#a/b", wait_until="commit")
    socket = opened.value
    if not heard.welcomes:
        socket.wait_for_event("framereceived", lambda _: heard.welcomes > 0)
    expect(page.locator("#app")).to_be_empty()
    release(page, held)
    expect(page.get_by_text("a/b")).to_be_visible()
    assert (heard.sockets, heard.welcomes) == (1, 1)
    assert [(hello["client"], hello["hash"]) for hello in heard.hellos] == [(None, "a/b")]


def test_a_tab_that_was_here_before_says_who_it_is(served: RunningApp, page: Page) -> None:
    page.goto(served.url)
    expect(page.get_by_text("No hash.")).to_be_visible()
    heard = Heard(page)
    page.reload()
    expect(page.get_by_text("No hash.")).to_be_visible()
    assert (heard.sockets, heard.welcomes) == (1, 1)
    assert [type(hello["client"]) for hello in heard.hellos] == [str]


def test_a_hash_that_changes_meanwhile_is_the_one_that_counts(
    served: RunningApp, page: Page
) -> None:
    heard, held = Heard(page), hold(page, ENTRY)
    with page.expect_websocket() as opened:
        page.goto(f"{served.url}#old", wait_until="commit")
    if not heard.welcomes:
        opened.value.wait_for_event("framereceived", lambda _: heard.welcomes > 0)
    page.evaluate("location.hash = 'new'")
    release(page, held)
    expect(page.get_by_text("new", exact=True)).to_be_visible()
    assert heard.hellos[-1]["hash"] == "new"


def test_an_early_script_that_comes_too_late_does_nothing(served: RunningApp, page: Page) -> None:
    heard, held = Heard(page), hold(page, EARLY)
    page.goto(served.url, wait_until="commit")
    expect(page.get_by_text("No hash.")).to_be_visible()
    with page.expect_response(EARLY):
        release(page, held)
    page.wait_for_load_state("load")
    assert (heard.sockets, len(heard.hellos)) == (1, 1)
