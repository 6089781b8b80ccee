"""Sessions of browsers: a random id in a signed cookie, bound to the signed-in user."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from itsdangerous import BadSignature, TimestampSigner

from swell.settings.table import Settings

from .security import new_id, request_host

__all__ = ["COOKIE", "Session", "SessionSigner"]

COOKIE = "swell_session"
"""Default name of the session cookie, see the setting `session_cookie`."""

_VALUE = re.compile(r"(?P<id>[A-Za-z0-9_-]{22})(?:\.(?P<born>[0-9]{1,12})\.(?P<bound>[0-9a-f]*))?")
_PORT = re.compile(r":([0-9]{1,5})$")


class Session(NamedTuple):
    """One browser.

    Attributes:
        id: Random, 128 bits.
        born: When it began, in seconds since the epoch.
        bound: Hash of the user signed in at its beginning; empty for none.
    """

    id: str
    born: int
    bound: str = ""


class SessionSigner:
    """Makes sessions, and reads them from cookies, refusing those with a wrong signature.

    Args:
        secret: Signing key; None makes a random one, so that processes never share a default key.
        settings: `session_cookie`, `session_max_age_s` and `session_total_age_s`.
    """

    def __init__(self, secret: str | None, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        key = secrets.token_bytes(32) if secret is None else secret
        self._key = key if isinstance(key, bytes) else key.encode()
        self._signer = TimestampSigner(
            key, salt="swell.session", key_derivation="hmac", digest_method=sha256
        )
        self._name = settings.session_cookie
        self._max_age_s = int(settings.session_max_age_s)
        self._total_age_s = int(settings.session_total_age_s)

    def derived(self, purpose: str) -> bytes:
        """Return a key for another purpose, the same wherever the secret is the same."""
        return hmac.digest(self._key, f"swell {purpose}".encode(), sha256)

    def new(self, subject: str = "") -> Session:
        """Return a new session.

        Args:
            subject: The signed-in user; empty for none.
        """
        return Session(new_id(), int(time.time()), _mark(subject) if subject else "")

    def belongs_to(self, session: Session, subject: str) -> bool:
        """Return whether a session began with this user signed in."""
        return session.bound == _mark(subject)

    def sign(self, session: Session) -> str:
        """Return a fresh cookie value for a session, to prolong it."""
        value = f"{session.id}.{session.born}.{session.bound}"
        return self._signer.sign(value).decode("ascii")

    def read(self, cookie_value: str) -> Session | None:
        """Return the session that a cookie value proves, or None if it proves nothing any more."""
        try:
            value, signed = self._signer.unsign(
                cookie_value, max_age=self._max_age_s, return_timestamp=True
            )
        except (BadSignature, UnicodeError, ValueError):
            return None
        match = _VALUE.fullmatch(value.decode("ascii", "replace"))
        if match is None:
            return None
        born = int(match["born"] or signed.timestamp())
        if time.time() - born > self._total_age_s:
            return None
        return Session(match["id"], born, match["bound"] or "")

    def of(self, scope: Mapping[str, Any]) -> Session | None:
        """Return the session of a request, or None if it has no valid one.

        Several cookies of the name can arrive, since another site of the same domain can plant one.
        Different valid ones are all refused, since the browser's own cannot be identified.

        Args:
            scope: ASGI scope of the request.
        """
        own = self.name(scope)
        found: dict[str, Session] = {}
        for name, value in scope["headers"]:
            if name.lower() != b"cookie":
                continue
            for pair in value.decode("latin-1").split(";"):
                key, _, text = pair.partition("=")
                if key.strip() == own and (session := self.read(text.strip())) is not None:
                    found[session.id] = session
        return next(iter(found.values())) if len(found) == 1 else None

    def name(self, scope: Mapping[str, Any]) -> str:
        """Return the name of the cookie at the address that a browser used.

        Cookies know neither ports nor paths well. So unless the setting names it, the name has the
        port and the path of that address: two apps on one machine keep apart, and two processes
        behind one address agree. Over TLS the name makes the browser enforce that only this host
        may set the cookie.
        """
        name = self._name
        if name is None:
            port = _PORT.search(request_host(scope["headers"]) or "")
            path = re.sub(r"[^A-Za-z0-9]+", "-", str(scope.get("root_path", "")).strip("/"))
            name = COOKIE + (f"_{port[1]}" if port else "") + (f"_{path}" if path else "")
        return f"__Host-{name}" if _is_secure(scope) else name

    def header(self, scope: Mapping[str, Any], session: Session) -> tuple[bytes, bytes]:
        """Return the `Set-Cookie` header that gives a browser its session.

        Args:
            scope: ASGI scope of the request that it answers.
            session: The session.
        """
        left = self._total_age_s - (int(time.time()) - session.born)
        parts = [f"{self.name(scope)}={self.sign(session)}", "Path=/"]
        parts += [f"Max-Age={max(0, min(self._max_age_s, left))}", "HttpOnly", "SameSite=Lax"]
        parts += ["Secure"] if _is_secure(scope) else []
        return b"set-cookie", "; ".join(parts).encode("ascii")


def _mark(subject: str) -> str:
    """Return a hash of the subject for the cookie."""
    return sha256(b"swell person " + subject.encode()).hexdigest()[:16]


def _is_secure(scope: Mapping[str, Any]) -> bool:
    return scope["scheme"] in ("https", "wss")
