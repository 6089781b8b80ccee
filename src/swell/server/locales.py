"""The languages of the interface, and which of them a page is in.

The words themselves are in the client (`web/src/i18n`); the server only chooses, so that the first
thing drawn is in the right language and direction already.
"""

from __future__ import annotations

import re

from swell.settings.table import Settings

__all__ = ["LOCALES", "NOSCRIPT", "TOO_OLD", "html_language", "page_locale"]

LOCALES = ("en", "de", "es", "fr", "zh", "ja", "ar")
"""Languages there are words for; the first is spoken when nothing else fits."""

NOSCRIPT = {
    "en": "This page is a live app and needs JavaScript.",
    "de": "Diese Seite ist eine App und braucht JavaScript.",
    "es": "Esta página es una aplicación y necesita JavaScript.",
    "fr": "Cette page est une application et a besoin de JavaScript.",
    "zh": "此页面需要 JavaScript。",
    "ja": "このページはアプリのため、JavaScript が必要です。",
    "ar": "هذه الصفحة تطبيق يحتاج إلى JavaScript.",
}

TOO_OLD = {
    "en": "This browser is too old for this page. Please update it.",
    "de": "Dieser Browser ist zu alt für diese Seite. Bitte aktualisieren Sie ihn.",
    "es": "Este navegador es demasiado antiguo para esta página. Actualícelo.",
    "fr": "Ce navigateur est trop ancien pour cette page. Veuillez le mettre à jour.",
    "zh": "此浏览器版本过旧。请更新浏览器。",
    "ja": "このブラウザは古いため、このページを表示できません。更新してください。",
    "ar": "هذا المتصفح قديم جدًا لعرض هذه الصفحة. يُرجى تحديثه.",
}
"""Shown by the style sheet where a browser lacks what the client needs; no script has to run."""

_MOST_RANGES = 32
_WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")


def html_language(locale: str) -> tuple[str, str]:
    """Return the `lang` and `dir` of a page: its tag, and which way it is written."""
    return "zh-Hans" if locale == "zh" else locale, "rtl" if locale == "ar" else "ltr"


def page_locale(settings: Settings, accept_language: str) -> str:
    """Return the language of a page.

    Args:
        settings: Its `locale` counts, unless it is `auto`.
        accept_language: What the browser asks for, the header of that name; it may be empty.

    >>> page_locale(Settings(), "pt-BR, de-AT;q=0.8, en;q=0.5")
    'de'
    """
    if settings.locale != "auto":
        return settings.locale
    wanted = [_range(item) for item in accept_language.split(",")[:_MOST_RANGES]]
    # sorted() keeps the order of what is wanted equally
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
