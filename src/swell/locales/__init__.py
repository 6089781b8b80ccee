"""Texts of Swell, one JSON file for each language, for the server and the browser.

A file has four parts: facts about the language, texts that both sides show, those of the server and
those of the client. This module reads its parts at run time, each language when it is first needed;
`web/tools/words.ts` compiles the others into the client. The files lie here, and not beside both
sides, so that a checkout and an installed package find them at the same place.

A text puts values in by name, as in `{limit}`; in Markdown it sets them off by spaces, so that a
title may begin and end with any character, and in Arabic by isolates, so that a Latin one leaves
the order alone.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["LOCALES", "Language", "Words", "words_of"]

_FOLDER = Path(__file__).parent


class Language(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts about a language.

    Attributes:
        tag: Its tag in HTML, such as `zh-Hans`.
        direction: `ltr` or `rtl`.
        thousands: Separator of thousands, as in the browser.
    """

    tag: str
    direction: str
    thousands: str


class Words(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The texts of the server in a language; see the English file."""

    language: Language
    failures: dict[str, str]
    """Why an answer failed, by the codes of `swell.errors`."""
    incomplete: dict[str, str]
    """Why an answer ends early, by the reasons of the part `Incomplete`."""
    budgets: dict[str, str]
    """How much of a limit is used, by the fields of `swell.chat.Limits`."""

    # The page before and without the client
    noscript: str
    too_old: str

    # Shared with the client
    assistant: str
    you: str
    conversation: str
    send: str
    stopped: str
    yes: str
    no: str
    undo: str
    close: str
    error_number: str

    # The menus of the sidebar, and its title while it shows the archive
    settings: str
    archived: str
    back: str
    import_chat: str
    share: str
    export: str

    # Where a phone shows either the conversation or the app's cards
    place_chat: str
    place_cards: str

    # Panels
    save: str
    settings_hold: str
    usage: str
    usage_holds: str
    sharing: str
    share_who: str
    share_until: str
    shared_already: str
    link: str
    new_link: str
    share_ask: str
    share_organisation: str
    works_until: str
    no_end: str
    open_to: str
    open_to_all: str
    open_to_organisation: str
    forbidden: str
    end_sharing: str
    exporting: str
    export_forms: str

    # A value in the settings that does not fit
    number: str
    whole_number: str
    between: str
    misfit: str

    # Notices above the page
    waiting: str
    behind: str
    missing: str
    deleted: str
    removed: str
    unshared: str

    # Refusals
    away: str
    gone: str
    too_long: str
    files_lost: str
    restarting: str
    too_many: str
    queue_full: str
    too_fast: str
    used_up: str
    all_used_up: str
    storage_full: str
    my_storage_full: str
    hours: str
    minutes: str
    not_saved: str
    not_open: str
    unreadable: str
    no_chat: str
    no_json: str
    no_format: str
    no_version: str
    too_big: str
    too_many_values: str
    too_deep: str
    no_fit: str

    # The page for administrators, by name
    admin: dict[str, str]

    # Sign-in and sign-out
    sign_in: str
    sign_in_to: str
    user_name: str
    password: str
    sign_in_with: str
    alternatively: str
    wrong_password: str
    too_many_attempts: str
    no_sign_in: str
    foreign_form: str
    sign_in_failed: str
    not_allowed: str
    signed_in_as: str
    go_on: str
    sign_out: str
    signed_out: str
    sign_ins: str
    this_browser: str
    last_used: str
    signed_in_since: str
    sign_out_everywhere: str
    sign_in_cancelled: str
    sign_in_expired: str
    provider_away: str
    provider_failed: str
    error_code: str

    # How an answer ended, in a Markdown export
    interrupted: str

    # In place of an answer that waits
    queued: str

    # Questions in the middle of an answer, and what came of them
    allow: str
    no_answer: str
    unanswered: str

    def grouped(self, number: int) -> str:
        """Return a number as the browser writes it, its thousands set apart.

        >>> words_of("de").grouped(100_000)
        '100.000'
        """
        return f"{number:,}".replace(",", self.language.thousands)


LOCALES = ("en", *sorted({file.stem for file in _FOLDER.glob("*.json")} - {"en"}))
"""Languages there are texts for; English is the first, and spoken when nothing else fits."""


class _Both(msgspec.Struct):
    common: dict[str, str]
    failures: dict[str, str]
    incomplete: dict[str, str]


class _Server(msgspec.Struct):
    document: dict[str, str]
    chat: dict[str, str]
    admin: dict[str, str]
    sign_in: dict[str, str] = msgspec.field(name="signIn")
    budgets: dict[str, str]


class _File(msgspec.Struct):
    language: dict[str, str]
    both: _Both
    server: _Server


def words_of(locale: str = "en") -> Words:
    """Return the texts of a language; the English ones when there are none.

    Raises:
        msgspec.ValidationError: If its file lacks a text, or has one that nothing reads.
    """
    return _read(_FOLDER / f"{locale if locale in LOCALES else 'en'}.json")


@functools.cache
def _read(path: Path) -> Words:
    file = msgspec.json.decode(path.read_bytes(), type=_File)
    texts: dict[str, Any] = {**file.both.common, **file.server.document, **file.server.chat}
    texts |= file.server.sign_in
    texts |= {"language": file.language, "failures": file.both.failures}
    texts |= {"incomplete": file.both.incomplete, "budgets": file.server.budgets}
    texts["admin"] = file.server.admin
    return msgspec.convert(texts, Words)
