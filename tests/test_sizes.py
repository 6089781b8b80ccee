"""Sizes read the same from the server and in the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swell.sizes import size

FORMAT = Path(__file__).parents[1] / "web/src/i18n/format.test.ts"
# The cases of the browser's formatter, which writes a space that does not break.
CASES = re.findall(r"\[([\d_]+), \"([^\"]+)\"\]", FORMAT.read_text(encoding="utf-8"))


def test_the_browser_has_cases() -> None:
    assert len(CASES) >= 10


@pytest.mark.parametrize(("count", "said"), CASES)
def test_sizes_read_as_in_the_browser(count: str, said: str) -> None:
    assert size(int(count)) == said.replace("\u00a0", " ")


@pytest.mark.parametrize(("count", "said"), [(26_214_400, "26.2 MB"), (12_250, "12.3 kB")])
def test_limits_read_as_files_do(count: int, said: str) -> None:
    assert size(count) == said
