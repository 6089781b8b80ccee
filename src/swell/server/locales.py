"""Which language a page is in.

The server chooses, so that the first thing drawn is in the right language and direction already.
"""

from __future__ import annotations

import re

from swell.locales import LOCALES
from swell.settings.table import Settings

__all__ = ["page_locale"]

_MOST_RANGES = 32
_WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")


def page_locale(settings: Settings, accept_language: str) -> str:
    """Return the language of a page.

    Args:
        settings: Its `locale` counts, unless it is `auto`.
        accept_language: The header of that name; may be empty.

    >>> page_locale(Settings(), "pt-BR, de-AT;q=0.8, en;q=0.5")
    'de'
    """
    if settings.locale != "auto":
        return settings.locale
    wanted = [_range(item) for item in accept_language.split(",")[:_MOST_RANGES]]
    # sorted() keeps the order of equal weights
    for weight, language in sorted(wanted, key=lambda one: -one[0]):
        if weight > 0 and language in LOCALES:
            return language
    return LOCALES[0]


def _range(item: str) -> tuple[float, str]:
    """Read `de-AT;q=0.8` as its weight and the language without a region."""
    tag, _, weight = item.partition(";")
    given = _WEIGHT.fullmatch(weight.strip()) if weight else None
    worth = float(given[1]) if given else float(not weight)
    return worth, tag.strip().partition("-")[0].lower()
