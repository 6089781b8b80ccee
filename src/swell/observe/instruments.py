"""Instruments: every metric of Swell with its help and its labels, made once for a process.

Labels have few values, all of them known: no names of users, threads or tools. A value that is not
known counts as `other`.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from swell.locales import words_of

from .samples import Sampled, samples

__all__ = ["Instruments", "instruments"]

_LONG = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)
_SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

_KNOWN: Mapping[str, Sequence[str]] = {
    "sockets_refused": ("400", "403", "429", "503"),
    "prompts_refused": (
        *("busy", "forbidden", "limit", "not_admitted", "not_found", "queue_full"),
        *("store_unavailable", "too_fast", "too_many", "used_up"),
    ),
    "runs_ended": ("done", "failed", "interrupted", "stopped"),
    "run_failures": tuple(words_of().failures),
}
"""The values of labels."""


class Instruments:
    """The metrics of this process. Several processes of a service add up; see `shared`."""

    def __init__(self) -> None:
        info = Gauge(
            "swell_build_info",
            "1, with the version of Swell",
            ["version"],
            multiprocess_mode="livemax",
        )
        info.labels(importlib.metadata.version("swell")).set(1)
        _sum("swell_processes", "Processes that serve").set(1)

        self._gauges: dict[Sampled, tuple[Gauge, bool]] = {
            "connections": (_sum("swell_connections", "Open TCP connections"), False),
            "sockets": (_sum("swell_sockets", "Open WebSockets"), False),
            "tabs": (_sum("swell_tabs", "Tabs, connected or expected to come back"), False),
            "backplane_waiting": (
                _sum("swell_backplane_waiting", "Messages that wait for the backplane"),
                False,
            ),
            "draining": (_sum("swell_draining", "Processes that drain"), False),
            "backplane_connected": (
                Gauge(
                    "swell_backplane_connected",
                    "1 if all processes are connected to the backplane",
                    multiprocess_mode="livemin",
                ),
                True,
            ),
        }
        runs = Gauge(
            "swell_runs", "Answers being made or queued", ["state"], multiprocess_mode="livesum"
        )
        self._gauges["runs_running"] = (runs.labels("running"), False)
        self._gauges["runs_queued"] = (runs.labels("queued"), False)
        self._memory = _sum("swell_memory_bytes", "Resident memory of the processes")
        self._cpu = Counter("swell_cpu_seconds", "Processor time used")
        self._cpu_seen = 0.0
        self.loop_lag = _histogram(
            "swell_event_loop_lag_seconds", "Delay of a timer of the event loop", _SHORT
        )

        self.http_responses = Counter("swell_http_responses", "HTTP responses", ["status"])
        self.sockets_refused = Counter(
            "swell_sockets_refused", "WebSockets refused, by HTTP status", ["status"]
        )
        self.uploads = Counter("swell_uploads", "Uploads that were stored")
        self.upload_bytes = Counter("swell_upload_bytes", "Bytes of uploaded files")

        self.prompts = Counter("swell_prompts", "Prompts accepted")
        self.prompts_refused = Counter(
            "swell_prompts_refused", "Prompts refused, by reason", ["reason"]
        )
        self.run_wait = _histogram(
            "swell_run_wait_seconds", "From the prompt to the start of its run", _LONG
        )
        self.first_output = _histogram(
            "swell_time_to_first_token_seconds", "From the prompt to the first output", _LONG
        )
        self.run_seconds = _histogram(
            "swell_run_seconds", "From the prompt to the end of its answer", _LONG
        )
        self.runs_ended = Counter("swell_runs_ended", "Runs ended, by outcome", ["outcome"])
        self.run_failures = Counter("swell_run_failures", "Failed runs, by cause", ["code"])
        self.tokens = Counter("swell_tokens", "Tokens that models counted", ["direction"])
        self.charges = Counter("swell_charges", "Money that answers cost, in the app's currency")
        self.tool_calls = Counter("swell_tool_calls", "Calls of tools", ["outcome"])
        self.tool_seconds = _histogram("swell_tool_seconds", "Time that tools took", _LONG)

        self.store_seconds = _histogram(
            "swell_store_seconds", "Time that calls of the database took", _SHORT, "operation"
        )
        self.store_errors = Counter(
            "swell_store_errors", "Calls that found the database unavailable", ["operation"]
        )
        self.backplane_send = _histogram(
            "swell_backplane_send_seconds", "Time the backplane took to accept messages", _SHORT
        )
        self.backplane_gaps = Counter(
            "swell_backplane_gaps", "Times that messages of other processes may be missing"
        )

        self.sign_ins = Counter("swell_sign_ins", "Attempts to sign in", ["outcome"])
        self.audit_entries = Counter("swell_audit_entries", "Entries of the audit log", ["event"])
        self.audit_failures = Counter(
            "swell_audit_failures", "Entries of the audit log that could not be stored"
        )
        self._begin()

    def _begin(self) -> None:
        """Make the series of all known labels, so that a first increase is seen as one."""
        for status in ("2xx", "3xx", "4xx", "5xx"):
            self.http_responses.labels(status)
        for name in ("sockets_refused", "prompts_refused", "runs_ended", "run_failures"):
            counter: Counter = getattr(self, name)
            for value in (*_KNOWN[name], "other"):
                counter.labels(value)
        for direction in ("input", "output"):
            self.tokens.labels(direction)
        for outcome in ("done", "failed"):
            self.tool_calls.labels(outcome)
        for operation in ("read", "write"):
            self.store_seconds.labels(operation)
            self.store_errors.labels(operation)
        for outcome in ("done", "failed"):
            self.sign_ins.labels(outcome)

    def known(self, name: str, value: str) -> str:
        """Return a value of a label, or `other`."""
        return value if value in _KNOWN[name] else "other"

    def sample(self) -> None:
        """Read what is not counted."""
        found = samples()
        for name, (gauge, least) in self._gauges.items():
            values = found.get(name, [])
            gauge.set(min(values, default=1.0) if least else sum(values))
        self._memory.set(_memory_bytes())
        used = time.process_time()
        self._cpu.inc(used - self._cpu_seen)
        self._cpu_seen = used


@functools.cache
def instruments() -> Instruments:
    """Return the metrics of this process, which are made at the first call."""
    # A second series for each counter, which nothing here reads.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    return Instruments()


def _sum(name: str, about: str, *labels: str) -> Gauge:
    return Gauge(name, about, labels, multiprocess_mode="livesum")


def _histogram(name: str, about: str, buckets: Sequence[float], *labels: str) -> Histogram:
    return Histogram(name, about, labels, buckets=buckets)


def _memory_bytes() -> int:
    try:  # Linux: size, resident and others, in pages
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
