"""Request ids: the field `request` of log lines."""

from __future__ import annotations

import re
import secrets

from starlette.types import Scope

from .identity import direct_peer
from .limits import is_proxy

__all__ = ["request_id"]

_FORM = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


def request_id(scope: Scope, trusted_proxies: tuple[str, ...]) -> str:
    """Return the id that a trusted proxy gives a request in `X-Request-ID`, or a new one.

    Args:
        scope: Scope of the request.
        trusted_proxies: The setting of that name.
    """
    peer = direct_peer(scope)
    if peer and is_proxy(peer, trusted_proxies):
        given = [value for name, value in scope["headers"] if name == b"x-request-id"]
        if len(given) == 1 and _FORM.fullmatch(given[0]):
            return str(given[0].decode("ascii"))
    return secrets.token_hex(8)
