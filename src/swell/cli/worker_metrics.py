"""Metrics of several workers: a folder that they share, and the port that the supervisor serves."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from swell.observe.scrape import ScrapePort, forget, text_of
from swell.settings.table import Settings

__all__ = ["SharedMetrics", "WorkerMetrics"]


class SharedMetrics(NamedTuple):
    """Where a worker writes its metrics.

    Attributes:
        folder: The folder of all workers.
        place: Number of the worker, which a later one gets again.
    """

    folder: Path
    place: int


class WorkerMetrics:
    """The metrics of all workers; a context manager that makes and removes their folder.

    Places are numbered from 0, and the number of a worker that has ended is used again, so that the
    folder does not grow, and the counters of a place count on.

    Args:
        settings: `metrics_port`, `metrics_host` and `metrics_token`; without port and token there
            are no metrics, and no folder.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder: Path | None = None
        self._taken: set[int] = set()

    def __enter__(self) -> Self:
        if self._settings.metrics_port or self._settings.metrics_token is not None:
            self._folder = Path(tempfile.mkdtemp(prefix="swell-metrics-"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def take(self) -> SharedMetrics | None:
        """Return the place of a new worker; None without metrics."""
        if self._folder is None:
            return None
        place = next(number for number in range(len(self._taken) + 1) if number not in self._taken)
        self._taken.add(place)
        return SharedMetrics(self._folder, place)

    def free(self, shared: SharedMetrics | None) -> None:
        """Forget a worker that has ended."""
        if shared is not None:
            self._taken.discard(shared.place)
            forget(shared.folder, shared.place)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Serve the port while the block runs.

        Raises:
            SettingError: If it cannot be listened on.
        """
        folder = self._folder
        if folder is None or not self._settings.metrics_port:
            yield
            return
        port = ScrapePort(self._settings, lambda: text_of(folder))
        await port.open()
        try:
            yield
        finally:
            await port.close()
