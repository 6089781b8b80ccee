"""Rights: who may use the app, which roles they have, and what a role may do.

The answers follow from the settings and from one user alone. It makes no difference what names the
user: a header, a password, an OpenID provider or `identify=`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from .errors import SettingError
from .identity import ANON
from .settings import who as grammar
from .settings.table import Settings

__all__ = [
    "ADMIN",
    "EVERYONE",
    "MEMBER",
    "Grant",
    "Rights",
    "Who",
    "check_sign_in",
    "verified_email",
]

ADMIN = "admin"
"""The role that has every right, and the admin page."""

MEMBER = "member"
"""The role of every user who is let in."""

EVERYONE = "*"
"""The organisation of all signed-in users, where the allow-lists say who belongs to it."""

_PUBLIC = frozenset(
    {
        *("126.com", "163.com", "aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com"),
        *("hotmail.com", "icloud.com", "live.com", "mail.ru", "me.com", "msn.com", "naver.com"),
        *("outlook.com", "proton.me", "protonmail.com", "qq.com", "web.de", "yahoo.com"),
        *("yandex.ru",),
    }
)
"""Domains whose addresses anyone can get: sharing one makes no organisation."""


class Who(Protocol):
    """A user, as a way of signing in names them: `Identity` or an account."""

    @property
    def subject(self) -> str:
        """Stable name or id."""
        ...

    @property
    def email(self) -> str | None:
        """E-mail address."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups, by name."""
        ...

    @property
    def claims(self) -> Mapping[str, Any]:
        """Claims of the identity provider; empty without one."""
        ...


class Grant(NamedTuple):
    """What a user may.

    Attributes:
        allowed: Whether they may use the app.
        roles: Their roles, the most powerful first; empty when they may not.
        reason: Why they may not, for the log.
    """

    allowed: bool
    roles: tuple[str, ...] = ()
    reason: str = ""


class Rights:
    """Decides about users by the settings.

    Args:
        settings: `admins`, `roles`, `rights` and the allow-lists.
    """

    def __init__(self, settings: Settings) -> None:
        self._admins = settings.admins
        self._roles = tuple(grammar.pairs(settings.roles))
        self._domains = settings.allowed_domains
        self._groups = settings.allowed_groups
        self._claims = settings.allowed_claims
        self._may: dict[str, set[str]] = {}
        for right, role in grammar.pairs(settings.rights):
            self._may.setdefault(right, set()).add(role)

    @property
    def limited(self) -> bool:
        """Whether an allow-list is set."""
        return bool(self._domains or self._groups or self._claims)

    def of(self, who: Who, further: Iterable[str] = ()) -> Grant:
        """Return whether a user may use the app, and their roles.

        Args:
            who: The user.
            further: Roles beside those of the settings: from `identify=`, or given by an
                administrator.
        """
        if reason := self._refusal(who):
            return Grant(False, (), reason)
        if who.subject == ANON:
            return Grant(True, (MEMBER,))
        roles = {MEMBER, *further}
        roles |= {role for role, named in self._roles if _is(who, named)}
        if self.is_admin_by_settings(who):
            roles.add(ADMIN)
        return Grant(True, tuple(sorted(roles, key=_order)))

    def is_admin_by_settings(self, who: Who) -> bool:
        """Return whether the setting `admins` names a user."""
        return any(_is(who, named) for named in self._admins)

    def may(self, roles: Iterable[str], right: str) -> bool:
        """Return whether a user with these roles has a right.

        Args:
            roles: As in `Grant`.
            right: `settings`, `share`, `export` or `import`.
        """
        having = self._may.get(right, set())
        return any(role == ADMIN or role in having for role in roles)

    def granted(self, roles: Iterable[str]) -> frozenset[str]:
        """Return all rights of a user with these roles."""
        roles = tuple(roles)
        return frozenset(right for right in grammar.RIGHTS if self.may(roles, right))

    def organisation(self, who: Who) -> str:
        """Return the organisation of a user, for links that only its people may open.

        With an allow-list it is `EVERYONE` who may use the app. Without one it is the domain of the
        verified e-mail address, and `EVERYONE` if no identity provider is there that knows users of
        several organisations. Empty if the user belongs to none.
        """
        if who.subject == ANON:
            return ""
        if self.limited:
            return EVERYONE
        if (email := verified_email(who)) is not None:
            domain = _domain_of(email)
            return "" if domain in _PUBLIC else domain
        return "" if who.claims or who.email else EVERYONE

    def _refusal(self, who: Who) -> str:
        """Return why a user may not use the app; empty if they may."""
        if not self.limited:
            return ""
        if who.subject == ANON:
            return "no user is signed in, and an allow-list is set"
        if self._domains:
            email = verified_email(who)
            if email is None:
                kind = "verified e-mail address" if who.email else "e-mail address"
                return f"the user has no {kind} (allowed_domains)"
            if _domain_of(email) not in self._domains:
                return f"the domain {_domain_of(email)[:40]!r} is not in allowed_domains"
        if self._groups and not set(self._groups) & set(who.groups):
            return "the user is in no group of allowed_groups"
        if self._claims and not any(_has_claim(who, claim) for claim in self._claims):
            return "the user has no claim of allowed_claims"
        return ""


def check_sign_in(settings: Settings, signs_in: bool) -> None:
    """Refuse settings about signed-in users in an app where no user can sign in.

    Args:
        settings: Those of the application.
        signs_in: Whether users can sign in.

    Raises:
        SettingError: If a setting is useless.
    """
    names = ("admins", "roles", "allowed_domains", "allowed_groups", "allowed_claims")
    for name in names:
        if getattr(settings, name) and not signs_in:
            raise SettingError(
                name,
                "the settings",
                "no user can sign in: set password_file, an OpenID provider or user_header, or "
                "pass identify=",
            )


def verified_email(who: Who) -> str | None:
    """Return an e-mail address that is proven to be the user's, in lower case; else None.

    Of an identity provider the claim `email_verified` has to say so: with some of them users can
    enter any address. A proxy, a password file and `identify=` without claims are trusted.
    """
    email = (who.email or "").strip().casefold()
    if email.count("@") != 1 or not all(email.split("@")):
        return None
    proven = str(who.claims.get("email_verified")).lower() == "true" if who.claims else True
    return email if proven else None


def _domain_of(email: str) -> str:
    return email.partition("@")[2]


def _is(who: Who, named: str) -> bool:
    """Return whether an item such as `group:staff` names a user."""
    if who.subject == ANON:
        return False
    kind, colon, value = named.partition(":")
    if colon:
        match kind:
            case "group":
                return value in who.groups
            case "claim":
                return _has_claim(who, value)
            case "domain":
                email = verified_email(who)
                return email is not None and _domain_of(email) == value
    return named == who.subject or named.casefold() == verified_email(who)


def _has_claim(who: Who, claim: str) -> bool:
    name, _, value = claim.partition("=")
    found = who.claims.get(name)
    values = found if isinstance(found, (list, tuple)) else [found]
    return value in [_text(one) for one in values if one is not None]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _order(role: str) -> tuple[int, str]:
    return (0 if role == ADMIN else 1 if role == MEMBER else 2), role
