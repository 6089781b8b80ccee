"""Access of programs that push: the access key, or this machine alone."""

from __future__ import annotations

import base64
import binascii
import hmac

from starlette.requests import Request

from swell.server.direct import is_direct, is_loopback
from swell.settings.table import Settings

__all__ = ["refusal"]

_BROWSER = ("origin", "sec-fetch-site", "sec-fetch-mode")


def refusal(request: Request, settings: Settings) -> tuple[int, str] | None:
    """Return the status and the reason why a request may not push; None if it may.

    With a key, the request needs it as basic authentication. Without one, only programs on this
    machine may push, and only while the server listens on an address of this machine alone.
    Requests of web pages are refused, whatever they carry.
    """
    if any(name in request.headers for name in _BROWSER):
        return 403, "Programs push, web pages do not."
    secret = settings.access_key_secret
    if secret is not None:
        given = _basic(request.headers.get("authorization", ""))
        wanted = f"{settings.access_key_id}:{secret}".encode()
        if hmac.compare_digest(given, wanted):
            return None
        return 401, (
            "The access key is missing or wrong. Set H2O_WAVE_ACCESS_KEY_ID and "
            "H2O_WAVE_ACCESS_KEY_SECRET to those of the server."
        )
    if is_loopback(settings.host) and is_direct(request):
        return None
    return 403, (
        "Without an access key only programs on the server's machine may push, without a proxy, "
        "and only while it listens on 127.0.0.1. Set SWELL_ACCESS_KEY_SECRET on both sides."
    )


def _basic(header: str) -> bytes:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
