"""Running a fragment: a file that edits `q.page` and defines no app around it.

Documentation often shows the few lines that matter, as they would stand in a handler. Such
a file can be run unchanged: it becomes the body of a handler on `/`.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import CodeType
from typing import Any

import swell
from swell.app import App
from swell.query import Query

__all__ = ["add_fragment", "is_fragment"]

_BINDERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_fragment(file: Path) -> bool:
    """Return whether a file uses `q` at its top level without defining it."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return False  # importing it shows the error better
    used = bound = False
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and node.id == "q":
            used |= isinstance(node.ctx, ast.Load)
            bound |= isinstance(node.ctx, ast.Store)
        elif isinstance(node, ast.alias):
            bound |= (node.asname or node.name) == "q"
        if not isinstance(node, (*_BINDERS, ast.Lambda)):  # there `q` may be a parameter
            todo += ast.iter_child_nodes(node)
    return used and not bound


def add_fragment(app: App, file: Path) -> None:
    """Make a file's code the handler of `/`, followed by `await q.page.save()`.

    It runs when a tab opens, and for later queries only if it reads `q.args` or
    `q.events`: a fragment that only paints would otherwise paint over what happened since.
    """
    source = file.read_text("utf-8")
    code = compile(source, str(file), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    answers = "q.args" in source or "q.events" in source

    async def serve(q: Query) -> None:
        if q.client.painted and not answers:
            return
        q.client.painted = True
        await _run(code, q, file)
        await q.page.save()

    app.add("/", serve)


async def _run(code: CodeType, q: Query, file: Path) -> None:
    names: dict[str, Any] = {name: getattr(swell, name) for name in swell.__all__}
    names |= {"q": q, "__name__": "__main__", "__file__": str(file)}
    result = eval(code, names)  # noqa: S307  # the developer's own file
    if inspect.isawaitable(result):
        await result
