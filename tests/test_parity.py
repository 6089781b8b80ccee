"""One feature, one file on each side: what is missing is named."""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
from tools import gen_cards

import swell.ui  # noqa: F401  # imports every card and component
from swell.cards.base import CARDS
from swell.components.base import COMPONENTS
from swell.parts.base import part_types

ROOT = Path(__file__).parents[1]
WEB = ROOT / "web/src"
# Where the Svelte files are.
ROOMS = {
    "cards": ("cards", "chat", "threads", "forms"),
    "components": ("forms/components",),
    "parts": ("chat/messages/parts",),
}


def pascal(name: str) -> str:
    """Return the name of the Svelte file of a view: `message_bar` is `MessageBar`."""
    return "".join(part.capitalize() for part in name.split("_"))


KINDS: dict[str, dict[str, type[msgspec.Struct]]] = {
    "cards": {**CARDS},
    "components": {**COMPONENTS},
    "parts": {**part_types()},
}
EACH = [(folder, name) for folder, kinds in KINDS.items() for name in sorted(kinds)]


def drawing(folder: str, name: str) -> Path:
    """Return the Svelte file of a class, or the first place that it could have if there is none."""
    places = [WEB / room / f"{pascal(name)}.svelte" for room in ROOMS[folder]]
    return next((place for place in places if place.is_file()), places[0])


@pytest.mark.parametrize(("folder", "name"), EACH)
def test_each_has_a_svelte_file(folder: str, name: str) -> None:
    assert drawing(folder, name).is_file()


def test_the_browser_has_the_types_of_all_of_them() -> None:
    assert gen_cards.FILE.read_text(encoding="utf-8") == gen_cards.text(), "run make gen"


@pytest.mark.parametrize("view", sorted(CARDS))
def test_a_card_has_a_page_of_the_docs(view: str) -> None:
    assert (ROOT / "docs/cards" / f"{view}.md").is_file()


@pytest.mark.parametrize("folder", KINDS)
def test_what_the_browser_draws_has_a_python_class(folder: str) -> None:
    drawn = {file.stem for room in ROOMS[folder] for file in (WEB / room).glob("*.svelte")}
    shared = {"Items", "ThreadList"}  # lists that cards share
    assert drawn - shared == {pascal(name) for name in KINDS[folder]}


IMPORTS = re.compile(r"""(?:from |import\()"(\.[^"]+)\"""")
UNUSED = re.compile(r"^ +([a-z_, ]+): (?:\S+ )*?Taken and unused", re.MULTILINE)
# `prev_items` becomes `history`; `newer` is read when the browser's half of the window is there;
# hints of a chart are in its specification by the time it is sent.
ELSEWHERE = {"prev_items", "newer", "x", "y", "color"}
# What all have, read where they are drawn, and what is said of the parts of an answer.
FRAME = (
    "chat/messages/Steps.svelte",
    "chat/reading/announcer.ts",
    "app/CardFrame.svelte",
    "forms/Items.svelte",
    "app/layout/box.ts",
    "app/App.svelte",
)


@cache
def read_with(file: Path) -> str:
    """Return the source of a module of the client and of all that it imports."""
    seen: set[Path] = set()
    todo = [file]
    while todo:
        path = todo.pop()
        path = path if path.is_file() else path.with_suffix(path.suffix + ".ts")
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        text = path.read_text()
        todo += [(path.parent / found).resolve() for found in IMPORTS.findall(text)]
    return "\n".join(path.read_text() for path in sorted(seen))


def properties(cls: type[msgspec.Struct]) -> set[str]:
    """Return the properties that a class documents as doing something."""
    unused = {
        name for names in UNUSED.findall(inspect.getdoc(cls) or "") for name in names.split(", ")
    }
    assigned: dict[str, object] = getattr(cls, "assignable", {})
    known = msgspec.structs.fields(cls)
    missing = {
        field.name for field in known if "Missing(" in str(cls.__annotations__.get(field.name))
    }
    fields = {field.encode_name for field in known} - missing | set(assigned)
    return fields - unused - {"box", "events"}


@pytest.mark.parametrize(("folder", "name"), EACH)
def test_the_browser_reads_every_property_of_the_reference(folder: str, name: str) -> None:
    cls = KINDS[folder][name]
    source = read_with(drawing(folder, name))
    source += "".join((WEB / file).read_text() for file in FRAME)
    read = set(re.findall(r"""\["(\w+)"\]|\b(?:card|item|part)(?:\(\))?\.(\w+)""", source))
    read = {name for names in read for name in names}
    assert properties(cls) - read - ELSEWHERE == set()
