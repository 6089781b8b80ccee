"""`@on`, `run_on` and `handle_on`: which function answers an event, a hash or a control."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from swell.logs import logger

from .expando import expando_to_dict

if TYPE_CHECKING:
    from .query import Query

_log = logger("swell.routing")

Handler: TypeAlias = Callable[..., Any]
Predicate: TypeAlias = Callable[[Any], Any]
_F = TypeVar("_F", bound=Handler)


class _Rule:
    """A handler, when it applies, and the pattern its name matches, if any."""

    def __init__(
        self, function: Handler, predicate: Predicate | None, pattern: str | None = None
    ) -> None:
        self.function = function
        self.arity = len(inspect.signature(function).parameters)
        self._predicate = predicate
        self._regex: re.Pattern[str] | None = None
        self._convertors: dict[str, Any] = {}
        if pattern is not None:
            from starlette.routing import compile_path

            self._regex, _, self._convertors = compile_path(pattern)

    def match(self, name: str) -> dict[str, Any] | None:
        """Return the parameters in `name`, or None when the pattern does not match."""
        found = self._regex.match(name) if self._regex else None
        if found is None:
            return None
        return {k: self._convertors[k].convert(v) for k, v in found.groupdict().items()}

    def wants(self, value: Any) -> bool:
        """Tell whether the handler is to run for this value of its argument."""
        return value is not None if self._predicate is None else bool(self._predicate(value))

    async def run(self, q: Query, value: Any, params: dict[str, Any] | None = None) -> None:
        """Call the handler with as many arguments as it takes."""
        params = params or {}
        if self.arity == 0:
            result = self.function()
        elif self.arity == 1:
            result = self.function(q)
        elif self.arity == 1 + len(params):
            result = self.function(q, **params)
        else:
            result = self.function(q, value, **params)
        if isinstance(result, Awaitable):
            await result


class _Registry:
    """What `@on` registered, for the whole process."""

    def __init__(self) -> None:
        self.events: dict[str, list[tuple[str, _Rule]]] = {}
        self.hashes: list[_Rule] = []
        self.args: dict[str, list[_Rule]] = {}
        self.patterns: list[_Rule] = []


_registry = _Registry()


@contextmanager
def isolated() -> Iterator[None]:
    """Let `@on` register into nothing while the block runs, for tests with several apps."""
    global _registry
    before, _registry = _registry, _Registry()
    try:
        yield
    finally:
        _registry = before


def on(arg: str | None = None, predicate: Predicate | None = None) -> Callable[[_F], _F]:
    """Make a function answer what a person does.

    Args:
        arg: Name of a control; `source.event` for an event; `#path` for the location
            hash; either of the first and last with `{param}` or `{param:int}` in it.
            The function's own name when left out.
        predicate: Called with the value; the function runs when it returns true.
            Without one it runs for any value but None.

    Raises:
        ValueError: If `arg` or `predicate` cannot be used.
    """
    if predicate is not None and not callable(predicate):
        raise ValueError(f"@on predicate must be callable, got {type(predicate).__name__}")

    def register(function: _F) -> _F:
        name = arg or function.__name__
        if name.startswith("#"):
            _registry.hashes.append(_Rule(function, predicate, name[1:]))
        elif "." in name:
            source, event = name.split(".", 1)
            if not source or not event:
                raise ValueError(f"@on({arg!r}): want 'source.event'")
            _registry.events.setdefault(source, []).append((event, _Rule(function, predicate)))
        elif "{" in name and "}" in name:
            _registry.patterns.append(_Rule(function, predicate, name))
        else:
            _registry.args.setdefault(name, []).append(_Rule(function, predicate))
        return function

    return register


async def run_on(q: Query) -> bool:
    """Run the first function registered with `@on` that fits the query.

    Events come first, then the hash, then the control that was submitted.

    Returns:
        Whether one was found.
    """
    for source in q.events:
        data = q.events[source]
        for event, rule in _registry.events.get(source, ()):
            if event in data and rule.wants(data[event]):
                await rule.run(q, data[event])
                return True
    name = str(q.args["__wave_submission_name__"] or "")
    if name == "#":
        return await _run_hash(q)
    for rule in _registry.args.get(name, ()):
        if rule.wants(q.args[name]):
            await rule.run(q, q.args[name])
            return True
    for rule in _registry.patterns:
        params = rule.match(name)
        if params is not None and rule.wants(q.args[name]):
            await rule.run(q, q.args[name], params)
            return True
    return False


async def handle_on(q: Query) -> bool:
    """Run the first function that fits any argument, in their order.

    Deprecated since Wave 1: it also answers a button that was not clicked. Use `run_on`.
    """
    global _warned
    if not _warned:
        _warned = True
        _log.warning("handle_on() is deprecated; use run_on(), which answers what was submitted")
    for source in q.events:
        data = q.events[source]
        for event, rule in _registry.events.get(source, ()):
            if event in data and rule.wants(data[event]):
                await rule.run(q, data[event])
                return True
    for name, value in expando_to_dict(q.args).items():
        if name == "#":
            if await _run_hash(q):
                return True
            continue
        for rule in _registry.args.get(name, ()):
            if rule.wants(value):
                await rule.run(q, value)
                return True
    return False


_warned = False


async def _run_hash(q: Query) -> bool:
    value = q.args["#"]
    if not isinstance(value, str):
        value = ""  # the hash was cleared
    for rule in _registry.hashes:
        params = rule.match(value)
        if params is None:
            continue
        await rule.run(q, None, params if rule.arity > 1 else None)
        return True
    return False
