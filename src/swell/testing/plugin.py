"""pytest plugin: the fixture `swell_connect`, found by pytest when Swell is installed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import pytest

Connect: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def swell_connect() -> Connect:
    """Give `swell.testing.connect`: `async with swell_connect(serve) as client: ...`."""
    from .client import connect  # not before a test asks: importing costs every pytest run

    return connect
