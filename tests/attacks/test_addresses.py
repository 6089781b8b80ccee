"""S20: every address of sign-in, for who is not signed in, and for who is, in each way.

The addresses come from the running server's table, and from the code of all routes: a new one fails
until `ROWS` says what it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.auth.browser import PASSWORD, app_of
from tests.auth.openid import CLIENT, SECRET, OpenIdServer, free_port, openid_server

from .rig import HERE, ROOT, Response, Target, exchange, request, target
from .test_sign_in import people
from .test_who_may import ROUTES

pytestmark = pytest.mark.anyio


class Row(NamedTuple):
    """The status of an address.

    Attributes:
        anonymous: For a browser without sign-in.
        password: For a user who has signed in with a password.
        provider: For a user who has signed in at a provider.
    """

    anonymous: int
    password: int
    provider: int


def everybody(status: int) -> Row:
    return Row(status, status, status)


ROWS = {
    "GET /_auth/login": everybody(200),
    "POST /_auth/password": everybody(403),  # a form of no page of ours, as are all POSTs here
    "GET /_auth/logout": everybody(200),  # shows a button
    "POST /_auth/logout": everybody(403),
    "GET /_auth/sessions": Row(303, 200, 200),
    "POST /_auth/sessions": Row(303, 403, 403),
    "GET /_auth/signed-out": everybody(200),
    "GET /_auth/refresh": Row(401, 401, 204),  # a password has no tokens
    "GET /_auth/logo": everybody(404),  # the app has none
    "GET /_auth/style.css": everybody(200),
    "GET /_auth/init": everybody(303),  # leads to the provider
    "GET /_auth/start/{name}": everybody(303),
    "GET /_auth/callback": everybody(403),  # of a sign-in that this browser has not begun
    "GET /_auth/callback/{name}": everybody(403),
    "POST /_auth/backchannel/{name}": everybody(400),  # without a token of the provider
    "GET /_auth/{path:path}": everybody(404),
    "POST /_auth/{path:path}": everybody(404),
}


async def test_s20_every_address_of_sign_in_has_a_row(tmp_path: Path) -> None:
    provider = {"issuer": "http://127.0.0.1:1", "client_id": CLIENT, "client_secret": SECRET}
    settings = {f"oidc_{name}": value for name, value in provider.items()}
    app = app_of(people(tmp_path), **settings)
    async with app.lifespan():
        assert app._server is not None
        found = {
            f"{method} {route.path}"  # type: ignore[attr-defined]
            for route in app._server._router.routes
            for method in getattr(route, "methods", None) or ()
            if method != "HEAD" and route.path.startswith("/_auth/")  # type: ignore[attr-defined]
        }
    assert found == set(ROWS)


def test_s20_every_route_of_the_code_has_a_row() -> None:
    """Also one that no app of these tests has."""
    files = (ROOT / "src" / "swell").rglob("*.py")
    written = {path for file in files for path in re.findall(ROUTE, file.read_text())}
    assert len(written) > 10
    assert written <= {row.split()[1] for row in (*ROWS, *ROUTES)}


ROUTE = re.compile(r'\b(?:WebSocket)?Route\(\s*f?"(/_[^"]+)"')


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("addresses")


class Service(NamedTuple):
    """An app that has both ways to sign in, and its provider."""

    app: Target
    provider: OpenIdServer

    def cookies(self, way: str) -> str:
        """Return the cookies of a browser in which a user is signed in."""
        base = f"http://127.0.0.1:{self.app.port}"
        with httpx.Client(base_url=base, headers={"Origin": base}) as browser:
            match way:
                case "password":
                    form = {"name": "bob", "password": PASSWORD}
                    answer = browser.post("/_auth/password", data=form)
                case "provider":
                    begun = browser.get("/_auth/start/oidc").headers["location"]
                    answer = browser.get(self.provider.sign_in(begun, "ada"))
                case _:
                    return ""
            assert answer.status_code == 303
            return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


@pytest.fixture(scope="module")
def service(place: Path) -> Iterator[Service]:
    port = free_port()
    settings = {
        "password_file": people(place).path,
        "oidc_issuer": f"http://127.0.0.1:{port}",
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
    }
    with (
        target(place, app=HERE / "reader.py", **settings) as app,
        openid_server(f"http://127.0.0.1:{app.port}", port=port) as provider,
    ):
        yield Service(app, provider)


@pytest.fixture(scope="module")
def cookies(service: Service) -> dict[str, str]:
    return {way: service.cookies(way) for way in Row._fields}


async def ask(service: Service, line: str, cookie: str) -> Response:
    """Send a request without a body, which no page of ours sends."""
    port = service.app.port
    return await exchange(port, request(port, line, f"Cookie: {cookie}", "Content-Length: 0"))


@pytest.mark.parametrize("route", ROWS)
async def test_s20_each_address_of_sign_in_answers_as_its_row_says(
    service: Service, cookies: dict[str, str], route: str
) -> None:
    line = route.replace("{path:path}", "nothing").replace("{name}", "oidc")
    for way, status in ROWS[route]._asdict().items():
        answer = await ask(service, line, cookies[way])
        assert answer.status == status, (way, answer.raw[:300])


@pytest.mark.parametrize("path", ["start/other", "callback/other", "backchannel/other", "start/"])
async def test_s20_a_provider_that_the_app_has_not_leads_nowhere(
    service: Service, cookies: dict[str, str], path: str
) -> None:
    for cookie in cookies.values():
        for method in ("GET", "POST"):
            answer = await ask(service, f"{method} /_auth/{path}", cookie)
            assert answer.status in (403, 404, 405), (method, answer.raw[:300])
            assert "location" not in answer.headers
