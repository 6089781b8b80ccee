"""Names of files: made harmless, and the media type that they claim."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePath

__all__ = ["mime_of", "safe_name"]

NAME_MAX_BYTES = 255

_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    port + digit for port in ("COM", "LPT") for digit in "0123456789¹²³"
}
"""Names that Windows reserves, whatever ending they have."""
# Types that Python's table lacks or reads from the machine.
_TYPES = {
    ".avif": "image/avif",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".md": "text/markdown",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


def safe_name(raw: str) -> str:
    """Return a file name that is harmless to show, to send in a header and to save anywhere.

    Folders go, whichever slash separates them; so do control and text-direction characters and
    what Windows reserves, but for the quotation mark: browsers replace that when they save a file.
    The ending is kept when a long name is cut.

    Args:
        raw: The name as sent, not trusted.

    Returns:
        1 to 255 bytes of UTF-8, without any path meaning.
    """
    text = raw.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\\", "/").rpartition("/")[2]
    # other spaces become the one that everything can show; what cannot be shown goes: control
    # and format characters (which are the direction marks), private use, unassigned
    text = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    text = "".join(c for c in text if c.isprintable())
    text = unicodedata.normalize("NFC", text)  # last: an accent may follow its letter only now
    text = re.sub(r"[<>:|?*]", "_", text)
    text = _cut(text.strip(" ").rstrip(". "))
    if text.partition(".")[0].rstrip(" ").upper() in _DEVICES:  # Windows ignores the spaces
        text = _cut("_" + text)
    return text or "file"


def _cut(text: str) -> str:
    if len(text.encode()) <= NAME_MAX_BYTES:
        return text
    stem, dot, ending = text.rpartition(".")
    if not stem or len(ending.encode()) > 16:
        stem, dot, ending = text, "", ""
    room = NAME_MAX_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + ending


def mime_of(name: str) -> str:
    """Return the media type that the ending of a name claims."""
    ending = PurePath(name).suffix.lower()
    guess = _TYPES.get(ending) or mimetypes.guess_type(f"x{ending}")[0]
    return guess or "application/octet-stream"
