"""Type checkers find the mistakes that apps make, and complain of nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs.test_blocks import Block, blocks

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYRIGHT = ROOT / "web" / "node_modules" / ".bin" / "pyright"
PLANTED = "contnet"
"""A mistake in the docs, which show what it leads to."""
LEAST = 0.9
"""Part of the mistakes that each checker has to find."""


def mypy(*files: Path) -> set[tuple[str, int]]:
    """Return file and line of each complaint of mypy, strict where functions have types."""
    command = [sys.executable, "-m", "mypy", "--config-file=", "--no-error-summary", "--strict"]
    command += ["--no-pretty", "--allow-untyped-defs", "--allow-incomplete-defs"]
    command += ["--allow-untyped-calls", "--allow-any-generics", "--ignore-missing-imports"]
    command += ["--cache-dir", str(ROOT / ".cache" / "mypy-typing")]
    done = run([*command, *map(str, files)])
    found = re.findall(r"^(.+?):(\d+): error: ", done, re.MULTILINE)
    return {(Path(file).name, int(line)) for file, line in found}


def pyright(*files: Path) -> set[tuple[str, int]]:
    """Return file and line of each complaint of pyright."""
    done = run([str(PYRIGHT), "--outputjson", "--pythonpath", sys.executable, *map(str, files)])
    found = json.loads(done)["generalDiagnostics"]
    return {
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1)
        for one in found
        if one["severity"] == "error"
    }


def run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


Check = Callable[..., set[tuple[str, int]]]
CHECKERS = pytest.mark.parametrize("check", [mypy, pyright])


def marked() -> set[int]:
    lines = (HERE / "mistakes.py").read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# mistake")}


@CHECKERS
def test_mistakes_are_found(check: Check) -> None:
    found = {line for _, line in check(HERE / "mistakes.py")}
    there = marked()
    assert len(there) >= 29
    missed = sorted(there - found)
    assert len(found & there) >= LEAST * len(there), f"lines {missed} are not found"
    assert found - there == set(), "complaints about lines without a mistake"


@CHECKERS
def test_what_apps_may_write_is_fine(check: Check) -> None:
    assert check(HERE / "fine.py") == set()


@CHECKERS
def test_examples_and_blocks_of_the_docs_are_fine(check: Check, tmp_path: Path) -> None:
    files = {tmp_path / f"block_{number}.py": block for number, block in enumerate(whole())}
    for file, block in files.items():
        file.write_text(block.code, encoding="utf-8")
    found = check(*files)
    said = []
    for name, line in sorted(found):
        block = files[tmp_path / name]
        if PLANTED not in block.code.splitlines()[line - 1]:
            said.append(f"{block}, line {line} of the block")
    assert said == []


def whole() -> Iterator[Block]:
    """Yield the examples, and the blocks of the docs that are programs of their own."""
    for block in blocks():
        if block.is_app or block.is_chat or block.makes_apps or block.file.suffix == ".py":
            yield block
