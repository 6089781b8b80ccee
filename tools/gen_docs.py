"""Write the reference pages of `docs/reference` from the docstrings. Run it with `make gen`.

`--check` writes nothing and fails when a page is stale; `tests/docs` does the same.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar, get_args, get_origin

import swell
from swell import chat, errors, models, parts, testing, ui
from swell.cards.base import CARDS, Card
from swell.components.base import COMPONENTS, Component
from swell.page.page import AsyncPage, Ref
from swell.parts.base import part_types
from swell.schema.kinds import Record, required
from swell.settings.reference import settings_markdown
from swell.testing import chat as testing_chat
from swell.values.shared import Shared, Versioned
from swell.wave.names import CARD_NAMES, COMPONENT_NAMES, FUNCTIONS

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "reference"
NOTE = "<!-- Made by `make gen` from docstrings; edits here are lost. -->"
SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Example|Examples|Note):\s*$")


# --------------------------------------------------------------------------- reading docstrings


def sections(doc: str) -> dict[str, str]:
    """Split a Google style docstring; the part before the first section is named ``""``."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in inspect.cleandoc(doc).splitlines():
        if head := SECTION.match(line):
            name = head[1]
        elif name and line and not line.startswith(" "):
            name = ""  # text after a section belongs to the description
            found[name] += ["", line]
            continue
        else:
            found[name].append(line)
            continue
        found[name] = []
    return {key: textwrap.dedent("\n".join(lines)).strip() for key, lines in found.items()}


def entries(text: str) -> dict[str, str]:
    """Return ``name: meaning`` entries, whose further lines are indented."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if head := re.match(r"([*\w.]+)(?: \([^)]*\))?:\s+(.*)", line):
            name = head[1]
            found[name] = head[2]
        elif name:
            found[name] += " " + line.strip()
    return {key: value.strip() for key, value in found.items()}


def described(thing: Any) -> str:
    """Return a docstring as Markdown."""
    parts = sections(thing.__doc__ or "")
    out = [prose(parts[""])] if parts[""] else []
    for title in ("Args", "Attributes", "Raises"):
        if lines := entries(parts.get(title, "")):
            head = {"Args": "Arguments", "Attributes": "Attributes", "Raises": "Raises"}[title]
            out.append(f"{head}:\n\n" + "\n".join(f"- `{k}`: {v}" for k, v in lines.items()))
    out += [
        f"{title}: {' '.join(parts[title].split())}"
        for title in ("Returns", "Yields")
        if title in parts
    ]
    return "\n\n".join(out)


def prose(text: str) -> str:
    """Return a description as Markdown, its examples as code."""
    blocks = re.split(r"\n\s*\n", text)
    return "\n\n".join(
        code(b.strip("\n")) if b.startswith(">>>") else b for b in blocks if b.strip()
    )


STARS: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def signature(name: str, thing: Any, *, types: bool = True) -> str:
    """Return a call as one would write it, one argument a line when it is long.

    Args:
        name: What is called.
        thing: A function or a class.
        types: Show the types; records have them in their table instead.
    """
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    names = vars(sys.modules.get(thing.__module__, swell))
    parts: list[str] = []
    for parameter in found.parameters.values():
        if parameter.name == "self":
            continue
        stars = STARS.get(parameter.kind, "")
        keyword_only = parameter.kind is parameter.KEYWORD_ONLY
        if keyword_only and not any(part.startswith("*") for part in parts) and not _record(thing):
            parts.append("*")
        kind = annotation(parameter.annotation, names) if types else ""
        text = f"{stars}{parameter.name}" + (f": {kind}" if kind else "")
        if parameter.default is not inspect.Parameter.empty:
            text += f" = {default(parameter.default)}" if kind else f"={default(parameter.default)}"
        parts.append(text)
    if inspect.iscoroutinefunction(inspect.unwrap(thing)):
        name = f"await {name}"
    returned = "" if inspect.isclass(thing) else annotation(found.return_annotation, names)
    tail = f" -> {returned}" if types and returned and returned != "None" else ""
    line = f"{name}({', '.join(parts)}){tail}"
    if len(line) <= 80:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){tail}"


def _record(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, Record)


def annotation(given: Any, names: dict[str, Any]) -> str:
    """Return a type as one would write it, without modules, bounds and private names.

    Args:
        given: The annotation, evaluated or as text.
        names: What the module knows, to say what its private aliases stand for.
    """
    if given is inspect.Parameter.empty:
        return ""
    text = given if isinstance(given, str) else inspect.formatannotation(given)

    def public(match: re.Match[str]) -> str:
        alias = names.get(match[0])
        if isinstance(alias, TypeVar):
            bound = alias.__bound__
            return annotation(bound, names) if bound is not None else "T"
        return match[0] if alias is None else annotation(alias, names)

    text = re.sub(r"(?<![\w.'\"])_[A-Za-z]\w*", public, text)
    text = re.sub(r"\b(?:\w+\.)+(?=[A-Za-z_])", "", text).replace("~", "")
    return re.sub(r"Annotated\[(\w+), [^\]]*\]", r"\1", text)


def default(value: Any) -> str:
    """Return a default as one would write it; a factory as what it makes."""
    if type(value).__name__ == "Factory" or repr(value) == "<factory>":
        return "[]"
    return getattr(value, "__qualname__", None) or repr(value)


def code(text: str) -> str:
    return f"```text\n{text}\n```"


# ------------------------------------------------------------------------------- records of ui


def names_of_ui() -> dict[str, Any]:
    """Every function of Wave's `ui`, in alphabetical order."""
    return {name: getattr(ui, name) for name in sorted(FUNCTIONS)}


def own_names() -> dict[str, Any]:
    """Functions of `ui` that Wave does not have."""
    return {name: getattr(ui, name) for name in sorted(ui.OWN)}


def is_there(thing: Any) -> bool:
    """Tell whether a name of `ui` does something, rather than raise `NotSupportedError`."""
    if inspect.isclass(thing):
        return issubclass(thing, Record)
    return bool(thing.__module__.startswith("swell.cards"))


def ui_name(cls: type[Record]) -> str:
    return CLASS_TO_NAME.get(cls.__name__, "")


def kind_in_words(annotation: str) -> str:
    """Return a property's type, as written in its class, in words.

    >>> kind_in_words("Sequence[Choice] | None")
    'list of `ui.choice`'
    >>> kind_in_words("Literal['a', 'b']")
    '`a` or `b`'
    """
    if "Missing(" in annotation:
        return "not there yet"
    text = re.sub(r"\s*\|\s*None", "", annotation)
    text = re.sub(r"Annotated\[(.*?), (?:[A-Z]\w*\([^)]*\)|[A-Z_]+)\]", r"\1", text)
    kinds = [part for part in re.split(r"\s*\|\s*(?![^\[]*\])", text) if part]
    return " or ".join(dict.fromkeys(map(_in_words, kinds)))


def _in_words(kind: str) -> str:
    kind = re.sub(r"Annotated\[(\w+), (?:[^()\[\]]|\([^()]*\))*\]", r"\1", kind)  # bounds are prose
    if found := re.fullmatch(r"Literal\[(.*)\]", kind):
        return " or ".join(f"`{word.strip()[1:-1]}`" for word in found[1].split(","))
    if found := re.fullmatch(r"Sequence\[(.*)\]", kind):
        inner = _in_words(found[1])
        return "list" if inner == "any value" else f"list of {inner}"
    if kind.startswith("Mapping["):
        return "dict"
    if found := re.fullmatch(r"list\[(.*)\]", kind):
        return (
            "list"
            if found[1] == "Any"
            else f"list of {_in_words(found[1]).replace('list', 'lists')}"
        )
    if name := CLASS_TO_NAME.get(kind):
        return f"`ui.{name}`"
    return WORDS.get(kind, kind)


WORDS = {
    "str": "text",
    "Name": "text",
    "Box": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "Data": "`data(...)`",
    "Component": "components",
    "Any": "any value",
}
CLASS_TO_NAME = {
    thing.__name__: name
    for name in (*FUNCTIONS, *ui.OWN)
    if inspect.isclass(thing := getattr(ui, name)) and issubclass(thing, Record)
}


def record_section(cls: type[Record], name: str, module: str = "ui.") -> str:
    """Return one card, component or helper as a section."""
    parts = sections(cls.__doc__ or "")
    meanings = entries(parts.get("Attributes", ""))
    call = f"{module}{name}"
    out = [f"## {call}", prose(parts[""]), code(signature(call, cls, types=False))]
    annotations, needed = fields_of(cls), required(cls)
    rows = [
        "| `{}` | {}{} | {} |".format(
            field,
            kind_in_words(kind),
            ", needed" if field in needed else "",
            meanings.get(field, "").replace("|", "or"),
        )
        for field, kind in annotations.items()
    ]
    if rows:
        out.append("| property | type | meaning |\n| --- | --- | --- |\n" + "\n".join(rows))
    return "\n\n".join(part for part in out if part)


def fields_of(cls: type[Record]) -> dict[str, str]:
    """Return the properties of a record with their annotations as written."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found |= inspect.get_annotations(base)
    choices = {
        name: f"Literal{list(get_args(value))}"
        for name, value in vars(sys.modules[cls.__module__]).items()
        if get_origin(value) is Literal
    }
    names = re.compile("|".join(rf"\b{name}\b" for name in choices) or "(?!)")
    return {
        name: names.sub(lambda match: choices[match[0]], found[name])
        for name in cls.__struct_fields__
    }


def referred(classes: list[type[Record]]) -> Iterator[str]:
    for cls in classes:
        if name := ui_name(cls):
            yield record_section(cls, name)


# --------------------------------------------------------------------------------------- pages


def cards_page() -> str:
    head = (
        "# Cards\n\n" + NOTE + "\n\n"
        "Every card that Swell has. A card is put on a page with `q.page[key] = ui.name(...)`;\n"
        "each property can be assigned later with `q.page[key].property = value`, and `None`\n"
        "removes it. What is needed comes first in the call."
    )
    out = [head]
    for view, cls in sorted(CARDS.items()):
        section = record_section(cls, f"{view}_card")
        if (ROOT / "docs" / "cards" / f"{view}.md").is_file():
            section += f"\n\nMore and examples: [{view} card](../cards/{view}.md)."
        out.append(section)
    return "\n\n".join(out) + "\n"


def components_page() -> str:
    helpers = [
        thing
        for thing in (names_of_ui() | own_names()).values()
        if inspect.isclass(thing)
        and issubclass(thing, Record)
        and not issubclass(thing, Card | Component)
    ]
    out = [
        "# Form components\n\n" + NOTE + "\n\n"
        "What can be in the `items` of a [form card](../cards/form.md) or a\n"
        "[header](../cards/header.md). After them come the small things that cards and\n"
        "components are given, such as choices, zones and themes.",
        *referred([COMPONENTS[tag] for tag in sorted(COMPONENTS)]),
        *referred(sorted(helpers, key=lambda cls: cls.__name__)),
    ]
    functions = [
        f"## ui.{name}\n\n{described(thing)}\n\n{code(signature(f'ui.{name}', thing))}"
        for name, thing in names_of_ui().items()
        if inspect.isfunction(thing) and is_there(thing)
    ]
    return "\n\n".join(out + functions) + "\n"


def parts_page() -> str:
    out = [
        "# Parts of messages\n\n" + NOTE + "\n\n"
        "What a message of a [chatbot card](../cards/chatbot.md) may be made of, in the field\n"
        "`parts` of its row: `from swell.parts import Text, ToolCall`. A dict with the same\n"
        'properties and its `type` means the same: `{"type": "text", "text": "Hello"}`.'
    ]
    for cls in part_types().values():
        section = record_section(cls, cls.__name__, "")
        out.append(f"{section}\n\nIts `type` is `{cls.__struct_config__.tag}`.")
    kinds = " or ".join(f"`{cls.__name__}`" for cls in part_types().values())
    out.append(f"## Part\n\nAny of them: {kinds}.")
    for name in ("to_parts", "as_json"):
        thing = getattr(parts, name)
        out.append(f"## {name}\n\n{code(signature(name, thing))}\n\n{described(thing)}")
    return "\n\n".join(out) + "\n"


def wave_page() -> str:
    names = names_of_ui()
    there = [name for name, thing in names.items() if is_there(thing)]
    missing = [name for name in names if name not in there]
    groups = {
        "Cards": [name for name in missing if name in CARD_NAMES],
        "Form components": [name for name in missing if name in COMPONENT_NAMES],
        "Parts of cards and components": [
            name for name in missing if name not in CARD_NAMES and name not in COMPONENT_NAMES
        ],
    }
    lines = [
        "# Names of H2O Wave",
        "",
        NOTE,
        "",
        f"`ui` has {len(names)} names. {len(there)} of them do something. The others have Wave's",
        "arguments, so that code can be imported and checked, and raise `NotSupportedError` when",
        "they are called.",
        "",
        "[What behaves as in Wave](../explain/wave.md) is about everything else.",
        "",
        "## Names that are there",
        "",
        *[f"- `ui.{name}`" for name in there],
    ]
    for title, group in groups.items():
        lines += ["", f"## {title} that are not there yet", ""]
        lines += [f"- `ui.{name}` raises `NotSupportedError`" for name in group]
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    classes = [
        thing
        for thing in vars(errors).values()
        if inspect.isclass(thing) and issubclass(thing, errors.SwellError)
    ]
    out = [
        "# Errors\n\n" + NOTE + "\n\n"
        "Everything that Swell raises is in `swell.errors` and is a `SwellError`. The code is\n"
        "stable: it is what a log line or the browser names. Wrong arguments of a call are\n"
        "`TypeError` or `ValueError`, as everywhere in Python."
    ]
    for cls in classes:
        also = [base.__name__ for base in cls.__bases__ if base.__module__ == "builtins"]
        line = f"Code: `{cls.code}`." + (f" Also a `{'` and a `'.join(also)}`." if also else "")
        if cls is errors.SwellError:
            line = f"Code: `{cls.code}`."
        out.append(f"## {cls.__name__}\n\n{described(cls)}\n\n{line}")
    return "\n\n".join(out) + "\n"


def api_page() -> str:
    out = [
        "# Functions and classes\n\n" + NOTE + "\n\n"
        "What `from swell import ...` offers. The same names can be imported from `h2o_wave`.\n"
        "For cards see [Cards](cards.md); for what goes into forms,\n"
        "[Form components](components.md)."
    ]
    for name in sorted(swell.__all__, key=str.lower):
        thing = getattr(swell, name)
        if inspect.ismodule(thing) or name.startswith("_"):
            continue
        if not inspect.isroutine(thing) and not inspect.isclass(thing):
            out.append(f"## {name}\n\n{described(type(thing))}")
        elif inspect.isclass(thing):
            out += (
                class_sections(name, thing) if name == "Q" else [f"## {name}\n\n{described(thing)}"]
            )
        else:
            out.append(f"## {name}\n\n{code(signature(name, thing))}\n\n{described(thing)}")
    out += class_sections("Shared", Shared)
    out.append(f"## Versioned\n\n{described(Versioned)}")
    out += class_sections("q.page", AsyncPage)
    out += class_sections('q.page["card"]', Ref)
    return "\n\n".join(out) + "\n"


def chat_page() -> str:
    return module_page(
        chat,
        "Chat",
        "What `from swell.chat import ...` offers: [`@chat`](../tutorial/chat.md) and what its\n"
        "functions work with. The parts of an answer are on a separate page,\n"
        "[Parts of messages](parts.md).",
        leave_out=parts,
    )


def apps_page() -> str:
    return module_page(
        import_module("swell.app"),
        "Applications",
        "What `from swell.app import ...` and `from swell.identity import ...` offer.\n"
        "[Serve several apps in one process](../howto/apps.md) shows how it is used.",
        import_module("swell.identity"),
    )


def models_page() -> str:
    return module_page(
        models,
        "Models",
        "What `from swell.models import ...` offers. [Answer with any model](../howto/models.md)\n"
        "shows how it is used.",
    )


def testing_page() -> str:
    return module_page(
        testing,
        "Tests",
        "What `from swell.testing import ...` offers; `chatting` and what belongs to it is in\n"
        "`swell.testing.chat`. [Test an app](../howto/testing.md) shows how it is used.",
        testing_chat,
    )


def module_page(
    module: ModuleType,
    title: str,
    intro: str,
    *more: ModuleType,
    leave_out: ModuleType | None = None,
) -> str:
    """Return a page with every public name of one or more modules."""
    out = [f"# {title}\n\n{NOTE}\n\n{intro}"]
    for name, thing in sorted(public_names(module, *more).items(), key=lambda one: one[0].lower()):
        if leave_out is not None and getattr(leave_out, name, None) is thing:
            continue
        if inspect.isclass(thing):
            call = "" if is_protocol(thing) else code(signature(name, thing)) + "\n\n"
            head, *rest = class_sections(name, thing)
            out += [head.replace("\n\n", f"\n\n{call}", 1), *rest]
        elif inspect.isroutine(thing):
            out.append(f"## {name}\n\n{code(signature(name, thing))}\n\n{described(thing)}")
        else:
            kinds = [getattr(kind, "__name__", "") for kind in get_args(thing)]
            known = " or ".join(f"`{kind}`" for kind in kinds) if all(kinds) and kinds else ""
            owner = next(one for one in (module, *more) if name in one.__all__)
            out.append(f"## {name}\n\n{alias_doc(owner, name) or known}")
    return "\n\n".join(out) + "\n"


def alias_doc(module: ModuleType, name: str) -> str:
    """Return the text below the line that defines a name; empty without one."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):  # also for type checkers only
        if isinstance(node, ast.ImportFrom) and any(one.name == name for one in node.names):
            relative = "." * node.level + (node.module or "")
            return alias_doc(import_module(relative, module.__package__), name)
    body = ast.parse(inspect.getsource(module)).body
    for node, after in pairwise(body):
        targets: list[ast.expr] = [node.target] if isinstance(node, ast.AnnAssign) else []
        targets += node.targets if isinstance(node, ast.Assign) else []
        if name in map(ast.unparse, targets):
            match after:
                case ast.Expr(ast.Constant(str(text))):
                    return text
    return ""


def public_names(*modules: ModuleType) -> dict[str, Any]:
    """Return what modules offer by their `__all__`; of modules below a module too."""
    return {
        name: getattr(module, name)
        for module in modules
        for name in module.__all__
        if not inspect.ismodule(getattr(module, name)) and not name.startswith("_")
    }


def is_protocol(cls: type[Any]) -> bool:
    return bool(getattr(cls, "_is_protocol", False))


def class_sections(title: str, cls: type[Any]) -> list[str]:
    out = [f"## {title}\n\n{described(cls)}"]
    for name, member in inspect.getmembers(cls):
        if name.startswith("_") or not getattr(member, "__doc__", None):
            continue
        if inspect.isfunction(member):
            out.append(
                f"### {title}: {name}\n\n{code(signature(name, member))}\n\n{described(member)}"
            )
        elif isinstance(member, property):
            out.append(f"### {title}: {name}\n\n{described(member)}")
    return out


def pages() -> dict[Path, str]:
    """Return every generated page by its path."""
    made = {
        "api.md": api_page,
        "apps.md": apps_page,
        "cards.md": cards_page,
        "chat.md": chat_page,
        "components.md": components_page,
        "errors.md": errors_page,
        "models.md": models_page,
        "parts.md": parts_page,
        "settings.md": settings_markdown,
        "testing.md": testing_page,
        "wave.md": wave_page,
    }
    return {PAGES / name: make() for name, make in made.items()}


def main(argv: list[str]) -> int:
    stale = [
        path
        for path, text in pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale; run `make gen`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages()[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
