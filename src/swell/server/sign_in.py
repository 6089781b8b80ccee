"""The interface of sign-in through Swell, which `swell.auth` implements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from starlette.routing import BaseRoute

from swell.identity import Identity

from .sessions import SessionSigner

__all__ = ["Holder", "Members", "SignIn"]


class Holder(Protocol):
    """A part of the application that acts for signed-in users: open pages, running answers."""

    def sign_ins(self) -> Collection[str]:
        """Return the ids of the sign-ins that it acts for."""

    def end_sign_ins(self, ids: Collection[str]) -> None:
        """Stop to act for these sign-ins, which have ended."""

    def renew_sign_ins(self, ids: Collection[str]) -> None:
        """Ask again for the users of these sign-ins, whose roles have changed."""


class Members(Protocol):
    """Accounts of users who sign in elsewhere: at a proxy, or in the host application."""

    def watch(self, holder: Holder) -> None:
        """Notify a part of the application when accounts change."""

    async def admit(self, who: Identity) -> Identity:
        """Return a user with the role of the account.

        Raises:
            SignInError: If the account is disabled.
            StoreUnavailableError: If the database cannot be used.
        """


class SignIn(Protocol):
    """Sign-in of the browsers of an application.

    Attributes:
        path: Address of the sign-in page, without the prefix.
    """

    path: str

    async def identity(self, session_id: str) -> Identity | None:
        """Return the user who is signed in with a session; None if there is none.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """

    def routes(self, signer: SessionSigner) -> Sequence[BaseRoute]:
        """Return the routes of the pages for sign-in, to be put before those of the app.

        Args:
            signer: Makes sessions, and reads them from cookies.
        """

    async def fresh(self, sign_in: str) -> tuple[str, str | None] | None:
        """Return access token and refresh token of a sign-in; None if there are none.

        The access token has not expired. It may be called in any event loop.

        Args:
            sign_in: Its id.
        """

    def used(self, sign_in: str) -> None:
        """Note that a user did something, which prolongs the sign-in.

        Args:
            sign_in: Its id.
        """

    def watch(self, holder: Holder) -> None:
        """Tell a part of the application when sign-ins end."""
