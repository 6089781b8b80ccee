"""Which part of Swell imports which: the graph, the rule, and whether there is a circle.

    python tools/imports.py

A part is a folder or a module of `swell`, `h2o_wave`, and inside of `swell.chat` a folder or module
of that. Imports inside functions and for type checkers count as well.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeAlias

SRC = Path(__file__).resolve().parents[1] / "src"

Arrows: TypeAlias = dict[str, set[str]]

ALLOWED = {
    "__main__": "cli",
    "admin": "audit auth chat.store errors locales markdown query rights server settings ui",
    "app": (
        "app_name app_users auth backplane chat.app chat.options chat.store expando identity "
        "leases mistakes observe query rules server settings site storage values"
    ),
    "app_name": "",
    "app_users": "admin audit auth backplane chat.store rights server settings",
    "audit": "chat.store errors logs observe tasks",
    "auth": (
        "audit backplane chat.store errors identity locales logs observe rights server settings "
        "tasks"
    ),
    "backoff": "",
    "backplane": "backoff errors logs observe settings",
    "backup": "chat.store errors storage",
    "cards": "components errors live logs mistakes parts schema wave",
    "chat": "chat.public chat.store",
    "chat.api": (
        "chat.records chat.runs chat.store errors expando logs models observe parts server "
        "settings workers"
    ),
    "chat.app": (
        "app_name audit backoff backplane chat.api chat.feed chat.files chat.options chat.page "
        "chat.refusal chat.runs chat.store chat.thread_page errors identity locales logs observe "
        "query rights server settings site storage tasks ui workers"
    ),
    "chat.decorator": "app chat.options chat.runs mistakes",
    "chat.feed": "backplane chat.records errors",
    "chat.files": "chat.records chat.store errors logs parts server site storage",
    "chat.options": "chat.records chat.runs chat.store chat.thread_page expando identity query ui",
    "chat.page": (
        "audit backoff cards chat.feed chat.files chat.options chat.records chat.refusal "
        "chat.requests chat.runs chat.store chat.thread_page components errors expando hints "
        "identity live locales logs markdown observe page parts query rights schema settings site "
        "ui"
    ),
    "chat.public": (
        "chat.app chat.decorator chat.options chat.records chat.requests chat.runs "
        "chat.thread_page chat.tools parts"
    ),
    "chat.records": "parts",
    "chat.refusal": "errors locales",
    "chat.requests": "parts",
    "chat.runs": (
        "backoff backplane chat.feed chat.files chat.records chat.refusal chat.requests  "
        "chat.store chat.thread_page coerce  "
        "components development errors expando locales logs markdown mistakes models observe  "
        "parts settings storage tasks temporary ui workers"
    ),
    "chat.store": "chat.records chat.requests errors locales logs markdown observe parts",
    "chat.thread_page": (
        "backoff cards chat.feed chat.records chat.store errors live logs page tasks"
    ),
    "chat.tools": (
        "coerce development errors hints locales logs markdown models observe parts workers"
    ),
    "check": "errors mistakes schema ui wave",
    "cli": (
        "app audit auth backoff backup chat chat.records chat.store check coerce demo development "
        "errors live logs models observe people query server settings storage swell"
    ),
    "coerce": "errors schema",
    "components": "errors mistakes schema wave",
    "demo": "app errors models swell ui",
    "development": "coerce locales",
    "errors": "locales",
    "expando": "",
    "h2o_wave": (
        "app cards chat.store cli errors expando logs page query remote routing schema server site "
        "swell types ui wave"
    ),
    "hints": "",
    "identity": "expando",
    "leases": "chat.store errors logs tasks",
    "live": "errors settings",
    "locales": "",
    "logs": "",
    "markdown": "",
    "mistakes": "",
    "models": "coerce errors observe",
    "observe": "errors locales logs settings",
    "page": "cards errors live logs schema",
    "parts": "coerce components errors locales markdown mistakes schema sizes",
    "people": "audit chat.store logs server storage",
    "query": "expando identity page rules site",
    "remote": "cards errors live logs page schema site",
    "rights": "errors identity settings",
    "routing": "expando logs query rules",
    "rules": "",
    "schema": "errors hints live mistakes",
    "server": (
        "backplane cards development errors expando identity live locales logs observe page "
        "query rights rules schema settings site sizes storage tasks temporary"
    ),
    "settings": "errors hints locales",
    "site": "errors page storage",
    "sizes": "",
    "swell": "app expando query routing schema ui",
    "storage": "chat.store errors logs temporary",
    "tasks": "",
    "temporary": "",
    "testing": (
        "app chat.app chat.options chat.runs errors expando identity live server settings site"
    ),
    "types": "schema ui",
    "ui": "cards components mistakes wave",
    "values": "backplane chat.store errors logs",
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


def unallowed(found: Arrows, allowed: Mapping[str, str]) -> list[str]:
    """Return the arrows that a rule does not have, and rows that nothing needs."""
    wrong = [
        f"{here} imports {other}"
        for here, others in sorted(found.items())
        for other in sorted(others - {*allowed.get(here, "").split()})
    ]
    wrong += [f"{here} has no row" for here in sorted(found.keys() - allowed.keys())]
    return wrong + [f"{here} is not there" for here in sorted(allowed.keys() - found.keys())]


def verdict(
    side: str, units: tuple[str, str], allowed: Mapping[str, str], across: Arrows, inside: Arrows
) -> int:
    """Print how one side of the project keeps to its rule; return 1 if it does not.

    Args:
        side: Its name.
        units: What is counted: such as parts, and modules in them.
        allowed: The rule.
        across: The imports between the larger units.
        inside: Those between the smaller ones.
    """
    wrong, large, small = unallowed(across, allowed), circle(across), circle(inside)
    print(
        f"{side}: {len(across)} {units[0]}, {sum(map(len, across.values()))} arrows, "
        f"{len(wrong)} against the rule; in a circle: {len(large)} {units[0]}, "
        f"{len(small)} {units[1]}"
    )
    for line in (*wrong, *sorted(large), *sorted(small)):
        print(f"  {line}", file=sys.stderr)
    return 1 if wrong or large or small else 0


def main() -> int:
    """Print the verdict on the Python side."""
    needs = graph()
    return verdict("Python", ("parts", "modules"), ALLOWED, between_parts(needs), needs)


if __name__ == "__main__":
    sys.exit(main())
