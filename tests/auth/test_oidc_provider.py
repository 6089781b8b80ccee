"""Sign-in, refresh and sign-out at a real OpenID provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from swell.auth.base import SignedIn
from swell.auth.oidc.fetch import ProviderError
from swell.auth.oidc.provider import OidcProvider
from tests.auth.openid import ADA, OpenIdServer, openid_server, params

APP = "http://127.0.0.1:10101"
BACK = f"{APP}/_auth/callback/oidc"


@pytest.fixture(scope="module")
def server() -> Iterator[OpenIdServer]:
    with openid_server(APP) as running:
        yield running


async def signed_in(server: OpenIdServer, account: str = "ada", **fields: Any) -> SignedIn:
    provider = OidcProvider(server.config(**fields))
    url, pending = await provider.start(BACK)
    return await provider.finish(pending, params(server.sign_in(url, account)), BACK)


async def test_the_provider_says_who_signs_in(server: OpenIdServer) -> None:
    who = await signed_in(server)
    assert who.subject == "ada"
    assert (who.name, who.email, who.groups) == ("ada", "ada@example.com", ("staff", "maths"))
    assert who.claims["name"] == ADA["name"]
    assert who.tokens is not None
    assert all((who.tokens.access, who.tokens.refresh, who.tokens.id, who.sid))


async def test_with_several_providers_a_subject_names_its_provider(server: OpenIdServer) -> None:
    provider = OidcProvider(server.config(name="corp", redirect_url=BACK), qualified=True)
    url, pending = await provider.start(f"{APP}/_auth/callback/corp")
    who = await provider.finish(pending, params(server.sign_in(url, "ada")), BACK)
    assert who.subject == "corp:ada"


async def test_groups_come_from_the_claim_of_the_settings(server: OpenIdServer) -> None:
    assert (await signed_in(server, groups_claim="preferred_username")).groups == ("ada",)
    assert (await signed_in(server, groups_claim="realm.roles")).groups == ()


async def test_a_cancelled_sign_in_says_so(server: OpenIdServer) -> None:
    with pytest.raises(ProviderError) as refused:
        await signed_in(server, "nobody")
    assert refused.value.problem == "cancelled"


async def test_the_answer_of_another_sign_in_is_refused(server: OpenIdServer) -> None:
    provider = OidcProvider(server.config())
    url, _ = await provider.start(BACK)
    _, other = await provider.start(BACK)
    with pytest.raises(ProviderError, match="another state"):
        await provider.finish(other, params(server.sign_in(url, "ada")), BACK)


async def test_an_answer_that_names_another_provider_is_refused(server: OpenIdServer) -> None:
    provider = OidcProvider(server.config())
    url, pending = await provider.start(BACK)
    back = params(server.sign_in(url, "ada"))
    with pytest.raises(ProviderError, match="another provider"):
        await provider.finish(pending, {**back, "iss": "https://evil.example"}, BACK)
    with pytest.raises(ProviderError, match="does not name it"):
        await provider.finish(pending, {k: v for k, v in back.items() if k != "iss"}, BACK)


async def test_a_code_works_once(server: OpenIdServer) -> None:
    provider = OidcProvider(server.config())
    url, pending = await provider.start(BACK)
    back = params(server.sign_in(url, "ada"))
    await provider.finish(pending, back, BACK)
    with pytest.raises(ProviderError) as refused:
        await provider.finish(pending, back, BACK)
    assert refused.value.problem == "expired"


async def test_a_code_is_worthless_without_the_verifier(server: OpenIdServer) -> None:
    provider = OidcProvider(server.config())
    url, pending = await provider.start(BACK)
    _, other = await provider.start(BACK)
    stolen = params(server.sign_in(url, "ada")) | {"state": other.state}
    with pytest.raises(ProviderError, match="refuses"):
        await provider.finish(other, stolen, BACK)
    assert pending.verifier != other.verifier


async def test_a_wrong_secret_says_that_the_app_is_refused(server: OpenIdServer) -> None:
    with pytest.raises(ProviderError, match="refuses this app: invalid_client") as refused:
        await signed_in(server, client_secret="wrong")
    assert refused.value.problem == "provider_refused"


async def test_a_refresh_gets_new_tokens_and_keeps_the_rotated_one(server: OpenIdServer) -> None:
    provider = OidcProvider(server.config())
    first = (await signed_in(server)).tokens
    assert first is not None
    second = await provider.refresh(first)
    assert second is not None
    assert second.access != first.access
    assert second.refresh != first.refresh
    third = await provider.refresh(second)
    assert third is not None
    assert await provider.refresh(first) is None, "a rotated token is refused"


async def test_a_disabled_account_gets_no_new_tokens(server: OpenIdServer) -> None:
    tokens = (await signed_in(server, "bob")).tokens
    assert tokens is not None
    server.switch("disable", account="bob")
    assert await OidcProvider(server.config()).refresh(tokens) is None


async def test_a_new_key_is_fetched_when_a_token_needs_it() -> None:
    clock = [1000.0]
    with openid_server(APP) as server:
        provider = OidcProvider(server.config(), clock=lambda: clock[0])

        async def sign_in() -> SignedIn:
            url, pending = await provider.start(BACK)
            return await provider.finish(pending, params(server.sign_in(url, "ada")), BACK)

        await sign_in()
        server.switch("rotate")
        await sign_in()
        assert server.count("/jwks") == 2
        server.switch("rotate")
        with pytest.raises(ProviderError, match="does not publish"):
            await sign_in()  # within a minute of the last look
        assert server.count("/jwks") == 2
        clock[0] += 60
        await sign_in()
        assert server.count("/jwks") == 3
        assert server.count("/.well-known/openid-configuration") == 1


async def test_a_provider_that_is_away_is_used_as_soon_as_it_is_back() -> None:
    with openid_server(APP) as server:
        server.stop()
        provider = OidcProvider(server.config())
        with pytest.raises(ProviderError, match="cannot be reached") as away:
            await provider.start(BACK)
        assert (away.value.problem, away.value.temporary) == ("provider_away", True)
        server.start()
        url, pending = await provider.start(BACK)
        who = await provider.finish(pending, params(server.sign_in(url, "ada")), BACK)
        assert who.subject == "ada"


async def test_sign_out_leads_to_the_provider_and_back(server: OpenIdServer) -> None:
    who = await signed_in(server)
    assert who.tokens is not None
    url = await OidcProvider(server.config()).end_session(who.tokens, f"{APP}/_auth/login")
    assert url is not None
    assert url.startswith(f"{server.issuer}/session/end?")
    assert params(url) == {
        "client_id": "swell",
        "post_logout_redirect_uri": f"{APP}/_auth/login",
        "id_token_hint": who.tokens.id,
    }
