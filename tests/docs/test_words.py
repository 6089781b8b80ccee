"""Spelling and phrases of the docs, docstrings, comments, messages, tests and the interface.

docs/contribute/glossary.md has the words; this test holds the spelling and what to avoid.
"""

from __future__ import annotations

import ast
import functools
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    file
    for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    if file.name not in ("CHANGELOG.md", "glossary.md")  # the glossary names what to avoid
)
MODULES = sorted(ROOT.glob("src/**/*.py"))
TESTS = sorted(ROOT.glob("tests/**/*.py"))
CLIENT = sorted(
    file for file in ROOT.glob("web/src/**/*") if file.suffix in (".ts", ".svelte", ".css")
)
TEXTS = ROOT / "src/swell/locales/en.json"

CODE = {
    "src/swell/chat/store/migrations/versions/r0003_words_of_one_person.py",  # SQL
    "src/swell/cli/broken.py",  # CSS
    "src/swell/server/install.py",  # SVG
    "src/swell/wave/names.py",  # H2O Wave's names
}
"""Modules whose texts are code in American spelling."""

AMERICAN = {
    r"colors?(?!:)|colored|coloring": "colour",
    r"behaviors?": "behaviour",
    r"favors?|favored|favorites?": "favour",
    r"center(ed)?": "centre",
    r"canceled|canceling": "cancelled",
    r"labeled|labeling": "labelled",
    r"modeled|modeling": "modelled",
    r"(recogn|serial|optim|normal|minim|maxim|summar|synchron|organ|sanit|initial|authent)iz\w+": (
        "-ise"
    ),
    r"licenses? (is|of|text)": "licence, the noun",
    r"catalogs?": "catalogue",
    r"gray": "grey",
}
"""American spelling in prose, and the British one. Names in `code` follow their API."""

BANNED = {
    r"of (its|their|your|his|her|our) own": "separate, dedicated, or leave it out",
    r"(go|goes|going|went) on\b": "continue",
    r"whoever": "name them: a client that, a user who",
    r"somebody|nobody": "a user, another user, no user",
    r"takes? over": "accept, replace",
    r"meanwhile": "until then, at the same time",
    r"lend|lends|lent": "serve",
    r"strangers?": "untrusted, unknown",
    r"hand(s|ed|ing)? out": "send, serve, return",
    r"(by|of) (itself|themselves)": "automatically",
    r"knows? nothing": "say what happens",
    r"of theirs": "their",
    r"in safe hands": "acknowledged",
    r"yet to be": "pending",
    r"calm(ly)?": "short",
    r"is told|are told|be told|was told": "gets, receives, is notified",
    r"a sentence that": "a message with",
    r"(?-i:(?<=[.:] )Of) (a|an|the|such|these|several|all)\b": "begin with the subject",
    r"abreast": "in sync",
}
"""Phrases to avoid, and what to write instead."""


def prose(markdown: str) -> str:
    """Return a page with its code, names and addresses blanked, line by line as before."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])

    markdown = re.sub(r"^ *```.*?^ *```$", blank, markdown, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`]*`|\]\([^)]*\)|https?://\S+|<[^>]*>", blank, markdown)


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, prose(node.value)


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "lineno", 1), prose(ast.get_docstring(node) or "")


def comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], prose(token.string)


CLIENT_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*|<!--.*?-->", re.DOTALL)


def client_comments(source: str) -> Iterator[tuple[int, str]]:
    for comment in CLIENT_COMMENT.finditer(source):
        yield source.count("\n", 0, comment.start()) + 1, prose(comment[0])


@functools.cache
def sentences(file: Path) -> list[tuple[int, str]]:
    """Return the prose of a file with the lines that it begins on."""
    return list(_sentences(file))


def _sentences(file: Path) -> Iterator[tuple[int, str]]:
    source = file.read_text(encoding="utf-8")
    if file.relative_to(ROOT).as_posix() in CODE:
        yield from comments(source)
    elif file in TESTS:
        yield from docstrings(ast.parse(source))  # other strings are the data of the test
        yield from comments(source)
    elif file.suffix == ".py":
        yield from strings(ast.parse(source))
        yield from comments(source)
    elif file in CLIENT:
        yield from client_comments(source)
    elif file.suffix == ".md":
        yield 1, prose(source)
    else:
        for number, line in enumerate(source.splitlines(), 1):
            yield number, prose(line.partition(":")[2])


def found(file: Path, banned: dict[str, str]) -> Iterator[str]:
    any_of_them = re.compile(rf"\b(?:{'|'.join(banned)})\b", re.IGNORECASE)
    for first, text in sentences(file):
        if not any_of_them.search(text):
            continue
        for pattern, instead in banned.items():
            for match in re.finditer(rf"\b({pattern})\b", text, re.IGNORECASE):
                line = first + text.count("\n", 0, match.start())
                yield f"{file.relative_to(ROOT)}:{line}: {match[0]!r}; write: {instead}"


@pytest.mark.parametrize("banned", [AMERICAN, BANNED], ids=["spelling", "phrases"])
def test_the_words_are_those_of_the_glossary(banned: dict[str, str]) -> None:
    files = [*PAGES, *MODULES, *TESTS, *CLIENT, TEXTS]
    assert not [one for file in files for one in found(file, banned)]


def test_a_phrase_is_named_with_its_file_and_line() -> None:
    page = ROOT / "docs" / "howto" / "stop.md"
    (line,) = found(page, {"add a stop button": "x"})
    assert line.startswith("docs/howto/stop.md:1: 'Add a stop button'")


def test_the_comments_of_the_client_are_read() -> None:
    view = ROOT / "web/src/markdown/view.ts"
    (line,) = found(view, {"markdown that grows while": "x"})
    assert line.startswith("web/src/markdown/view.ts:2: 'Markdown that grows while'")
    assert len(CLIENT) > 200


def test_the_texts_of_the_interface_are_read() -> None:
    assert json.loads(TEXTS.read_text(encoding="utf-8"))
    assert any("Retry" in text for _, text in sentences(TEXTS))
