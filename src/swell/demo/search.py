"""Find the passages of the documentation that answer a question.

Pages are split at their headings. SQLite's FTS5 indexes the sections in memory and
ranks them with BM25; there is nothing to install and nothing to start.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_WORDS = 24
"""Most words of a question that are searched for; the rest is ignored."""

MIN_COVERAGE = 0.6
"""Weighted share of the question's words a section must have to count as an answer."""

WEIGHTS = (4.0, 6.0, 1.0)
"""How much a word counts in the page's title, in the heading, and in the text."""

GUIDES = ("index", "tutorial/", "howto/", "cards/")
"""Where to look first: pages that show how to do something."""

# Stop words.
_STOP_WORDS = """
a about all am an and any are as at available be been but by can contain contains could did do
does doing don exist exists for from get give had happen happens has have hello help hi how i if
in is it its just let like make many me mean means much my need no not of on one or our out please
put shall should show so some tell than thanks that the their them then there these they thing
this to too up us use used using very want was way we were what when where which who why will with
work works would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# FTS5 wraps each match in these, so that words are stemmed only once.
MARK, UNMARK = "\x02", "\x03"


@dataclass(frozen=True)
class Page:
    """One file of the documentation.

    Attributes:
        path: Its place, such as `howto/stop`, without the ending.
        title: Its first heading.
        text: Its Markdown, ready to be shown by the app.
    """

    path: str
    title: str
    text: str

    @property
    def link(self) -> str:
        """Where the app shows this page."""
        return f"#docs/{self.path}"


@dataclass(frozen=True)
class Section:
    """The part of a page under one heading."""

    page: Page
    heading: str
    text: str

    @property
    def name(self) -> str:
        """Page title and heading, for a link that leads here."""
        if self.heading == self.page.title:
            return self.heading
        return f"{self.page.title}: {self.heading}"


@dataclass(frozen=True)
class Hit:
    """A section that answers a question.

    Attributes:
        section: The section found.
        marked: Its text with every word of the question between `MARK` and `UNMARK`.
    """

    section: Section
    marked: str


def docs_dir() -> Path:
    """Return the folder of the documentation: in the package, or in the checkout."""
    here = Path(__file__).resolve()
    for folder in (here.parent / "docs", here.parents[3] / "docs"):
        if (folder / "index.md").is_file():
            return folder
    raise FileNotFoundError("the documentation is missing from this installation of Swell")


def load_pages(folder: Path) -> list[Page]:
    """Read every page below `folder`, in the order of their paths."""
    pages = []
    for file in sorted(folder.rglob("*.md")):
        path = file.relative_to(folder).with_suffix("").as_posix()
        text = _for_the_app(file.read_text(encoding="utf-8"), path)
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), path)
        pages.append(Page(path, title, text))
    return pages


def split(page: Page) -> Iterator[Section]:
    """Split a page at its headings; a section without text is left out."""
    heading, lines, fenced = page.title, list[str](), False
    for line in [*page.text.splitlines(), "# "]:
        fenced ^= line.startswith("```")
        if fenced or not (found := re.match(r"#{1,3} (.*)", line)):
            lines.append(line)
            continue
        if text := "\n".join(lines).strip():
            yield Section(page, heading, text)
        heading, lines = found[1], []


def words_of(question: str) -> list[str]:
    """Return the words worth searching for, each once, in order."""
    words = re.findall(r"\w+", question.lower())
    return list(dict.fromkeys(word for word in words if word not in STOP_WORDS))[:MAX_WORDS]


class Index:
    """A full-text index over sections, held in memory.

    Example:
        >>> index = Index([Page("tea", "Tea", "# Tea\\n\\nSteep green tea for two minutes.")])
        >>> [hit.section.page.path for hit in index.search("For how long is green tea steeped?")]
        ['tea']
        >>> index.search("Who painted this?")
        []
    """

    def __init__(self, pages: Iterable[Page]) -> None:
        self.pages = {page.path: page for page in pages}
        self._sections = [
            section
            for page in self.pages.values()
            for section in split(page)
            # The lists of links on the first page only repeat titles.
            if page.path != "index" or section.heading == page.title
        ]
        self._db = sqlite3.connect(":memory:")
        self._db.execute(
            "CREATE VIRTUAL TABLE sections USING fts5"
            "(title, heading, body, tokenize = 'porter unicode61')"
        )
        self._db.executemany(
            "INSERT INTO sections (rowid, title, heading, body) VALUES (?, ?, ?, ?)",
            [(i, s.page.title, s.heading, s.text) for i, s in enumerate(self._sections)],
        )

    def search(self, question: str, limit: int = 6) -> list[Hit]:
        """Return the sections that answer a question, best first.

        Args:
            question: Anything a user may type.
            limit: Most sections returned.

        Returns:
            At most `limit` hits; none when no section has enough of the question's words.
        """
        words = words_of(question)
        if not words:
            return []
        found = {word: self._rows_with(word) for word in words}
        # A rare word weighs more than a frequent one, and one that no page has weighs most.
        weight = {w: math.log1p(len(self._sections) / (len(found[w]) + 0.5)) for w in words}
        total = sum(weight.values())
        rows = self._db.execute(
            "SELECT rowid, bm25(sections, ?, ?, ?), highlight(sections, 2, ?, ?)"
            " FROM sections WHERE sections MATCH ?",
            (*WEIGHTS, MARK, UNMARK, " OR ".join(map(_quoted, words))),
        )
        ranked = []
        for row, score, marked in rows:  # the lower the score, the better the match
            coverage = sum(weight[word] for word in words if row in found[word]) / total
            if coverage >= MIN_COVERAGE:
                guide = self._sections[row].page.path.startswith(GUIDES)
                ranked.append((score * coverage**2 * (1.5 if guide else 1), row, marked))
        ranked.sort()
        return [Hit(self._sections[row], marked) for _, row, marked in ranked[:limit]]

    def _rows_with(self, word: str) -> set[int]:
        query = "SELECT rowid FROM sections WHERE sections MATCH ?"
        return {row for (row,) in self._db.execute(query, (_quoted(word),))}


def _quoted(word: str) -> str:
    """Return `word` as an FTS5 string; it holds no quote, since `\\w` matches none."""
    return f'"{word}"'


def _for_the_app(text: str, path: str) -> str:
    """Make a page readable inside the app: links lead to `#docs/...`, pictures stay out."""
    folder = Path(path).parent

    def link(found: re.Match[str]) -> str:
        target = (folder / found[1]).parts
        kept: list[str] = []
        for part in target:
            if part == "..":
                kept = kept[:-1]
            else:
                kept.append(part)
        return f"](#docs/{'/'.join(kept)})"

    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    for i in range(0, len(parts), 2):  # the odd ones are code, which is not changed
        part = re.sub(r"^(<!--.*?-->|!\[.*\]\(.*\))\n+", "", parts[i], flags=re.MULTILINE)
        parts[i] = re.sub(r"\]\((?!\w+:)([\w./-]+)\.md(?:#[\w-]*)?\)", link, part)
    return "".join(parts)
