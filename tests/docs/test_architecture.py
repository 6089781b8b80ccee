"""docs/explain/architecture.md names what is there: every folder, and the stations of the walks."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explain" / "architecture.md").read_text(encoding="utf-8")


def test_every_folder_is_in_the_table() -> None:
    packages = {file.parent for file in (ROOT / "src" / "swell").rglob("*.py")}
    folders = {path for path in (ROOT / "web" / "src").iterdir() if path.is_dir()}
    there = {path.relative_to(ROOT).as_posix() for path in packages | folders}
    there -= {"src/swell", "src/swell/chat/store/migrations/versions"}
    assert there - set(re.findall(r"`([\w/]+)`", PAGE)) == set()


def stations() -> list[str]:
    return re.findall(r"^\d+\. `(swell\.[\w.]+)`", PAGE, re.MULTILINE)


def test_the_walks_are_short() -> None:
    prompt, token = (
        PAGE.split(f"## One {name},")[1].split("\n## ")[0] for name in ("prompt", "token")
    )
    assert len(re.findall(r"^\d+\. ", prompt, re.MULTILINE)) <= 12
    assert len(re.findall(r"^\d+\. ", token, re.MULTILINE)) <= 10


@pytest.mark.parametrize("station", stations())
def test_a_station_is_there(station: str) -> None:
    module, kind, name = station.rsplit(".", 2)
    assert callable(getattr(getattr(importlib.import_module(module), kind), name))
