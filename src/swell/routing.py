"""`@on`, `run_on` and `handle_on`: which function answers an event, a hash or a control."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from swell.logs import logger

from .expando import expando_to_dict
from .query import Query
from .rules import Handler, Predicate, Rule, Rules, registering

_log = logger("swell.routing")

_F = TypeVar("_F", bound=Handler)


def on(arg: str | None = None, predicate: Predicate | None = None) -> Callable[[_F], _F]:
    """Register a function for an argument, an event or a location hash.

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
        rules, name = registering.get(), arg or function.__name__
        if name.startswith("#"):
            rules.hashes.append(Rule(function, predicate, name[1:]))
        elif "." in name:
            source, event = name.split(".", 1)
            if not source or not event:
                raise ValueError(f"@on({arg!r}): expected 'source.event'")
            rules.events.setdefault(source, []).append((event, Rule(function, predicate)))
        elif "{" in name and "}" in name:
            rules.patterns.append(Rule(function, predicate, name))
        else:
            rules.args.setdefault(name, []).append(Rule(function, predicate))
        return function

    return register


async def run_on(q: Query) -> bool:
    """Run the first function registered with `@on` that fits the query.

    Events come first, then the hash, then the control that was submitted.

    Returns:
        Whether one was found.
    """
    rules = _rules(q)
    for source in q.events:
        data = q.events[source]
        for event, rule in rules.events.get(source, ()):
            if event in data and rule.wants(data[event]):
                await rule.run(q, data[event])
                return True
    name = str(q.args["__wave_submission_name__"] or "")
    if name == "#":
        return await _run_hash(q)
    for rule in rules.args.get(name, ()):
        if rule.wants(q.args[name]):
            await rule.run(q, q.args[name])
            return True
    for rule in rules.patterns:
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
        _log.warning("handle_on() is deprecated; use run_on(), which also matches events")
    rules = _rules(q)
    for source in q.events:
        data = q.events[source]
        for event, rule in rules.events.get(source, ()):
            if event in data and rule.wants(data[event]):
                await rule.run(q, data[event])
                return True
    for name, value in expando_to_dict(q.args).items():
        if name == "#":
            if await _run_hash(q):
                return True
            continue
        for rule in rules.args.get(name, ()):
            if rule.wants(value):
                await rule.run(q, value)
                return True
    return False


_warned = False


def _rules(q: Query) -> Rules:
    """Return the rules of the app that a query is for."""
    return q.rules if q.rules is not None else registering.get()


async def _run_hash(q: Query) -> bool:
    value = q.args["#"]
    if not isinstance(value, str):
        value = ""  # the hash was cleared
    for rule in _rules(q).hashes:
        params = rule.match(value)
        if params is None:
            continue
        await rule.run(q, None, params if rule.arity > 1 else None)
        return True
    return False
