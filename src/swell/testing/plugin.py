"""pytest plugin: the fixture `swell_connect`, found by pytest when Swell is installed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from .client import Client

Connect: TypeAlias = "Callable[..., AbstractAsyncContextManager[Client]]"


@pytest.fixture
def swell_connect() -> Connect:
    """Give `swell.testing.connect`: `async with swell_connect(serve) as client: ...`."""
    from .client import connect  # not before a test asks: importing costs every pytest run

    return connect
