"""The fixture that Swell gives to pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import swell

pytestmark = pytest.mark.anyio

SOURCE = Path(swell.__file__).parent.parent

TEST_OF_AN_APP = """
import pytest
from swell import Q, ui

async def serve(q: Q) -> None:
    q.page["hi"] = ui.markdown_card("1 1 1 1", "Hi", q.args.name or "nobody")
    await q.page.save()

@pytest.mark.anyio
async def test_it(swell_connect) -> None:
    async with swell_connect(serve) as client:
        await client.act("name", "Ada")
        assert client.page["hi"]["content"] == "Ada"
"""


def test_the_fixture_of_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "test_app.py").write_text(TEST_OF_AN_APP)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "swell.testing.plugin", "-p", "anyio"],
        cwd=tmp_path,
        # Named here instead of found: whether Swell is installed must not matter.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "2 passed" in result.stdout or "1 passed" in result.stdout, result.stdout
