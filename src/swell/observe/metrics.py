"""Metrics: functions that the parts of Swell call with what happened; they do nothing when off.

`opened` turns them on for the settings `metrics_port` and `metrics_token`. Only then is
`prometheus_client` imported. No function is called for a token of an answer.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from .samples import sampled

if TYPE_CHECKING:
    from .instruments import Instruments

__all__ = [
    "audit_begun",
    "audited",
    "backplane_gap",
    "backplane_sent",
    "charged",
    "http_answered",
    "is_on",
    "prompt_accepted",
    "prompt_refused",
    "run_ended",
    "run_first_output",
    "run_started",
    "sampled",
    "signed_in",
    "socket_refused",
    "store_call",
    "tool_call",
    "turn_off",
    "turn_on",
    "uploaded",
]

T = TypeVar("T")

_on: Instruments | None = None
_uses = 0


def is_on() -> bool:
    """Return whether metrics are collected."""
    return _on is not None


def turn_on(instruments: Instruments) -> None:
    """Collect with these instruments, until `turn_off` is called as often."""
    global _on, _uses
    _on, _uses = instruments, _uses + 1


def turn_off() -> None:
    """Collect no more, unless another app of the process does."""
    global _on, _uses
    _uses -= 1
    if not _uses:
        _on = None


# ------------------------------------------------------------------------------------------ rooms


def http_answered(status: int) -> None:
    """Count an HTTP response."""
    if _on is not None:
        _on.http_responses.labels(f"{status // 100}xx").inc()


def socket_refused(status: int) -> None:
    """Count a WebSocket that was refused with an HTTP status."""
    if _on is not None:
        _on.sockets_refused.labels(_on.known("sockets_refused", str(status))).inc()


def prompt_accepted() -> None:
    """Count a prompt that has been stored."""
    if _on is not None:
        _on.prompts.inc()


def prompt_refused(reason: str) -> None:
    """Count a prompt that was refused, by the reason of the `RefusedError`."""
    if _on is not None:
        _on.prompts_refused.labels(_on.known("prompts_refused", reason)).inc()


def run_started(waited_s: float) -> None:
    """Note how long a run has waited since its prompt was accepted."""
    if _on is not None:
        _on.run_wait.observe(waited_s)


def run_first_output(seconds: float) -> None:
    """Note how long after its prompt a run has said something."""
    if _on is not None:
        _on.first_output.observe(seconds)


def run_ended(
    outcome: str, seconds: float, *, code: str | None, usage: Mapping[str, Any] | None
) -> None:
    """Count a run that has ended.

    Args:
        outcome: Its last state, such as `done`.
        seconds: How long after its prompt.
        code: Code of its failure, if it failed.
        usage: Tokens that the model counted.
    """
    if _on is None:
        return
    _on.runs_ended.labels(_on.known("runs_ended", outcome)).inc()
    _on.run_seconds.observe(seconds)
    if outcome == "failed":
        _on.run_failures.labels(_on.known("run_failures", code or "other")).inc()
    for direction in ("input", "output"):
        _on.tokens.labels(direction).inc(int((usage or {}).get(direction, 0)))


@contextmanager
def tool_call() -> Iterator[None]:
    """Count and time the call of a tool in the block."""
    on, began, outcome = _on, time.perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        if on is not None:
            on.tool_calls.labels(outcome).inc()
            on.tool_seconds.observe(time.perf_counter() - began)


def charged(micros: int) -> None:
    """Count money that answers have cost, in millionths of the app's currency."""
    if _on is not None:
        _on.charges.inc(micros / 1e6)


def store_call(operation: Literal["read", "write"], call: Awaitable[T]) -> Awaitable[T]:
    """Return a call of the database, timed if metrics are on."""
    return call if _on is None else _timed(_on, operation, call)


async def _timed(on: Instruments, operation: str, call: Awaitable[T]) -> T:
    began = time.perf_counter()
    try:
        return await call
    except Exception as error:
        if getattr(error, "code", "") == "store_unavailable":
            on.store_errors.labels(operation).inc()
        raise
    finally:
        on.store_seconds.labels(operation).observe(time.perf_counter() - began)


def backplane_sent(seconds: float) -> None:
    """Note how long the backplane took to accept messages."""
    if _on is not None:
        _on.backplane_send.observe(seconds)


def backplane_gap() -> None:
    """Count a gap: messages of other processes may be missing."""
    if _on is not None:
        _on.backplane_gaps.inc()


def uploaded(size: int) -> None:
    """Count an upload that was stored, in bytes."""
    if _on is not None:
        _on.uploads.inc()
        _on.upload_bytes.inc(size)


def signed_in(outcome: Literal["done", "failed"]) -> None:
    """Count an attempt to sign in."""
    if _on is not None:
        _on.sign_ins.labels(outcome).inc()


def audit_begun(events: Iterable[str]) -> None:
    """Make the series of the events of the audit log."""
    if _on is not None:
        for event in events:
            _on.audit_entries.labels(event)


def audited(event: str, *, stored: bool) -> None:
    """Count an entry of the audit log."""
    if _on is not None:
        _on.audit_entries.labels(event).inc()
        if not stored:
            _on.audit_failures.inc()
