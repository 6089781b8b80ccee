"""The cases that the browser's side runs as well (vitest): (state, frames) -> state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from swell.errors import OpError
from swell.live.ops import Op
from swell.live.state import PageState

FILES = sorted((Path(__file__).parent.parent / "conformance").glob("*.json"))
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in FILES
    for case in json.loads(file.read_text(encoding="utf-8"))
]


def apply(page: PageState, ops: list[Any]) -> bool:
    """Apply one frame as it travels; tell whether it fitted."""
    try:
        page.apply(msgspec.convert(ops, list[Op]))
    except (OpError, msgspec.ValidationError):
        return False
    return True


def test_there_are_cases_for_every_subject() -> None:
    assert len(FILES) >= 7
    assert all(json.loads(file.read_text(encoding="utf-8")) for file in FILES)


@pytest.mark.parametrize("case", CASES)
def test_a_frame_is_applied_whole_or_not_at_all(case: dict[str, Any]) -> None:
    page = PageState()
    page.load(case["state"])
    assert page.to_json() == case["state"]
    for frame in case["frames"]:
        before = json.dumps(page.to_json())
        fitted = apply(page, frame["o"])
        assert fitted == (frame["result"] == "ok"), frame["o"]
        if not fitted:
            # As text, so that the order of cards and rows counts, too.
            assert json.dumps(page.to_json()) == before, frame["o"]
        if "state" in frame:
            assert page.to_json() == frame["state"], frame["o"]
        copy = PageState()
        copy.load(json.loads(json.dumps(page.to_json())))
        assert copy.to_json() == page.to_json()
