"""Places in the life of a prompt at which the process can be made to end, as `kill -9` does.

`FAULT_AT` names the place. They are wrapped around the store, its transactions and the ack from
outside; the code under test does not contain them.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import ClauseElement

from swell.chat.store import runs
from swell.chat.store.engines.base import Tx
from swell.chat.store.store import Store
from swell.query import Query

PLACES = (
    "accept.before",
    *(f"accept.{n}" for n in range(1, 20)),  # before the first statement, and so on
    "accept.after",
    *("ack.before", "ack.after"),
    *("start.before", "start.1", "start.2", "start.3", "start.after"),
    *("handler.begin", "handler.called", "handler.word"),
    *("flush.before", "flush.1", "flush.2", "flush.after", "handler.end"),
    "finish.before",
    *(f"finish.{n}" for n in range(1, 12)),
    "finish.after",
)


def reach(place: str) -> None:
    """End here, if this is the place."""
    if os.environ.get("FAULT_AT") == place:
        os.kill(os.getpid(), signal.SIGKILL)


class _Tx(Tx):
    """A transaction that may end before any of its statements."""

    def __init__(self, tx: Tx, name: str) -> None:
        super().__init__(tx._connection, tx._compiler, tx.time)
        self._name = name
        self._count = 0

    def _execute(self, statement: ClauseElement | str, values: Mapping[str, Any]) -> Any:
        self._count += 1
        reach(f"{self._name}.{self._count}")
        return super()._execute(statement, values)


def _inside(name: str) -> None:
    work = getattr(runs, name)

    @functools.wraps(work)
    def deadly(tx: Tx, *args: Any, **named: Any) -> Any:
        return work(_Tx(tx, name), *args, **named)

    setattr(runs, name, deadly)


def _around(name: str, called: str) -> None:
    method: Callable[..., Awaitable[Any]] = getattr(Store, name)

    @functools.wraps(method)
    async def deadly(*args: Any, **named: Any) -> Any:
        reach(f"{called}.before")
        result = await method(*args, **named)
        reach(f"{called}.after")
        return result

    setattr(Store, name, deadly)


def install() -> None:
    """Put the places where they belong, if one of them is wanted."""
    if "FAULT_AT" not in os.environ:
        return
    for name in ("accept", "start", "flush", "finish"):
        _inside(name)
        _around(name, name)
    acknowledge = Query.acknowledge

    @functools.wraps(acknowledge)
    def deadly(self: Query, *, duplicate: bool = False) -> None:
        reach("ack.before")
        acknowledge(self, duplicate=duplicate)
        reach("ack.after")

    Query.acknowledge = deadly  # type: ignore[method-assign]
