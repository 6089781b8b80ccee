"""Checkpoints: `q.app` and `q.user` outlive the process, by `H2O_WAVE_CHECKPOINT_DIR`."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from swell import Q
from swell.app import App
from swell.errors import SettingError
from swell.server.checkpoint import FILE
from swell.settings.load import load_settings

from .live_server import Tab, serving


def count(folder: Path) -> list[int | None]:
    """Run an app that counts its visits, and return what it counted before."""
    seen: list[int | None] = []

    async def serve(q: Q) -> None:
        if q.events["@system"]:
            return
        seen.extend([q.app.count, q.user.count, q.client.count])
        q.app.count = (q.app.count or 0) + 1
        q.user.count = (q.user.count or 0) + 10
        q.client.count = 1
        q.app.lock = threading.Lock()  # cannot be kept
        await q.page.save()

    app = App(load_settings({"H2O_WAVE_CHECKPOINT_DIR": str(folder)}, {}))
    app.add("/", serve)
    with serving(app) as server:
        tab = Tab(server)
        while len(seen) < 3:
            threading.Event().wait(0.01)
        tab.socket.close()
    return seen


def test_app_and_users_are_kept_and_clients_are_not(tmp_path: Path) -> None:
    assert count(tmp_path) == [None, None, None]
    assert count(tmp_path) == [1, 10, None]
    assert count(tmp_path) == [2, 20, None]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_value_that_cannot_be_kept_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        count(tmp_path)
    assert "q.app.lock is not in the checkpoint" in caplog.text


def test_a_damaged_checkpoint_is_reported_and_left_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(b"damaged")
    assert count(tmp_path) == [None, None, None]
    assert "could not read the checkpoint" in caplog.text
    assert count(tmp_path)[0] == 1


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="the path of a folder"):
        load_settings({"H2O_WAVE_CHECKPOINT_DIR": str(tmp_path / "missing")}, {})
