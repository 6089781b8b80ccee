"""Links to stored files: signed for one browser and user, valid at every process of a service.

A link says which file it is and through which route its owner may have it. Its signature covers the
owner as well, whom the link does not name: for everyone else it is an unknown address.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

__all__ = ["Link", "Links"]

_ROUTE, _FILE, _SHARE, _MAC = 8, 16, 32, 16


class Link(NamedTuple):
    """What the address of a stored file holds.

    Attributes:
        route: Mark of the route of its app.
        file_id: Id of the file.
        share: Hash of the token by which it is read; empty for its owner.
        mac: The signature.
    """

    route: bytes
    file_id: str
    share: str
    mac: bytes


class Links:
    """Signs links to stored files and reads them.

    Args:
        key: Signing key, the same at all processes of a service; None makes a random one.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def make(self, owner: str, route: str, file_id: str, share: str = "") -> str:
        """Return the part of an address that names a file.

        Args:
            owner: Who may fetch it: a browser, and the user who is signed in there.
            route: Route of the app that has the file.
            file_id: Its id, 32 hexadecimal digits.
            share: Hash of a share token, 64 hexadecimal digits; empty for none.
        """
        what = _mark(route) + bytes.fromhex(file_id) + bytes.fromhex(share)
        return base64.urlsafe_b64encode(what + self._mac(what, owner)).decode().rstrip("=")

    def read(self, text: str) -> Link | None:
        """Return what a link says, which is not proven before `proves`; None if it is no link."""
        raw = _decoded(text)
        if len(raw) not in (_ROUTE + _FILE + _MAC, _ROUTE + _FILE + _SHARE + _MAC):
            return None
        file, share = raw[_ROUTE : _ROUTE + _FILE], raw[_ROUTE + _FILE : -_MAC]
        return Link(raw[:_ROUTE], file.hex(), share.hex(), raw[-_MAC:])

    def proves(self, link: Link, owner: str) -> bool:
        """Return whether a link was made for this owner."""
        what = link.route + bytes.fromhex(link.file_id) + bytes.fromhex(link.share)
        return hmac.compare_digest(link.mac, self._mac(what, owner))

    @staticmethod
    def route(link: Link, routes: Iterable[str]) -> str | None:
        """Return which of these routes a link names; None for none."""
        return next((route for route in routes if _mark(route) == link.route), None)

    def client(self, session_id: str, route: str) -> str:
        """Return a new id of a tab, by which every process knows its session and route."""
        what = secrets.token_bytes(_FILE) + _mark(route)
        return base64.urlsafe_b64encode(what + self._client_mac(what, session_id)).decode()

    def route_of_client(self, client_id: str, session_id: str, routes: Iterable[str]) -> str | None:
        """Return the route of a tab of a session; None if it is not one of these."""
        raw = _decoded(client_id)
        what, mac = raw[: _FILE + _ROUTE], raw[_FILE + _ROUTE :]
        if not hmac.compare_digest(mac, self._client_mac(what, session_id)):
            return None
        return next((route for route in routes if _mark(route) == what[_FILE:]), None)

    def _mac(self, what: bytes, owner: str) -> bytes:
        text = b"file" + len(what).to_bytes(1) + what + owner.encode()
        return hmac.digest(self._key, text, sha256)[:_MAC]

    def _client_mac(self, what: bytes, session_id: str) -> bytes:
        # 9 bytes: the id has no padding then, and guesses are limited.
        return hmac.digest(self._key, b"client" + what + session_id.encode(), sha256)[:9]


def _mark(route: str) -> bytes:
    return sha256(route.encode()).digest()[:_ROUTE]


def _decoded(text: str) -> bytes:
    """Return the bytes of a text that this module wrote; none for any other spelling of them."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == text else b""
