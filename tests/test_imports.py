"""Imports point one way, the engine is free of I/O, and `import swell` loads no server."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

import swell

ROOT = Path(swell.__file__).parent

IO = {
    "asyncio",
    "contextvars",
    "datetime",
    "http",
    "io",
    "logging",
    "os",
    "pathlib",
    "queue",
    "random",
    "secrets",
    "select",
    "selectors",
    "signal",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}
"""What reads a clock, a file, the network, the environment or chance, or waits."""


def modules(part: str) -> Iterator[tuple[str, Path]]:
    """Yield the modules of a package or the one module of that name."""
    single = ROOT / f"{part}.py"
    for file in [single] if single.exists() else sorted((ROOT / part).rglob("*.py")):
        parts = file.relative_to(ROOT.parent).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), file


def imports(name: str, file: Path, *, only_at_import: bool = False) -> set[str]:
    """Return the full names of all modules that a module names in its imports.

    Args:
        name: Full name of the module.
        file: Its source.
        only_at_import: Leave out what is imported inside functions or for type checkers.
    """
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if only_at_import and (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        ):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")
            base = base[: len(base) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names} | {module}
        pending += ast.iter_child_nodes(node)
    return found


def own(name: str) -> str:
    """Return the part of Swell that a module belongs to, such as `live`; '' for others."""
    head, _, rest = name.partition(".")
    return rest.split(".")[0] if head == "swell" else ""


def parts(names: set[str]) -> set[str]:
    """Return the parts of Swell among imported names; a name that is no module is not one."""
    there = {file.stem for file in ROOT.glob("*.py")} | {
        folder.name for folder in ROOT.iterdir() if folder.is_dir()
    }
    return {own(name) for name in names} & there


PYTHON = {"live", "server", "page", "cards", "components", "app", "data", "routing", "query"}


def test_the_walk_sees_what_is_imported() -> None:
    [(name, file)] = modules("page")
    assert name == "swell.page"
    assert {"msgspec", "swell.live.edits", "swell.data"} <= imports(name, file)
    assert {"live", "data", "cards"} <= parts(imports(name, file))
    assert {own(name) for part in PYTHON for name, _ in modules(part)} == PYTHON


@pytest.mark.parametrize(("name", "file"), list(modules("live")), ids=lambda value: str(value))
def test_the_engine_needs_nothing_but_itself(name: str, file: Path) -> None:
    found = imports(name, file)
    assert parts(found) <= {"live", "errors"}
    assert {module.split(".")[0] for module in found} & IO == set()


ALLOWED = {
    "__main__": "cli",
    "app": "config expando mistakes query server",
    "cards": "components data errors live mistakes parts plain schema wave_names",
    "chat": (
        "app cards coerce components config data development errors expando logs mistakes "
        "models page parts query server site sizes temporary ui workers"
    ),
    "cli": "app chat coerce config demo development errors live logs models query server",
    "coerce": "errors plain",
    "components": "errors mistakes plain schema wave_names",
    "config": "config_values errors",
    "data": "errors live plain",
    "demo": "app data errors models ui",
    "development": "coerce",
    "live": "errors",
    "models": "coerce errors",
    "page": "cards data errors live logs plain schema",
    "parts": "coerce components errors mistakes plain schema",
    "plain": "errors",
    "query": "expando page site",
    "routing": "expando logs query",
    "schema": "errors mistakes plain",
    "server": (
        "cards config development errors expando live logs page query schema site sizes temporary"
    ),
    "site": "errors page server",
    "stubs": "errors wave_names",
    "testing": "app chat config errors live routing server",
    "types": "data ui",
    "ui": "cards components mistakes stubs wave_names",
    "wave_rules": "app logs",
    "workers": "config",
}
"""For each part the parts that its modules import, inside functions and for types, too."""

ALONE = {
    *("__init__", "config_values", "errors", "expando", "logs"),
    *("mistakes", "sizes", "temporary", "wave_names"),
}
"""Parts that import no other, and the root, which imports what it hands out."""


def test_every_part_has_its_row() -> None:
    there = {file.stem for file in ROOT.glob("*.py")}
    there |= {folder.name for folder in ROOT.iterdir() if any(folder.glob("*.py"))}
    assert there == ALLOWED.keys() | ALONE


@pytest.mark.parametrize("part", [*ALLOWED, *sorted(ALONE - {"__init__"})])
def test_a_part_uses_only_what_is_below_it(part: str) -> None:
    for name, file in modules(part):
        found = parts(imports(name, file))
        assert found <= {*ALLOWED.get(part, "").split(), part}, name


@pytest.mark.parametrize(
    "part", ["page", "cards", "components", "parts", "ui", "data", "plain", "schema"]
)
def test_pages_and_cards_know_no_server(part: str) -> None:
    above = {"server", "app", "query", "site", "routing", "testing", "cli", "demo", "config"}
    for name, file in modules(part):
        assert not parts(imports(name, file)) & above, name


def test_the_server_knows_cards_only_by_what_pages_need_to_find_names() -> None:
    for name, file in modules("server"):
        found = {module for module in imports(name, file) if own(module) in ("cards", "components")}
        assert found <= {"swell.cards.base", "swell.cards.base.named_components"}, name
        assert not parts(imports(name, file)) & {"testing", "cli", "demo", "ui"}, name


def needed() -> dict[str, set[str]]:
    """Return for each module those that it imports, inside functions and for types, too."""
    files: dict[str, Path] = {}
    for file in sorted(ROOT.rglob("*.py")):
        dotted = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts)
        files[dotted.removesuffix(".__init__")] = file
    return {name: needed_by(name, file, files.keys()) - {name} for name, file in files.items()}


def needed_by(name: str, file: Path, there: Collection[str]) -> set[str]:
    """Return what a module needs: of `from package import module` the module alone."""
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
    return found & set(there)


def circles(needs: dict[str, set[str]]) -> list[list[str]]:
    """Return groups of modules that need one another, by taking away all that need no other."""
    left = {name: set(found) for name, found in needs.items()}
    while free := {name for name, found in left.items() if not found & left.keys()}:
        left = {name: found - free for name, found in left.items() if name not in free}
    needed_by = {name for found in left.values() for name in found}
    return [sorted(left.keys() & needed_by)] if left else []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == [["b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_modules_need_one_another_inside_functions_and_for_types_either() -> None:
    assert circles(needed()) == []


def test_nothing_but_tests_uses_the_test_kit() -> None:
    for file in sorted(ROOT.rglob("*.py")):
        if file.is_relative_to(ROOT / "testing"):
            continue
        name = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts)
        assert "testing" not in parts(imports(name, file)), name


def test_only_the_server_needs_the_server_libraries_at_import() -> None:
    heavy = {"starlette", "uvicorn", "websockets", "itsdangerous", "python_multipart", "sqlite3"}
    heavy |= {"sqlalchemy", "alembic", "psycopg"}
    for file in sorted(ROOT.glob("*.py")) + sorted((ROOT / "live").glob("*.py")):
        name = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts)
        found = imports(name, file, only_at_import=True)
        assert not {module.split(".")[0] for module in found} & heavy, name
        assert "server" not in parts(found), name


@pytest.mark.parametrize("statement", ["import swell", "from h2o_wave import main, app, Q, ui"])
def test_importing_swell_loads_no_server(statement: str) -> None:
    heavy = ["starlette", "uvicorn", "websockets", "itsdangerous", "sqlite3", "numpy", "pytest"]
    heavy += ["sqlalchemy", "alembic", "psycopg"]
    loaded = f"[name for name in {heavy} if name in sys.modules]"
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; {statement}; print({loaded})"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT.parent)},
        timeout=60,
    )
    assert result.stdout.strip() == "[]"
