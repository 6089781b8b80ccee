"""What an OpenID provider publishes: its addresses and its keys, cached."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from swell.logs import logger
from swell.settings.values import DISCOVERY, is_loopback

from .fetch import ProviderError, fetch

if TYPE_CHECKING:
    from joserfc.jwk import Key

__all__ = ["Keys", "Metadata", "Publication"]

_log = logger("swell.auth")

FRESH_S = 3600.0
"""Age at which a cached publication is fetched again, in seconds."""

KEYS_AGAIN_S = 60.0
"""Least time between two requests for keys because of one that is unknown, in seconds."""

KEYS_MAX = 100
"""Most keys of a provider that are read."""

RSA_LEAST_BITS = 2048

T = TypeVar("T")


class Metadata(msgspec.Struct, frozen=True):
    """The addresses of a provider, from its discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


_ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
)


class Cached(Generic[T]):
    """A value that is fetched when it is needed, once for all who wait.

    An old value stays in use while a new one cannot be fetched.

    Args:
        get: Fetches it.
        clock: Seconds that pass.
    """

    def __init__(self, get: Callable[[], Awaitable[T]], clock: Callable[[], float]) -> None:
        self._get = get
        self._clock = clock
        self._value: T | None = None
        self._fetched = 0.0
        self._task: asyncio.Task[T] | None = None

    @property
    def age_s(self) -> float:
        """Seconds since the value was fetched; infinite without one."""
        return float("inf") if self._value is None else self._clock() - self._fetched

    async def value(self, max_age_s: float = FRESH_S) -> T:
        """Return the value, fetched again if it is older.

        Raises:
            ProviderError: If there is none and it cannot be fetched.
        """
        if self._value is not None and self.age_s < max_age_s:
            return self._value
        task, loop = self._task, asyncio.get_running_loop()
        if task is None or task.done() or task.get_loop() is not loop:
            task = self._task = loop.create_task(self._fetch())
            task.add_done_callback(_seen)
        try:
            return await asyncio.shield(task)
        except ProviderError as error:
            if self._value is None:
                raise
            _log.warning("could not refresh what the provider publishes: %s", error.reason)
            self._fetched = self._clock() - FRESH_S + KEYS_AGAIN_S  # not with every request
            return self._value

    async def _fetch(self) -> T:
        self._value = await self._get()
        self._fetched = self._clock()
        return self._value


def _seen(task: asyncio.Task[Any]) -> None:
    """Take note of an error that all who waited for it have left to."""
    if not task.cancelled():
        task.exception()


class Keys:
    """The public keys of a provider."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self._keys = keys

    def matching(self, kid: object, kty: str) -> list[Key]:
        """Return the keys that a token may be signed with.

        Args:
            kid: Name of the key in the header of the token; None if it has none.
            kty: Type of the key that the algorithm of the token needs.
        """
        return [key for key in self._keys if kid in (None, key.kid) and key.key_type == kty]


class Publication:
    """The discovery document and the keys of a provider.

    Args:
        issuer: The provider.
        clock: Seconds that pass; a test gives its own.
    """

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._metadata = Cached(self._discover, clock)
        self._keys = Cached(self._fetch_keys, clock)
        self._clock = clock
        self._looked = float("-inf")

    async def metadata(self) -> Metadata:
        """Return the addresses of the provider.

        Raises:
            ProviderError: If the provider cannot be reached, or is another than expected.
        """
        return await self._metadata.value()

    async def keys(self, kid: object, kty: str) -> list[Key]:
        """Return the keys that a token may be signed with, none if they are unknown.

        Unknown keys are looked up at the provider again, at most once a minute.

        Raises:
            ProviderError: If the provider cannot be reached.
        """
        found = (await self._keys.value()).matching(kid, kty)
        if not found and self._clock() - self._looked >= KEYS_AGAIN_S:
            self._looked = self._clock()
            found = (await self._keys.value(0.0)).matching(kid, kty)
        return found

    async def _discover(self) -> Metadata:
        url = self.issuer.removesuffix("/") + DISCOVERY
        status, body = await fetch(url)
        if status != 200 or body is None:
            raise ProviderError("provider_wrong", f"{url} answers with HTTP {status}", True)
        try:
            found = msgspec.convert(body, Metadata)
        except msgspec.ValidationError as error:
            raise ProviderError("provider_wrong", f"{url} cannot be used: {error}") from None
        if found.issuer != self.issuer:
            raise ProviderError(
                "provider_wrong",
                f"{url} names the issuer {found.issuer!r}, and `oidc_issuer` is {self.issuer!r}; "
                "both must be the same",
            )
        for name in _ENDPOINTS:
            if (address := getattr(found, name)) is not None:
                self._check(name, address)
        return found

    def _check(self, name: str, address: str) -> None:
        """Refuse an address without TLS, unless the provider is on this machine."""
        try:
            url = urlsplit(address)
            host = url.hostname or ""
        except ValueError:
            url, host = urlsplit(""), ""
        if host and url.scheme == "https" and url.username is None:
            return
        own = urlsplit(self.issuer)
        if url.scheme == "http" == own.scheme and is_loopback(host):
            return
        raise ProviderError("provider_wrong", f"`{name}` of {self.issuer} is not an https address")

    async def _fetch_keys(self) -> Keys:
        metadata = await self._metadata.value()
        status, body = await fetch(metadata.jwks_uri)
        if status != 200 or body is None or not isinstance(body.get("keys"), list):
            raise ProviderError(
                "provider_wrong", f"{metadata.jwks_uri} answers with HTTP {status}", True
            )
        return Keys(tuple(filter(None, map(_key, body["keys"][:KEYS_MAX]))))


def _key(data: Any) -> Key | None:
    """Return a public key that signs; None for others, and for those that cannot be used."""
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    if not isinstance(data, dict) or data.get("use", "sig") != "sig":
        return None
    if data.get("kty") not in ("RSA", "EC", "OKP"):  # not `oct`: a secret is no public key
        return None
    if data["kty"] == "RSA" and len(str(data.get("n"))) * 6 < RSA_LEAST_BITS:  # base64
        return None
    try:
        return import_key(data)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
