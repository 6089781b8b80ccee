"""Two processes of one `@app` on PostgreSQL: what tabs at each of them see."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from swell.live.wire import CLOSE_DRAIN
from tests.cli.test_serve import Served, get
from tests.postgres import PostgresServer, new_database
from tests.socket_tab import until

APP = """
import os
from swell import Q, app, ui

total = 0

@app("/all", mode="broadcast")
async def everyone(q: Q):
    global total
    if q.events["@system"]:
        return
    total += bool(q.args.add)
    q.page["count"] = ui.markdown_card("1 1 1 1", "", f"{total} by {os.getpid()}")
    await q.page.save()

@app("/mine", mode="unicast")
async def mine(q: Q):
    if q.events["@system"]:
        return
    q.client.count = (q.client.count or 0) + bool(q.args.add)
    q.page["count"] = ui.markdown_card("1 1 1 1", "", f"{q.client.count} by {os.getpid()}")
    await q.page.save()
"""

Start = Callable[[], tuple[Served, str]]


@pytest.fixture
def start(
    tmp_path: Path,
    postgres: PostgresServer,
    postgres_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Start]:
    """Give a function that starts one more process on a new database, and returns its address."""
    (tmp_path / "app.py").write_text(APP)
    monkeypatch.setenv("SWELL_DATABASE_URL", new_database(postgres, postgres_template))
    monkeypatch.setenv("SWELL_SESSION_COOKIE", "session")  # browsers have one for both
    started: list[Served] = []

    def one_more() -> tuple[Served, str]:
        served = Served(tmp_path, "run", "app.py", "--port", "0")
        started.append(served)
        return served, urlsplit(served.url()).netloc

    yield one_more
    for served in started:
        if served.process.poll() is None:
            served.end()
        assert served.process.stdout is not None
        served.process.stdout.close()


def cookie_of(netloc: str, route: str) -> str:
    """Return the session of a new browser."""
    return (get(f"http://{netloc}{route}").getheader("set-cookie") or "").partition(";")[0]


@contextmanager
def tab(
    netloc: str, cookie: str, route: str, client: str | None = None
) -> Iterator[ClientConnection]:
    """Open a page in a new tab, or connect that of an earlier one to another process."""
    with connect(
        f"ws://{netloc}/_s/ws",
        origin=Origin(f"http://{netloc}"),
        additional_headers={"Cookie": cookie},
    ) as opened:
        opened.send(json.dumps({"t": "hello", "v": 1, "route": route, "client": client}))
        yield opened


def add(socket: ClientConnection, id: str) -> None:
    """Press the button."""
    socket.send(json.dumps({"t": "act", "id": id, "name": "add", "args": {"add": True}}))


def close_code(socket: ClientConnection) -> int:
    """Wait until the server closes a connection."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=60)
    assert socket.close_code is not None
    return socket.close_code


def pid(served: Served) -> str:
    return str(served.process.pid)


def test_a_broadcast_page_is_shared_and_painted_anew_when_its_owner_is_killed(
    start: Start,
) -> None:
    (one, first), (two, second) = start(), start()
    ann, bob = cookie_of(first, "/all"), cookie_of(second, "/all")
    with tab(first, ann, "/all") as here, tab(second, bob, "/all") as there:
        until(here, f"0 by {pid(one)}")
        until(there, f"0 by {pid(one)}")
        add(there, "1")
        until(there, f"1 by {pid(one)}")
        until(here, f"1 by {pid(one)}")
        add(here, "2")
        until(there, f"2 by {pid(one)}")
        os.kill(one.process.pid, signal.SIGKILL)
        one.process.wait()
        assert close_code(there) == CLOSE_DRAIN
    with tab(second, bob, "/all") as again, tab(second, ann, "/all") as moved:
        until(again, f"0 by {pid(two)}")
        until(moved, f"0 by {pid(two)}")
        add(moved, "3")
        until(again, f"1 by {pid(two)}")


def test_a_unicast_tab_keeps_its_page_when_it_comes_back_at_another_process(start: Start) -> None:
    (one, first), (two, second) = start(), start()
    cookie = cookie_of(first, "/mine")
    with tab(first, cookie, "/mine") as here:
        welcome: dict[str, Any] = json.loads(until(here, "welcome"))
        add(here, "1")
        until(here, f"1 by {pid(one)}")
    with tab(second, cookie, "/mine", welcome["client"]) as there:
        until(there, f"1 by {pid(one)}")
        add(there, "1")  # sent again: it has been handled
        until(there, '"dup"')
        add(there, "2")
        until(there, f"2 by {pid(one)}")
    with tab(second, cookie, "/mine") as new:
        until(new, f"0 by {pid(two)}")


def test_a_process_that_stops_leaves_its_pages_to_the_other(start: Start) -> None:
    (one, first), (two, second) = start(), start()
    bob = cookie_of(second, "/all")
    with tab(first, cookie_of(first, "/all"), "/all") as here:
        until(here, "0 by ")
        with tab(second, bob, "/all") as there:
            until(there, f"0 by {pid(one)}")
            one.end()
            assert close_code(there) == CLOSE_DRAIN
    with tab(second, bob, "/all") as again:
        until(again, f"0 by {pid(two)}")
