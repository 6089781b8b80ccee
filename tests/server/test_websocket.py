"""Forbidden messages of a peer, while the answer of another user keeps streaming."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest
from starlette.types import ASGIApp
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from swell import Q, data, ui
from swell.app import App
from swell.live.wire import CLOSE_TOO_BIG
from swell.server.uvicorn_ws import WebSocketProtocol
from swell.settings.table import Settings
from swell.testing import Append, Insert, Set

from .live_server import LiveServer, Tab, serving


async def count(q: Q) -> None:
    """Stream numbers until told to stop."""
    if not q.client.ready:
        q.page["chat"] = ui.chatbot_card("1 1 4 4", "chat", data("content from_user", t="list"))
        q.client.ready = True
    await q.page.save()
    if q.args.count:
        q.page["chat"].data += ["", False]
        text = ""
        for i in range(q.args.count):
            text += f"[{i}]"
            q.page["chat"].data[-1] = [text, False]
            await q.page.save()
            await asyncio.sleep(0.002)


@pytest.fixture(params=[WebSocketProtocol, "websockets-sansio"], ids=["direct", "plain ASGI"])
def server(request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    app = App()
    app.add("/", count)
    with serving(app, request.param) as running:
        yield running


class Bystander:
    """Another person whose answer streams while the attack happens."""

    def __init__(self, server: LiveServer) -> None:
        self.tab = Tab(server)
        self.id = self.tab.act("count", 150)

    def check(self) -> None:
        """Read the rest of the answer: every number once, in order."""
        text, ended = "", False
        while not ended or "[149]" not in text:
            message = self.tab.read()
            ended |= message["t"] == "end" and message["id"] == self.id
            for op in message["o"] if message["t"] == "ops" else ():
                if isinstance(op, Insert):
                    text = op.items[0][1][0]
                elif isinstance(op, Append):
                    assert op.at == len(text)
                    text += op.text
                elif isinstance(op, Set) and op.path[-1] == "content":
                    text = op.value
        assert text == "".join(f"[{i}]" for i in range(150))
        self.tab.socket.close()


@pytest.fixture
def bystander(server: LiveServer) -> Iterator[Bystander]:
    person = Bystander(server)
    yield person
    person.check()


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://127.0.0.1", "https://127.0.0.1:{port}"],
)
def test_a_foreign_origin_is_refused_before_the_upgrade(
    server: LiveServer, bystander: Bystander, origin: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        server.connect(Origin=origin.format(port=server.port))
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["rebind.evil", "localhost.evil.example"])
def test_a_foreign_host_is_refused_before_the_upgrade(
    server: LiveServer, bystander: Bystander, host: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        server.connect(Host=f"{host}:{server.port}", Origin=f"http://{host}:{server.port}")
    assert refused.value.response.status_code == 400
    status, _, body = server.get("/", Host=host)
    assert (status, "allowed_hosts" in body) == (400, True)


def close_code(tab: Tab, frame: str | bytes) -> int:
    """Send a frame and return the code that the server closes with."""
    with suppress(ConnectionClosed):  # it may close before all of a long frame is written
        tab.socket.send(frame)
    return read_to_the_end(tab)


def read_to_the_end(tab: Tab) -> int:
    """Read until the server closes and return its code."""
    with suppress(ConnectionClosed):
        while True:
            tab.socket.recv(timeout=10)
    code = tab.socket.close_code
    assert code is not None
    return code


DEEP = '{"t":"act","id":"1","args":{"x":' + "[" * 50_000 + "]" * 50_000 + "}}"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("hello there", 4500),
        ('{"t":"act","id":7,"args":{}}', 4500),
        ('{"t":"nothing"}', 4500),
        ('{"t":"act","id":"1","args":{"x":' + "[" * 40 + "]" * 40 + "}}", 4500),
        ('{"t":"act","id":"1","event":["@system","client_disconnect",true]}', 4500),
        (b"\xff\xfe", 4500),
        (DEEP, 4500),
        ('{"t":"act","id":"1","args":{"x":"' + "y" * 2_000_000 + '"}}', 1009),
    ],
    ids=["text", "type", "unknown", "deep", "system", "bytes", "50000 deep", "2 MB"],
)
def test_a_malformed_frame_closes_that_socket_only(
    server: LiveServer, bystander: Bystander, frame: str | bytes, code: int
) -> None:
    seen = close_code(Tab(server), frame)
    # The server closes while the rest of a long frame is on its way: TCP may then reset the
    # connection before the peer has read why, which the peer sees as 1006.
    assert seen == code or (code == CLOSE_TOO_BIG and seen == 1006)


def test_another_sessions_client_and_an_unknown_one_get_the_same_answer(
    server: LiveServer, bystander: Bystander
) -> None:
    answers = []
    for client in (bystander.tab.client, "A" * 22):
        socket = server.connect()
        socket.send(json.dumps({"t": "hello", "v": 1, "route": "/", "client": client}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        answers.append((closed.value.rcvd.code, closed.value.rcvd.reason))
    assert answers == [(4503, "unknown client")] * 2


def test_a_flood_of_messages_is_cut_off(server: LiveServer, bystander: Bystander) -> None:
    tab = Tab(server)
    with suppress(ConnectionClosed):
        for _ in range(5000):
            tab.send(t="pong", s=0)
    assert read_to_the_end(tab) == 4006


def test_the_same_session_may_come_back_for_its_client(server: LiveServer) -> None:
    first = Tab(server)
    first.socket.close()
    socket = server.connect(Cookie=first.cookie)
    assert "Set-Cookie" not in (socket.response.headers if socket.response else {})
    socket.send(json.dumps({"t": "hello", "v": 1, "route": "/", "client": first.client}))
    assert json.loads(socket.recv(timeout=10))["client"] == first.client
    socket.close()


def test_the_page_has_its_headers_and_a_cookie_that_scripts_cannot_read(server: LiveServer) -> None:
    status, headers, body = server.get("/")
    assert status == 200
    assert 'data-route="/"' in body
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert {"HttpOnly", "SameSite=Lax"} <= set(headers["set-cookie"].split("; "))


def mounted_in_starlette(app: App) -> ASGIApp:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return Starlette(routes=[Mount("/chat", app)], lifespan=app.lifespan)


def mounted_in_fastapi(app: App) -> ASGIApp:
    from fastapi import FastAPI

    host = FastAPI()  # without our lifespan: the first request starts it
    host.mount("/chat", app)
    return host


@pytest.mark.parametrize("mount", [mounted_in_starlette, mounted_in_fastapi])
def test_an_app_can_be_mounted_under_a_prefix(mount: object) -> None:
    assert callable(mount)
    app = App()
    app.add("/talk", count)
    with serving(mount(app)) as server:
        status, headers, body = server.get("/chat/talk")
        assert status == 200
        assert 'data-prefix="/chat"' in body
        assert "_chat=" in headers["set-cookie"]
        script = body.split('type="module" src="')[1].split('"')[0]
        assert script.startswith("/chat/_s/assets/")
        assert server.get(script)[0] == 200
        tab = Tab(server, "/talk", "/chat/_s/ws")
        end = tab.act("count", 2)
        assert tab.wait("end", id=end)["st"] == "ok"
        tab.socket.close()


OUR_OWN = {
    *(
        "port",
        "push_max_bytes",
        "pushed_pages_max",
        "streams_max",
        "cache_max_bytes",
        "workers",
        "session_max_age_s",
        "session_total_age_s",
        "sign_in_idle_s",
        "sign_in_total_s",
        "hsts_max_age_s",
        "upload_total_bytes",
        "upload_keep_s",
        "upload_idle_s",
    ),
    *("connections_max", "header_timeout_s", "body_timeout_s", "body_bytes_per_s", "keep_alive_s"),
    *("ring_total_bytes", "tabs_max", "tabs_per_session", "tab_rate_per_s", "tab_burst"),
    *(
        "metrics_port",
        "audit_keep_s",
        "chats_keep_s",
        "sign_ins_keep_s",
        "money_per_day",
        "attachments_per_day",
        "storage_per_user_bytes",
        "usage_keep_s",
    ),
}
"""Numbers among the settings that are no business of a browser's."""

OF_ANSWERS = (
    "model_",
    "share_",
    "import_",
    "answer_",
    "runs_",
    "prompts_",
    "tokens_",
    "handler_",
    "tool_",
    "file_",
    "pdf_",
)
"""What the names of settings begin with that bound the making of answers."""


def test_the_welcome_tells_every_limit(server: LiveServer) -> None:
    told = Tab(server).welcome["limits"]
    bounds = {
        field.name: field.default
        for field in msgspec.structs.fields(Settings)
        if type(field.default) in (int, float)
        and field.name not in OUR_OWN
        and not field.name.startswith(OF_ANSWERS)
    }
    assert told == bounds


def test_connections_of_one_ipv6_network_behind_a_proxy_count_together() -> None:
    app = App()
    app.settings = Settings(sockets_per_ip=2)
    app.add("/", count)

    def opened(address: str) -> int:
        try:
            sockets.append(server.connect(**{"X-Forwarded-For": address}))
        except InvalidStatus as refused:
            return refused.response.status_code
        return 101

    with serving(app) as server:
        sockets: list[ClientConnection] = []
        same = [opened(f"2001:db8:1:2::{number}") for number in range(3)]
        assert same == [101, 101, 429]
        assert opened("2001:db8:1:3::1") == 101
        for socket in sockets:
            socket.close()
