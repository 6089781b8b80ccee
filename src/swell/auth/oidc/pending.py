"""Sign-ins that a browser has begun: each is kept in a short-lived cookie of that browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from swell.auth.base import Pending
from swell.auth.sealed import Sealer

__all__ = ["Begun", "PendingCookies"]

PENDING_S = 600
"""How long a browser may stay at the provider, in seconds."""

PENDING_MAX = 6
"""Most sign-ins of one browser at once, such as one in each of its tabs."""

_PREFIX = "swell_pending_"
_PURPOSE = "pending sign-in"

Header = tuple[bytes, bytes]


class Begun(msgspec.Struct, frozen=True):
    """A sign-in that a browser has begun.

    Attributes:
        provider: Name of the provider.
        pending: What the provider needs to finish it.
        return_to: Address to continue at.
        at: When it began, in seconds since the epoch.
    """

    provider: str
    pending: Pending
    return_to: str
    at: float


class PendingCookies:
    """Keeps sign-ins in encrypted cookies, one for each, so that tabs do not disturb each other.

    A cookie counts in the browser that has it, for `PENDING_S`, and once: the callback removes it.

    Args:
        sealer: Encrypts them.
        now: Seconds since the epoch; a test gives its own.
    """

    def __init__(self, sealer: Sealer, now: Callable[[], float] = time.time) -> None:
        self._sealer = sealer
        self._now = now

    def keep(
        self, scope: Mapping[str, Any], provider: str, pending: Pending, return_to: str
    ) -> list[Header]:
        """Return the headers that make a browser keep a sign-in, and forget its oldest ones."""
        begun = Begun(provider, pending, return_to, self._now())
        sealed = self._sealer.seal(msgspec.json.encode(begun), _PURPOSE)
        kept = sorted((one.at, name) for name, one in self._all(scope))
        old = [name for _, name in kept[: max(0, len(kept) - PENDING_MAX + 1)]]
        return [
            _header(scope, _name(scope, pending.state), sealed, PENDING_S),
            *(_header(scope, name, "", 0) for name in old),
        ]

    def find(self, scope: Mapping[str, Any], state: str) -> Begun | None:
        """Return the sign-in of a state; None if the browser has not begun it, or too long ago."""
        name = _name(scope, state)
        found = [one for key, one in self._all(scope) if key == name]
        if len(found) != 1 or found[0].pending.state != state:
            return None
        return found[0] if 0 <= self._now() - found[0].at <= PENDING_S else None

    def drop(self, scope: Mapping[str, Any], state: str) -> Header:
        """Return the header that makes a browser forget a sign-in."""
        return _header(scope, _name(scope, state), "", 0)

    def _all(self, scope: Mapping[str, Any]) -> list[tuple[str, Begun]]:
        found = []
        for name, value in scope["headers"]:
            if name.lower() != b"cookie":
                continue
            for pair in value.decode("latin-1").split(";"):
                key, _, text = (part.strip() for part in pair.partition("="))
                if _PREFIX in key and (raw := self._sealer.open(text, _PURPOSE)) is not None:
                    found.append((key, msgspec.json.decode(raw, type=Begun)))
        return found


def _name(scope: Mapping[str, Any], state: str) -> str:
    digest = sha256(state.encode()).hexdigest()[:16]
    # Over TLS the name makes the browser enforce that only this host may set the cookie.
    return f"{'__Host-' if _is_secure(scope) else ''}{_PREFIX}{digest}"


def _header(scope: Mapping[str, Any], name: str, value: str, age_s: int) -> Header:
    # Lax: the provider sends the browser back from its site.
    parts = [f"{name}={value}", "Path=/", f"Max-Age={age_s}", "HttpOnly", "SameSite=Lax"]
    parts += ["Secure"] if _is_secure(scope) else []
    return b"set-cookie", "; ".join(parts).encode("ascii")


def _is_secure(scope: Mapping[str, Any]) -> bool:
    return str(scope["scheme"]) == "https"
