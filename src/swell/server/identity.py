"""Identity: the one place that determines the user of a request.

It is asked at every hello, resumed or not, and at every HTTP request that needs a user, each time
with the headers of that request. Nothing is cached here, so sign-out and a change of user take
effect with the next request; a `SignIn` may remember a row of the database for two seconds.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from hashlib import sha256
from inspect import isawaitable
from typing import Any, NamedTuple

from msgspec.structs import replace
from starlette.exceptions import HTTPException

from swell.errors import SignInError, StoreUnavailableError
from swell.expando import Expando
from swell.identity import ANON, Identity, Request
from swell.logs import logger
from swell.rights import Rights
from swell.settings.table import Settings

from .route import Route
from .sign_in import Members, SignIn

__all__ = [
    "PEER",
    "Caller",
    "Identities",
    "checked_subject",
    "direct_peer",
    "header_lists",
    "owner_key",
]

_log = logger("swell.server")

PEER = "swell.peer"
"""Key in the ASGI scope: peer address of the connection, regardless of headers."""

SUBJECT_MAX = 1000
"""Longest name of a user, in code points."""

_RESERVED = (ANON, "browser:", "api:", "erased:")  # how users without sign-in are named
_MISSING = {"none", "null", "(null)", "undefined", "nil", "nan", "[]", "{}", "()", "-", '""', "''"}
"""Texts that stand for a missing name: `str(None)`, or a proxy's `(null)`."""

_BLANK = "\u115f\u1160\u2800\u3164\uffa0\ufffc"
"""Characters that are printable, and show nothing."""

BETWEEN = "\x1f"
"""Between the parts of the owner of a file."""


class Caller(NamedTuple):
    """The sender of a request.

    Attributes:
        session_id: The browser.
        headers: As `q.headers`: canonical names, lists of values.
        peer: Address of the other end of the connection, a proxy or the browser; empty if unknown.
        locale: Language of the page.
        scope: The ASGI scope of the request.
    """

    session_id: str
    headers: dict[str, list[str]]
    peer: str = ""
    locale: str = "en"
    scope: Mapping[str, Any] = {}


def direct_peer(scope: Mapping[str, Any]) -> str:
    """Return the peer address of a connection, regardless of its headers.

    Empty when another server than `swell run` has read `X-Forwarded-For`, or may have: then the
    address in the scope is what that header says.
    """
    if PEER in scope:
        return str(scope[PEER])
    client = scope.get("client")
    claimed = any(name.lower() == b"x-forwarded-for" for name, _ in scope["headers"])
    return str(client[0]) if client and not claimed else ""


def header_lists(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    """Return raw headers as `q.headers` has them: canonical names, lists of values."""
    lists: dict[str, list[str]] = {}
    for name, value in headers:
        lists.setdefault(_canonical(name.decode("latin-1")), []).append(value.decode("latin-1"))
    return lists


def owner_key(session_id: str, route: Route, subject: str) -> str:
    """Return the owner of a file: a browser, and the user who is signed in there."""
    return session_id if subject == ANON else BETWEEN.join((session_id, route.path, subject))


def _canonical(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


class Identities:
    """Determines the user of a request.

    Args:
        settings: `user_header`, `trusted_proxies`, and `hello_timeout_s` as the most that a
            function may take.
        app_state: `q.app`.
        sign_in: Sign-in through Swell; None without it.
        members: Accounts of users who sign in elsewhere; None without them.
    """

    def __init__(
        self,
        settings: Settings,
        app_state: Expando,
        sign_in: SignIn | None = None,
        members: Members | None = None,
    ) -> None:
        self._sign_in = sign_in
        self._members = members
        self._header = settings.user_header and _canonical(settings.user_header)
        self._proxies = tuple(map(ipaddress.ip_network, settings.trusted_proxies))
        self._timeout_s = settings.hello_timeout_s
        self._app_state = app_state
        self._rights = Rights(settings)

    def needed(self, route: Route) -> bool:
        """Return whether a route needs a signed-in user."""
        return self._header is not None or self._sign_in is not None or route.identify is not None

    async def of(self, route: Route, caller: Caller) -> Identity:
        """Return the user of a request to a route; the subject is `anon` without sign-in.

        Raises:
            SignInError: If the route needs a signed-in user and there is none, or if the user may
                not use the app.
        """
        who = await self._who(route, caller)
        if self._members is not None and who.subject != ANON and not who.sign_in:
            try:
                who = await self._members.admit(who)
            except StoreUnavailableError as error:
                raise SignInError(f"the account cannot be read: {error}", True) from None
        grant = self._rights.of(who, who.roles)
        if not grant.allowed:
            raise SignInError(f"{who.subject[:40]!r} may not use the app: {grant.reason}")
        return replace(who, roles=grant.roles)

    async def _who(self, route: Route, caller: Caller) -> Identity:
        """Return the user whom the header, the sign-in or `identify=` names."""
        known = await self._signed_in(caller)
        if route.identify is None:
            if known is None and self._sign_in is not None:
                raise SignInError("the browser is not signed in")
            return known or Identity(ANON)
        request = Request(
            route.path,
            caller.headers,
            ANON if known is None else known.subject,
            caller.peer,
            public_session(caller.session_id),
            caller.locale,
            self._app_state,
            known,
            caller.scope,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                who = route.identify(request)
                if isawaitable(who):
                    who = await who
        except SignInError:
            raise
        except HTTPException as error:  # of a dependency of the host application
            refused = error.status_code in (401, 403)
            reason = f"identify= of {route.path} answered {error.status_code}: {error.detail}"
            raise SignInError(reason, not refused) from None
        except Exception as error:
            error_id = secrets.token_hex(4)
            _log.error("error %s in identify= of %s", error_id, route.path, exc_info=error)
            raise SignInError(
                f"identify= of {route.path} failed (error {error_id})", True
            ) from None
        source = f"identify= of {route.path}"
        if not isinstance(who, Identity):
            who = Identity(checked_subject(source, who))
        checked_subject(source, who.subject)
        # The pages end with the sign-in, whatever the function makes of it.
        return who if known is None else replace(who, sign_in=known.sign_in)

    async def let_in(self, caller: Caller) -> bool:
        """Return whether a caller may fetch files for all users."""
        if self._header is None and self._sign_in is None:
            return True
        try:
            known = await self._signed_in(caller)
            return known is not None and self._rights.of(known).allowed
        except SignInError:
            return False

    async def _signed_in(self, caller: Caller) -> Identity | None:
        """Return the user whom the header names or who has signed in here; None if there is none.

        Raises:
            SignInError: If the header is missing, or the sign-in cannot be read now.
        """
        if self._header is not None:
            return Identity(self._from_header(self._header, caller))
        if self._sign_in is None:
            return None
        try:
            return await self._sign_in.identity(caller.session_id)
        except StoreUnavailableError as error:
            raise SignInError(f"the sign-in cannot be read: {error}", True) from None

    async def owns(self, route: Route, caller: Caller, owner: str) -> bool:
        """Return whether a file of this owner is the caller's."""
        try:
            who = await self.of(route, caller)
            return owner == owner_key(caller.session_id, route, who.subject)
        except SignInError:
            return False

    def route_of(self, owner: str) -> tuple[str, str | None]:
        """Return the session in an owner's key, and the path of the route, None without one."""
        session_id, between, rest = owner.partition(BETWEEN)
        return session_id, rest.partition(BETWEEN)[0] if between else None

    def _from_header(self, name: str, caller: Caller) -> str:
        if not self._trusts(caller.peer):
            peer = caller.peer or "an unknown address"
            raise SignInError(f"the header {name} is not read from {peer} (see trusted_proxies)")
        values = caller.headers.get(name, [])
        if len(values) != 1:
            raise SignInError(f"the header {name} came {len(values)} times, expected once")
        try:
            subject = values[0].encode("latin-1").decode()
        except UnicodeError:
            raise SignInError(f"the header {name} is not UTF-8") from None
        return checked_subject(f"the header {name}", subject)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((mapped or address) in network for network in self._proxies)


def public_session(session_id: str) -> str:
    """Return `q.session_id`, which identifies a session but cannot replace its cookie."""
    return sha256(b"swell session " + session_id.encode()).hexdigest()[:32]


def checked_subject(source: str, who: object) -> str:
    """Return a user's name if it is one that cannot be shared by accident.

    Raises:
        SignInError: If it is not.
    """
    if not isinstance(who, str):
        raise SignInError(f"{source} gave {type(who).__name__}, expected text")
    if not any(map(_is_seen, who)):
        raise SignInError(f"{source} gave no name")
    if who.strip().casefold() in _MISSING:
        raise SignInError(f"{source} gave {who!r}, which stands for no name")
    if len(who) > SUBJECT_MAX:
        raise SignInError(f"{source} gave a name of more than {SUBJECT_MAX} characters")
    if who.strip().casefold() == ANON or who.startswith(_RESERVED[1:]):
        raise SignInError(f"{source} returned a name that stands for no user ({who[:20]!r})")
    if any(not character.isprintable() for character in who):
        raise SignInError(f"{source} gave a name with control characters")
    return who


def _is_seen(character: str) -> bool:
    return (
        character.isprintable()
        and not character.isspace()
        and character not in _BLANK
        and not unicodedata.category(character).startswith("M")  # a combining mark
    )
