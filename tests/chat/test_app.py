"""`@chat` and the application that it is a part of."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import swell
from swell.app import App
from swell.chat import Turn
from swell.settings.table import Settings

SOURCES = Path(swell.__file__).parent


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


@pytest.mark.anyio
@pytest.mark.parametrize("given", [True, False])
async def test_settings_given_in_code_count_like_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    mine, other = tmp_path / "mine.db", tmp_path / "other.db"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SWELL_DATABASE_URL", str(other if given else mine))
    app = App(Settings(database_url=f"sqlite:///{mine}") if given else None)
    app.chat("/")(echo)
    async with app.lifespan():
        assert mine.exists()
        assert not other.exists()


def test_only_the_app_reads_settings_from_the_environment() -> None:
    read = re.compile(r"load_settings\(os|os\.environ.*SWELL_")
    readers = {
        str(file.relative_to(SOURCES))
        for file in SOURCES.rglob("*.py")
        if read.search(file.read_text(encoding="utf-8"))
        and not file.is_relative_to(SOURCES / "cli")
    }
    assert readers == {"app.py"}
