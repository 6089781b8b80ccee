"""Write `src/swell/wave/names.py`: the names that H2O Wave's `ui` and `types` offer.

Run with an interpreter that has the real `h2o-wave`:

    python tools/gen_wave_names.py > src/swell/wave/names.py

Only names are taken: of functions and their parameters, of types, and of constants with their
values. They are the interface that code written for Wave uses. Nothing it does is taken.
"""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from typing import Any

from h2o_wave import types, ui
from h2o_wave.version import __version__


def parameters(function: Any) -> str:
    words = []
    for p in inspect.signature(function).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            words.append(f"*{p.name}")
        elif p.default is p.empty:
            words.append(f"{p.name}!")
        elif p.default is None:
            words.append(p.name)
        else:
            raise SystemExit(f"{function.__name__}: a default other than None: {p}")
    return " ".join(words)


def constants(cls: type) -> dict[str, str]:
    return {k: v for k, v in vars(cls).items() if not k.startswith("_") and isinstance(v, str)}


def main() -> None:
    # sorted by what they make: cards, components, parts
    functions = {n: f for n, f in vars(ui).items() if inspect.isfunction(f) and n[0] != "_"}
    tags = set(inspect.signature(types.Component).parameters)
    groups: dict[str, list[str]] = {"CARDS": [], "COMPONENTS": [], "PARTS": []}
    for name in sorted(functions):
        kind = "CARDS" if name.endswith("_card") else "COMPONENTS" if name in tags else "PARTS"
        groups[kind].append(name)

    classes = {n: c for n, c in vars(types).items() if inspect.isclass(c) and n[0] != "_"}
    classes = {n: c for n, c in classes.items() if c.__module__ == types.__name__}
    enums = {n: constants(c) for n, c in classes.items() if "load" not in vars(c)}
    derived = {"".join(map(str.capitalize, n.split("_"))) for n in functions}
    others = sorted(n for n in classes if n not in enums and n not in derived)
    boxless = {n for n in derived if n not in classes}
    if boxless != {"Box", "Boxes"}:
        raise SystemExit(f"functions without a type of their own: {boxless}")

    out = [
        f'"""Names of H2O Wave {__version__}. Written by tools/gen_wave_names.py; do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        f'WAVE_VERSION = "{__version__}"',
        "",
        "# Functions of `ui`, one a line, with their parameters: `!` marks a required one, all",
        "# others default to None.",
    ]
    for kind, names in groups.items():
        out += [f'_{kind} = """']
        for name in names:
            line = f"{name} {parameters(functions[name])}"
            out += textwrap.wrap(line, 98, subsequent_indent="    ", break_on_hyphens=False)
        out += ['"""', ""]
    out += ["# Classes of constants, with the values; `TOP_LEFT` is the constant of `top-left`."]
    out += ['_ENUMS = """']
    for name, values in sorted(enums.items()):
        for constant, value in values.items():
            if constant != re.sub("-", "_", value).upper():
                raise SystemExit(f"{name}.{constant} is {value!r}")
        line = f"{name} {' '.join(values.values())}"
        out += textwrap.wrap(line, 98, subsequent_indent="    ", break_on_hyphens=False)
    out += ['"""', ""]
    out += [
        "# Types that no function is named after.",
        f"OTHER_TYPES = ({', '.join(map(json.dumps, others))})",
        "",
    ]
    out += [
        "",
        "def _lines(table: str) -> dict[str, str]:",
        '    """Return the lines of a table by their first word; indented ones continue."""',
        '    lines = table.strip().replace("\\n    ", " ").splitlines()',
        '    return {name: rest for name, _, rest in (line.partition(" ") for line in lines)}',
        "",
        "",
        "CARD_NAMES = _lines(_CARDS)",
        "COMPONENT_NAMES = _lines(_COMPONENTS)",
        "FUNCTIONS = CARD_NAMES | COMPONENT_NAMES | _lines(_PARTS)",
        '"""Parameters of every function of `ui`, by its name."""',
        "ENUMS = _lines(_ENUMS)",
        '"""Values of every class of constants, by its name."""',
    ]
    print("\n".join(out))


if __name__ == "__main__":
    main()
