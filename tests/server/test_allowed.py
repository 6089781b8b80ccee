"""Allow-lists at the server: pages, sockets and files of a folder, for users of a proxy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from swell import Q, ui
from swell.app import App
from swell.identity import Identity, Request
from swell.settings.table import Settings
from tests.server.live_server import LiveServer, serving


async def show(q: Q) -> None:
    q.page["roles"] = ui.markdown_card("1 1 2 2", "Roles", ", ".join(q.auth.roles))
    await q.page.save()


def with_mail(request: Request) -> Identity:
    """Return the user of the proxy, with the address that the app knows."""
    return Identity(request.subject, email=f"{request.subject}@example.com")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    """Serve an app for users of one domain, of which the proxy says the names."""
    (tmp_path / "handbook.txt").write_text("inside")
    settings = Settings(
        user_header="X-Forwarded-User",
        allowed_domains=("example.com",),
        roles=("editor=ann",),
        database_url="memory",
    )
    app = App(settings)
    app.add("/", show, identify=with_mail)
    app.add("/plain", show)
    app.serve_folder("/docs", tmp_path)
    with serving(app) as running:
        yield running


def roles(server: LiveServer, route: str, user: str) -> str:
    socket = server.connect("/_s/ws", **{"X-Forwarded-User": user})
    socket.send(json.dumps({"t": "hello", "v": 1, "route": route}))
    frames: list[str] = []
    while "Roles" not in "".join(frames):
        frames.append(str(socket.recv(timeout=10)))
    socket.close()
    return "".join(frames)


def test_a_user_with_an_address_of_the_domain_comes_in_with_roles(server: LiveServer) -> None:
    assert "member, editor" in roles(server, "/", "ann")
    assert "editor" not in roles(server, "/", "bob")


def test_a_user_without_one_is_refused_at_the_socket(server: LiveServer) -> None:
    with pytest.raises(ConnectionClosed) as ended:
        roles(server, "/plain", "ann")  # the header alone has no address
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 4502
    assert "may not use the app" in ended.value.rcvd.reason


def test_files_of_a_folder_are_for_allowed_users_only(server: LiveServer) -> None:
    url = f"http://{server.host}/docs/handbook.txt"
    answer = httpx.get(url, headers={"X-Forwarded-User": "ann"})
    assert answer.status_code == 404  # of a folder no function knows the address
    assert httpx.get(url).status_code == 404
