"""S4 and S5: who may open a socket, and under which names the server answers."""

from __future__ import annotations

import json

import pytest

from .rig import Peer, Response, Target, exchange, request, target

pytestmark = pytest.mark.anyio

ORIGINS = {
    "another site": "http://evil.example",
    "null": "null",
    "ours as a prefix": "http://127.0.0.1:{port}.evil.example",
    "ours as a prefix, in digits": "http://127.0.0.1:{port}0",
    "ours as a suffix": "http://evil127.0.0.1:{port}",
    "another port": "http://127.0.0.1:{other}",
    "no port": "http://127.0.0.1",
    "another scheme": "https://127.0.0.1:{port}",
    "a scheme of sockets": "ws://127.0.0.1:{port}",
    "upper case": "HTTP://127.0.0.1:{port}",
    "a path": "http://127.0.0.1:{port}/",
    "user info": "http://127.0.0.1:{port}@evil.example",
    "a user before": "http://evil@127.0.0.1:{port}",
    "punycode": "http://xn--127-cfa.0.0.1:{port}",
    "another name of this machine": "http://localhost:{port}",
    "another spelling of the address": "http://127.1:{port}",
    "two": "http://127.0.0.1:{port}, http://evil.example",
    "nothing": "",
    "a star": "*",
}


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=ORIGINS)
async def test_s4_no_other_origin_gets_a_socket(served: Target, origin: str) -> None:
    async with Peer(served.port) as peer:
        sent = origin.format(port=served.port, other=served.port + 1)
        assert await peer.upgrade(Origin=sent) == 403


async def test_s4_no_origin_and_two_origins_get_no_socket(served: Target) -> None:
    async with Peer(served.port) as peer:
        own = f"http://127.0.0.1:{served.port}"
        assert await peer.upgrade(Origin=f"http://evil.example\r\nOrigin: {own}") in (400, 403)
    answer = await exchange(served.port, socket_request(served.port))
    assert answer.status == 403


async def test_s4_its_own_origin_gets_one(served: Target) -> None:
    async with Peer(served.port) as peer:
        assert await peer.upgrade() == 101


HOSTS = {
    "a name that resolves to this machine": "rebind.evil",
    "a name with our address": "127.0.0.1.evil.example:{port}",
    "a query": "127.0.0.1:{port}/?",
    "a path": "127.0.0.1:{port}/evil",
    "user info": "127.0.0.1@evil.example",
    "a fragment": "evil.example#127.0.0.1",
    "a backslash": "evil.example\\@127.0.0.1",
    "octal": "0177.0.0.1",
    "decimal": "2130706433",
    "two in one": "127.0.0.1:{port}, evil.example",
    "nothing": "",
    "a full stop after it": "localhost.",
    "a port that is none": "127.0.0.1:99999",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
async def test_s5_under_no_other_name_is_there_an_answer(served: Target, host: str) -> None:
    port = served.port
    sent = host.format(port=port)
    for line in ("GET /", "GET /_s/live", "POST /_f/", "GET /_f/x/y", "GET /_s/assets/x.js"):
        answer = await exchange(port, request(port, line, host=sent))
        assert (answer.status, "set-cookie" in answer.headers) == (400, False), line
    origin = f"Origin: http://{sent}"
    assert (await exchange(port, socket_request(port, origin, host=sent))).status == 400


async def test_s5_two_hosts_are_none(served: Target) -> None:
    port = served.port
    own = f"127.0.0.1:{port}"
    for first, second in ((own, "rebind.evil"), ("rebind.evil", own), (own, own)):
        answer = await exchange(port, request(port, "GET /", f"Host: {second}", host=first))
        assert answer.status == 400


async def test_s5_an_address_in_the_request_line_decides_nothing(served: Target) -> None:
    """The absolute form of HTTP/1.1, for proxies: name and path in it are of the attacker."""
    port = served.port
    for line in (
        "GET http://rebind.evil/",
        "GET http://rebind.evil@127.0.0.1/",
        "GET //rebind.evil/",
        "GET /\\rebind.evil/",
        "GET /_s/../",
        "OPTIONS *",
        "CONNECT rebind.evil:443",
    ):
        answer = await exchange(port, request(port, line))
        assert b"rebind.evil" not in answer.raw, line
        assert not answer.headers.get("location", "").startswith(("//", "/\\", "http")), line
        if answer.status == 200:
            links(answer, port)


async def test_s5_headers_of_an_untrusted_peer_change_nothing(tmp_path_factory: object) -> None:
    folder = tmp_path_factory.mktemp("proxied")  # type: ignore[attr-defined]
    forged = (
        "X-Forwarded-Host: rebind.evil",
        "X-Forwarded-Proto: https",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Prefix: //rebind.evil",
        "X-Forwarded-Port: 1",
        "Forwarded: host=rebind.evil;proto=https;for=127.0.0.1",
        "X-Original-URL: /admin",
        "X-Rewrite-URL: /admin",
        "X-Host: rebind.evil",
        "X-Forwarded-User: admin",
        "X-HTTP-Method-Override: DELETE",
    )
    with target(folder, trusted_proxies="203.0.113.9") as running:
        port = running.port
        plain = await exchange(port, request(port, "GET /"))
        answer = await exchange(port, request(port, "GET /", *forged))
        assert answer.body == plain.body
        assert named(answer) == named(plain)
        links(answer, port)
        refused = socket_request(port, "Origin: https://rebind.evil", *forged)
        assert (await exchange(port, refused)).status == 403
        refused = socket_request(port, f"Origin: https://127.0.0.1:{port}", *forged)
        assert (await exchange(port, refused)).status == 403  # it is no https that we know of


def socket_request(port: int, *headers: str, host: str | None = None) -> bytes:
    """Return a request for a socket."""
    lines = ["Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", *headers]
    made = request(port, "GET /_s/ws", *lines, host=host)
    return made.replace(b"Connection: close", b"Connection: Upgrade")


def links(answer: Response, port: int) -> None:
    """Require that a page leads nowhere else: neither its policy nor its links."""
    policy = answer.headers["content-security-policy"]
    assert f"connect-src 'self' ws://127.0.0.1:{port};" in policy
    for part in answer.body.split(b'"'):
        assert not part.startswith((b"http:", b"https:", b"//", b"javascript:")), part


def named(answer: Response) -> dict[str, str]:
    """Return the headers without what differs at each visit."""
    own = dict(answer.headers)
    own["set-cookie"] = json.dumps(own.pop("set-cookie", "").split("; ")[1:])
    return {name: value for name, value in own.items() if name != "date"}
