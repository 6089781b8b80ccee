"""Attacks with ID tokens, logout tokens and answers that no real provider sends."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

from swell.auth.base import SignedIn
from swell.auth.oidc.fetch import REPLY_MAX_BYTES, ProviderError
from swell.auth.oidc.provider import OidcProvider
from tests.auth.forger import ALL, CLIENT, Endless, Forger, forger

BACK = "http://127.0.0.1:10101/_auth/callback/oidc"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def running() -> Iterator[Forger]:
    with forger() as made:
        yield made


@pytest.fixture
def evil(running: Forger) -> Forger:
    running.reset()
    return running


async def sign_in(evil: Forger) -> SignedIn:
    provider = OidcProvider(evil.config())
    _, pending = await provider.start(BACK)
    evil.nonce = pending.nonce
    return await provider.finish(pending, {"state": pending.state, "code": "code"}, BACK)


async def refused(evil: Forger) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await sign_in(evil)
    return caught.value


async def test_a_good_token_signs_in(evil: Forger) -> None:
    assert (await sign_in(evil)).subject == "ada"


# ------------------------------------------------------------------------------------- claims


LONG_AGO, FAR_AHEAD = 1e9, 1e11  # the same in each process that collects the tests


@pytest.mark.parametrize(
    "fields",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another app"},
        {"aud": "another app", "azp": CLIENT},
        {"aud": [CLIENT, "another app"]},  # and no `azp`
        {"aud": [CLIENT, "another app"], "azp": "another app"},
        {"aud": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": LONG_AGO},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
        {"iat": FAR_AHEAD},
        {"nbf": FAR_AHEAD},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a" * 256},
        {"sub": "a\nb"},
        {"at_hash": "of-another-token"},
    ],
    ids=str,
)
async def test_a_wrong_claim_is_refused(evil: Forger, fields: dict[str, Any]) -> None:
    evil.token = lambda _: evil.signed(evil.claims(**fields))
    assert (await refused(evil)).problem == "bad_token"


async def test_a_clock_may_be_a_little_off(evil: Forger) -> None:
    now = time.time()
    evil.token = lambda _: evil.signed(evil.claims(exp=now - 5, iat=now + 5))
    assert (await sign_in(evil)).subject == "ada"


# ---------------------------------------------------------------------------------- signatures


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(evil: Forger, claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none', 'kid': 'good'})}.{_part(claims)}."


def signed_with_the_public_key(evil: Forger, claims: dict[str, Any]) -> str:
    text = f"{_part({'alg': 'HS256', 'kid': 'good'})}.{_part(claims)}"
    made = hmac.digest(evil.key.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def signed_with_the_client_secret(evil: Forger, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("secret" * 8), registry=ALL)


def signed_with_another_key(evil: Forger, claims: dict[str, Any]) -> str:
    other = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": "good"}, claims, other, registry=ALL)


def signed_with_a_key_that_it_carries(evil: Forger, claims: dict[str, Any]) -> str:
    other = RSAKey.generate_key(2048)
    header = {"alg": "RS256", "kid": "good", "jwk": other.as_dict(private=False)}
    return jwt.encode(header, claims, other, registry=ALL)


def signed_with_another_kind_of_key(evil: Forger, claims: dict[str, Any]) -> str:
    other = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": "good"}, claims, other, registry=ALL)


def changed_afterwards(evil: Forger, claims: dict[str, Any]) -> str:
    head, _, signature = evil.signed(claims).split(".")
    return f"{head}.{_part({**claims, 'sub': 'root'})}.{signature}"


def critical(evil: Forger, claims: dict[str, Any]) -> str:
    head = {"alg": "RS256", "kid": "good", "crit": ["unknown"], "unknown": 1}
    text = f"{_part(head)}.{_part(claims)}"
    assert evil.key.private_key is not None
    made = evil.key.private_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        signed_with_the_public_key,
        signed_with_the_client_secret,
        signed_with_another_key,
        signed_with_a_key_that_it_carries,
        signed_with_another_kind_of_key,
        changed_afterwards,
        critical,
        lambda evil, claims: "x" * 100_000,
        lambda evil, claims: "a.b.c",
        lambda evil, claims: "..",
        lambda evil, claims: evil.signed(claims) + ".more",
        lambda evil, claims: evil.signed({**claims, "fill": "x" * 70_000}),
    ],
)
async def test_a_forged_token_is_refused(
    evil: Forger, forge: Callable[[Forger, dict[str, Any]], str]
) -> None:
    evil.token = lambda claims: forge(evil, claims)
    assert (await refused(evil)).problem in ("bad_token", "bad_answer")


async def test_keys_that_are_no_public_keys_are_not_used(evil: Forger) -> None:
    secret = OctKey.generate_key(256, {"kid": "good"})
    strong = RSAKey.generate_key(2048).as_dict(private=False)
    evil.published = [
        secret.as_dict(private=True),
        {**strong, "kid": "good", "use": "enc"},
        {"kty": "RSA", "kid": "good", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "good"},
        {"kty": "odd", "kid": "good"},
    ]
    evil.token = lambda claims: jwt.encode(
        {"alg": "HS256", "kid": "good"}, claims, secret, registry=ALL
    )
    assert (await refused(evil)).problem == "bad_token"
    evil.token = evil.signed
    assert "does not publish" in (await refused(evil)).reason


async def test_a_key_that_is_too_short_is_not_used(evil: Forger) -> None:
    made = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    numbers = made.public_key().public_numbers()
    n = base64.urlsafe_b64encode(numbers.n.to_bytes(128)).decode().rstrip("=")
    evil.published = [{"kty": "RSA", "kid": "good", "n": n, "e": "AQAB"}]

    def forge(claims: dict[str, Any]) -> str:
        text = f"{_part({'alg': 'RS256', 'kid': 'good'})}.{_part(claims)}"
        signature = made.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    evil.token = forge
    assert "does not publish" in (await refused(evil)).reason


async def test_unknown_keys_make_one_request_a_minute(evil: Forger) -> None:
    provider = OidcProvider(evil.config())
    evil.token = lambda claims: evil.signed(claims, kid=f"unknown {len(evil.asked)}")
    for _ in range(5):
        _, pending = await provider.start(BACK)
        with pytest.raises(ProviderError, match="does not publish"):
            await provider.finish(pending, {"state": pending.state, "code": "code"}, BACK)
    assert evil.asked.count("/keys") == 2


# ------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"id_token": None}, "bad_answer"),
        ({"id_token": 7}, "bad_answer"),
        ({"access_token": None}, "bad_answer"),
        ({"token_type": "mac"}, "bad_answer"),
        ({"refresh_token": "x" * 40_000}, "bad_answer"),
    ],
    ids=str,
)
async def test_wrong_tokens_are_refused(evil: Forger, fields: dict[str, Any], problem: str) -> None:
    evil.tokens = fields
    assert (await refused(evil)).problem == problem


async def test_claims_about_another_user_are_refused(evil: Forger) -> None:
    evil.userinfo = {"sub": "bob", "email": "bob@example.org"}
    assert "another user" in (await refused(evil)).reason


async def test_the_page_of_the_user_cannot_replace_signed_claims(evil: Forger) -> None:
    evil.token = lambda _: evil.signed(evil.claims(email="ada@example.com"))
    evil.userinfo = {"sub": "ada", "email": "root@example.com", "groups": ["staff"]}
    who = await sign_in(evil)
    assert (who.email, who.groups) == ("ada@example.com", ("staff",))


async def test_an_address_that_is_not_verified_is_not_used(evil: Forger) -> None:
    evil.userinfo = {"sub": "ada", "email": "ada@example.com", "email_verified": False}
    assert (await sign_in(evil)).email is None


async def test_texts_of_the_provider_are_bounded(evil: Forger) -> None:
    evil.userinfo = {
        "sub": "ada",
        "preferred_username": "a\n\x1b[31m" * 1000,
        "groups": [f"group {n}" for n in range(5000)] + ["x" * 300, 7],
        "fill": "x" * 50_000,
    }
    who = await sign_in(evil)
    assert len(who.name) == 255
    assert who.name.isprintable()
    assert len(who.groups) == 1000
    assert "fill" not in who.claims


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "https://user:password@evil.example/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "http://[::"},
        {"token_endpoint": None},
    ],
    ids=str,
)
async def test_wrong_addresses_are_refused(evil: Forger, metadata: dict[str, Any]) -> None:
    evil.metadata = metadata
    assert (await refused(evil)).problem == "provider_wrong"


DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize("path", [DISCOVERY, "/keys", "/token", "/me"])
@pytest.mark.parametrize(
    "answer",
    [
        Response(b"{" + b" " * REPLY_MAX_BYTES + b"}"),
        RedirectResponse("https://evil.example/"),
        Response(b"x", headers={"content-encoding": "gzip"}),
    ],
    ids=["large", "redirect", "compressed"],
)
async def test_answers_are_bounded_and_never_redirected(
    evil: Forger, path: str, answer: Response
) -> None:
    evil.answers[path] = answer
    assert (await refused(evil)).problem == "provider_wrong"


async def test_an_answer_that_does_not_end_is_given_up(
    evil: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swell.auth.oidc.fetch.TIMEOUT_S", 1.0)
    evil.answers[DISCOVERY] = Endless()
    found = await refused(evil)
    assert (found.problem, found.temporary) == ("provider_away", True)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_provider_in_trouble_does_not_end_sign_ins(evil: Forger, status: int) -> None:
    evil.tokens = {"refresh_token": "refresh"}
    tokens = (await sign_in(evil)).tokens
    assert tokens is not None
    evil.answers["/token"] = JSONResponse({"error": "invalid_grant"}, status)
    with pytest.raises(ProviderError) as caught:
        await OidcProvider(evil.config()).refresh(tokens)
    assert caught.value.temporary
    evil.answers["/token"] = JSONResponse({"error": "invalid_grant"}, 400)
    assert await OidcProvider(evil.config()).refresh(tokens) is None


async def test_a_refresh_for_another_user_is_refused(evil: Forger) -> None:
    evil.tokens = {"refresh_token": "refresh"}
    tokens = (await sign_in(evil)).tokens
    assert tokens is not None
    evil.token = lambda _: evil.signed(evil.claims(sub="bob"))
    with pytest.raises(ProviderError, match="another user"):
        await OidcProvider(evil.config()).refresh(tokens)


# ------------------------------------------------------------------------- back-channel logout


def logout_claims(evil: Forger, **fields: Any) -> dict[str, Any]:
    good: dict[str, Any] = {
        "events": {LOGOUT: {}},
        "jti": "1",
        "sid": "session",
        "nonce": None,
        "exp": None,
    }
    return evil.claims(**{**good, **fields})


async def test_a_logout_token_ends_a_session_once(evil: Forger) -> None:
    provider = OidcProvider(evil.config())
    token = evil.signed(logout_claims(evil), typ="logout+jwt")
    ended = await provider.ended(token)
    assert (ended.subject, ended.sid) == ("ada", "session")
    with pytest.raises(ProviderError, match="came before"):
        await provider.ended(token)


@pytest.mark.parametrize(
    "fields",
    [
        {"iss": "https://evil.example"},
        {"aud": "another app"},
        {"aud": None},
        {"events": None},
        {"events": {}},
        {"events": {LOGOUT: True}},
        {"events": [LOGOUT]},
        {"nonce": "there"},
        {"iat": None},
        {"iat": LONG_AGO},
        {"iat": FAR_AHEAD},
        {"iat": True},
        {"exp": LONG_AGO},
        {"jti": None},
        {"jti": 7},
        {"sub": None, "sid": None},
        {"sub": ""},
        {"sid": 7},
    ],
    ids=str,
)
async def test_a_wrong_logout_token_is_refused(evil: Forger, fields: dict[str, Any]) -> None:
    token = evil.signed(logout_claims(evil, **fields), typ="logout+jwt")
    with pytest.raises(ProviderError) as caught:
        await OidcProvider(evil.config()).ended(token)
    assert caught.value.problem == "bad_token"


async def test_an_id_token_is_no_logout_token(evil: Forger) -> None:
    with pytest.raises(ProviderError):
        await OidcProvider(evil.config()).ended(evil.signed(evil.claims(nonce="nonce")))
    with pytest.raises(ProviderError, match="no logout token"):
        await OidcProvider(evil.config()).ended(evil.signed(logout_claims(evil), typ="at+jwt"))


async def test_a_forged_logout_token_is_refused(evil: Forger) -> None:
    token = signed_with_another_key(evil, logout_claims(evil))
    with pytest.raises(ProviderError, match="signature"):
        await OidcProvider(evil.config()).ended(token)
