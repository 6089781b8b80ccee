"""Who may push: programs with the access key; without one, programs on this machine."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any

import pytest

from swell import ui
from swell.app import App
from swell.errors import PushError, SettingError
from swell.remote import Site
from swell.settings.load import load_settings
from swell.settings.table import Settings
from tests.server.live_server import LiveServer, serving

SECRET = "a secret of the tests"


def ask(server: LiveServer, method: str = "PATCH", **headers: str) -> tuple[int, dict[str, Any]]:
    """Send a patch, or read the page, and return the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": "application/json", **named}
        connection.request(method, "/x", '{"d":[]}' if method == "PATCH" else None, sent)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def test_without_a_key_only_programs_on_this_machine_push() -> None:
    with serving(App(Settings())) as server:
        assert ask(server)[0] == 200
        for headers in (
            {"X-Forwarded-For": "10.0.0.1"},
            {"Via": "1.1 proxy"},
            {"Host": "192.168.0.1"},
        ):
            status, answer = ask(server, **headers)
            assert status == 403
            assert "SWELL_ACCESS_KEY_SECRET" in answer["error"]["message"]


def test_without_a_key_no_program_pushes_to_a_server_on_the_network() -> None:
    with serving(App(Settings(host="0.0.0.0"))) as server:
        assert [ask(server, method)[0] for method in ("PATCH", "GET")] == [403, 403]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_with_a_key_only_that_key_pushes(host: str) -> None:
    settings = Settings(host=host, access_key_id="ann", access_key_secret=SECRET)
    with serving(App(settings)) as server:
        assert ask(server, Authorization=basic(f"ann:{SECRET}"))[0] == 200
        for wrong in (
            "",
            basic("ann:"),
            basic(f"bob:{SECRET}"),
            basic(f"ann:{SECRET}x"),
            basic(f"ann:{SECRET[:-1]}"),
            basic("access_key_id:access_key_secret"),
            f"Bearer {SECRET}",
            f"Basic {SECRET}",
            "Basic \xff\xff",
        ):
            for method in ("PATCH", "GET"):
                assert ask(server, method, Authorization=wrong)[0] == 401, wrong


@pytest.mark.parametrize(
    ("name", "value"),
    [("Origin", "http://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
)
def test_web_pages_do_not_push_whatever_key_the_browser_has(name: str, value: str) -> None:
    settings = Settings(access_key_secret=SECRET)
    with serving(App(settings)) as server:
        key = basic(f"access_key_id:{SECRET}")
        assert ask(server, Authorization=key)[0] == 200
        assert ask(server, Authorization=key, **{name: value})[0] == 403


def test_the_key_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"H2O_WAVE_ACCESS_KEY_ID": "ann", "H2O_WAVE_ACCESS_KEY_SECRET": SECRET}
    with serving(App(load_settings(environ, {}))) as server:
        address = f"http://{server.host}"
        page = Site(address)["/x"]
        page["note"] = ui.markdown_card("1 1 2 2", "Note", "x")
        with pytest.raises(PushError, match="access key is missing or wrong") as caught:
            page.save()
        assert caught.value.reason == "refused"
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        Site(address)["/x"].save()
        again = Site(address)["/x"]
        again["note"] = ui.markdown_card("1 1 2 2", "Note", "x")
        again.save()
        assert list(again.load()["p"]["c"]) == ["note"]


@pytest.mark.parametrize("secret", ["access_key_secret", "too short"])
def test_a_key_that_everyone_could_guess_stops_the_start(secret: str) -> None:
    with pytest.raises(SettingError) as caught:
        load_settings({"SWELL_ACCESS_KEY_SECRET": secret}, {})
    assert "got" not in str(caught.value)  # it is not shown
