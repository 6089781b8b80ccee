"""Programs that some tests need beside Python; `tests/conftest.py` registers the hooks.

A test asks for one with `program("nginx")`. Where it is missing the test is skipped, the run ends
with a list of what was not run, and under `CI=true` that list fails the run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.bootstrap import PROGRAMS, SYSTEM_FOLDERS

__all__ = ["Program", "program", "pytest_sessionfinish", "pytest_terminal_summary"]

Program = Callable[[str], Path]

_MISSING = pytest.StashKey[dict[str, set[str]]]()


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Program:
    """Give `program(name)`, the path of an installed program from `tools/bootstrap.py`.

    Names are the keys of `PROGRAMS`; another name is a `KeyError`.
    """

    def find(name: str) -> Path:
        package = PROGRAMS[name]
        search = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
        if (found := shutil.which(name, path=search)) is not None:
            return Path(found)
        missing = request.config.stash.setdefault(_MISSING, {})
        missing.setdefault(f"{name} (Debian: {package})", set()).add(request.node.nodeid)
        pytest.skip(f"{name} is not installed; Debian's package is {package}")

    return find


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """List the tests that were not run, by the program that is missing."""
    missing = config.stash.get(_MISSING, {})
    if not missing:
        return
    terminalreporter.section("not run: a program is missing")
    for name, tests in sorted(missing.items()):
        terminalreporter.write_line(f"{name}: {len(tests)} tests, such as {min(tests)}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in continuous integration that could not run everything."""
    if session.config.stash.get(_MISSING, {}) and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
