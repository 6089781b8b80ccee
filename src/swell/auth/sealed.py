"""Encryption of tokens and of pending sign-ins, with a key made from the secret of the sessions."""

from __future__ import annotations

import base64
import binascii
import secrets

__all__ = ["Sealer"]

_NONCE = 12


class Sealer:
    """Encrypts and authenticates short texts (AES-256-GCM); needs the package `cryptography`.

    Args:
        key: 32 bytes, the same in all processes of the service.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, text: bytes, purpose: str) -> str:
        """Return a text encrypted, as characters that are safe in URLs and cookies.

        Args:
            text: What to encrypt.
            purpose: What it is for; it opens for the same purpose only.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._key).encrypt(nonce, text, purpose.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> bytes | None:
        """Return the text; None if it was sealed with another key or for another purpose."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = base64.urlsafe_b64decode(sealed)
            return AESGCM(self._key).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode())
        except (InvalidTag, binascii.Error, ValueError):
            return None
