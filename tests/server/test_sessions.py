"""Session cookies: what proves a session, which name it has, and when it is another one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swell import Q, ui
from swell.app import App
from swell.errors import SettingError
from swell.server.sessions import SessionSigner
from swell.settings.load import load_settings
from swell.settings.table import Settings

from .live_server import serving

KEY = "k" * 32
SIGNER = SessionSigner(KEY)


def scope(
    *cookies: str, host: str = "chat.example.com", scheme: str = "https", root: str = ""
) -> Any:
    headers = [(b"host", host.encode()), *((b"cookie", text.encode()) for text in cookies)]
    return {"scheme": scheme, "root_path": root, "headers": headers}


# ------------------------------------------------------------------------------------ the value


def test_a_signed_session_is_read_back_by_whoever_has_the_key() -> None:
    session = SIGNER.new("ann")
    assert SessionSigner(KEY).read(SIGNER.sign(session)) == session
    assert SIGNER.belongs_to(session, "ann")
    assert not SIGNER.belongs_to(session, "bob")
    assert not SIGNER.belongs_to(SIGNER.new(), "bob")


def test_without_a_secret_no_two_signers_agree() -> None:
    one = SessionSigner(None)
    value = one.sign(one.new())
    assert SessionSigner(None).read(value) is None
    assert SIGNER.read(value) is None


def test_a_session_ends_so_long_after_its_last_use_and_so_long_after_its_beginning() -> None:
    old = SIGNER.new()._replace(born=1)
    assert SIGNER.read(SIGNER.sign(old)) is None
    unused = SessionSigner(KEY, Settings(session_max_age_s=-1))
    assert unused.read(unused.sign(unused.new())) is None


@given(st.text(max_size=80))
def test_what_was_not_signed_is_no_session(value: str) -> None:
    assert SIGNER.read(value) is None


@given(position=st.integers(0, 10_000), new=st.sampled_from("abcXYZ019-_."))
def test_a_changed_cookie_is_no_session(position: int, new: str) -> None:
    session = SIGNER.new()
    value = SIGNER.sign(session)
    at = position % (len(value) - 1)  # the last character has bits that base64 ignores
    changed = value[:at] + new + value[at + 1 :]
    assert SIGNER.read(changed) == (session if changed == value else None)


# ------------------------------------------------------------------------------- several cookies


def test_the_session_is_found_among_other_cookies() -> None:
    session = SIGNER.new()
    name, value = "__Host-swell_session", SIGNER.sign(session)
    assert SIGNER.of(scope(f"a=b; {name}=forged; {name}={value}; c=d")) == session
    assert SIGNER.of(scope(f"{name}={value}", f"{name}={value}")) == session
    assert SIGNER.of(scope(f"x{name}={value}")) is None
    assert SIGNER.of(scope("\xff=\xff;;=")) is None
    assert SIGNER.of(scope()) is None


def test_a_planted_cookie_beside_the_own_one_is_not_believed() -> None:
    mine, planted = SIGNER.sign(SIGNER.new()), SIGNER.sign(SIGNER.new())
    name = "__Host-swell_session"
    assert SIGNER.of(scope(f"{name}={planted}; {name}={mine}")) is None
    assert SIGNER.of(scope(f"{name}={planted}", f"{name}={mine}")) is None
    # Over TLS a cookie without the prefix, which another host of the domain can set, is nothing.
    assert SIGNER.of(scope(f"swell_session={planted}")) is None


# -------------------------------------------------------------------------------------- the name


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ({}, "__Host-swell_session"),
        ({"scheme": "wss"}, "__Host-swell_session"),
        ({"host": "chat.example.com:8443"}, "__Host-swell_session_8443"),
        ({"scheme": "http", "host": "localhost:10101"}, "swell_session_10101"),
        ({"scheme": "ws", "host": "[::1]:10101"}, "swell_session_10101"),
        ({"scheme": "http", "host": "[::1]"}, "swell_session"),
        ({"root": "/apps/chat"}, "__Host-swell_session_apps-chat"),
    ],
)
def test_the_name_is_of_the_address_that_the_browser_uses(where: dict[str, str], name: str) -> None:
    one, other = SessionSigner(KEY, Settings(port=1001)), SessionSigner(KEY, Settings(port=1002))
    assert one.name(scope(**where)) == other.name(scope(**where)) == name


def test_the_name_can_be_set() -> None:
    signer = SessionSigner(KEY, load_settings({"SWELL_SESSION_COOKIE": "team"}, {}))
    assert signer.name(scope(scheme="http", host="localhost:10101", root="/x")) == "team"
    assert signer.name(scope(root="/x")) == "__Host-team"
    for wrong in ("a b", "__Host-a", "a;b", "é"):
        with pytest.raises(SettingError, match="session_cookie"):
            load_settings({"SWELL_SESSION_COOKIE": wrong}, {})


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_cookie_is_closed_to_scripts_and_other_sites(scheme: str) -> None:
    signer = SessionSigner(KEY, Settings(session_max_age_s=60.5))
    name, value = signer.header(scope(scheme=scheme, root="/x"), signer.new())
    assert name == b"set-cookie"
    secure = {"Secure"} if scheme == "https" else set()
    expected = {"Path=/", "Max-Age=60", "HttpOnly", "SameSite=Lax"} | secure
    assert set(value.decode().split("; ")[1:]) == expected


# ------------------------------------------------------------------------------------- a sign-in


def test_a_session_is_another_one_after_a_sign_in() -> None:
    async def serve(q: Q) -> None:
        q.page["me"] = ui.markdown_card("1 1 1 1", q.auth.subject, "Hi")
        await q.page.save()

    app = App()
    app.settings = Settings()
    app.add("/", serve, identify=lambda request: request.headers.get("X-User", [None])[0])
    with serving(app) as server:

        def visit(cookie: str, **headers: str) -> str:
            _, got, _ = server.get("/", **({"Cookie": cookie} if cookie else {}), **headers)
            return got["set-cookie"].partition(";")[0]

        def session(cookie: str) -> str:
            return cookie.partition("=")[2].partition(".")[0]

        planted = visit("")
        ann = visit(planted, **{"X-User": "ann"})
        assert session(ann) != session(planted)
        assert session(visit(ann, **{"X-User": "ann"})) == session(ann)
        bob = visit(ann, **{"X-User": "bob"})
        assert session(bob) not in (session(ann), session(planted))
        assert session(visit(bob)) == session(bob)  # signed out: it opens no page
