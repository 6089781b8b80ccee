"""Release notes are made of the files in `changes`: one change, one sentence or two, one file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FRAGMENTS = sorted((ROOT / "changes").iterdir())
NAME = re.compile(r"\d+\.(added|changed|deprecated|removed|fixed|security)(\.\d+)?\.md")


def draft(folder: Path) -> str:
    """Return the notes of the next release, as `make changelog` prints them."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--dir", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def notes() -> str:
    return draft(ROOT)


def test_the_notes_of_the_next_release_hold_every_change(notes: str) -> None:
    assert "### Added" in notes
    missing = [one.name for one in FRAGMENTS if one.read_text().strip() not in notes]
    assert missing == []


def test_every_change_has_an_issue_and_a_kind() -> None:
    """Towncrier leaves out what it cannot read, without a word."""
    assert [one.name for one in FRAGMENTS if not NAME.fullmatch(one.name)] == []


def test_every_change_is_one_line_that_ends_as_a_sentence() -> None:
    texts = {one.name: one.read_text() for one in FRAGMENTS}
    assert [name for name, text in texts.items() if not re.fullmatch(r"\S.*\.\n", text)] == []


def test_the_changelog_has_the_line_below_which_notes_are_put() -> None:
    marks = (ROOT / "CHANGELOG.md").read_text().count("<!-- towncrier release notes start -->\n")
    assert marks == 1
