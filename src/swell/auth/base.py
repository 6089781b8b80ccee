"""The interface of a provider, and the result of a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

__all__ = [
    "Ended",
    "PasswordProvider",
    "Pending",
    "Provider",
    "RemoteProvider",
    "SignedIn",
    "Tokens",
]


class Tokens(msgspec.Struct, frozen=True):
    """Tokens of an identity provider. They are stored encrypted.

    Attributes:
        access: The access token.
        refresh: Token to get a new access token with.
        id: The ID token, which ends the session at the provider.
        expires: When the access token expires, in seconds since the epoch; None if unknown.
    """

    access: str
    refresh: str | None = None
    id: str | None = None
    expires: float | None = None


class SignedIn(msgspec.Struct, frozen=True):
    """A user who has proven who they are.

    Attributes:
        subject: Stable name or id of the user, `q.auth.subject`.
        name: Name to show; the subject when empty.
        email: Verified address of the user.
        groups: Groups of the user at the provider.
        claims: What else the provider says about the user.
        tokens: Tokens of the provider.
        sid: The provider's name of the session, for back-channel logout.
        expires: When the sign-in ends at the latest, in seconds since the epoch; None leaves that
            to the settings.
    """

    subject: str
    name: str = ""
    email: str | None = None
    groups: tuple[str, ...] = ()
    claims: Mapping[str, Any] = {}
    tokens: Tokens | None = None
    sid: str | None = None
    expires: float | None = None


class Pending(msgspec.Struct, frozen=True):
    """A sign-in at a remote provider that the browser has not returned from.

    It is kept in an encrypted cookie of the browser.

    Attributes:
        state: Random, returned by the provider.
        nonce: Random, returned in the ID token.
        verifier: The secret of PKCE.
    """

    state: str
    nonce: str
    verifier: str


class Ended(msgspec.Struct, frozen=True):
    """What a provider has ended by back-channel logout: a session, or all of a user.

    Attributes:
        subject: The user; None when only the session is named.
        sid: The session; None for all sessions of the user.
        issued: When the provider said so, in seconds since the epoch; later sign-ins stay.
    """

    subject: str | None
    sid: str | None
    issued: float


class Provider(Protocol):
    """A way to sign in.

    Attributes:
        name: Its name in addresses and in the database: letters, digits and `-`.
        title: What the sign-in page calls it.
    """

    name: str
    title: str

    async def close(self) -> None:
        """Release what it holds."""


class PasswordProvider(Provider, Protocol):
    """A provider that checks names and passwords."""

    async def check(self, name: str, password: str) -> SignedIn | None:
        """Return the user of a name if the password is right.

        Raises:
            SignInError: If it cannot be checked now.
        """

    def holds(self, subject: str, sid: str | None) -> bool:
        """Return whether a user may stay signed in.

        Args:
            subject: The user.
            sid: `SignedIn.sid` of the sign-in.
        """


class RemoteProvider(Provider, Protocol):
    """A provider that a browser visits to sign in."""

    async def start(self, redirect_uri: str) -> tuple[str, Pending]:
        """Return the address to send a browser to, and what to keep until it returns.

        Raises:
            SignInError: If the provider cannot be reached.
        """

    async def finish(
        self, pending: Pending, params: Mapping[str, str], redirect_uri: str
    ) -> SignedIn:
        """Return the user that a browser returns with.

        Raises:
            SignInError: If the sign-in failed.
        """

    async def refresh(self, tokens: Tokens) -> Tokens | None:
        """Return fresh tokens; None if the provider refuses."""

    async def end_session(self, tokens: Tokens | None, return_to: str) -> str | None:
        """Return the address that ends the session at the provider; None if there is none."""

    async def ended(self, logout_token: str) -> Ended:
        """Return what a logout token ends.

        Raises:
            SignInError: If the token is not valid.
        """
