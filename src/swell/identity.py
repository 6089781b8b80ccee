"""Identity: the user of a request, and the type of `identify=`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from .expando import Expando

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

__all__ = ["ANON", "Identify", "Identity", "Request"]

ANON = "anon"
"""Subject of all users without sign-in."""


class Identity(msgspec.Struct, frozen=True):
    """A user.

    Attributes:
        subject: Stable name or id of the user; `q.auth.subject`, and whose the chats are.
        name: Name to show; the subject when empty.
        access_token: Token of the identity provider, for `q.auth.access_token`.
        refresh_token: Token to get a new access token with.
        email: Address of the user.
        groups: Groups of the user at the provider.
        roles: What the user is here: `admin`, `member`, or a role of the app.
        claims: What else the provider says about the user.
        sign_in: Id of the sign-in, if the user has signed in through Swell.
    """

    subject: str
    name: str = ""
    access_token: str | None = None
    refresh_token: str | None = None
    email: str | None = None
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    claims: Mapping[str, Any] = {}
    sign_in: str = ""


class Request(msgspec.Struct, frozen=True):
    """The request whose sender is asked for: a page that connects, a file sent or fetched.

    Attributes:
        route: Route of the page, such as `/`.
        headers: HTTP headers by canonical name, such as `X-Forwarded-User`, each a list of values.
        subject: The user named by the setting `user_header`; `anon` without that setting.
        peer: Address of the other end of the connection, a proxy or the browser; empty if unknown.
        session_id: Stands for the browser, as `q.session_id`.
        locale: Language of the page, such as `de`.
        app: `q.app`.
        identity: The user who has signed in through Swell or is named by `user_header`; None
            without.
        scope: The ASGI scope of the request or of the WebSocket; see `connection`.
    """

    route: str
    headers: Mapping[str, list[str]]
    subject: str
    peer: str
    session_id: str
    locale: str
    app: Expando
    identity: Identity | None = None
    scope: Mapping[str, Any] = {}

    def header(self, name: str) -> str | None:
        """Return the value of a header that came once; None when it is missing or came twice.

        Args:
            name: Name in any case, such as `x-forwarded-user`.
        """
        values = self.headers.get("-".join(part.capitalize() for part in name.split("-")), [])
        return values[0] if len(values) == 1 else None

    @property
    def connection(self) -> HTTPConnection:
        """The request for Starlette and FastAPI, with what the host application's middleware adds.

        That is `connection.session`, `user`, `auth` and `state`; pages, sockets and files have it
        alike. A dependency of the host that takes an `HTTPConnection` can be called with it.
        """
        from starlette.requests import HTTPConnection

        return HTTPConnection(dict(self.scope))

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that the browser sends, by name."""
        try:
            found = SimpleCookie("; ".join(self.headers.get("Cookie", [])))
        except CookieError:
            return {}
        return {name: cookie.value for name, cookie in found.items()}


Said: TypeAlias = Identity | str | None
Identify: TypeAlias = Callable[[Request], Said | Awaitable[Said]]
"""Returns the user of a request: an `Identity`, a stable name, or None if not signed in."""
