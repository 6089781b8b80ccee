"""Write the types of cards, form components and parts for the browser. Run it with `make gen`.

`web/src/page/cards.gen.ts` has an interface for each class that an app builds with `ui.*`: types
alone, which cost the page no bytes. `--check` writes nothing and fails when the file is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import swell.ui  # noqa: F401  # imports every card and component
from swell.cards.base import CARDS
from swell.components.base import COMPONENTS
from swell.parts.base import part_types
from swell.schema.kinds import (
    Kind,
    ListOf,
    Missing,
    OneOf,
    Packed,
    Record,
    RecordOf,
    Scalar,
    properties,
    required,
)

FILE = Path(__file__).resolve().parents[1] / "web/src/page/cards.gen.ts"
HEAD = """\
/** What the server sends of cards, components and parts. Made by `make gen`; do not edit. */"""
RENAMED = {"prev_items": "history"}
"""Properties that are only assigned, and what the browser has of them."""

SCALARS = {str: "string", bool: "boolean", int: "number", float: "number"}


def names() -> dict[type[Record], str]:
    """Return the name of the interface of each class with a tag."""
    found: dict[type[Record], str] = {cls: cls.__name__ for cls in CARDS.values()}
    found |= {cls: f"{cls.__name__}Item" for cls in COMPONENTS.values()}
    return found | {cls: f"{cls.__name__}Part" for cls in part_types().values()}


def type_of(kind: Kind, seen: dict[type[Record], str]) -> str:
    """Return the type of what a kind lets pass; `unknown` for what it checks by hand."""
    match kind:
        case OneOf():
            return " | ".join(f'"{word}"' for word in kind.allowed)
        case Scalar():
            return SCALARS[kind.base]
        case ListOf():
            inner = type_of(kind.item, seen)
            return f"readonly ({inner})[]" if " " in inner else f"readonly {inner}[]"
        case RecordOf():
            return seen.setdefault(kind.cls, kind.cls.__name__)
        case Packed() if kind.inner is not None:
            inner = type_of(kind.inner, seen)
            return inner if inner == "unknown" else f"{inner} | string"
    return "unknown"


def interface(cls: type[Record], name: str, seen: dict[type[Record], str]) -> Iterator[str]:
    """Yield the lines of the interface of a class."""
    yield f"export type {name} = {{"
    must = required(cls)
    for field, kind in properties(cls).items():
        if isinstance(kind, Missing):
            continue
        written = type_of(kind, seen)
        optional = "" if field in must or written == "unknown" else " | undefined"
        shown = RENAMED.get(field, field)
        yield f"  readonly {shown}{'' if field in must else '?'}: {written}{optional};"
    yield "};"


def text() -> str:
    """Return the whole file."""
    seen = names()
    lines = [HEAD]
    done: set[type[Record]] = set()
    while todo := [cls for cls in seen if cls not in done]:
        for cls in todo:
            lines += ["", *interface(cls, seen[cls], seen)]
            done.add(cls)
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the file, or with `--check` say whether it is fresh."""
    wanted = text()
    if "--check" in sys.argv:
        return 0 if FILE.read_text(encoding="utf-8") == wanted else 1
    FILE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
