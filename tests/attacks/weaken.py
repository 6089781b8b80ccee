"""Run a program of Python with one line of Swell replaced: `weaken.py NAME swell run app.py`.

The tests start their servers with `command`. A test must fail against the server that
`mutants.py` weakens for it; `test_mutants.py` sees to that.
"""

from __future__ import annotations

import importlib.util
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).parents[2]
VARIABLE = "SWELL_TESTS_WEAKENED"
"""Environment variable with the name of the mutant that servers are started as."""

Change = tuple[str, str, str]
"""A file below `src`, a text that is in it once, and the text to put there."""


def command(*module: str) -> list[str]:
    """Return a command that runs a module, weakened if `VARIABLE` asks for it."""
    name = os.environ.get(VARIABLE, "")
    return [sys.executable, *([__file__, name] if name else ["-m"]), *module]


def weakened(source: str, changes: Sequence[Change]) -> str:
    """Return a source with the changes.

    Raises:
        ValueError: If a line is not there, or more than once.
    """
    for file, line, to in changes:
        if source.count(line) != 1:
            raise ValueError(f"{file} does not have once: {line}")
        source = source.replace(line, to)
    return source


class Weakener(MetaPathFinder):
    """Loads modules with changes.

    Args:
        changes: The changes of each module, by its name.
    """

    def __init__(self, changes: Mapping[str, Sequence[Change]]) -> None:
        self._changes = changes

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Return a spec with a loader of ours, for modules with changes."""
        if fullname not in self._changes:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        return importlib.util.spec_from_file_location(
            fullname,
            spec.origin,
            loader=_Loader(fullname, spec.origin, self._changes[fullname]),
            submodule_search_locations=spec.submodule_search_locations,
        )


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, changes: Sequence[Change]) -> None:
        super().__init__(fullname, path)
        self._to = changes

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = weakened(self.get_data(path).decode(), self._to)
        return compile(source, path, "exec", dont_inherit=True)


def module_of(file: str) -> str:
    """Return the name of the module in a file below `src`."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def main() -> None:
    """Install the mutant, and run the module with its arguments."""
    _, name, module, *arguments = sys.argv
    sys.path[0] = str(Path.cwd())  # as for `python -m`
    sys.path.append(str(ROOT))
    from tests.attacks.mutants import MUTANTS

    changes: dict[str, list[Change]] = {}
    for change in MUTANTS[name].changes:
        changes.setdefault(module_of(change[0]), []).append(change)
    sys.meta_path.insert(0, Weakener(changes))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
