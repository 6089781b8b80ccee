"""A server that the tests of a file share: none of their attacks may harm it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .rig import Target, target


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The chat of `app.py`."""
    with target(tmp_path_factory.mktemp("served")) as running:
        yield running
