"""A place with files for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .place import Place


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.store.close()
    assert not made.folder.exists()
