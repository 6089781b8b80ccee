"""Ids: what the current task works for, such as a run; they are fields of its log lines.

The ids live in a context variable, so a task has those of the task that started it. A task that
serves several requests or runs must start without them.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

__all__ = ["add_ids", "current_ids", "ids", "without_ids"]

_NONE: Mapping[str, str] = MappingProxyType({})
_current: contextvars.ContextVar[Mapping[str, str]] = contextvars.ContextVar(
    "swell_ids", default=_NONE
)


def current_ids() -> Mapping[str, str]:
    """Return the ids of the current task, by their names."""
    return _current.get()


def add_ids(**found: str) -> None:
    """Add ids to those of the current task, until it ends.

    Args:
        **found: Ids by name: `request`, `connection`, `run`, `thread` or `user`.
    """
    _current.set({**_current.get(), **found})


@contextmanager
def ids(**found: str) -> Iterator[None]:
    """Add ids while the block runs; the arguments are as for `add_ids`."""
    token = _current.set({**_current.get(), **found})
    try:
        yield
    finally:
        _current.reset(token)


def without_ids() -> contextvars.Context:
    """Return a copy of the current context without ids, for a task that serves several runs."""
    found = contextvars.copy_context()
    found.run(_current.set, _NONE)
    return found
