"""A browser for the attacks that are on one."""

from __future__ import annotations

from tests.e2e.conftest import browser, new_page, page, run

__all__ = ["browser", "new_page", "page", "run"]
