"""`About`: what a setting's annotation says beyond its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["About"]


class About(NamedTuple):
    """Metadata in a field's annotation, beyond its type."""

    help: str
    least: float | None = None
    most: float | None = None
    wave: str = ""
    flag: str = ""
    secret: bool = False
    sent: bool = False  # to browsers, in `welcome`
    parse: Callable[[str], Any] | None = None
    choices: tuple[str, ...] = ()
