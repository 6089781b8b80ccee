"""Watch: reports what a run does to metrics, from its prompt to its end."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from swell.observe import metrics

if TYPE_CHECKING:
    from .run import Run

__all__ = ["Watch"]


class Watch:
    """Follows one run.

    Args:
        run: The run, which has just been accepted.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._began = time.monotonic()
        self._spoke = False

    def started(self) -> None:
        """Note that the handler is called now."""
        metrics.run_started(time.monotonic() - self._began)
        if metrics.is_on():
            self._run.watchers.add(self._look)

    def ended(self) -> None:
        """Note that the run has ended, as its state says."""
        run = self._run
        self._run.watchers.discard(self._look)
        if not run.lost:
            seconds = time.monotonic() - self._began
            metrics.run_ended(run.state, seconds, code=run.error_code, usage=run.answer.usage)

    def _look(self) -> None:
        """Note the first output; called after each change until then."""
        if not self._spoke and self._run.answer.log:
            self._spoke = True
            metrics.run_first_output(time.monotonic() - self._began)
            # not now: `Run.changed` is walking through the watchers
            asyncio.get_running_loop().call_soon(self._run.watchers.discard, self._look)
