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

__all__ = ["NOT_INSTALLED", "Program", "program", "pytest_sessionfinish", "pytest_terminal_summary"]

Program = Callable[[str], Path]

NOT_INSTALLED = "not installed: "
"""How the reason of a skipped test begins that misses a program."""


@pytest.fixture(scope="session")
def program() -> Program:
    """Give `program(name)`, the path of an installed program from `tools/bootstrap.py`.

    Names are the keys of `PROGRAMS`; another name is a `KeyError`.
    """

    def find(name: str) -> Path:
        package = PROGRAMS[name]
        search = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
        if (found := shutil.which(name, path=search)) is not None:
            return Path(found)
        pytest.skip(f"{NOT_INSTALLED}{name} (Debian: {package})")

    return find


def _missing(config: pytest.Config) -> dict[str, list[str]]:
    """Return the tests that were not run, by program; also those of other worker processes."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    found: dict[str, list[str]] = {}
    for report in reporter.stats.get("skipped", []) if reporter is not None else []:
        if isinstance(report.longrepr, tuple):
            _, marked, name = report.longrepr[2].partition(NOT_INSTALLED)
            if marked:
                found.setdefault(name, []).append(report.nodeid)
    return found


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """List the tests that were not run, by the program that is missing."""
    missing = _missing(config)
    if missing:
        terminalreporter.section("not run: a program is missing")
    for name, tests in sorted(missing.items()):
        terminalreporter.write_line(f"{name}: {len(tests)} tests, such as {min(tests)}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in continuous integration that could not run everything."""
    if os.environ.get("CI") == "true" and _missing(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
