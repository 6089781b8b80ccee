"""S21 and S23: secrets that must not come out, headers and logs that no peer may write into."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from .rig import HERE, Peer, Target, exchange, frame, request, tab, target
from .test_documents import upload
from .weaken import ROOT

pytestmark = pytest.mark.anyio

CANARIES = {
    name: f"canary-{name}-{secrets.token_hex(8)}"
    for name in ("key", "api", "database", "cookie", "bearer", "query", "body", "file", "token")
}


LINES = [
    *("GET /", "GET /nothing", "GET /_f/x/y", "GET /_s/assets/x", "PUT /", "POST /_f/", "TRACE /"),
    *("GET /_s/ws", "BREW /", "GET /%ff%fe", "GET /_s/ready", "DELETE /_f/x/y"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("canaries")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", CANARIES["token"])
        with target(
            folder,
            app=HERE / "failing.py",
            secret_key=CANARIES["key"] * 2,
            api_key=CANARIES["api"],
        ) as running:
            yield running


async def test_s21_no_secret_comes_out_of_errors_logs_and_headers(served: Target) -> None:
    port = served.port
    seen = b""
    peer = await tab(port)
    await peer.painted()
    hidden = [
        f"Cookie: session={CANARIES['cookie']}; {peer.cookie}",
        f"Authorization: Bearer {CANARIES['bearer']}",
        f"X-Api-Key: {CANARIES['bearer']}",
    ]
    body = CANARIES["body"].encode()
    for line in LINES:
        for host in (None, "rebind.evil", f"{CANARIES['query']}@evil"):
            sized = [*hidden, f"Content-Length: {len(body)}"]
            sent = request(port, f"{line}?token={CANARIES['query']}", *sized, host=host)
            seen += (await exchange(port, sent + body)).raw
    for origin in ("http://evil.example", CANARIES["query"]):
        async with Peer(port, cookie=f"{CANARIES['cookie']}=x") as one:
            assert await one.upgrade(Origin=origin) == 403
    await upload(port, peer, f"{CANARIES['file']}.txt", CANARIES["file"].encode())
    cookies = [
        f"a=b; x={CANARIES['cookie']}",
        peer.cookie[:-1] + "x",
        f"{peer.cookie}; {peer.cookie}",
    ]
    for cookie in cookies:
        seen += (await exchange(port, request(port, "GET /", f"Cookie: {cookie}"))).raw
    # an error of the handler: its own message is in the log, and nothing around it
    peer.send(t="act", id="1", name="chat", args={"chat": "break"})
    seen += (await peer.shown(rb"error [0-9a-f]{8}|went wrong")).string
    peer.writer.write(frame(0x81, b'{"t":"' + CANARIES["query"].encode() + b'"}'))
    await peer.close_code()
    log = "".join(served.log[1:])
    for name, canary in CANARIES.items():
        assert canary.encode() not in seen, name
        if name != "query":  # the log quotes a refused Origin
            assert canary not in log, name
    assert b"Traceback" not in seen
    assert b"failing.py" not in seen
    assert f"{peer.cookie.partition('=')[2]}" not in log
    assert any("ValueError: no such thing: break" in line for line in served.log)
    peer.drop()


def test_s21_the_client_that_is_served_has_no_secret_and_no_place_of_this_machine() -> None:
    for path in sorted((ROOT / "src" / "swell" / "web").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            assert str(ROOT).encode() not in content, path
            assert not re.search(rb"sk-[A-Za-z0-9]{20}|BEGIN [A-Z ]*PRIVATE KEY", content), path
            assert b"sourceMappingURL" not in content, path


INJECTED = [
    *(
        "x\r\nSet-Cookie: planted=1",
        "x\nSet-Cookie: planted=1",
        "x\r\n\r\n<script>alert(1)</script>",
    ),
    *("\x1b[2J\x1b]0;owned\x07", "\u202egnp.exe", "a\u2028b", "a\x85b", "a\0b", "\x9b31m"),
]


@pytest.mark.parametrize("text", INJECTED, ids=range(len(INJECTED)))
async def test_s21_no_text_of_a_peer_gets_into_headers_or_lines_of_the_log(
    served: Target, text: str
) -> None:
    port, raw = served.port, text.encode()
    escaped = "".join(f"%{one:02x}" for one in raw)
    before = len(served.log)
    lines = [
        f"GET /{escaped}",
        f"GET /_f/{escaped}/{escaped}",
        f"GET /_s/app.webmanifest?route={escaped}&name={escaped}",
        f"GET /_s/icons/{escaped}",
        f"GET /?next={escaped}&theme={escaped}",
    ]
    for line in lines:
        answer = await exchange(port, request(port, line))
        head = answer.raw.partition(b"\r\n\r\n")[0]
        assert b"planted" not in head.replace(b"\r\n", b"\n").lower(), line
        assert not re.search(rb"[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f]", head), line
        if "html" in answer.headers.get("content-type", "html"):
            assert b"<script>alert" not in answer.raw
    for name in ("User-Agent", "Accept-Language", "Referer", "X-Forwarded-For", "Cookie", "Range"):
        answer = await exchange(port, request(port, "GET /", f"{name}: {text}"))
        assert b"\nset-cookie: planted" not in answer.raw.lower(), name
    peer = await tab(port)
    await peer.painted()
    address = await upload(port, peer, "".join(one for one in text if one not in "\r\n\0"), b"x")
    answer = await exchange(port, request(port, f"GET {address}", f"Cookie: {peer.cookie}"))
    assert answer.status == 200
    assert not re.search(
        rb"[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f-\xff]", answer.raw.partition(b"\r\n\r\n")[0]
    )
    peer.drop()
    for line in served.log[before:]:
        assert line.rstrip("\n").isprintable(), line


# ---------------------------------------------------------------------------------- S23


async def test_s23_there_is_no_default_secret(tmp_path: Path) -> None:
    """A cookie of one installation opens nothing in another one, both without any setting."""
    values: list[str] = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            for variable in ("HOME", "XDG_DATA_HOME"):
                patch.setenv(variable, str(folder))
            patch.delenv("SWELL_SECRET_KEY", raising=False)
            with target(folder, host="0.0.0.0", session_cookie="s") as running:
                async with Peer(running.port, cookie=values[0] if values else "") as peer:
                    assert await peer.get() == 200
                values.append(peer.cookie)
                assert any("open to the network" in line for line in running.log)
            keys = [path for path in folder.rglob("*") if "key" in path.name and path.is_file()]
            assert [oct(path.stat().st_mode)[-3:] for path in keys] == ["600"] * len(keys)
    ids = [value.partition("=")[2].split(".")[0] for value in values]
    assert ids[0] != ids[1]  # the second one made a session anew


def test_s23_no_setting_has_a_secret_as_its_default() -> None:
    from swell.settings.table import Settings

    plain = Settings()
    for name in dir(plain):
        if re.search("secret|password|token|_key$", name) and not name.startswith("_"):
            value = getattr(plain, name)
            assert value in (None, "", ()) or isinstance(value, int | float), name
