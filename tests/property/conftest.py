"""One Node process for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from .node import WEB, Node


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """Start Node with the web client."""
    if shutil.which("node") is None or not (WEB / "node_modules" / "vite").is_dir():
        pytest.fail("needs Node and the packages of web/: run `make web`")
    process = Node()
    yield process
    process.close()
