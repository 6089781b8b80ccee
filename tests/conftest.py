"""Fixtures for all tests."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Swell runs on asyncio, which is what uvicorn runs on."""
    return "asyncio"
