"""Which language a page is in."""

from __future__ import annotations

import pytest

from swell import Q
from swell.errors import SettingError
from swell.locales import LOCALES, words_of
from swell.server.locales import page_locale
from swell.server.static import ClientBundle
from swell.settings.load import load_settings
from swell.settings.table import Settings
from swell.testing import serving


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("tlh, pt-BR;q=0.9, es-MX;q=0.3, fr;q=0.7", "fr"),
        ("ZH-hant-TW", "zh"),
        ("ja;q=0, ar;q=0.001", "ar"),
        ("*", "en"),
        ("de;q=nan, fr;q=2, ja;q=-1, es;q", "en"),
        (",,;;q=1,de ; q=0.4", "de"),
    ],
)
def test_the_first_language_that_the_browser_asks_for_is_spoken(asked: str, spoken: str) -> None:
    assert page_locale(Settings(), asked) == spoken


def test_the_setting_counts_more_than_the_browser() -> None:
    settings = load_settings({"SWELL_LOCALE": "JA"}, {})
    assert page_locale(settings, "de") == "ja"
    with pytest.raises(SettingError, match=r"SWELL_LOCALE.*auto, en, ar, de, es, fr, ja, zh"):
        load_settings({"SWELL_LOCALE": "klingon"}, {})


def test_a_header_without_end_costs_little() -> None:
    assert page_locale(Settings(), "x," * 100_000 + "de") == "en"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("settings", "spoken"),
    [(Settings(), ["de", "en"]), (Settings(locale="fr"), ["fr", "fr"])],
)
async def test_a_handler_knows_the_language_of_its_page(
    settings: Settings, spoken: list[str]
) -> None:
    seen: list[str] = []

    async def serve(q: Q) -> None:
        seen.append(q.locale)

    async with serving(serve, settings=settings) as app:
        await app.tab(language="de-AT, en;q=0.5")
        await app.tab()
    assert seen == spoken


def test_every_language_is_known_on_both_sides() -> None:
    bundle = ClientBundle.load()
    assert {"en", *bundle.words} == set(LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_says_its_language_and_direction_and_loads_its_words_at_once(locale: str) -> None:
    bundle = ClientBundle.load()
    page = bundle.render_html(prefix="/x", route="/", locale=locale).decode()
    own = words_of(locale)
    assert f'<html lang="{own.language.tag}" dir="{own.language.direction}">' in page
    assert (own.language.direction == "rtl") == (locale == "ar")
    assert own.noscript in page
    assert own.too_old in page
    words = [name for name in bundle.words.values() if name in page]
    assert words == ([bundle.words[locale]] if locale != "en" else [])
