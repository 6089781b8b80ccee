"""Check an app without running it: what of it would fail or behave differently.

Prints a line for each finding, with file, line and column. The exit code is 1 if something fails;
what only differs does not count.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from swell.cli.command_error import CommandError

NAME = "check"
HELP = "say what of an app would fail or behave differently, without running it"

_SKIPPED = {"__pycache__", "node_modules", "site-packages"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("path", nargs="+", type=Path, help="a Python file, or a folder of them")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from swell.check import check

    looked, failing, differing = 0, 0, 0
    for path in _files(arguments.path):
        looked += 1
        try:
            found = check(path.read_bytes())
        except OSError as error:
            raise CommandError(f"cannot read {path}: {error.strerror}") from None
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            print(f"{path}:{line}:1: fails: this is not Python: {error}")
            failing += 1
            continue
        for one in found:
            print(f"{path}:{one.line}:{one.column}: {one.kind}: {one.text}")
        failing += sum(one.kind == "fails" for one in found)
        differing += sum(one.kind == "differs" for one in found)
    print(f"{looked} files: {failing} findings fail, {differing} differ")
    return 1 if failing else 0


def _files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files that are named, and the Python files below folders."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*.py")):
            parts = file.relative_to(path).parts
            if not any(part in _SKIPPED or part.startswith(".") for part in parts):
                yield file
