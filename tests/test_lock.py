"""Everything that `make` installs is locked: a version, a hash, and no address of a registry."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tools.audit import LOCKS as AUDITED
from tools.lock import PROJECT, TOOLS

from tests.conftest import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(lock: Path) -> dict[str, list[tuple[Requirement, str]]]:
    """Return the requirements of a lock file with their hashes, by package."""
    found: dict[str, list[tuple[Requirement, str]]] = {}
    text = lock.read_text(encoding="utf-8").replace("\\\n", "")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            requirement, _, hashes = line.partition(" --hash=")
            wanted = Requirement(requirement.strip())
            found.setdefault(canonicalize_name(wanted.name), []).append((wanted, hashes))
    return found


def test_there_is_a_lock_for_all_that_is_installed() -> None:
    names = {lock.stem for lock in LOCKS}
    assert names == {*PROJECT, *TOOLS} == set(AUDITED)
    used = (ROOT / "Makefile").read_text() + (ROOT / "tools/bootstrap.py").read_text()
    assert {name for name in names if f"/{name}.txt" in used} == names


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_has_a_version_and_a_hash(lock: Path) -> None:
    for name, found in pins(lock).items():
        for wanted, hashes in found:
            assert re.fullmatch(r"==[^*]+", str(wanted.specifier)), name
            assert re.match(r"sha256:[0-9a-f]{64}", hashes), name
    assert not re.search(r"https?://|--(extra-)?index|--find-links", lock.read_text())


@pytest.mark.parametrize("name", PROJECT)
def test_the_locks_are_those_of_the_project(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(one for extra in PROJECT[name] for one in extras[extra])]
    locked = pins(ROOT / f"requirements/{name}.txt")
    missing = [
        text
        for text in wanted
        for one in [Requirement(text)]
        if not any(
            one.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True)
            for pin, _ in locked.get(canonicalize_name(one.name), [])
        )
    ]
    assert missing == [], "run `make lock`"


def test_pip_installs_nothing_without_a_hash() -> None:
    makefile = (ROOT / "Makefile").read_text()
    lines = [line for line in makefile.splitlines() if "pip install" in line or "$(PIP)" in line]
    assert [line.partition(" :=")[0] for line in lines] == ["PIP", "LOCKED", "PROJECT"]
    assert "--require-hashes" in lines[1]
    assert "--no-deps --no-build-isolation" in lines[2]
    bootstrap = (ROOT / "tools/bootstrap.py").read_text()
    assert bootstrap.count('"pip", "install"') == bootstrap.count("*LOCKED") == 2


def test_every_package_of_npm_has_a_checksum_and_no_address() -> None:
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    packages = {place: about for place, about in lock["packages"].items() if place}
    assert len(packages) > 300
    without = [
        one for one, about in packages.items() if "sha512-" not in about.get("integrity", "")
    ]
    assert without == []
    assert [one for one, about in packages.items() if "resolved" in about] == []
    assert '"ci"' in (ROOT / "hatch_build.py").read_text(), "`npm install` would change the lock"
