"""Rules: which functions `@on` has registered, for one app."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeAlias

__all__ = ["DEFAULT", "Handler", "Predicate", "Rule", "Rules", "registering"]

Handler: TypeAlias = Callable[..., Any]
Predicate: TypeAlias = Callable[[Any], Any]


class Rule:
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
        """Return whether the handler runs for this value of its argument."""
        return value is not None if self._predicate is None else bool(self._predicate(value))

    async def run(self, q: Any, value: Any, params: dict[str, Any] | None = None) -> None:
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


class Rules:
    """What `@on` has registered for one app."""

    def __init__(self) -> None:
        self.events: dict[str, list[tuple[str, Rule]]] = {}
        self.hashes: list[Rule] = []
        self.args: dict[str, list[Rule]] = {}
        self.patterns: list[Rule] = []


DEFAULT = Rules()
"""Those of `swell.main`."""

registering: ContextVar[Rules] = ContextVar("registering", default=DEFAULT)
"""Where `@on` registers now."""
