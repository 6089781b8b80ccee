"""Each attack succeeds against a server that is weakened for it, and its test says so.

`make test` tries a few of them, `make attacks` all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.seeds import Size

from .mutants import MUTANTS, table
from .weaken import ROOT, VARIABLE, weakened

PAGE = ROOT / "docs" / "explain" / "attacks.md"
RUN = [
    sys.executable,
    "-m",
    "pytest",
    "-x",
    "-q",
    "-n",
    "0",
    "-p",
    "no:cacheprovider",
    "--seed",
    "1",
]
VITEST = ["npx", "vitest", "run", "--config", "../tests/attacks/vitest.config.ts", "--root", "."]
NUMBERS = [f"S{n}" for n in range(1, 25)] + [f"F{n}" for n in range(1, 13)]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_weakened_server_is_found_out(name: str, size: Size) -> None:
    mutant = MUTANTS[name]
    if not (size.full or mutant.quick):
        return  # `make attacks` tries it
    chosen = {VARIABLE: name, "SWELL_FULL": ""}
    if mutant.web:
        edits = [[file.removeprefix("web/src/"), *change] for file, *change in mutant.changes]
        chosen = {f"{VARIABLE}_WEB": json.dumps(edits)}
    done = subprocess.run(
        [*VITEST, mutant.node.removeprefix("web/")] if mutant.web else [*RUN, mutant.node],
        cwd=ROOT / "web" if mutant.web else ROOT,
        env={key: one for key, one in os.environ.items() if not key.startswith("PYTEST_")} | chosen,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 1, f"the test passed, or was not found:\n{done.stdout[-4000:]}"
    assert "NotServedError" not in done.stdout, done.stdout[-4000:]


@pytest.mark.parametrize("name", MUTANTS)
def test_the_line_that_is_weakened_is_there(name: str) -> None:
    sources: dict[str, str] = {}
    for file, line, to in MUTANTS[name].changes:
        place = ROOT / file if file.startswith("web/") else ROOT / "src" / file
        source = sources.get(file) or place.read_text(encoding="utf-8")
        sources[file] = weakened(source, [(file, line, to)])
    for file, source in sources.items():
        if file.endswith(".py"):
            compile(source, file, "exec")


def test_every_attack_has_a_weakened_server_and_a_test_that_names_it() -> None:
    assert {one.number for one in MUTANTS.values()} == set(NUMBERS)
    for one in MUTANTS.values():
        if one.web:
            assert (ROOT / one.node).is_file()
            continue
        file, _, name = one.node.partition("::")
        source = (ROOT / file).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}(" in source, one.node
        about = source.partition('"""')[2].partition('"""')[0]
        assert one.number in about or f"_{one.number.lower()}_" in name, one.node


def test_the_page_shows_the_table() -> None:
    if not PAGE.is_file() or table() not in PAGE.read_text(encoding="utf-8"):
        wanted = Path(ROOT / ".cache" / "attacks.md")
        wanted.write_text(table(), encoding="utf-8")
        pytest.fail(f"put the table of {wanted} into {PAGE}")
