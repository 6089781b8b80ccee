"""Samples: values that are read when they are needed, instead of being counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

__all__ = ["Sampled", "sampled", "samples"]

Sampled: TypeAlias = Literal[
    "connections",
    "sockets",
    "tabs",
    "runs_running",
    "runs_queued",
    "backplane_connected",
    "backplane_waiting",
    "draining",
]
"""Their names."""

_samples: dict[Sampled, list[Callable[[], float]]] = {}


def sampled(name: Sampled, read: Callable[[], float]) -> Callable[[], None]:
    """Let a function give a value whenever it is read; those of one name are combined.

    Args:
        name: Which value.
        read: Returns it; must not block.

    Returns:
        A function that ends it.
    """
    readers = _samples.setdefault(name, [])
    readers.append(read)

    def end() -> None:
        if read in readers:
            readers.remove(read)

    return end


def samples() -> Mapping[Sampled, list[float]]:
    """Return the present values by name, one for each function of `sampled`."""
    return {name: [read() for read in readers] for name, readers in _samples.items()}
