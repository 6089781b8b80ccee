"""The texts of every language, and what ties them to the code that shows them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

import swell
from swell import errors, locales
from swell.chat.records import Limits
from swell.locales import LOCALES, Words, words_of
from swell.parts import Incomplete
from tests.conftest import ROOT

SOURCES = Path(swell.__file__).parent
TABLES = ("language", "failures", "incomplete", "budgets", "admin")
TEXTS = [name for name in Words.__struct_fields__ if name not in TABLES]
ALIKE = {("de", "link"), ("es", "no"), ("es", "error_number")}
ALIKE |= {("fr", "assistant"), ("fr", "conversation"), ("fr", "place_cards")}
ALIKE |= {("de", "place_chat"), ("es", "place_chat")}
ALIKE |= {(locale, unit) for locale in ("es", "fr") for unit in ("hours", "minutes")}
"""Texts that are the same as in English."""


def python_sources() -> str:
    files = sorted(SOURCES.rglob("*.py"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def file_of(locale: str) -> dict[str, Any]:
    text = (SOURCES / "locales" / f"{locale}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def values(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def leaves(node: dict[str, Any]) -> Iterator[str]:
    for value in node.values():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield value


def test_the_languages_are_the_files() -> None:
    assert LOCALES[0] == "en"
    assert sorted(LOCALES) == sorted(file.stem for file in (SOURCES / "locales").glob("*.json"))
    assert words_of("tlh") is words_of("en")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", TEXTS)
def test_a_text_takes_the_same_values_in_every_language(locale: str, key: str) -> None:
    english, own = (getattr(words, key) for words in (words_of(), words_of(locale)))
    assert own.strip() == own != ""
    assert values(own) == values(english)
    if locale != "en":
        assert (own == english) == ((locale, key) in ALIKE)
    # What is put in may begin and end with any character, and is to stay bold.
    for before, after in re.findall(r"(.?)\*\*[^*]+\*\*(.?)", own):
        assert before in ("", " ", "¿")
        assert not after.isalnum()


@pytest.mark.parametrize("key", TEXTS)
def test_arabic_begins_with_arabic_so_that_it_runs_from_right_to_left(key: str) -> None:
    text = re.sub("\u2068.*?\u2069", "", getattr(words_of("ar"), key))  # what does not count
    strong = (unicodedata.bidirectional(c) for c in text)
    assert next(kind for kind in strong if kind in ("L", "R", "AL")) == "AL"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"save": None}, "missing required field `save`"),
        ({"later": "Later"}, "unknown field `later`"),
    ],
)
def test_a_file_that_lacks_a_text_or_has_one_too_many_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None], said: str
) -> None:
    made = file_of("en")
    chat = made["server"]["chat"] | change
    made["server"]["chat"] = {name: text for name, text in chat.items() if text is not None}
    (tmp_path / "tlh.json").write_text(json.dumps(made))
    monkeypatch.setattr(locales, "_FOLDER", tmp_path)
    monkeypatch.setattr(locales, "LOCALES", ("en", "tlh"))
    with pytest.raises(msgspec.ValidationError, match=said):
        words_of("tlh")


def test_no_text_is_there_that_nothing_reads() -> None:
    used = set(re.findall(r"\.(\w+)", python_sources()))
    assert [key for key in TEXTS if key not in used] == []


def test_each_reason_for_an_early_end_has_a_sentence() -> None:
    reasons = set(get_args(get_type_hints(Incomplete)["reason"]))
    assert all(words_of(locale).incomplete.keys() == reasons for locale in LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_limit_of_a_user_that_is_shown_has_a_line(locale: str) -> None:
    limits = set(Limits.__struct_fields__) - {"prompts_per_minute", "runs"}
    shown = words_of(locale).budgets
    assert shown.keys() == limits
    assert {tuple(values(line)) for line in shown.values()} == {("limit", "used")}


def test_failures_are_told_apart_by_the_codes_of_errors() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.code for kind in kinds if issubclass(kind, errors.SwellError)}
    others = {"busy", "empty_answer", "handler_failed"}
    assert set(words_of().failures) <= codes | others
    assert {kind.code for kind in kinds if issubclass(kind, errors.ModelError)} <= set(
        words_of().failures
    )


def test_an_english_sentence_is_written_once() -> None:
    """Also not in a source beside the file; short ones may be there for another reason."""
    client = [*(ROOT / "web/src").rglob("*.ts"), *(ROOT / "web/src").rglob("*.svelte")]
    shown = [file.read_text(encoding="utf-8") for file in client if ".test." not in file.name]
    everything = "\n".join([python_sources(), *shown])
    english = file_of("en")
    sentences = [text for text in leaves(english) if text.endswith(".") and "{" not in text]
    assert len(sentences) > 50
    assert [text for text in sentences if f'"{text}"' in everything] == []
    both = set(leaves(english["both"]))
    assert both.isdisjoint(leaves(english["server"]))
    assert both.isdisjoint(leaves(english["client"]))
