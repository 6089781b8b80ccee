"""Traced: the deltas of one request to a model, with a span while traces are on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from swell.models.deltas import Delta, Finish, Usage
from swell.observe import traces

__all__ = ["traced", "with_trace"]


def with_trace(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters of a provider's client with the headers of the trace, if there are."""
    headers = traces.headers()
    if not headers:
        return params
    return {**params, "extra_headers": {**headers, **(params.get("extra_headers") or {})}}


def traced(
    deltas: AsyncGenerator[Delta, None], provider: str, model: str
) -> AsyncGenerator[Delta, None]:
    """Return the deltas of a request, traced unless they are already, or traces are off.

    Args:
        deltas: The deltas; the request begins with the first one.
        provider: Name of the provider.
        model: Name of the model.
    """
    return _traced(deltas, provider, model) if traces.is_on() else deltas


async def _traced(
    deltas: AsyncGenerator[Delta, None], provider: str, model: str
) -> AsyncGenerator[Delta, None]:
    if traces.in_round():
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta
        return
    with traces.round_of(provider, model) as span:
        assert span is not None
        async with aclosing(deltas):
            async for delta in deltas:
                span.spoke()
                if isinstance(delta, Usage):
                    span.counted(delta.input, delta.output)
                elif isinstance(delta, Finish):
                    span.finished(str(delta.reason))
                yield delta
