"""Settings: one table, clear precedence, and a bad value that names its source."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from swell.errors import SettingError
from swell.settings.load import load_settings, misspelt_names, resolve_settings
from swell.settings.reference import settings_markdown
from swell.settings.table import Settings, settings_table

KEY = "k" * 32


def test_without_environment_and_flags_all_is_default() -> None:
    assert load_settings({}, {}) == Settings()


def test_a_flag_wins_over_our_name_which_wins_over_waves() -> None:
    wave = {"H2O_WAVE_BASE_URL": "/wave"}
    ours = wave | {"SWELL_BASE_URL": "/ours"}
    assert load_settings(wave, {}).base_url == "/wave"
    assert load_settings(ours, {}).base_url == "/ours"
    assert load_settings(ours, {"base_url": "/flag"}).base_url == "/flag"
    assert load_settings(ours, {"base_url": None}).base_url == "/ours"


def test_the_source_of_every_value_is_known() -> None:
    environ = {"SWELL_PORT": "1", "H2O_WAVE_APP_MODE": "broadcast"}
    assert resolve_settings(environ, {"host": "::1"}).sources == {
        "host": "flag --host",
        "port": "environment SWELL_PORT",
        "app_mode": "environment H2O_WAVE_APP_MODE",
    }


def test_an_empty_variable_is_not_set() -> None:
    assert load_settings({"SWELL_PORT": "", "H2O_WAVE_LISTEN": ""}, {}).port == 10101


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"SWELL_PORT": "0"}, {"port": 0}),
        ({"SWELL_DRAIN_S": "2.5"}, {"drain_s": 2.5}),
        ({"SWELL_DRAIN_S": "1m30s"}, {"drain_s": 90.0}),
        ({"SWELL_DRAIN_S": "250ms"}, {"drain_s": 0.25}),
        ({"H2O_WAVE_RECONNECT_TIMEOUT": "5s"}, {"reconnect_timeout_s": 5.0}),
        ({"H2O_WAVE_PING_INTERVAL": "50s"}, {"beat_interval_s": 50.0}),
        ({"H2O_WAVE_SESSION_EXPIRY": "720h"}, {"session_max_age_s": 720 * 3600.0}),
        ({"SWELL_PAGE_MAX_BYTES": "4M"}, {"page_max_bytes": 4 << 20}),
        ({"SWELL_PAGE_MAX_BYTES": "4 MiB"}, {"page_max_bytes": 4 << 20}),
        ({"SWELL_PAGE_MAX_BYTES": "65536"}, {"page_max_bytes": 65536}),
        ({"SWELL_LOG_LEVEL": "DEBUG"}, {"log_level": "debug"}),
        ({"SWELL_SECRET_KEY": KEY}, {"secret_key": KEY}),
        ({"H2O_WAVE_LISTEN": ":8080"}, {"port": 8080, "host": "127.0.0.1"}),
        ({"H2O_WAVE_LISTEN": "0.0.0.0:8080"}, {"port": 8080, "host": "0.0.0.0"}),
        ({"H2O_WAVE_LISTEN": "[::1]:8080"}, {"port": 8080, "host": "::1"}),
        (
            {"SWELL_ALLOWED_ORIGINS": "https://Chat.example.com:443, http://a.b:81/"},
            {"allowed_origins": ("https://chat.example.com", "http://a.b:81")},
        ),
        (
            {"SWELL_ALLOWED_HOSTS": "Chat.Example.com,x"},
            {"allowed_hosts": ("chat.example.com", "x")},
        ),
        ({"SWELL_TRUSTED_PROXIES": "10.0.0.0/8"}, {"trusted_proxies": ("10.0.0.0/8",)}),
    ],
)
def test_values_are_understood(environ: dict[str, str], expected: dict[str, Any]) -> None:
    settings = load_settings(environ, {})
    assert {name: getattr(settings, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("given", "base_url", "prefix"),
    [
        ("/", "/", ""),
        ("", "/", ""),
        ("x", "/x", "/x"),
        ("/x", "/x", "/x"),
        ("x/", "/x", "/x"),
        ("/x/", "/x", "/x"),
        ("/a/b.c/", "/a/b.c", "/a/b.c"),
    ],
)
def test_a_base_url_is_written_in_one_way(given: str, base_url: str, prefix: str) -> None:
    settings = load_settings({}, {"base_url": given})
    assert (settings.base_url, settings.prefix) == (base_url, prefix)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("port", "http", "expected a whole number, got 'http'"),
        ("port", "1_000", "whole number"),
        ("port", "70000", "0 to 65535, got '70000'"),
        ("port", "-1", "0 to 65535"),
        ("drain_s", "nan", "finite"),
        ("drain_s", "inf", "finite"),
        ("drain_s", "5 s", "expected seconds"),
        ("drain_s", "s", "expected seconds"),
        ("act_rate_per_s", "5s", "expected a number"),
        ("page_max_bytes", "8X", "expected bytes"),
        ("page_max_bytes", "1", "1K to 1G"),
        ("log_level", "loud", "one of debug, info, warning, error, got 'loud'"),
        ("app_mode", "solo", "one of unicast, multicast, broadcast"),
        ("base_url", "/a b", "expected a path"),
        ("base_url", "/a/../b", "expected a path"),
        ("base_url", "/a//b", "expected a path"),
        ("base_url", "/a?b", "expected a path"),
        ("allowed_origins", "*", "'*' is not an origin"),
        ("allowed_origins", "example.com", "is not an origin"),
        ("allowed_origins", "https://*.example.com", "is not an origin"),
        ("allowed_origins", "https://example.com/path", "is not an origin"),
        ("allowed_origins", "https://u@example.com", "is not an origin"),
        ("allowed_origins", "https://exämple.com", "is not an origin"),
        ("allowed_origins", "null", "is not an origin"),
        ("allowed_hosts", "*", "is not a host name"),
        ("allowed_hosts", "*.example.com", "is not a host name"),
        ("allowed_hosts", "example.com:80", "is not a host name"),
        ("allowed_hosts", ".example.com", "is not a host name"),
        ("trusted_proxies", "*", "is not an IP address"),
    ],
)
def test_a_bad_value_names_setting_source_and_reason(name: str, text: str, reason: str) -> None:
    variable = f"SWELL_{name.upper()}"
    with pytest.raises(SettingError) as caught:
        load_settings({variable: text}, {})
    assert caught.value.name == name
    assert caught.value.source == f"environment {variable}"
    assert reason in str(caught.value)
    assert str(caught.value).startswith(f"setting {name!r} from environment {variable}: ")


def test_a_bad_value_under_waves_name_names_that() -> None:
    with pytest.raises(SettingError, match="environment H2O_WAVE_LISTEN"):
        load_settings({"H2O_WAVE_LISTEN": "8080"}, {})


def test_a_bad_flag_names_the_flag() -> None:
    with pytest.raises(SettingError, match="'port' from flag --port"):
        load_settings({"SWELL_PORT": "1"}, {"port": "x"})


def test_a_flag_that_is_no_setting_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="prot"):
        load_settings({}, {"prot": 1})


def test_a_short_secret_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingError, match="32 characters") as caught:
        load_settings({"SWELL_SECRET_KEY": "hunter2"}, {})
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_not_in_the_repr() -> None:
    assert KEY not in repr(Settings(secret_key=KEY))
    assert "secret_key=***" in repr(Settings(secret_key=KEY))
    assert "secret_key=None" in repr(Settings())


def test_settings_travel_to_a_child_process() -> None:
    settings = Settings(port=1, allowed_hosts=("x",), secret_key=KEY)
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_a_misspelt_name_is_noticed_and_names_of_others_are_not() -> None:
    environ = {"SWELL_PROT": "1", "SWELL_PORT": "1", "SWELL_MODEL": "x", "PATH": ""}
    assert misspelt_names(environ) == {"SWELL_PROT": "SWELL_PORT"}


def test_every_default_is_a_value_that_would_be_accepted() -> None:
    defaults = Settings()
    for row in settings_table():
        value = getattr(defaults, row.name)
        if value is not None:
            assert getattr(load_settings({}, {row.name: value}), row.name) == value


def test_every_setting_is_on_the_reference_page() -> None:
    page = settings_markdown()
    for row in settings_table():
        assert f"`{row.env}`" in page
        assert row.help.rstrip(".") in page
        assert row.help.endswith(".")


@pytest.mark.parametrize("name", ["PUBLIC_DIRS", "CHECKPOINT_DIR"])
@pytest.mark.parametrize("folder", ["/nowhere", "9" * 5_000])
def test_a_folder_that_is_not_there_is_an_error_whatever_its_name(name: str, folder: str) -> None:
    value = f"/docs@{folder}" if name == "PUBLIC_DIRS" else folder
    with pytest.raises(SettingError, match=name):
        load_settings({f"SWELL_{name}": value}, {})
