"""Imports point one way, the engine is free of I/O, and `import swell` loads no server."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tools.imports import (
    ALLOWED,
    between_parts,
    circle,
    graph,
    imports,
    modules,
    part_of,
    unallowed,
)

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


def at_import(file: Path) -> set[str]:
    """Return the first names of the modules that a module imports when it is imported itself."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
        pending += ast.iter_child_nodes(node)
    return found


def test_the_walk_sees_what_is_imported() -> None:
    needs = graph()
    assert {"swell.live.edits", "swell.schema.data"} <= needs["swell.page.page"]
    assert {"live", "schema", "cards"} <= between_parts(needs)["page"]
    assert "swell.server.asgi" in needs["swell.app"], "imports inside functions count"
    assert part_of("swell.chat.runs.run") == "chat.runs"


def test_each_part_imports_only_what_its_row_has() -> None:
    assert unallowed(between_parts(graph()), ALLOWED) == []


def test_an_arrow_against_the_rule_is_named() -> None:
    parts = {name: set(row.split()) for name, row in ALLOWED.items()}
    assert unallowed(parts, ALLOWED) == []
    parts["live"] = {"server"}
    assert unallowed(parts, ALLOWED) == ["live imports server"]


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"b", "c"}
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == set()


def test_no_modules_and_no_parts_are_in_a_circle() -> None:
    needs = graph()
    assert (circle(needs), circle(between_parts(needs))) == (set(), set())


@pytest.mark.parametrize("name", sorted(name for name in modules() if part_of(name) == "live"))
def test_the_engine_is_free_of_io(name: str) -> None:
    found = imports(name, modules()[name], ())
    assert {module.split(".")[0] for module in found} & IO == set()


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, file in modules().items()
        if part_of(name) == "live" or (file.parent == ROOT and file.name != "__init__.py")
    ),
)
def test_only_the_server_needs_the_server_libraries_at_import(name: str) -> None:
    heavy = {"starlette", "uvicorn", "websockets", "itsdangerous", "python_multipart", "sqlite3"}
    heavy |= {"sqlalchemy", "alembic", "psycopg", "redis"}
    assert at_import(modules()[name]) & heavy == set()


@pytest.mark.parametrize("statement", ["import swell", "from h2o_wave import main, app, Q, ui"])
def test_importing_swell_loads_no_server(statement: str) -> None:
    heavy = ["starlette", "uvicorn", "websockets", "itsdangerous", "sqlite3", "numpy", "pytest"]
    heavy += ["sqlalchemy", "alembic", "psycopg", "redis"]
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


def test_an_app_without_a_chat_is_served_without_loading_the_chat() -> None:
    """That is half of the time until it answers, in each process."""
    program = (
        "import sys, swell.cli, swell.chat.store, swell.server.asgi; from swell import app; "
        "app('/')(print); loaded = ('swell.chat.app', 'sqlalchemy', 'alembic'); "
        "print([name for name in loaded if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"
