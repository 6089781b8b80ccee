"""Watch: reports what a run does to metrics and traces, from its prompt to its end."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from swell.observe import metrics, traces
from swell.parts import Text

if TYPE_CHECKING:
    from .run import Run

__all__ = ["Watch"]


class Watch:
    """Follows one run.

    Args:
        run: The run, which has just been accepted.
        app: Name of the app.
    """

    def __init__(self, run: Run, app: str) -> None:
        self._run, self._app = run, app
        self._span: traces.RunSpan | None = None
        self._prompt = ""
        self._began = time.monotonic()
        self._spoke = False

    def started(self) -> None:
        """Note that the handler is called now, in a task that this one starts."""
        run, waited_s = self._run, time.monotonic() - self._began
        metrics.run_started(waited_s)
        self._span = traces.begin_run(
            run.id,
            run.fence,
            agent=self._app,
            thread_id=run.thread_id,
            user_id=run.user_id,
            waited_s=waited_s,
        )
        if self._span is not None:
            self._span.event("swell.started")
        if metrics.is_on() or traces.is_on():
            self._run.watchers.add(self._look)

    def asked(self, prompt: str) -> None:
        """Note the text of the prompt."""
        self._prompt = prompt

    def ended(self) -> None:
        """Note that the run has ended, as its state says."""
        run = self._run
        self._run.watchers.discard(self._look)
        if not run.lost:
            seconds = time.monotonic() - self._began
            metrics.run_ended(run.state, seconds, code=run.error_code, usage=run.answer.usage)
        if self._span is not None:
            texts = [part.text for part in run.answer.parts() if isinstance(part, Text)]
            self._span.ended(
                "lost" if run.lost else run.state,
                code=run.error_code,
                usage=run.answer.usage,
                prompt=self._prompt,
                answer="\n\n".join(texts),
            )

    def _look(self) -> None:
        """Note the first output; called after each change until then."""
        if not self._spoke and self._run.answer.log:
            self._spoke = True
            metrics.run_first_output(time.monotonic() - self._began)
            if self._span is not None:
                self._span.event("swell.first_output")
            # not now: `Run.changed` is walking through the watchers
            asyncio.get_running_loop().call_soon(self._run.watchers.discard, self._look)
