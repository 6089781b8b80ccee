"""Checks of signed tokens: ID tokens and logout tokens."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from typing import Any

import msgspec

from swell.auth.base import Ended

from .fetch import ProviderError
from .metadata import Publication

__all__ = ["LEEWAY_S", "TokenChecks"]

LEEWAY_S = 30
"""How far the clock of a provider may be off, in seconds."""

LOGOUT_AGE_S = 300
"""How old a logout token may be, in seconds."""

REPLAYS_MAX = 10_000
"""Most logout tokens that are remembered, so that none counts twice."""

TOKEN_MAX = 64 << 10
"""Longest token, in characters."""

SUBJECT_MAX = 255
"""Longest subject, in characters; the specification says so."""

_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519"),
)
"""Signatures that are accepted. All need a public key: `none` and those with a secret do not."""

_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class TokenChecks:
    """Checks tokens of one provider for one client.

    Args:
        publication: The provider.
        client_id: The client.
        now: Seconds since the epoch; a test gives its own.
    """

    def __init__(
        self, publication: Publication, client_id: str, now: Callable[[], float] = time.time
    ) -> None:
        self._publication = publication
        self._client_id = client_id
        self._now = now
        self._seen: dict[str, float] = {}

    async def id_token(
        self, token: str, *, nonce: str | None, access_token: str | None = None
    ) -> dict[str, Any]:
        """Return the claims of an ID token.

        Args:
            token: The token.
            nonce: What it must contain; None for a token that came with a refresh.
            access_token: The access token that came with it.

        Raises:
            ProviderError: If it is not an ID token of this provider for this client, or is over.
        """
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc.errors import JoseError

        header, claims = await self._verified(token)
        given = {"nonce": nonce, "client_id": self._client_id, "access_token": access_token}
        options = {
            "iss": {"essential": True, "value": self._publication.issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        try:
            CodeIDToken(claims, header, options, given).validate(int(self._now()), LEEWAY_S)
        except JoseError as error:
            raise _bad(f"the ID token is not valid: {error}") from None
        _subject(claims.get("sub"))
        return claims

    async def logout_token(self, token: str) -> Ended:
        """Return what a logout token ends.

        Raises:
            ProviderError: If it is not a logout token of this provider, is old, or came before.
        """
        header, claims = await self._verified(token)
        now = self._now()
        audience = claims.get("aud")
        issued, jti, sid = claims.get("iat"), claims.get("jti"), claims.get("sid")
        events = claims.get("events")
        if str(header.get("typ", "logout+jwt")).lower() not in ("logout+jwt", "jwt"):
            raise _bad("the token is no logout token")
        if claims.get("iss") != self._publication.issuer:
            raise _bad("the logout token is from another provider")
        if self._client_id not in (audience if isinstance(audience, list) else [audience]):
            raise _bad("the logout token is for another client")
        if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict):
            raise _bad("the token does not announce a logout")
        if "nonce" in claims:
            raise _bad("a logout token has no nonce; this is an ID token")
        if not isinstance(issued, (int, float)) or isinstance(issued, bool):
            raise _bad("the logout token does not say when it was issued")
        if not now - LOGOUT_AGE_S <= issued <= now + LEEWAY_S:
            raise _bad("the logout token is too old, or from the future")
        expires = claims.get("exp", now)
        if not isinstance(expires, (int, float)) or expires <= now - LEEWAY_S:
            raise _bad("the logout token has expired")
        subject = None if claims.get("sub") is None else _subject(claims["sub"])
        if sid is not None and not (isinstance(sid, str) and 0 < len(sid) <= SUBJECT_MAX):
            raise _bad("the logout token has a wrong `sid`")
        if subject is None and sid is None:
            raise _bad("the logout token names no session")
        if not isinstance(jti, str) or not 0 < len(jti) <= SUBJECT_MAX:
            raise _bad("the logout token has no id")
        self._once(jti, now)
        return Ended(subject, sid, float(issued))

    def _once(self, jti: str, now: float) -> None:
        """Refuse a token that came before; all those remembered are still young enough to count."""
        kept = LOGOUT_AGE_S + LEEWAY_S
        for old in [old for old, at in self._seen.items() if at < now - kept]:
            del self._seen[old]
        if jti in self._seen:
            raise _bad("the logout token came before")
        if len(self._seen) >= REPLAYS_MAX:
            raise ProviderError("provider_wrong", "too many logout tokens within minutes", True)
        self._seen[jti] = now

    async def _verified(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return header and claims of a token that the provider signed."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jws import JWSRegistry

        header = _header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise _bad(f"the token is signed with {str(algorithm)[:20]!r}, which is not accepted")
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        registry.max_header_length = registry.max_payload_length = TOKEN_MAX
        keys = await self._publication.keys(header.get("kid"), _KEY_TYPES[algorithm[:2]])
        if not keys:
            raise _bad("the token is signed with a key that the provider does not publish")
        reason = ""
        for key in keys:
            try:
                found = jwt.decode(token, key, registry=registry)
            except (JoseError, ValueError) as error:
                reason = str(error)
            else:
                return found.header, found.claims
        raise _bad(f"the signature of the token is wrong: {reason}")


def _header(token: str) -> dict[str, Any]:
    """Return the header of a token, which nothing has verified yet."""
    if len(token) > TOKEN_MAX or token.count(".") != 2:
        raise _bad("the token is not a signed token")
    part = token.partition(".")[0]
    try:
        return msgspec.json.decode(
            base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=dict[str, Any]
        )
    except (binascii.Error, ValueError, RecursionError):  # a DecodeError is a ValueError
        raise _bad("the token is not a signed token") from None


def _subject(found: object) -> str:
    if isinstance(found, str) and 0 < len(found) <= SUBJECT_MAX and found.isprintable():
        return found
    raise _bad("the subject of the token cannot be used")


def _bad(reason: str) -> ProviderError:
    return ProviderError("bad_token", reason)
