"""Who may talk to the server: tables of Hosts, Origins and cookies."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swell.server.security import (
    content_frame_headers,
    host_allowed,
    new_id,
    origin_allowed,
    request_host,
    same_site_request,
    security_headers,
)
from swell.settings.table import Settings

PLAIN = Settings()
SITE = Settings(
    allowed_hosts=("chat.example.com", "xn--bcher-kva.example"),
    allowed_origins=("https://portal.example.com", "http://portal.example.com:8080"),
)

# --------------------------------------------------------------------------------------- Host


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:10101",
        "LocalHost",
        "app.localhost:80",
        "127.0.0.1",
        "127.0.0.1:10101",
        "10.1.2.3:8080",
        "[::1]",
        "[::1]:10101",
        "[2001:DB8::1]:80",
        "chat.example.com",
        "CHAT.example.com:443",
        "xn--bcher-kva.example",
        socket.gethostname(),
    ],
)
def test_these_hosts_are_served(host: str) -> None:
    assert host_allowed(host, SITE)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "rebind.evil",
        "example.com",
        "evil.chat.example.com",
        "chat.example.com.evil",
        "evilchat.example.com",
        "chat.example.com.",
        "localhost.",
        "localhost.evil",
        "notlocalhost",
        ".localhost",
        "a..localhost",
        "127.0.0.1.evil",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1",
        "::1",
        "[::1%eth0]",
        "[localhost]",
        "chat.example.com/?",
        "chat.example.com?",
        "chat.example.com#",
        "chat.example.com\\@evil",
        "chat.example.com@evil",
        "user@chat.example.com",
        "chat.example.com:99999",
        "chat.example.com:",
        "chat.example.com:80:80",
        "chat.example.com, evil",
        "chat.example.com evil",
        "chat.example.com\r\nX: y",
        "chat.example.com\n",
        "chat.example.com\x00",
        "http://chat.example.com",
        "bücher.example",
    ],
)
def test_these_hosts_are_refused(host: str | None) -> None:
    assert not host_allowed(host, SITE)


def test_two_host_headers_are_none() -> None:
    assert request_host([(b"host", b"localhost")]) == "localhost"
    assert request_host([(b"Host", b"localhost")]) == "localhost"
    assert request_host([(b"host", b"localhost"), (b"host", b"evil")]) is None
    assert request_host([(b"x-forwarded-host", b"localhost")]) is None


# ------------------------------------------------------------------------------------- Origin


@pytest.mark.parametrize(
    ("origin", "scheme", "host"),
    [
        ("http://localhost:10101", "ws", "localhost:10101"),
        ("http://localhost:10101", "http", "localhost:10101"),
        ("https://chat.example.com", "wss", "chat.example.com"),
        ("https://chat.example.com", "https", "chat.example.com:443"),
        ("http://chat.example.com", "ws", "chat.example.com:80"),
        ("http://chat.example.com", "ws", "CHAT.EXAMPLE.COM"),
        ("http://[::1]:10101", "ws", "[::1]:10101"),
        ("https://xn--bcher-kva.example", "wss", "xn--bcher-kva.example"),
        ("https://portal.example.com", "ws", "localhost:10101"),
        ("http://portal.example.com:8080", "wss", "chat.example.com"),
    ],
)
def test_these_origins_may_connect(origin: str, scheme: str, host: str) -> None:
    assert origin_allowed(origin, scheme, host, SITE)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "file://",
        "https://evil.example",
        "http://chat.example.com",  # other scheme
        "ws://chat.example.com",
        "wss://chat.example.com",
        "https://chat.example.com:8443",  # other port
        "https://chat.example.com:443",  # a browser leaves it out
        "https://chat.example.com.evil.com",  # ours as a prefix
        "https://evilchat.example.com",  # ours as a suffix
        "https://evil.chat.example.com",
        "https://example.com",
        "https://CHAT.example.com",  # a browser writes lower case
        "HTTPS://chat.example.com",
        "https://chat.example.com/",
        "https://chat.example.com/path",
        "https://chat.example.com?",
        "https://chat.example.com@evil.com",  # userinfo
        "https://chat.example.com:x@evil.com",
        "https://user@chat.example.com",
        "https://chat.example.com.",
        "https://ch\u0430t.example.com",  # a Cyrillic letter
        "https://xn--cht-5cd.example.com",  # the same in punycode
        " https://chat.example.com",
        "https://chat.example.com https://evil.com",
        "https://chat.example.com,https://evil.com",
        "https://portal.example.com:8080",  # an allowed host with another scheme
        "https://portal.example.com.evil.com",
        "https://evilportal.example.com",
        "chat.example.com",
        "//chat.example.com",
        "*",
    ],
)
def test_these_origins_are_refused(origin: str | None) -> None:
    assert not origin_allowed(origin, "wss", "chat.example.com", SITE)


@pytest.mark.parametrize("host", [None, "", "evil/?", "a b", "https://chat.example.com"])
def test_a_broken_host_makes_no_origin_right(host: str | None) -> None:
    for origin in ("", "https://", f"https://{host}", "null"):
        assert not origin_allowed(origin, "wss", host, SITE)


@given(st.text(max_size=30))
def test_only_the_one_origin_of_a_host_is_right(origin: str) -> None:
    allowed = origin_allowed(origin, "ws", "localhost:10101", PLAIN)
    assert allowed == (origin == "http://localhost:10101")


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ([(b"origin", b"http://localhost:1")], True),
        ([(b"origin", b"http://localhost:1"), (b"sec-fetch-site", b"same-origin")], True),
        ([(b"sec-fetch-site", b"same-origin")], True),
        ([], False),
        ([(b"sec-fetch-site", b"same-site")], False),
        ([(b"sec-fetch-site", b"cross-site")], False),
        ([(b"sec-fetch-site", b"none")], False),
        ([(b"sec-fetch-mode", b"no-cors")], False),
        ([(b"origin", b"null"), (b"sec-fetch-site", b"same-origin")], False),
        ([(b"origin", b"http://evil"), (b"sec-fetch-site", b"same-origin")], False),
        ([(b"origin", b"http://localhost:1"), (b"origin", b"http://evil")], False),
        ([(b"sec-fetch-site", b"same-origin"), (b"sec-fetch-site", b"cross-site")], False),
        ([(b"referer", b"http://localhost:1/")], False),
    ],
)
def test_a_change_must_come_from_a_page_of_ours(
    headers: list[tuple[bytes, bytes]], allowed: bool
) -> None:
    scope = {"scheme": "http", "headers": [(b"host", b"localhost:1"), *headers]}
    assert same_site_request(scope, PLAIN) == allowed


# ----------------------------------------------------------------------------------- sessions


def test_ids_have_128_bits_and_do_not_repeat() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {22}


# ------------------------------------------------------------------------------------ headers


def test_pages_run_no_inline_code_and_are_not_framed() -> None:
    headers = dict(security_headers("chat.example.com:8443", https=True))
    policy = headers[b"content-security-policy"].decode().split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "connect-src 'self' wss://chat.example.com:8443" in policy
    assert not [part for part in policy if "unsafe" in part]
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"same-origin"


def test_scripts_of_an_app_need_the_nonce_of_the_page() -> None:
    policy = dict(security_headers("chat.example", https=True, nonce="n0"))
    parts = policy[b"content-security-policy"].decode().split("; ")
    assert "script-src 'self' 'nonce-n0'" in parts
    assert not [part for part in parts if "unsafe" in part]


def test_pages_of_allowed_origins_are_shown_in_frames() -> None:
    headers = security_headers("chat.example", https=True, frame_origins=["https://maps.example"])
    policy = dict(headers)[b"content-security-policy"].decode().split("; ")
    assert "frame-src 'self' https://maps.example" in policy


def test_html_in_a_frame_has_no_origin() -> None:
    headers = dict(content_frame_headers("chat.example", https=True))
    policy = headers[b"content-security-policy"].decode().split("; ")
    assert policy[0].startswith("sandbox allow-scripts ")
    assert "allow-same-origin" not in policy[0]
    assert "allow-top-navigation" not in policy[0]
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("host", ["", "a; script-src *", "a\r\nset-cookie: x", "a b"])
def test_a_host_cannot_write_into_the_policy(host: str) -> None:
    policy = dict(security_headers(host, https=False))[b"content-security-policy"].decode()
    assert "connect-src 'self';" in policy
    assert "\n" not in policy


def test_no_other_page_reaches_into_a_page_of_the_app_and_no_device_is_asked_for() -> None:
    headers = dict(security_headers("chat.example.com", https=False))
    assert headers[b"cross-origin-opener-policy"] == b"same-origin"
    assert b"camera=()" in headers[b"permissions-policy"]
    assert b"microphone=(self)" in headers[b"permissions-policy"]


@pytest.mark.parametrize(
    ("host", "https", "age", "expected"),
    [
        ("chat.example.com", True, 60.0, b"max-age=60"),
        ("chat.example.com:8443", True, 60.0, b"max-age=60"),
        ("chat.example.com", True, 0.0, None),
        ("chat.example.com", False, 60.0, None),
        ("localhost:8443", True, 60.0, None),  # it would hold for other programs there, too
        ("app.localhost", True, 60.0, None),
        ("127.0.0.1", True, 60.0, None),
    ],
)
def test_over_tls_a_browser_is_asked_to_stay_there(
    host: str, https: bool, age: float, expected: bytes | None
) -> None:
    headers = dict(security_headers(host, https, age))
    assert headers.get(b"strict-transport-security") == expected
