"""The type of a `@chat` handler: its argument, yielded values and result."""

from __future__ import annotations

from collections.abc import (
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
)
from typing import Any, Protocol, TypeAlias, TypeVar

from swell.models import Delta
from swell.parts import Part

from .turn import Turn

__all__ = ["Chunk", "Handler", "Made", "Yieldable"]


class _Choices(Protocol):
    """A chunk of chat completions, of any package that takes OpenAI's form."""

    @property
    def choices(self) -> Any: ...


class _Typed(Protocol):
    """An event of a stream with a type, such as those of `openai` and `anthropic`."""

    @property
    def type(self) -> Any: ...


class _Message(Protocol):
    """A message of `langchain`."""

    @property
    def content(self) -> Any: ...


class _Event(Protocol):
    """An event of `pydantic-ai`."""

    @property
    def event_kind(self) -> Any: ...


class _Response(Protocol):
    """A whole response, such as that of `pydantic-ai`."""

    @property
    def parts(self) -> Any: ...


Chunk: TypeAlias = (
    _Choices | _Typed | _Message | _Event | _Response | Mapping[Any, Any] | tuple[Any, ...] | bytes
)
"""A chunk of a provider's stream; see `swell.models`."""

Yieldable: TypeAlias = str | Part | Delta | Chunk | None
"""A value that a handler may yield: text, a part, or a chunk of a provider's stream."""

_S = TypeVar("_S")
Made: TypeAlias = Yieldable | AsyncIterable[Yieldable] | Iterable[Yieldable] | Awaitable[Yieldable]
Handler: TypeAlias = Callable[[Turn[_S]], Made]
"""A function that answers: a generator, or one that returns the whole; async or not."""
