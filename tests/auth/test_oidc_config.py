"""Settings of OpenID providers: one, several in a file, and those of H2O Wave."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from swell.auth.oidc.config import ProviderConfig, provider_configs
from swell.auth.oidc.provider import OidcProvider
from swell.errors import SettingError
from swell.settings.load import load_settings
from swell.settings.table import Settings

ONE = {
    "SWELL_OIDC_ISSUER": "https://login.example.com",
    "SWELL_OIDC_CLIENT_ID": "chat",
    "SWELL_OIDC_CLIENT_SECRET": "secret",
}


def configs(environ: dict[str, str]) -> tuple[ProviderConfig, ...]:
    return provider_configs(load_settings(environ, {}))


def test_without_settings_there_is_no_provider() -> None:
    assert provider_configs(Settings()) == ()


def test_three_settings_are_a_provider() -> None:
    [found] = configs(ONE)
    assert found.issuer == "https://login.example.com"
    assert (found.name, found.title) == ("oidc", "login.example.com")
    assert (found.client_id, found.client_secret) == ("chat", "secret")
    assert found.scopes == ("openid", "profile", "email")


def test_a_public_client_has_no_secret() -> None:
    [found] = configs({**ONE, "SWELL_OIDC_CLIENT_SECRET": "none"})
    assert found.client_secret is None


@pytest.mark.parametrize("missing", ONE)
def test_a_partial_set_stops_the_start(missing: str) -> None:
    partial = {name: value for name, value in ONE.items() if name != missing}
    with pytest.raises(SettingError, match=f"`{missing.removeprefix('SWELL_').lower()}` is not"):
        configs(partial)


def test_settings_of_wave_mean_the_same() -> None:
    [found] = configs(
        {
            "H2O_WAVE_OIDC_PROVIDER_URL": "https://login.example.com/realms/chat",
            "H2O_WAVE_OIDC_CLIENT_ID": "chat",
            "H2O_WAVE_OIDC_CLIENT_SECRET": "secret",
            "H2O_WAVE_OIDC_REDIRECT_URL": "http://localhost:10101/_auth/callback",
            "H2O_WAVE_OIDC_END_SESSION_URL": "https://login.example.com/logout",
            "H2O_WAVE_OIDC_POST_LOGOUT_REDIRECT_URL": "https://chat.example.com/bye",
            "H2O_WAVE_OIDC_SCOPES": "profile,offline_access",
            "H2O_WAVE_OIDC_AUTH_URL_PARAMS": "prompt:consent,access_type:offline",
        }
    )
    assert found.issuer == "https://login.example.com/realms/chat"
    assert found.redirect_url == "http://localhost:10101/_auth/callback"
    assert found.end_session_url == "https://login.example.com/logout"
    assert found.signed_out_url == "https://chat.example.com/bye"
    assert found.scopes == ("openid", "profile", "offline_access")
    assert found.parameters == ("prompt:consent", "access_type:offline")


def test_a_partial_set_of_wave_stops_the_start() -> None:
    """Wave logs a warning and runs without sign-in."""
    with pytest.raises(SettingError, match="sign-in needs"):
        configs({"H2O_WAVE_OIDC_CLIENT_ID": "chat", "H2O_WAVE_OIDC_CLIENT_SECRET": "secret"})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ISSUER", "http://login.example.com", "expected https"),
        ("ISSUER", "login.example.com", "expected an address"),
        ("ISSUER", "https://user:password@login.example.com", "without a user"),
        ("ISSUER", "https://login.example.com/.well-known/openid-configuration", "the issuer"),
        ("ISSUER", "https://login.example.com?a=b", "without `\\?`"),
        ("REDIRECT_URL", "https://chat.example.com/", "ends in `/_auth/callback`"),
        ("NAME", "My Company", "small letters"),
        ("PARAMETERS", "state:1", "`state` cannot be set"),
        ("PARAMETERS", "prompt", "expected `name:value`"),
        ("SCOPES", 'a"b', "expected scopes"),
    ],
)
def test_a_wrong_value_stops_the_start(name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        configs({**ONE, f"SWELL_OIDC_{name}": value})


def test_the_address_of_this_machine_needs_no_tls() -> None:
    for host in ("localhost:8080", "127.0.0.1:8080", "[::1]:8080", "keycloak.localhost"):
        [found] = configs({**ONE, "SWELL_OIDC_ISSUER": f"http://{host}"})
        assert found.issuer == f"http://{host}"


# ------------------------------------------------------------------------------------ several

SEVERAL = """
[google]
issuer = "https://accounts.google.com"
client_id = "1234.apps.googleusercontent.com"
client_secret = "secret"
parameters = ["access_type:offline"]

[corp]
title = "Example Corp."
issuer = "https://login.example.com/realms/corp"
client_id = "chat"
client_secret = "none"
scopes = ["openid", "profile", "email", "offline_access"]
groups_claim = "realm_access.roles"
"""


def several(folder: Path, text: str = SEVERAL) -> tuple[ProviderConfig, ...]:
    file = folder / "providers.toml"
    file.write_text(text, encoding="utf-8")
    return provider_configs(Settings(oidc_file=str(file)))


def test_a_file_has_several_providers(tmp_path: Path) -> None:
    google, corp = several(tmp_path)
    assert (google.name, google.title) == ("google", "Google")
    assert google.parameters == ("access_type:offline",)
    assert (corp.name, corp.title, corp.client_secret) == ("corp", "Example Corp.", None)
    assert corp.groups_claim == "realm_access.roles"
    assert corp.scopes[-1] == "offline_access"


def test_the_file_of_the_documentation_can_be_used(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/howto/openid.md").read_text(encoding="utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0]
    assert [found.name for found in several(tmp_path, text)] == ["google", "corp"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected 1 to 20 tables"),
        ("[corp", "not TOML"),
        ("corp = 1", "expected a table for each provider"),
        ('[corp]\nissuer = "https://login.example.com"', "client_id, client_secret is missing"),
        ('[corp]\nsecret = "x"', "`secret` is no field; expected title, issuer"),
        ('[corp]\nissuer = "http://login.example.com"', "`issuer`: expected https"),
        ("[corp]\nclient_id = 7", "`client_id`: expected text"),
        ("[Corp]", "small letters"),
    ],
)
def test_a_wrong_file_stops_the_start(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        several(tmp_path, text)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read: No such file"):
        provider_configs(Settings(oidc_file=str(tmp_path / "none.toml")))


def test_a_file_and_a_single_provider_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="the file has all providers"):
        provider_configs(Settings(oidc_file=str(tmp_path / "x"), oidc_client_id="chat"))


def test_without_its_packages_the_start_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "authlib", None)
    [found] = configs(ONE)
    with pytest.raises(SettingError, match=r"pip install 'swell\[oidc\]'"):
        OidcProvider(found)


def test_secrets_are_not_shown() -> None:
    settings = load_settings({**ONE, "SWELL_OIDC_CLIENT_SECRET": "hunter2"}, {})
    assert "hunter2" not in f"{settings} {provider_configs(settings)}"
