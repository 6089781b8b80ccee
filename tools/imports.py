"""Which part of Swell imports which: the graph, the rule, and whether there is a circle.

    python tools/imports.py

A part is a folder or a module of `swell`, `h2o_wave`, and inside of `swell.chat` a folder or module
of that. Imports inside functions and for type checkers count as well.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

SRC = Path(__file__).resolve().parents[1] / "src"

ALLOWED = {
    "__main__": "cli",
    "app": "chat.app chat.options expando identity mistakes query rules server settings",
    "backoff": "",
    "backplane": "logs",
    "cards": "components errors live mistakes parts schema wave",
    "chat": (
        "chat.app chat.decorator chat.options chat.records chat.requests chat.runs chat.store  "
        "chat.tools parts"
    ),
    "chat.api": "chat.records chat.runs errors expando logs models parts server settings workers",
    "chat.app": (
        "backoff backplane chat.api chat.feed chat.files chat.options chat.page chat.refusal  "
        "chat.runs chat.store errors identity locales logs query server settings tasks ui  "
        "workers"
    ),
    "chat.decorator": "app chat.options chat.runs mistakes",
    "chat.feed": "backplane chat.records",
    "chat.files": "chat.records chat.store errors logs parts server site temporary",
    "chat.options": "chat.records chat.runs chat.store identity query ui",
    "chat.page": (
        "backoff cards chat.feed chat.files chat.options chat.records chat.refusal chat.requests  "
        "chat.runs chat.store components errors expando hints locales logs markdown page parts  "
        "query schema settings site ui"
    ),
    "chat.records": "parts",
    "chat.refusal": "errors locales",
    "chat.requests": "parts",
    "chat.runs": (
        "backoff chat.feed chat.files chat.records chat.refusal chat.requests chat.store coerce  "
        "components development errors expando locales logs markdown mistakes models parts  "
        "settings tasks ui workers"
    ),
    "chat.store": "chat.records chat.requests errors locales logs markdown parts",
    "chat.tools": "coerce development errors hints locales logs markdown models parts workers",
    "cli": (
        "app chat chat.records chat.store coerce demo development errors live logs models query  "
        "server settings swell"
    ),
    "coerce": "errors schema",
    "components": "errors mistakes schema wave",
    "demo": "app errors models swell ui",
    "development": "coerce locales",
    "errors": "locales",
    "expando": "",
    "h2o_wave": (
        "app cards cli errors expando logs page query routing schema server site swell types ui  "
        "wave"
    ),
    "hints": "",
    "identity": "expando",
    "live": "errors settings",
    "locales": "",
    "logs": "",
    "markdown": "",
    "mistakes": "",
    "models": "coerce errors",
    "page": "cards errors live logs schema",
    "parts": "coerce components errors locales markdown mistakes schema",
    "query": "expando identity page rules site",
    "routing": "expando logs query rules",
    "rules": "",
    "schema": "errors hints live mistakes",
    "server": (
        "cards development errors expando identity live locales logs page query rules schema  "
        "settings site sizes tasks temporary"
    ),
    "settings": "errors hints locales",
    "site": "errors page",
    "sizes": "",
    "swell": "app expando query routing schema ui",
    "tasks": "",
    "temporary": "",
    "testing": "app chat.app chat.options chat.runs errors expando identity live server settings",
    "types": "schema ui",
    "ui": "cards components mistakes wave",
    "wave": "errors",
    "workers": "settings",
}
"""For each part the parts that its modules may import. """


@functools.cache
def modules() -> dict[str, Path]:
    """Return the source of every module, by its full name."""
    found: dict[str, Path] = {}
    for package in ("swell", "h2o_wave"):
        for file in sorted((SRC / package).rglob("*.py")):
            dotted = ".".join(file.relative_to(SRC).with_suffix("").parts)
            found[dotted.removesuffix(".__init__")] = file
    return found


def part_of(name: str) -> str:
    """Return the part that a module belongs to, such as `live` or `chat.runs`; '' for others.

    The packages `swell` and `swell.chat` themselves are parts: what apps import.
    """
    head, *rest = name.split(".")
    if head == "h2o_wave":
        return head
    if head != "swell":
        return ""
    if not rest:
        return "swell"
    return ".".join(rest[:2]) if rest[0] == "chat" else rest[0]


def imports(name: str, file: Path, there: Collection[str]) -> set[str]:
    """Return the modules that a module imports; of `from package import module` the module alone.

    Args:
        name: Full name of the module.
        file: Its source.
        there: Names of all modules of the two packages.
    """
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*(base if node.level else []), *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                found.add(inner if inner in there else module)
    return found - {name}


@functools.cache
def graph() -> dict[str, set[str]]:
    """Return for each module the modules of Swell that it imports."""
    there = modules()
    return {name: imports(name, file, there) & set(there) for name, file in there.items()}


def between_parts(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return for each part the other parts that its modules import."""
    found: dict[str, set[str]] = {part: set() for name in needs if (part := part_of(name))}
    for name, others in needs.items():
        if part := part_of(name):
            found[part] |= {part_of(other) for other in others} - {part, ""}
    return found


def circle(needs: dict[str, set[str]]) -> set[str]:
    """Return the nodes that are in a circle, or between two; empty where there is none."""
    left = {name: others & needs.keys() for name, others in needs.items()}
    while True:
        wanted: set[str] = set().union(*left.values()) if left else set()
        kept = {name: others for name, others in left.items() if others and name in wanted}
        if len(kept) == len(left):
            return set(left)
        left = {name: others & kept.keys() for name, others in kept.items()}


def unallowed(parts: dict[str, set[str]]) -> list[str]:
    """Return the arrows that the rule does not have, and rows that no part needs."""
    wrong = [
        f"{part} imports {other}"
        for part, others in sorted(parts.items())
        for other in sorted(others - {*ALLOWED.get(part, "").split()})
    ]
    wrong += [f"{part} has no row" for part in sorted(parts.keys() - ALLOWED.keys())]
    return wrong + [f"{part} is not there" for part in sorted(ALLOWED.keys() - parts.keys())]


def report(lines: Iterable[str]) -> None:
    """Print what is wrong, one line each."""
    for line in lines:
        print(f"  {line}", file=sys.stderr)


def main() -> int:
    """Print the verdict; the exit status is 1 when an import is against the rule."""
    needs = graph()
    parts = between_parts(needs)
    wrong, inside, across = unallowed(parts), circle(needs), circle(parts)
    arrows = sum(map(len, parts.values()))
    print(
        f"Python: {len(parts)} parts, {arrows} arrows, {len(wrong)} against the rule; "
        f"in a circle: {len(across)} parts, {len(inside)} modules"
    )
    report([*wrong, *sorted(across), *sorted(inside)])
    return 1 if wrong or inside or across else 0


if __name__ == "__main__":
    sys.exit(main())
