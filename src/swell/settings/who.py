"""How settings name users and their roles: one function for each way, from text to items.

An item such as `group:staff` names users; `swell.rights` decides whom it matches. As in
`values.py`, each function raises `ValueError` with the expected form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = [
    "DEFAULT_RIGHTS",
    "RIGHTS",
    "claims",
    "domains",
    "items",
    "names",
    "pairs",
    "rights",
    "roles",
]

RIGHTS = ("settings", "share", "export", "import")
"""What the setting `rights` can grant: see `docs/howto/roles.md`."""

DEFAULT_RIGHTS = tuple(f"{right}=member" for right in RIGHTS)

_ROLE = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_DOMAIN = re.compile(r"(?:[^\s@.,:/*]{1,63}\.)+[^\s@.,:/*]{1,63}")
_KINDS = ("group", "domain", "claim")


def items(text: str) -> tuple[str, ...]:
    """Items separated by commas."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def domains(text: str) -> tuple[str, ...]:
    """Domains of e-mail addresses, separated by commas."""
    return tuple(_domain(item) for item in items(text))


def claims(text: str) -> tuple[str, ...]:
    """Claims with their values, separated by commas."""
    return tuple(_claim(item) for item in items(text))


def names(text: str) -> tuple[str, ...]:
    """Users, separated by commas: names, e-mail addresses, groups, domains, claims."""
    return tuple(_name(item) for item in items(text))


def roles(text: str) -> tuple[str, ...]:
    """Roles with the users who have them; an item without a role belongs to the one before."""
    found = []
    for role, who in _assigned(text, "editor=group:staff"):
        if role in ("admin", "member"):
            hint = "the setting `admins`" if role == "admin" else "every user"
            raise ValueError(f"the role `{role}` is not set here: it is of {hint}")
        found.append(f"{role}={_name(who)}")
    return tuple(found)


def rights(text: str) -> tuple[str, ...]:
    """Rights with the roles that have them; a right that is not named is of all members."""
    found: dict[str, list[str]] = {}
    for right, role in _assigned(text, "share=editor"):
        if right not in RIGHTS:
            raise ValueError(f"expected a right ({', '.join(RIGHTS)}), got `{right}`")
        if not _ROLE.fullmatch(role):
            raise ValueError(f"expected a role, such as `editor`, or `none`, got `{role}`")
        found.setdefault(right, []).append(role)
    return tuple(f"{right}={role}" for right in RIGHTS for role in found.get(right, ["member"]))


def pairs(assigned: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of items such as `editor=group:staff`."""
    for item in assigned:
        name, _, value = item.partition("=")
        yield name, value


def _assigned(text: str, example: str) -> Iterator[tuple[str, str]]:
    """Yield name and value; an item without a name gets that of the item before."""
    name = ""
    for item in items(text):
        before, equals, value = item.partition("=")
        if equals and ":" not in before:  # else it is `claim:NAME=VALUE`
            name = before.strip().lower()
            if not _ROLE.fullmatch(name):
                raise ValueError(
                    f"expected a name of small letters, digits, `-` and `_` before `=`, "
                    f"got `{before}`"
                )
        else:
            value = item
        if not name or not value.strip():
            raise ValueError(f"expected `name=value`, such as `{example}`, got `{item}`")
        yield name, value.strip()


def _name(item: str) -> str:
    kind, colon, value = item.partition(":")
    if not colon or kind not in _KINDS:
        if colon and kind.lower() in (*_KINDS, *(f"{one}s" for one in _KINDS)):
            raise ValueError(f"expected `{'`, `'.join(f'{one}:' for one in _KINDS)}`, got `{item}`")
        return item  # a name of a user; that of an OpenID provider may have a colon
    if kind == "domain":
        return f"domain:{_domain(value)}"
    if kind == "claim":
        return f"claim:{_claim(value)}"
    if not value.strip():
        raise ValueError(f"expected `group:NAME`, got `{item}`")
    return f"group:{value.strip()}"


def _domain(text: str) -> str:
    found = text.strip().removeprefix("@").casefold()
    if not _DOMAIN.fullmatch(found):
        raise ValueError(
            f"expected the domain of e-mail addresses, such as `example.com`, got `{text.strip()}`"
        )
    return found


def _claim(text: str) -> str:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name or not value:
        raise ValueError(f"expected `claim=value`, such as `department=sales`, got `{text}`")
    return f"{name}={value}"
