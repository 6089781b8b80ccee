"""The chat's main ways in Firefox and WebKitGTK: `make browsers` installs them and runs this."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import start

from .driver import Tab, firefox, webkit

__all__ = ["start"]

PROGRAMS = {
    "firefox-esr": os.environ.get("SWELL_FIREFOX", "/usr/bin/firefox-esr"),
    "WebKitWebDriver": "/usr/bin/WebKitWebDriver",
    "Xvfb": "/usr/bin/Xvfb",
}

collect_ignore_glob = [] if os.environ.get("SWELL_BROWSERS") == "1" else ["test_*.py"]


@pytest.fixture(scope="session", params=["firefox", "webkit"])
def tab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One tab of each browser, for all tests."""
    if request.param == "firefox":
        started = firefox(Path(PROGRAMS["firefox-esr"]), tmp_path_factory.mktemp("profile"))
    else:
        started = webkit(Path(PROGRAMS["WebKitWebDriver"]), Path(PROGRAMS["Xvfb"]))
    with started as found:
        yield found
