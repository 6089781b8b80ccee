"""Every regular expression that reads untrusted text takes time in proportion to it.

The list is found in the sources: each `re.compile`, `re.sub` and the like is either tried on its
worst cases or named below with the reason why it never sees a long text of others. So a new one
fails until it is one or the other.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from swell.chat.runs.title import plain_line

from .conftest import ROOT

SAFE = {
    "settings.values": "settings of the operator",
    "components.element": "names and addresses that the app writes",
    "demo.search": "the documentation that comes with the package",
    "demo.answer": "answers that the demo itself has written",
    "cli.serve": "escaped text of an exception between sets of blanks, and one set of line ends",
}

# Tried through what calls them, which cuts each line to 500 characters first.
WHOLE = {"chat.runs.title": plain_line}

PREFIXES = ["", "[", "![", "[a](", "`", "```", "~~~", "- ", "1. ", "#", "q=", "stored:", " - at `"]
PIECES = [
    *" \t\n\ra1.,:;!?()[]{}|*_~`-+=#<>&\"'/\\$@%^\u00a0\u200b\u2028\u0301\u3002\ud55c\U0001f600",
    *["- ", "-\t", "* ", "\n ", " \n", "[a", "[a](", "![", "](", "()", "[]", "``", "` ", "a b "],
    *["a.", "1.", "q=0.", "a: ", "a (", "**a", "e\u0301", "con.", "| ", "\n\n", "<a", "\\a"],
]


def found() -> Iterator[tuple[str, str, str | bytes, int]]:
    """Yield module, function, pattern and flags of each use of `re` in the package."""
    for path in sorted((ROOT / "src/swell").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        name = name.removesuffix(".__init__")
        short = name.removeprefix("swell.")
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name("re"), attr=use), args=[pattern, *_]
                ):
                    if use == "escape" or short in {*SAFE, *WHOLE} or ".versions." in name:
                        continue
                    values = vars(importlib.import_module(name))
                    text = eval(compile(ast.Expression(pattern), name, "eval"), dict(values))
                    flags = [word.value for word in node.keywords if word.arg == "flags"]
                    flags += [a for a in node.args[1:] if "re." in ast.unparse(a)]
                    each = [eval(ast.unparse(flag), {"re": re}) for flag in flags]
                    yield short, use, text, sum(map(int, each))


EACH = sorted(set(found()), key=repr)


def taken(use: str, regex: re.Pattern[Any], text: str | bytes) -> float:
    """Return how long it takes as it is used, in seconds."""
    start = time.process_time()
    match use:
        case "match" | "fullmatch" | "search":
            getattr(regex, use)(text)
        case _:
            regex.match(text)
            regex.sub(text[:0], text)
    return time.process_time() - start


def test_the_list_is_found_in_the_sources() -> None:
    assert len(EACH) > 20
    names = {name for name, *_ in EACH}
    assert {"chat.store.words", "models.failures", "server.security"} <= names
    assert not names & SAFE.keys()


@pytest.mark.parametrize(("name", "use", "pattern", "flags"), EACH)
def test_twice_the_text_takes_twice_the_time(
    name: str, use: str, pattern: str | bytes, flags: int
) -> None:
    regex = re.compile(pattern, flags)

    def text(case: tuple[str, str, str], length: int) -> str | bytes:
        prefix, piece, end = case
        whole = prefix + piece * (length // len(piece)) + end
        return whole.encode() if isinstance(pattern, bytes) else whole

    def check(case: tuple[str, str, str], length: int) -> float:
        whole = taken(use, regex, text(case, length))
        if whole > 0.02:
            half = min(taken(use, regex, text(case, length // 2)) for _ in range(3))
            whole = min(taken(use, regex, text(case, length)), whole)
            assert whole < 3 * half + 0.005, (name, case, length, whole)
        return whole

    # All cases when they are small, and the slowest ones on 100 kB: what is not linear would take
    # minutes with that.
    cases = [(p, piece, end) for p in PREFIXES for piece in PIECES for end in ("", "\x01!")]
    slowest = sorted(cases, key=lambda case: check(case, 1_000), reverse=True)
    for case in slowest[:20]:
        check(case, 20_000)
        check(case, 100_000)


@pytest.mark.parametrize("name", WHOLE)
def test_what_cuts_a_text_first_takes_twice_the_time_for_twice_the_text(name: str) -> None:
    def spent(text: str) -> float:
        start = time.process_time()
        WHOLE[name](text)
        return time.process_time() - start

    for piece in PIECES:
        whole, half = (piece * (length // len(piece)) for length in (100_000, 50_000))
        if (once := spent(whole)) > 0.05:
            # A square takes seconds here; the fifth of one is for a machine that is busy.
            assert min(once, spent(whole)) < 3 * min(spent(half), spent(half)) + 0.2, repr(piece)
