"""The site of a server for the code in its own process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from swell.site import Saved

from .pages import PushedPages

__all__ = ["LocalSite"]


class LocalSite:
    """Pages of a server; see `swell.site.Local`.

    Args:
        pushed: Its pushed pages.
    """

    def __init__(self, pushed: PushedPages) -> None:
        self.loop = asyncio.get_running_loop()
        self._pushed = pushed

    def save(
        self,
        url: str,
        ops: Sequence[Any],
        *,
        strict: bool = False,
        page: str = "",
        save: tuple[str, int] | None = None,
    ) -> Saved:
        """Apply the ops of one save, all or none."""
        return self._pushed.save(url, ops, strict=strict, page=page, save=save)

    def load(self, url: str) -> dict[str, Any]:
        """Return a page in H2O Wave's form."""
        return self._pushed.load(url)
