"""What of an app would fail or behave differently, found in its source without running it.

The names, arguments and constants of an app are compared with what Swell has. What a program
computes is not known: a file without findings may still fail.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from typing import Any, Literal, NamedTuple, TypeAlias

from swell.mistakes import near_miss
from swell.schema.kinds import MisfitError, Missing, Record, properties, required
from swell.wave.stubs import refusal

__all__ = ["Finding", "Kind", "check"]

Kind: TypeAlias = Literal["fails", "differs"]

PACKAGES = ("h2o_wave", "swell")
"""The packages whose names are compared."""

_BLOCKING = {
    "time.sleep": "q.sleep(...)",
    "requests.get": "q.run(requests.get, ...)",
    "requests.post": "q.run(requests.post, ...)",
    "subprocess.run": "q.run(subprocess.run, ...)",
    "urllib.request.urlopen": "q.run(urllib.request.urlopen, ...)",
}
"""Calls that hold up every user in an async function, and what to write."""


class Finding(NamedTuple):
    """Something that would fail or behave differently.

    Attributes:
        line: Line of the source, counted from 1.
        column: Column, counted from 1.
        kind: Whether it fails or only differs.
        text: What, and what to do.
    """

    line: int
    column: int
    kind: Kind
    text: str


def check(source: str | bytes) -> list[Finding]:
    """Return what would fail or differ, in the order of the lines.

    Args:
        source: Python source.

    Raises:
        SyntaxError: If it is not Python.
    """
    looker = _Looker()
    looker.visit(ast.parse(source))
    return sorted(set(looker.found))


class _Looker(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[Finding] = []
        self._known: dict[str, Any] = {}  # names that stand for something of ours
        self._modules: dict[str, str] = {}  # names of other modules, for what blocks
        self._forgives = False  # the app uses the names of Wave
        self._in_async = False

    def _add(self, node: ast.expr | ast.stmt, kind: Kind, text: str) -> None:
        self.found.append(Finding(node.lineno, node.col_offset + 1, kind, text))

    # ----------------------------------------------------------------------------- imports

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            top = name.name.partition(".")[0]
            if top not in PACKAGES:
                self._modules[name.asname or top] = name.name if name.asname else top
                continue
            module = self._module(node, name.name)
            if module is not None:
                self._known[name.asname or top] = (
                    module if name.asname else importlib.import_module(top)
                )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        path = node.module or ""
        if node.level or path.partition(".")[0] not in PACKAGES:
            for name in node.names:
                self._modules[name.asname or name.name] = f"{path}.{name.name}"
            return
        module = self._module(node, path)
        if module is None:
            return
        for name in node.names:
            if name.name == "*":
                public = getattr(module, "__all__", [n for n in vars(module) if n[0] != "_"])
                self._known.update((one, getattr(module, one)) for one in public)
                continue
            try:
                value = getattr(module, name.name)
            except AttributeError:
                hint = near_miss(name.name, dir(module))
                self._add(node, "fails", f"`{path}` has no `{name.name}`{hint}")
                continue
            self._known[name.asname or name.name] = value

    def _module(self, node: ast.stmt, path: str) -> Any:
        self._forgives = self._forgives or path.startswith("h2o_wave")
        try:
            return importlib.import_module(path)
        except ImportError:
            self._add(node, "fails", f"there is no module `{path}`")
            return None

    # -------------------------------------------------------------------------------- uses

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        before, self._in_async = self._in_async, True
        self.generic_visit(node)
        self._in_async = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before, self._in_async = self._in_async, False
        self.generic_visit(node)
        self._in_async = before

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        owner = self._value(node.value)
        if inspect.ismodule(owner) and not hasattr(owner, node.attr):
            where = ast.unparse(node)
            self._add(node, "fails", f"there is no `{where}`{near_miss(node.attr, dir(owner))}")

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        called = self._value(node.func)
        written = ast.unparse(node.func)
        if self._in_async and (better := _BLOCKING.get(self._dotted(node.func))):
            text = f"`{written}` blocks every user in an async function; write `await {better}`"
            self._add(node, "differs", text)
        if called is None:
            return
        if refused := refusal(called):
            self._add(node, "fails", refused)
        elif isinstance(called, type) and issubclass(called, Record):
            self._record(node, called, written)

    def _record(self, node: ast.Call, cls: type[Record], written: str) -> None:
        """Compare the arguments of a card or component with its properties."""
        kinds, names = properties(cls), list(cls.__struct_fields__)
        starred = any(isinstance(one, ast.Starred) for one in node.args)
        if not starred and len(node.args) > len(names):
            text = f"`{written}` takes {len(names)} arguments, not {len(node.args)}"
            self._add(node, "fails", text)
            return
        given: dict[str, ast.expr] = {} if starred else dict(zip(names, node.args, strict=False))
        spread = starred
        for keyword in node.keywords:
            if keyword.arg is None:
                spread = True
            elif keyword.arg not in names:
                hint = near_miss(keyword.arg, names)
                text = f"`{written}` has no argument `{keyword.arg}`{hint}"
                self._add(keyword.value, "fails", text)
            else:
                given[keyword.arg] = keyword.value
        if not spread:
            for name in names:
                if name in required(cls) and name not in given:
                    self._add(node, "fails", f"`{written}` needs `{name}`")
        for name, value in given.items():
            self._argument(value, f"{written}({name}=...)", kinds[name], name in required(cls))

    def _argument(self, node: ast.expr, where: str, kind: Any, needed: bool) -> None:
        if isinstance(kind, Missing):
            if not (isinstance(node, ast.Constant) and node.value is None):
                self._add(node, "fails", f"`{where}` is not supported")
            return
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, MemoryError, RecursionError):
            return  # it is not a constant
        if value is None:
            if needed:
                self._add(node, "fails", f"`{where}` cannot be None")
            return
        try:
            kind.check(value, "")
        except MisfitError as misfit:
            forgiven = self._forgives and bool(misfit.ignored)
            self._add(node, "differs" if forgiven else "fails", f"`{where}`: {misfit.reason}")
        except Exception as error:
            self._add(node, "fails", f"`{where}`: {error}")

    def _value(self, node: ast.expr) -> Any:
        """Return what an expression stands for, if that is something of ours."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            if inspect.ismodule(owner) or isinstance(owner, type):
                return getattr(owner, node.attr, None)
        return None

    def _dotted(self, node: ast.expr) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self._modules.get(node.id, ""), *reversed(parts)])
