"""Which room of the web client imports which: the graph, the rule, and whether there is a circle.

    python -m tools.web_imports

A room is a folder of `web/src`, or the file of an entry. Imports of values, types and styles, lazy
imports and globs count alike. Tests and their helpers are left out.
"""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path

from tools.imports import verdict

WEB = Path(__file__).parents[1] / "web/src"

ALLOWED = {
    "transport": "",
    "page": "transport",
    "i18n": "page",
    "ui": "i18n page transport",
    "markdown": "ui i18n page",
    "markup": "markdown ui i18n page",
    "charts": "ui i18n page transport",
    "forms": "charts markup markdown ui i18n page transport",
    "threads": "ui i18n page",
    "chat": "charts forms markdown ui i18n page transport",
    "cards": "charts chat threads forms markup markdown ui i18n page transport",
    "app": "cards ui i18n page transport",
    "main": "app i18n page transport ui",
    "early": "transport",
}
"""For each room the rooms that its files may import."""

HELPERS = {"testkit.ts", "markdown/testing.ts", "transport/testing.ts", "markdown/xss.ts"}
"""Files that only tests import."""

_TEXT = r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
_COMMENT = re.compile(_TEXT + r"|/\*.*?\*/|//[^\n]*|<!--.*?-->", re.DOTALL)
_IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\()\s*["'](\.[^"']*)["']""")
_GLOB = re.compile(r"import\.meta\.glob(?:<[^(]*>)?\(\s*(\[[^\]]*\]|\"[^\"]*\")")


def sources() -> list[Path]:
    """Return the files of the client that are no tests."""
    files = [file for file in WEB.rglob("*") if file.suffix in (".ts", ".svelte", ".css")]
    tests = {file for file in files if file.name.endswith(".test.ts")}
    return sorted({*files} - tests - {WEB / name for name in HELPERS})


def imports(file: Path) -> set[Path]:
    """Return the files that a file of the client imports."""
    text = _COMMENT.sub(r"\1", file.read_text(encoding="utf-8"))
    found = {resolved(file.parent / name) for name in _IMPORT.findall(text)}
    for patterns in _GLOB.findall(text):
        names = re.findall(r'"([^"]+)"', patterns)
        out = {path for name in names if name[0] == "!" for path in matching(file, name[1:])}
        found |= {path for name in names if name[0] != "!" for path in matching(file, name)} - out
    return found


def matching(file: Path, pattern: str) -> set[Path]:
    """Return the files that a pattern of a glob names; `{a,b}` stands for either."""
    some = re.search(r"\{([^}]*)\}", pattern)
    if some is None:
        return {path.resolve() for path in file.parent.glob(pattern)}
    each = some[1].split(",")
    return {path for one in each for path in matching(file, pattern.replace(some[0], one))}


def resolved(path: Path) -> Path:
    """Return the file that an import names.

    Raises:
        FileNotFoundError: If there is none.
    """
    for there in (path, path.with_name(f"{path.name}.ts"), path / "index.ts"):
        if there.is_file():
            return there.resolve()
    raise FileNotFoundError(path)


def room(file: Path) -> str:
    """Return the room of a file: its folder in `web/src`, or its own name."""
    return file.relative_to(WEB).parts[0].partition(".")[0]


@functools.cache
def graph() -> dict[str, set[str]]:
    """Return for each file of the client those that it imports, by their paths in `web/src`."""
    return {
        file.relative_to(WEB).as_posix(): {
            path.relative_to(WEB).as_posix() for path in imports(file)
        }
        for file in sources()
    }


def between_rooms(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return for each room the other rooms that its files import."""
    found: dict[str, set[str]] = {}
    for name, others in needs.items():
        here = room(WEB / name)
        found.setdefault(here, set()).update({room(WEB / other) for other in others} - {here})
    return found


def main() -> int:
    """Print the verdict on the web client."""
    needs = graph()
    return verdict("web", ("rooms", "files"), ALLOWED, between_rooms(needs), needs)


if __name__ == "__main__":
    sys.exit(main())
