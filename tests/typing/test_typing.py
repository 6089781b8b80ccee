"""Type checkers find the mistakes that apps make, and complain of nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
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


Complaints = set[tuple[str, int]]
"""Name of the file, and line."""

LENIENT = """
[[tool.mypy.overrides]]
module = ["pasted.*", "tests.typing.*"]
disallow_untyped_defs = false
disallow_incomplete_defs = false
disallow_untyped_calls = false
disallow_any_generics = false
warn_unreachable = false
disable_error_code = ["import-not-found", "import-untyped", "truthy-bool"]
"""
"""Apps may have functions without types, and import packages that are not installed here."""


def mypy(folder: Path, files: list[Path]) -> Complaints:
    """Check files with the project's configuration, so that its cache of the package is used."""
    config = folder / "pyproject.toml"
    config.write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8") + LENIENT)
    command = [sys.executable, "-m", "mypy", "--config-file", str(config)]
    command += ["--no-error-summary", "--no-pretty"]
    done = run([*command, *map(str, files)], MYPYPATH=str(folder))
    found = re.findall(r"^(.+?):(\d+): error: ", done, re.MULTILINE)
    return {(Path(file).name, int(line)) for file, line in found}


def pyright(folder: Path, files: list[Path]) -> Complaints:
    """Check files with pyright, without a configuration."""
    done = run([str(PYRIGHT), "--outputjson", "--pythonpath", sys.executable, *map(str, files)])
    found = json.loads(done)["generalDiagnostics"]
    return {
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1)
        for one in found
        if one["severity"] == "error"
    }


def run(command: list[str], **environ: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def pasted(folder: Path) -> dict[str, Block]:
    """Write the examples and the complete programs of the docs; return them by their new names."""
    folder.mkdir()
    found: dict[str, Block] = {}
    for block in blocks():
        if block.is_app or block.is_chat or block.makes_apps or block.file.suffix == ".py":
            name = f"block_{len(found)}.py"
            (folder / name).write_text(block.code, encoding="utf-8")
            found[name] = block
    return found


@dataclass(frozen=True)
class Checked:
    """What a checker says of the programs of this folder and of those in the docs."""

    complaints: Complaints
    docs: dict[str, Block]


@pytest.fixture(scope="module", params=[mypy, pyright])
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """Run a checker once over all programs: it reads the package each time."""
    folder = tmp_path_factory.mktemp("typing")
    docs = pasted(folder / "pasted")
    files = [HERE / "mistakes.py", HERE / "fine.py", *(folder / "pasted" / name for name in docs)]
    return Checked(request.param(folder, files), docs)


def marked() -> set[int]:
    lines = (HERE / "mistakes.py").read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# mistake")}


def test_mistakes_are_found(checked: Checked) -> None:
    found = {line for name, line in checked.complaints if name == "mistakes.py"}
    there = marked()
    assert len(there) >= 29
    missed = sorted(there - found)
    assert len(found & there) >= LEAST * len(there), f"lines {missed} are not found"
    assert found - there == set(), "complaints about lines without a mistake"


def test_what_apps_may_write_is_fine(checked: Checked) -> None:
    assert [line for name, line in checked.complaints if name == "fine.py"] == []


def test_examples_and_blocks_of_the_docs_are_fine(checked: Checked) -> None:
    said = []
    for name, line in sorted(checked.complaints):
        block = checked.docs.get(name)
        if block is not None and PLANTED not in block.code.splitlines()[line - 1]:
            said.append(f"{block}, line {line} of the block")
    assert said == []
