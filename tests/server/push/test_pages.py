"""Pushed pages: their bounds, their places, and pushing from inside the app."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from swell import Q, ui
from swell.app import App
from swell.errors import PushError
from swell.identity import Request
from swell.remote import AsyncSite, Site
from swell.settings.table import Settings
from tests.remote.rig import cards
from tests.server.live_server import LiveServer, Tab, serving


def note(content: str) -> ui.MarkdownCard:
    return ui.markdown_card("1 1 4 2", "Note", content)


def site_of(server: LiveServer) -> Site:
    return Site(f"http://{server.host}")


def send(server: LiveServer, body: bytes, path: str = "/x") -> tuple[int, dict[str, Any]]:
    """Send a patch as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("PATCH", path, body)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with serving(App(Settings())) as running:
        yield running


def test_as_many_pages_as_the_setting_allows() -> None:
    with serving(App(Settings(pushed_pages_max=2))) as server:
        site = site_of(server)
        for name in "ab":
            page = site[f"/{name}"]
            page["note"] = note(name)
            page.save()
        third = site["/c"]
        third["note"] = note("c")
        with pytest.raises(PushError, match="pushed_pages_max"):
            third.save()
        del site["/a"]
        third["note"] = note("now there is room")
        third.save()


def test_a_patch_and_a_page_have_a_largest_size() -> None:
    settings = Settings(push_max_bytes=100_000, page_max_bytes=150_000)
    with serving(App(settings)) as server:
        page = site_of(server)["/x"]
        page["note"] = note("x" * 110_000)
        with pytest.raises(PushError, match="push_max_bytes"):
            page.save()
        page = site_of(server)["/x"]
        for name in "ab":
            page[name] = note(name * 90_000)
            if name == "a":
                page.save()
        with pytest.raises(PushError, match="page_max_bytes"):
            page.save()
        assert list(page.load()["p"]["c"]) == ["a"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"d":[1]}',
        b'{"d":[{"k":1}]}',
        b'{"d":[{"k":"a","d":1}]}',
        b'{"d":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"d":[{"k":"a","d":{"view":"markdown","box":"1 1 1 1","~data":7}}],"strict":true}',
        b'{"d":[{"k":"a __proto__","v":1}],"strict":true}',
    ],
    ids=range(9),
)
def test_what_is_no_patch_is_refused_and_changes_nothing(server: LiveServer, body: bytes) -> None:
    assert (
        send(server, b'{"d":[{"k":"a","d":{"view":"form","box":"1 1 1 1","items":[]}}]}')[0] == 200
    )
    status, answer = send(server, body)
    assert status == 400
    assert answer["error"]["code"]
    assert cards(server, "/x")["a"]["items"] == []


def test_a_patch_that_is_sent_again_is_applied_once(server: LiveServer) -> None:
    """As after a connection that broke before the answer came."""
    row = b'{"d":[{"k":"c data __append__","v":["x",true]}],"save":["writer",2]}'
    card = {"view": "chatbot", "box": "1 1 4 4", "name": "c", "~data": 0}
    first = {"d": [{"k": "c", "d": card, "b": [{"l": {"f": ["content", "from_user"], "n": 0}}]}]}
    assert send(server, json.dumps(first).encode())[0] == 200
    assert [send(server, row)[0] for _ in range(3)] == [200, 200, 200]
    assert len(cards(server, "/x")["c"]["data"]["r"]) == 1


def test_a_page_of_a_broadcast_app_can_be_pushed_to_and_no_other() -> None:
    async def paint(q: Q) -> None:
        q.page["app"] = note("of the app")
        await q.page.save()

    app = App(Settings())
    app.add("/board", paint, mode="broadcast")
    app.add("/own", paint)
    with serving(app) as server:
        tab = Tab(server, "/board")
        tab.wait("ops")
        page = site_of(server)["/board"]
        page["script"] = note("of a script")
        page.save()
        assert sorted(cards(server, "/board")) == ["app", "script"]
        tab.socket.close()
        own = site_of(server)["/own"]
        own["script"] = note("x")
        with pytest.raises(PushError, match="a page for each visitor"):
            own.save()


def test_with_several_processes_the_error_says_so() -> None:
    with serving(App(Settings(workers=2))) as server:
        page = site_of(server)["/x"]
        page["note"] = note("x")
        with pytest.raises(PushError, match="--workers 1") as caught:
            page.save()
        assert caught.value.reason == "several_processes"


def test_only_users_whom_the_app_lets_in_see_a_pushed_page() -> None:
    def identify(request: Request) -> str | None:
        return next(iter(request.headers.get("X-Login", [])), None)

    async def paint(q: Q) -> None: ...

    app = App(Settings(), identify=identify)
    app.add("/", paint)
    with serving(app) as server:
        page = site_of(server)["/secret"]
        page["note"] = note("for users")
        page.save()
        with pytest.raises(Exception, match="4502"):
            Tab(server, "/secret")


def test_handlers_push_through_every_kind_of_site() -> None:
    """`site` inside a handler, in a thread of the app, `AsyncSite`, and `q.site`: no deadlock."""
    done = threading.Event()

    async def serve(q: Q) -> None:
        site = Site()
        page = site["/stats"]
        page["sync"] = note("in the event loop")
        page.save()
        awaited = AsyncSite()["/stats"]
        awaited["async"] = note("awaited")
        await awaited.save()

        def work() -> None:
            page = site["/stats"]
            page["thread"] = note("of a thread")
            page.save()
            other = AsyncSite()["/stats"]
            other["loop"] = note("of another loop")
            asyncio.run(other.save())

        await q.run(work)
        own = q.site["/stats"]
        own["query"] = note("of the query")
        await own.save()
        assert sorted(site.load("/stats")["p"]["c"]) == ["async", "loop", "query", "sync", "thread"]
        done.set()

    app = App(Settings())
    app.add("/", serve)
    with serving(app) as server:
        tab = Tab(server)
        assert done.wait(20)
        assert sorted(cards(server, "/stats")) == ["async", "loop", "query", "sync", "thread"]
        tab.socket.close()
