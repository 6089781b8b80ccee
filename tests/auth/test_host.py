"""The host application signs users in: its session, its middleware, its dependencies."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import Depends, FastAPI, HTTPException
from itsdangerous import TimestampSigner
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection
from websockets.exceptions import ConnectionClosed

from swell.app import App
from swell.identity import Identify, Identity, Request
from swell.settings.table import Settings
from tests.server.live_server import LiveServer, Tab

from .browser import greet

SECRET = "a secret of the host"


@contextmanager
def mounted(host: FastAPI, identify: Identify) -> Iterator[LiveServer]:
    """Mount an app in a host, and serve the host."""
    app = App(Settings(), identify=identify)
    app.add("/", greet)
    host.router.lifespan_context = app.lifespan
    host.mount("/chat", app)
    server = LiveServer(host)
    try:
        yield server
    finally:
        server.stop()


def user_in(server: LiveServer, cookie: str = "") -> str:
    """Open the page as a browser with a cookie of the host, and return the user's name."""
    _, sent, _ = server.get("/chat/", Cookie=cookie)
    own = sent["set-cookie"].split(";")[0]
    tab = Tab(server, path="/chat/_s/ws", cookie="; ".join(filter(None, (cookie, own))))
    return str(tab.welcome["user"])


def refusal_in(server: LiveServer, cookie: str = "") -> int:
    """Return the code with which the page of a browser is closed."""
    with pytest.raises(ConnectionClosed) as closed:
        user_in(server, cookie)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def signed(**session: str) -> str:
    """Return the cookie of a session, as the host's middleware signs it."""
    raw = base64.b64encode(json.dumps(session).encode())
    return f"session={TimestampSigner(SECRET).sign(raw).decode()}"


def test_the_session_of_the_host_names_the_user() -> None:
    def identify(request: Request) -> Identity | None:
        user = request.connection.session.get("user")
        return Identity(user, user.title()) if user else None

    host = FastAPI()
    host.add_middleware(SessionMiddleware, secret_key=SECRET)
    with mounted(host, identify) as server:
        assert user_in(server, signed(user="ada")) == "Ada"
        assert refusal_in(server) == 4502
        assert refusal_in(server, signed(user="ada")[:-1] + "x") == 4502


class ByCookie(AuthenticationBackend):
    """The host's way to find the user of a request."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, SimpleUser] | None:
        name = conn.cookies.get("who")
        return (AuthCredentials(["authenticated"]), SimpleUser(name)) if name else None


def test_the_middleware_of_the_host_names_the_user() -> None:
    def identify(request: Request) -> str | None:
        user = request.connection.user
        return user.display_name if user.is_authenticated else None

    host = FastAPI()
    host.add_middleware(AuthenticationMiddleware, backend=ByCookie())
    with mounted(host, identify) as server:
        assert user_in(server, "who=ada") == "ada"
        assert refusal_in(server) == 4502


async def current_user(connection: HTTPConnection) -> str:
    """A dependency, as hosts have it."""
    if (name := connection.cookies.get("token", "").removeprefix("jwt-of-")) == "":
        raise HTTPException(401, "no token")
    if name == "mallory":
        raise HTTPException(403, "blocked")
    if name == "later":
        raise HTTPException(503, "the identity service is away")
    return name


def test_a_dependency_of_the_host_names_the_user() -> None:
    async def identify(request: Request) -> str:
        return await current_user(request.connection)

    host = FastAPI()

    @host.get("/me")
    async def me(user: str = Depends(current_user)) -> str:
        return user

    with mounted(host, identify) as server:
        assert server.get("/me", Cookie="token=jwt-of-ada")[2] == '"ada"'
        assert user_in(server, "token=jwt-of-ada") == "ada"
        assert refusal_in(server) == 4502
        assert refusal_in(server, "token=jwt-of-mallory") == 4502
        assert refusal_in(server, "token=jwt-of-later") == 4005, "the page tries again"
