"""F11: session cookies that another user planted: they replace no cookie and open no session."""

from __future__ import annotations

import random
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.seeds import Size

from .rig import HERE, Peer, tab, target

pytestmark = pytest.mark.anyio

SECRET = "kept-between-us"


async def cookie_of(port: int, cookie: str = "", **headers: str) -> Peer:
    """Get the page, and return who did so: the cookie is theirs, and `set_cookie` how it came."""
    async with Peer(port, cookie=cookie) as peer:
        assert await peer.get(**headers) == 200
    return peer


async def say(port: int, cookie: str, text: str, **head: str) -> None:
    """Send a prompt from a browser with these cookies."""
    peer: Peer = await tab(port, cookie=cookie, **head)
    await peer.painted()
    peer.send(t="act", id=uuid.uuid4().hex, name="chat", args={"chat": text})
    assert (await peer.message("ack"))["st"] == "ok"
    peer.drop()


async def sees(port: int, cookie: str, **head: str) -> bool:
    """Tell whether a browser with this cookie sees the secret in its list of chats."""
    peer: Peer = await tab(port, cookie=cookie, **head)
    seen = await peer.painted()
    peer.drop()
    return SECRET.encode() in seen


def over(scheme: str, port: int) -> dict[str, Any]:
    """Return the headers of a browser that has come to a proxy in this way."""
    if scheme == "http":
        return {}
    return {"X-Forwarded-Proto": "https", "Origin": f"https://127.0.0.1:{port}"}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("planted_first", [True, False])
async def test_of_two_cookies_the_planted_one_gets_nothing(
    tmp_path: Path, scheme: str, planted_first: bool
) -> None:
    with target(tmp_path) as running:
        head = over(scheme, running.port)
        planted = (await cookie_of(running.port, **head)).cookie
        own = (await cookie_of(running.port, **head)).cookie
        assert planted.partition("=")[0] == own.partition("=")[0]
        assert planted != own
        both = f"{planted}; {own}" if planted_first else f"{own}; {planted}"
        await say(running.port, both, SECRET, **head)
        assert not await sees(running.port, planted, **head)
        await say(running.port, own, SECRET, **head)
        assert await sees(running.port, own, **head)  # how it looks when they do
        assert not await sees(running.port, planted, **head)


async def test_over_https_only_this_very_host_can_set_the_cookie(tmp_path: Path) -> None:
    with target(tmp_path) as running:
        head = over("https", running.port)
        found = await cookie_of(running.port, **head)
        name = f"__Host-swell_session_{running.port}"
        parts = found.set_cookie.split("; ")
        assert parts[0].partition("=")[0] == name
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
        assert not [part for part in parts if part.lower().startswith("domain")]
        # The same signed value under the name that a neighbour of the domain could set.
        planted = found.cookie.removeprefix("__Host-")
        await say(running.port, planted, SECRET, **head)
        assert not await sees(running.port, planted, **head)
        assert not await sees(running.port, found.cookie, **head)


async def test_only_a_trusted_proxy_says_that_it_is_https(tmp_path: Path) -> None:
    with target(tmp_path, trusted_proxies="203.0.113.9") as running:
        found = await cookie_of(running.port, **over("https", running.port))
        assert found.cookie.startswith(f"swell_session_{running.port}=")
        assert "Secure" not in found.set_cookie


async def test_who_signs_in_gets_another_session_than_the_planted_one(tmp_path: Path) -> None:
    with target(tmp_path, app=HERE / "signed.py") as running:
        planted = (await cookie_of(running.port)).cookie
        ann = {"X-Login": "ann"}
        own = (await cookie_of(running.port, planted, **ann)).cookie
        assert own != planted
        await say(running.port, own, SECRET, **ann)
        assert await sees(running.port, own, **ann)
        for cookie in (planted, own):
            assert not await sees(running.port, cookie)


async def test_cookies_that_nobody_signed_open_nothing(
    tmp_path: Path, size: Size, seed: int
) -> None:
    choice = random.Random(seed)
    with target(tmp_path) as running:
        own = (await cookie_of(running.port)).cookie
        await say(running.port, own, SECRET)
        name, _, value = own.partition("=")
        for _ in range(size(40, 400)):
            at = choice.randrange(len(value))
            letter = choice.choice("abcXYZ019._-".replace(value[at], ""))
            forged = choice.choice([value[:at], value[:at] + letter + value[at + 1 :]])
            assert not await sees(running.port, f"{name}={forged}"), forged
        assert await sees(running.port, own)
