"""The seam of a provider: what Swell must know about a provider or a package for models.

A provider is one module in `swell.models.providers`: a subclass of `Provider`, and what it needs.
The module is found by being there. It imports nothing of the package that it reads.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias

from swell.models.deltas import Delta, ToolCallDelta

__all__ = ["Block", "Chunks", "Conversation", "Offered", "Outcome", "Provider"]

Block: TypeAlias = dict[str, Any]
"""One piece of a message's content, in the form of a provider."""


class Chunks:
    """Reads the chunks of one answer: some need the chunks before them."""

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun whose end has not come."""
        return False

    def read(self, chunk: Any) -> list[Delta]:
        """Return the deltas of a chunk; empty if it adds nothing.

        Raises:
            UnknownChunkError: If the provider's streams yield no such thing.
        """
        raise NotImplementedError

    def end(self) -> list[Delta]:
        """Return the remaining deltas at the end of the stream.

        Raises:
            UnknownChunkError: If the response is not a stream.
        """
        return []


class Offered(Protocol):
    """The description of a tool for a model.

    Attributes:
        name: Its name for the model.
        description: Its description.
        schema: JSON schema of its arguments.
    """

    name: str
    description: str
    schema: dict[str, Any]


class Outcome(NamedTuple):
    """The result of a call.

    Attributes:
        said: The result as the model gets it.
        failed: Whether the tool failed.
    """

    said: str
    failed: bool


class Conversation(Protocol):
    """One conversation with a model that may call tools.

    Attributes:
        unfinished: The model paused and expects another request.
    """

    unfinished: bool

    def stream(self, *, last: bool) -> AsyncGenerator[Delta, None]:
        """Ask the model; the last time it may not call tools."""
        ...

    def answer(self, calls: Mapping[str, ToolCallDelta], outcomes: Mapping[str, Outcome]) -> None:
        """Add the model's calls and their results to the conversation."""
        ...


class Provider:
    """A provider, or a package that speaks with several.

    `chunks` reads its streams. `picture`, `asks` and `conversation` are for a provider that
    `run_tools` can ask.

    Attributes:
        name: Its name in the log.
        packages: Packages whose objects are its chunks and clients.
        errors: Packages whose exceptions, raised by a handler, are failures of the model.
        order: Providers with a lower number check a chunk without a class, such as a dict, first.
    """

    name: ClassVar[str]
    packages: ClassVar[frozenset[str]] = frozenset()
    errors: ClassVar[frozenset[str]] = frozenset()
    order: ClassVar[int] = 0

    def chunks(self) -> Chunks:
        """Return a reader for the chunks of one answer."""
        raise NotImplementedError

    def reads(self, chunk: object) -> bool:
        """Return whether a dict, a tuple or bytes are a chunk of this provider."""
        del chunk
        return False

    def picture(self, mime: str, data: str) -> Block:
        """Return a picture as its requests take it.

        Args:
            mime: Media type.
            data: The picture's bytes in base64.
        """
        raise NotImplementedError

    def asks(self, model: object) -> bool:
        """Return whether this is a client for the provider's models."""
        del model
        return False

    def conversation(
        self,
        model: Any,
        messages: list[dict[str, Any]],
        tools: Sequence[Offered],
        system: str | None,
        params: dict[str, Any],
    ) -> Conversation:
        """Begin a conversation with a model that `asks` knows.

        Args:
            model: The client.
            messages: The conversation, in the provider's form.
            tools: The tools for the model.
            system: Instructions for the model.
            params: More of each request.
        """
        raise NotImplementedError
