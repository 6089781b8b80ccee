"""Words of a text, the same for both databases.

The databases would cut texts differently, and neither cuts Chinese, Japanese, Korean or Thai in a
way that finds a word of two characters. So the cutting is done here: case, accents and width do
not count, and characters of scripts without spaces are single words, searched as a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec

__all__ = ["INDEXED_MAX_CHARS", "Query", "parse_query", "snippet", "to_tsvector", "words"]

INDEXED_MAX_CHARS = 100_000
"""How much of one part can be found, in code points."""

QUERY_MAX_WORDS = 16
"""How many words of a query count."""

WORD_MAX_CHARS = 64
"""How much of a word counts, in code points."""

PREFIX_MIN_CHARS = 3
"""Shortest beginning of a word that finds longer ones; shorter ones are found as they are."""

SNIPPET_CHARS = 200
"""Longest snippet, in code points."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))


def words(text: str) -> list[str]:
    """Return the words of a text in order.

    >>> words("Les élèves — ÉTÉ 2026, 東京都!")
    ['les', 'eleves', 'ete', '2026', '東', '京', '都']
    """
    folded = _folded(text[:INDEXED_MAX_CHARS])
    pattern = _ASCII_WORD if folded.isascii() else _WORD
    return [word[:WORD_MAX_CHARS] for word in pattern.findall(folded)]


class Query(msgspec.Struct, frozen=True):
    """A parsed search query.

    Attributes:
        phrases: Each is a run of words that must follow one another; all must be there.
        prefix: Whether the last word of the last phrase may be the beginning of a longer one.
            That is looked for second: all messages with such words have to be put in order.
    """

    phrases: tuple[tuple[str, ...], ...]
    prefix: bool

    def match(self, user: str, thread: str | None = None, *, prefix: bool) -> str:
        """Write it for FTS5, for the words of one user, in one thread if that is given.

        >>> parse_query('say "hello wor').match("7f", prefix=True)
        'words : "7fsay" AND words : "7fhello" AND words : "7fwor" *'
        >>> parse_query("東京").match("7f", "a0", prefix=False)
        'thread : "a0" AND words : "7f東 7f京"'
        """
        terms = [f'words : "{owned(user, phrase)}"' for phrase in self.phrases]
        if prefix:
            terms[-1] += " *"
        return " AND ".join([*([f'thread : "{thread}"'] if thread else []), *terms])

    def tsquery(self, owner: str, *, prefix: bool) -> str:
        """Write it for PostgreSQL.

        >>> parse_query("東京 wor").tsquery("u1", prefix=True)
        "'@u1' & ('東' <-> '京') & 'wor':*"
        """
        terms = [
            f"'{phrase[0]}'"
            if len(phrase) == 1
            else "(" + " <-> ".join(f"'{word}'" for word in phrase) + ")"
            for phrase in self.phrases
        ]
        if prefix:
            terms[-1] = terms[-1].removesuffix(")") + ":*" + ")" * terms[-1].endswith(")")
        return " & ".join([f"'@{owner}'", *terms])


def parse_query(text: str) -> Query | None:
    """Parse a search query; None if it has no word."""
    phrases = [tuple(words(chunk)) for chunk in re.split(r"[\s_]+", text[:1000])]
    phrases = [phrase for phrase in phrases if phrase][:QUERY_MAX_WORDS]
    if not phrases:
        return None
    last = phrases[-1][-1]
    return Query(tuple(phrases), prefix=len(last) >= PREFIX_MIN_CHARS and text[-1:].isalnum())


def owned(user: str, found: Iterable[str]) -> str:
    """Write words for FTS5 so that they are one user's.

    >>> owned("7f", ["to", "be"])
    '7fto 7fbe'
    """
    return " ".join([user + word for word in found])


def to_tsvector(owners: Iterable[str], found: Iterable[str]) -> str:
    """Write words for PostgreSQL, with their positions and with the tokens of owners.

    >>> to_tsvector(["u1"], ["to", "be", "or", "not", "to", "be"])
    "'@u1' 'to':1,5 'be':2,6 'or':3 'not':4"
    """
    places: dict[str, list[int]] = {}
    for position, word in enumerate(found, 1):
        at = places.setdefault(word, [])
        if len(at) < 255 and position < 16_383:
            at.append(position)
    written = [f"'@{owner}'" for owner in owners]
    for word, at in places.items():
        written.append(f"'{word}':{','.join(map(str, at))}" if at else f"'{word}'")
    return " ".join(written)


def snippet(text: str, query: Query) -> str:
    """Return a line of text around the first word that was found.

    >>> snippet("The quick brown fox\\njumps.", parse_query("fox"))
    'The quick brown fox jumps.'
    """
    line = " ".join(text[: 2 * INDEXED_MAX_CHARS].split())
    if len(line) <= SNIPPET_CHARS:
        return line
    folded = line.lower() if line.isascii() else line.casefold()
    at = -1
    for phrase in query.phrases:
        for spelling in ("".join(phrase), phrase[0]):
            at = folded.find(spelling)
            if at >= 0:
                break
        if at >= 0:
            break
    begin = max(0, min(at, len(line)) - SNIPPET_CHARS // 4)
    if begin:
        space = line.find(" ", begin, begin + 20)
        begin = space + 1 if space >= 0 else begin
    end = begin + SNIPPET_CHARS - 2
    return ("…" if begin else "") + line[begin:end].strip() + ("…" if end < len(line) else "")
