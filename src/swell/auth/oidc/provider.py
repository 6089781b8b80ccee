"""One OpenID provider: sign-in with a code and PKCE, refresh, sign-out."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import quote_plus, urlencode

import msgspec

from swell.auth.base import Ended, Pending, SignedIn, Tokens
from swell.errors import SettingError
from swell.logs import logger

from .config import ProviderConfig
from .fetch import ProviderError, fetch
from .jwt import TokenChecks
from .metadata import Metadata, Publication

__all__ = ["OidcProvider"]

_log = logger("swell.auth")

GROUPS_MAX = 1000
"""Most groups of a user that are kept."""

TEXT_MAX = 255
"""Longest name, address or group that is kept, in characters."""

CLAIMS_MAX_BYTES = 32 << 10
"""Largest claims that are kept; larger ones are left out, except the standard ones."""

TOKEN_MAX = 32 << 10
"""Longest token that is kept, in characters."""

_STANDARD = ("sub", "sid", "name", "preferred_username", "email", "email_verified", "locale")
_PROBLEMS = {
    "access_denied": "cancelled",
    "login_required": "cancelled",
    "server_error": "provider_away",
    "temporarily_unavailable": "provider_away",
}
"""Errors that a provider sends a browser back with; all others are `provider_refused`."""


class _GrantError(ProviderError):
    """A code or a refresh token that the provider does not accept."""


class OidcProvider:
    """Signs users in through an OpenID provider.

    Attributes:
        name: Its name in addresses and in the database.
        title: What the sign-in page calls it.

    Args:
        config: The provider and the client.
        qualified: Whether subjects begin with the name of the provider, as with several.
        now: Seconds since the epoch; a test gives its own.
        clock: Seconds that pass; a test gives its own.

    Raises:
        SettingError: If the packages of the extra `oidc` are not installed.
    """

    def __init__(
        self,
        config: ProviderConfig,
        *,
        qualified: bool = False,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        try:
            for needed in ("authlib", "cryptography", "httpx", "joserfc"):
                import_module(needed)
        except ImportError as error:
            reason = f"sign-in needs `pip install 'swell[oidc]'` ({error})"
            raise SettingError("oidc_issuer", "settings", reason) from None
        self.name = config.name
        self.title = config.title
        self._config = config
        self._qualified = qualified
        self._now = now
        self._publication = Publication(config.issuer, clock)
        self._checks = TokenChecks(self._publication, config.client_id, now)

    async def close(self) -> None:
        """Release what it holds, which is nothing."""

    # --------------------------------------------------------------------------------- sign-in

    async def start(self, redirect_uri: str) -> tuple[str, Pending]:
        """Return the address to send a browser to, and what to keep until it returns.

        Raises:
            ProviderError: If the provider cannot be reached.
        """
        from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
            prepare_grant_uri,
        )
        from authlib.oauth2.rfc7636 import (  # type: ignore[import-untyped]
            create_s256_code_challenge,
        )

        metadata = await self._publication.metadata()
        pending = Pending(*(secrets.token_urlsafe(32) for _ in range(3)))
        further = dict(item.split(":", 1) for item in self._config.parameters)
        url = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._config.client_id,
            "code",
            redirect_uri=self._config.redirect_url or redirect_uri,
            scope=list(self._config.scopes),
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
            **further,
        )
        return str(url), pending

    async def finish(
        self, pending: Pending, params: Mapping[str, str], redirect_uri: str
    ) -> SignedIn:
        """Return the user that a browser returns with.

        Args:
            pending: What was kept.
            params: Query of the address that the provider sent the browser back to.
            redirect_uri: That address, as `start` got it.

        Raises:
            ProviderError: If the sign-in failed.
        """
        metadata = await self._publication.metadata()
        if not secrets.compare_digest(params.get("state", ""), pending.state):
            raise ProviderError("expired", "the browser returned with another state")
        issuer = params.get("iss")
        if issuer is None and metadata.authorization_response_iss_parameter_supported:
            raise ProviderError("bad_answer", "the answer of the provider does not name it")
        if issuer not in (None, metadata.issuer):
            raise ProviderError("bad_answer", "the answer is from another provider")
        if refusal := params.get("error"):
            said = " ".join(filter(None, (refusal, params.get("error_description"))))
            problem = _PROBLEMS.get(refusal, "provider_refused")
            raise ProviderError(problem, f"the provider says: {said[:TEXT_MAX]}")
        if not (code := params.get("code")):
            raise ProviderError("bad_answer", "the answer of the provider has no code")
        try:
            body = await self._tokens(
                metadata,
                grant_type="authorization_code",
                code=code,
                redirect_uri=self._config.redirect_url or redirect_uri,
                code_verifier=pending.verifier,
            )
        except _GrantError as error:  # such as a code that was used before
            raise ProviderError("expired", error.reason) from None
        tokens = self._read_tokens(body)
        if tokens.id is None:
            raise ProviderError("bad_answer", "the provider sent no ID token")
        claims = await self._checks.id_token(
            tokens.id, nonce=pending.nonce, access_token=tokens.access
        )
        return self._signed_in(await self._completed(metadata, claims, tokens), tokens)

    def _signed_in(self, claims: dict[str, Any], tokens: Tokens) -> SignedIn:
        email = _text(claims.get("email"))
        if claims.get("email_verified") in (False, "false"):
            email = None  # anybody may claim any address
        subject = str(claims["sub"])
        names = (claims.get(name) for name in ("preferred_username", "email", "name"))
        return SignedIn(
            subject=self._subject(subject),
            name=next(filter(None, map(_text, names)), subject),
            email=email,
            groups=_groups(_at(claims, self._config.groups_claim)),
            claims=_bounded(claims),
            tokens=tokens,
            sid=_text(claims.get("sid")),
        )

    def _subject(self, subject: str) -> str:
        return f"{self.name}:{subject}" if self._qualified else subject

    async def _completed(
        self, metadata: Metadata, claims: dict[str, Any], tokens: Tokens
    ) -> dict[str, Any]:
        """Return the claims of an ID token and, if some are missing, those of the user's page."""
        named = _text(claims.get("preferred_username")) or _text(claims.get("name"))
        groups = _at(claims, self._config.groups_claim)
        if metadata.userinfo_endpoint is None or (
            named and groups is not None and _text(claims.get("email"))
        ):
            return claims
        bearer = {"authorization": f"Bearer {tokens.access}"}
        status, body = await fetch(metadata.userinfo_endpoint, headers=bearer)
        if status != 200 or body is None:
            _log.warning("%s: no further claims about the user (HTTP %s)", self.name, status)
            return claims
        if body.get("sub") != claims["sub"]:
            raise ProviderError("bad_answer", "the provider sent claims about another user")
        return {**body, **claims}

    # --------------------------------------------------------------------------------- refresh

    async def refresh(self, tokens: Tokens) -> Tokens | None:
        """Return fresh tokens; None if the provider refuses.

        Raises:
            ProviderError: If the provider cannot be reached, or its answer cannot be trusted.
        """
        if tokens.refresh is None:
            return None
        metadata = await self._publication.metadata()
        try:
            body = await self._tokens(
                metadata, grant_type="refresh_token", refresh_token=tokens.refresh
            )
        except _GrantError:
            return None
        fresh = self._read_tokens(body)
        if fresh.id is not None:
            claims = await self._checks.id_token(fresh.id, nonce=None)
            if tokens.id is not None and claims["sub"] != _subject_of(tokens.id):
                raise ProviderError("bad_answer", "the provider sent the token of another user")
        return Tokens(
            fresh.access, fresh.refresh or tokens.refresh, fresh.id or tokens.id, fresh.expires
        )

    async def _tokens(self, metadata: Metadata, **form: str) -> dict[str, Any]:
        """Ask for tokens."""
        client_id, secret = self._config.client_id, self._config.client_secret
        headers = {}
        methods = metadata.token_endpoint_auth_methods_supported
        if secret is None:
            form["client_id"] = client_id
        elif "client_secret_basic" in methods or "client_secret_post" not in methods:
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        status, body = await fetch(metadata.token_endpoint, form=form, headers=headers)
        if status == 200 and body is not None:
            return body
        if status >= 500 or status == 429 or body is None:
            place = metadata.token_endpoint
            raise ProviderError("provider_away", f"{place} answers with HTTP {status}", True)
        error = str(body.get("error", ""))[:TEXT_MAX]
        said = f"{error} {str(body.get('error_description', ''))[:TEXT_MAX]}".strip()
        if error == "invalid_grant":
            raise _GrantError("expired", f"the provider refuses: {said}")
        raise ProviderError("provider_refused", f"the provider refuses this app: {said}")

    def _read_tokens(self, body: Mapping[str, Any]) -> Tokens:
        access = body.get("access_token")
        if not isinstance(access, str) or str(body.get("token_type", "bearer")).lower() != "bearer":
            raise ProviderError("bad_answer", "the provider sent no access token")
        refresh, id_token = body.get("refresh_token"), body.get("id_token")
        found = [access, refresh, id_token]
        if any(token is not None and not isinstance(token, str) for token in found):
            raise ProviderError("bad_answer", "the provider sent a token that is no text")
        if sum(len(token or "") for token in found) > TOKEN_MAX:
            raise ProviderError("bad_answer", f"the tokens have more than {TOKEN_MAX} characters")
        try:
            expires = self._now() + float(body["expires_in"])
        except (KeyError, TypeError, ValueError):
            expires = None
        return Tokens(access, refresh or None, id_token, expires)

    # -------------------------------------------------------------------------------- sign-out

    async def end_session(self, tokens: Tokens | None, return_to: str) -> str | None:
        """Return the address that ends the session at the provider; None if there is none.

        Args:
            tokens: Tokens of the sign-in.
            return_to: Address that the provider sends the browser to afterwards.
        """
        url = self._config.end_session_url
        if url is None:
            try:
                url = (await self._publication.metadata()).end_session_endpoint
            except ProviderError as error:
                _log.warning("%s: sign-out at the provider failed: %s", self.name, error.reason)
        if url is None:
            return None
        query = {
            "client_id": self._config.client_id,
            "post_logout_redirect_uri": self._config.signed_out_url or return_to,
        }
        if tokens is not None and tokens.id is not None:
            query["id_token_hint"] = tokens.id
        return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"

    async def ended(self, logout_token: str) -> Ended:
        """Return what a logout token ends.

        Raises:
            ProviderError: If the token is not valid.
        """
        ended = await self._checks.logout_token(logout_token)
        if ended.subject is None:
            return ended
        return msgspec.structs.replace(ended, subject=self._subject(ended.subject))


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim; a path that is no name of a claim leads into objects."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _text(value: object) -> str | None:
    """Return a short line of text; None for anything else."""
    if not isinstance(value, str):
        return None
    line = "".join(filter(str.isprintable, value)).strip()
    return line[:TEXT_MAX] or None


def _groups(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    named = (item for item in listed if isinstance(item, str) and 0 < len(item) <= TEXT_MAX)
    return tuple(dict.fromkeys(named))[:GROUPS_MAX]


def _bounded(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(msgspec.json.encode(claims)) <= CLAIMS_MAX_BYTES:
        return claims
    return {name: text for name in _STANDARD if (text := _text(claims.get(name))) is not None}


def _subject_of(id_token: str) -> object:
    """Return the subject of an ID token that was verified before it was stored."""
    part = id_token.split(".")[1]
    claims: dict[str, Any] = msgspec.json.decode(
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    )
    return claims.get("sub")
