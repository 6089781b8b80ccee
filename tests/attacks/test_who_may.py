"""S20: every route, every kind of caller, every way to prove who it is.

The routes come from the running server's table: a new one fails until `ROUTES` says who may use it.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.routing import Mount, WebSocketRoute

from swell.app import App
from swell.chat.options import ChatOptions
from swell.live.wire import CLOSE_SIGNED_OUT
from swell.server.asgi import Server
from swell.settings.table import Settings

from .rig import Peer, Response, Target, exchange, request
from .strangers import SECRET, Ann, Browser, ann, enter, people

pytestmark = pytest.mark.anyio

KEY = "the-key-of-programs"
METRICS_TOKEN = "the-token-of-prometheus"


class Row(NamedTuple):
    """Who may use a route: the status for each of them.

    Attributes:
        path: An address of the route; `{upload}` and the like are of Ann.
        owner: For the browser of who owns it.
        member: For another signed-in user.
        anonymous: Without a sign-in.
        program: For a program with the API key.
    """

    path: str
    owner: int
    member: int
    anonymous: int
    program: int

    @property
    def public(self) -> bool:
        """Whether all get the same."""
        return len({self.owner, self.member, self.anonymous, self.program}) == 1


def everybody(path: str, status: int = 200) -> Row:
    return Row(path, status, status, status, status)


ROUTES = {
    "SOCKET /_s/ws": everybody("/_s/ws", 101),  # a hello decides: see below
    "GET /_s/ws": everybody("/_s/ws", 426),
    "GET /_s/live": everybody("/_s/live"),
    "GET /_s/health": everybody("/_s/health"),
    "GET /_s/ready": everybody("/_s/ready"),
    "GET /_s/metrics": everybody("/_s/metrics", 401),  # its token is another one
    "GET /_s/assets/{name}": everybody("/_s/assets/nothing.js", 404),
    "GET /_s/diagram": everybody("/_s/diagram"),
    "GET /_s/frame": everybody("/_s/frame"),
    "GET /_s/app.webmanifest": everybody("/_s/app.webmanifest"),
    "GET /_s/icons/{name}": everybody("/_s/icons/icon.svg"),
    "POST /_f/": Row("/_f/", 200, 403, 403, 403),
    "DELETE /_f/{file_id}/{name}": everybody("{upload}", 204),  # what is not theirs stays
    "GET /_f/{file_id}/{name}": Row("{upload}", 200, 404, 404, 404),
    "GET /docs/{file:path}": everybody("/docs/a.txt"),
    "MOUNT /status": everybody("/status"),
    "MOUNT /v1": Row("/v1/models", 401, 401, 401, 200),
    "MOUNT /ag-ui": everybody("/ag-ui", 405),  # it takes POST: see below
    "GET /_d/{folder}/{path:path}": everybody("/_d/x/y", 404),
    "DELETE /_d/{folder}": everybody("/_d/x", 403),  # a page sends it, and so below
    "GET /_m/{name:path}": everybody("/_m/x", 404),
    "POST /_m/{name:path}": everybody("/_m/x", 403),
    "DELETE /_m/{name:path}": everybody("/_m/x", 403),
    "GET /_c/{shard}": everybody("/_c/x", 403),
    "GET /_c/{shard}/{key:path}": everybody("/_c/x/y", 403),
    "PUT /_c/{shard}/{key:path}": everybody("/_c/x/y", 403),
    "POST /_p/": everybody("/_p/", 403),
    "PATCH /{path:path}": everybody("/pushed", 403),  # a page sends it: see tests/server/push
    "GET /{path:path}": everybody("/"),  # the client's page, with nothing of anybody in it
}


def routes() -> Iterator[str]:
    """Yield the routes of a server that has everything."""
    app = App(Settings(metrics_token=METRICS_TOKEN))
    app.chat("/", ChatOptions(openai=True, ag_ui=True))(lambda turn: turn.prompt)
    app.mount("/status", lambda *_: None)  # type: ignore[arg-type]
    app.serve_folder("/docs", Path(__file__).parent)
    for route in Server(app, scrape=bytes)._router.routes:
        if isinstance(route, WebSocketRoute):
            yield f"SOCKET {route.path}"
        elif isinstance(route, Mount) or not getattr(route, "methods", None):
            yield f"MOUNT {route.path}"  # type: ignore[attr-defined]
        else:
            for method in route.methods - {"HEAD"}:  # type: ignore[attr-defined]
                yield f"{method} {route.path}"  # type: ignore[attr-defined]


def test_every_route_has_a_row() -> None:
    assert set(routes()) == set(ROUTES)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("who")


@pytest.fixture(scope="module")
def served(place: Path) -> Iterator[Target]:
    with people(place, metrics_token=METRICS_TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
async def hers(served: Target, place: Path) -> AsyncIterator[Ann]:
    async with ann(served, place) as found:
        yield found


@pytest.fixture(scope="module")
async def callers(served: Target, hers: Ann) -> AsyncIterator[dict[str, Browser | None]]:
    bob = await enter(served, "bob")
    yield {"owner": hers.browser, "member": bob, "anonymous": None, "program": None}
    bob.peer.drop()


async def ask(
    running: Target, line: str, *headers: str, browser: Browser | None = None, body: bytes = b""
) -> Response:
    """Send a request of a page of ours, or of a program."""
    lines = [*(browser.lines if browser is not None else []), *headers]
    sent = request(running.port, line, "Sec-Fetch-Site: same-origin", *lines)
    return await exchange(running.port, sent + body)


@pytest.mark.parametrize("route", [name for name in ROUTES if not name.startswith("SOCKET")])
async def test_s20_each_caller_gets_what_the_row_says(
    served: Target, hers: Ann, callers: dict[str, Browser | None], route: str
) -> None:
    row = ROUTES[route]
    method = route.split()[0].replace("MOUNT", "GET")
    path = row.path.format(upload=hers.upload)
    form = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="n"\r\n\r\nx\r\n--b--\r\n'
    )
    for who in ("member", "anonymous", "program", "owner"):  # hers last: she may delete
        headers = [f"Authorization: Bearer {KEY}"] if who == "program" else []
        body = b""
        if method == "POST":
            body = form
            headers += ["Content-Type: multipart/form-data; boundary=b"]
            headers += [f"Swell-Client: {hers.browser.peer.client}", f"Content-Length: {len(form)}"]
        if method == "DELETE" and who == "owner":
            continue  # the other rows need the file
        browser = callers[who]
        answer = await ask(served, f"{method} {path}", *headers, browser=browser, body=body)
        assert answer.status == getattr(row, who), (who, answer.raw[:300])
        if who != "owner":
            assert SECRET.encode() not in answer.raw
    assert (await ask(served, f"GET {hers.upload}", browser=hers.browser)).status == 200


def carriers(hers: Ann) -> dict[str, tuple[str, list[str]]]:
    """Return ways in which a credential does not count: added to the path, or as headers."""
    name, _, value = hers.browser.peer.cookie.partition("=")
    proof = [f"{key}: {one}" for key, one in hers.browser.head.items()]
    return {
        "her name alone": ("", proof),
        "her cookie alone": ("", [f"Cookie: {name}={value}"]),
        "cookie as bearer": ("", [*proof, f"Authorization: Bearer {value}"]),
        "cookie as basic": ("", [*proof, f"Authorization: Basic {value}"]),
        "cookie in the query": (f"?{name}={value}&token={value}", proof),
        "client as bearer": ("", [*proof, f"Authorization: Bearer {hers.browser.peer.client}"]),
        "client in the query": (f"?client={hers.browser.peer.client}", proof),
        "cookie under another name": ("", [*proof, f"Cookie: session={value}"]),
        "cookie under the name of https": ("", [*proof, f"Cookie: __Host-{name}={value}"]),
        "cookie in a header": ("", [*proof, f"X-Session: {value}", f"Set-Cookie: {name}={value}"]),
        "API key": ("", [f"Authorization: Bearer {KEY}"]),
        "API key and name": ("", [*proof, f"Authorization: Bearer {KEY}"]),
    }


CARRIERS = list(
    carriers(Ann(Browser(Peer(0), {}), None, "", "", "", ""))  # type: ignore[arg-type]
)


@pytest.mark.parametrize("carrier", CARRIERS)
async def test_s20_no_other_carrier_opens_a_file_or_a_page(
    served: Target, hers: Ann, carrier: str
) -> None:
    query, headers = carriers(hers)[carrier]
    for address in (hers.upload, hers.linked, hers.exported):
        assert (await ask(served, f"GET {address}{query}", *headers)).status == 404
    if carrier == "her cookie alone":
        return  # at a socket it ends her pages, as when she signs out: see test_cookies.py
    pairs = dict(line.split(": ", 1) for line in headers)
    named = {"client": hers.browser.peer.client}, {"hash": f"t/{hers.ids.thread}"}
    for proof, wanted in itertools.product(("ann", ""), named):
        found = {**pairs, "X-Login": proof}
        async with Peer(served.port) as peer:
            assert await peer.upgrade(f"/_s/ws{query}", **found) == 101
            peer.send(t="hello", v=1, route="/", **wanted)
            opcode, payload = await peer.receive()
            assert (opcode == 8) == (not proof or "client" in wanted)  # a page of hers anew
            assert SECRET.encode() not in payload or proof


KEYS = {
    "nothing": ("", []),
    "query": (f"?api_key={KEY}&key={KEY}&access_token={KEY}", []),
    "x-api-key": ("", [f"X-Api-Key: {KEY}"]),
    "cookie": ("", [f"Cookie: api_key={KEY}"]),
    "basic": ("", [f"Authorization: Basic {KEY}"]),
    "without a scheme": ("", [f"Authorization: {KEY}"]),
    "a longer key": ("", [f"Authorization: Bearer {KEY}x"]),
    "a shorter key": ("", [f"Authorization: Bearer {KEY[:-1]}"]),
    "no key": ("", ["Authorization: Bearer "]),
    "two": ("", ["Authorization: Bearer x", f"Authorization: Bearer {KEY}"]),
    "bytes": ("", [f"Authorization: Bearer {KEY}\xff"]),
}


@pytest.mark.parametrize("carrier", KEYS)
async def test_s20_no_other_carrier_opens_an_endpoint(
    served: Target, hers: Ann, carrier: str
) -> None:
    query, headers = KEYS[carrier]
    for browser in (None, hers.browser):
        for path in ("/v1/models", "/v1/chat/completions", "/ag-ui"):
            method = "GET" if path == "/v1/models" else "POST"
            answer = await ask(
                served,
                f"{method} {path}{query}",
                *headers,
                "Content-Type: application/json",
                "Content-Length: 2",
                browser=browser,
                body=b"{}",
            )
            assert answer.status in (400, 401), (path, answer.raw[:200])
            assert answer.status == 401 or carrier == "bytes"


SPELLINGS = [
    *("/v1/models.png", "/v1;/models", "//v1/models", "/V1/models", "/v1/./models", "/v1//models"),
    *("/v1/models/", "/v1/../v1/models", "/%76%31/models", "/v1%2fmodels", "/v1/models;x=.css"),
    *("/_s/assets/../../v1/models", "/status/../v1/models", "/docs/../v1/models", "/v1/models%00"),
    *("/v1/models?x=/_s/live", "/v1/models#/_s/live", "/_s/live/../../v1/models", "\\v1\\models"),
]


@pytest.mark.parametrize("path", SPELLINGS, ids=range(len(SPELLINGS)))
async def test_s20_no_spelling_of_a_path_goes_around_the_key(served: Target, path: str) -> None:
    for headers in ([], ["X-Original-URL: /v1/models"], ["X-HTTP-Method-Override: GET"]):
        answer = await ask(served, f"GET {path}", *headers)
        assert b'"object"' not in answer.body, path
        assert answer.status in (400, 401, 404) or answer.body == b"up\n"


@pytest.mark.parametrize("route", ["/", "/board"])
async def test_s20_no_hello_without_a_sign_in_shows_a_page(
    served: Target, hers: Ann, route: str
) -> None:
    """Through the socket, as through every other door, also when it resumes."""
    for client in (None, hers.browser.peer.client):
        async with Peer(served.port) as peer:
            assert await peer.upgrade() == 101
            peer.send(t="hello", v=1, route=route, client=client)
            opcode, payload = await peer.receive()
            assert (opcode, int.from_bytes(payload[:2])) == (8, CLOSE_SIGNED_OUT)
