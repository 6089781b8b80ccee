"""The logo on the pages of sign-in."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from swell.errors import SettingError
from swell.settings.table import Settings

__all__ = ["LOGO", "Logo"]

LOGO = "/_auth/logo"

LOGO_MAX = 1 << 20
"""Largest file, in bytes."""

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}


class Logo:
    """A picture, read once.

    Args:
        body: Its bytes.
        kind: Its media type.
    """

    def __init__(self, body: bytes, kind: str) -> None:
        self._body, self._kind = body, kind

    @classmethod
    def of(cls, settings: Settings) -> Logo | None:
        """Return the logo of the settings; None without one.

        Raises:
            SettingError: If it cannot be used.
        """
        if settings.sign_in_logo is None:
            return None
        path = Path(settings.sign_in_logo).expanduser()
        source, kind = f"SWELL_SIGN_IN_LOGO={path}", _TYPES.get(path.suffix.lower())
        if kind is None:
            raise SettingError("sign_in_logo", source, "expected a PNG, JPEG, WebP or SVG file")
        try:
            body = path.read_bytes()
        except OSError as error:
            raise SettingError("sign_in_logo", source, error.strerror or str(error)) from None
        if len(body) > LOGO_MAX:
            raise SettingError("sign_in_logo", source, "it is larger than 1 MiB")
        return cls(body, kind)

    def answer(self) -> Response:
        """Return the answer to a request for it."""
        headers = {
            "content-type": self._kind,
            "cache-control": "public, max-age=3600",
            "x-content-type-options": "nosniff",
            # an SVG may be opened on its own
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        }
        return Response(self._body, headers=headers)
