"""Observing: the metrics and traces of an app while it runs, if its settings ask for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .samples import sampled

if TYPE_CHECKING:
    from swell.settings.table import Settings

    from .scrape import Metrics
    from .tracing import Tracing

__all__ = ["Observing"]


class Observing:
    """Opens and closes what an app reports.

    Attributes:
        scrape: Returns the metrics as Prometheus reads them; None without metrics.
    """

    def __init__(self) -> None:
        self.scrape: Callable[[], bytes] | None = None
        self._metrics: Metrics | None = None
        self._tracing: Tracing | None = None
        self._ends: list[Callable[[], None]] = []

    async def open(self, settings: Settings, name: str) -> None:
        """Begin.

        Args:
            settings: Those of the app.
            name: Name of the app.

        Raises:
            SettingError: If a package is missing, or the port of the metrics cannot be listened on.
        """
        if settings.metrics_port or settings.metrics_token is not None:
            from .scrape import Metrics

            found = Metrics(settings)
            await found.open()
            self._metrics, self.scrape = found, found.text
        if settings.traces:
            from .tracing import Tracing

            tracing = Tracing(settings, name)
            tracing.open()
            self._tracing = tracing

    def watch(self, connected: Callable[[], bool], waiting: Callable[[], int]) -> None:
        """Report the state of the backplane.

        Args:
            connected: Returns whether it is connected.
            waiting: Returns how many messages wait for it.
        """
        self._ends += [
            sampled("backplane_connected", connected),
            sampled("backplane_waiting", waiting),
        ]

    async def close(self) -> None:
        """End; a second call does nothing."""
        for end in self._ends:
            end()
        self._ends.clear()
        found, tracing = self._metrics, self._tracing
        self._metrics = self._tracing = self.scrape = None
        if found is not None:
            await found.close()
        if tracing is not None:
            await tracing.close()
