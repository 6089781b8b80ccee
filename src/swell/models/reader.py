"""Turning the chunks of any known stream into deltas."""

from __future__ import annotations

from swell.models.deltas import Delta, TextDelta
from swell.models.fields import UnknownChunkError
from swell.models.provider import Chunks, Provider
from swell.models.registry import provider_of_class, providers

__all__ = ["Reader", "parts_of"]

MAX_KEYS = 8
"""Most keys of an unknown dict that an error names."""


class Reader:
    """Reads one answer's chunks: keep one reader for an answer, for some chunks need the earlier.

    Arguments of a tool call come in pieces, for instance; the reader returns them when they are
    complete. Chunks of several providers and requests may be interleaved.
    """

    def __init__(self) -> None:
        self._chunks: dict[Provider, Chunks] = {}

    @property
    def unfinished(self) -> str | None:
        """The provider whose stream has begun a message and not ended it; None if there is none."""
        for provider, chunks in self._chunks.items():
            if chunks.unfinished:
                return provider.name
        return None

    @property
    def complete(self) -> bool:
        """Whether chunks have come, and each message that began has ended."""
        return bool(self._chunks) and self.unfinished is None

    def read(self, chunk: object) -> list[Delta]:
        """Return the deltas of a chunk; empty if it adds nothing.

        Args:
            chunk: Text; a chunk of a known package's stream; such a chunk as a dict; or bytes
                of an event stream of chat completions. Deltas stay as they are.

        Raises:
            TypeError: If it is anything else.
        """
        if isinstance(chunk, str):
            return [TextDelta(chunk)] if chunk else []
        if isinstance(chunk, Delta):
            return [chunk]
        provider = _provider_of(chunk)
        if provider is None:
            raise _stranger(chunk)
        chunks = self._chunks.get(provider) or provider.chunks()
        try:
            found = chunks.read(chunk)
        except UnknownChunkError as error:
            raise _stranger(chunk, str(error)) from None
        self._chunks[provider] = chunks
        return found

    def end(self) -> list[Delta]:
        """Return the deltas of an event stream's last bytes, at its end.

        Raises:
            TypeError: If bytes came that are no event stream.
        """
        try:
            return [delta for chunks in self._chunks.values() for delta in chunks.end()]
        except UnknownChunkError as error:
            raise _stranger(b"", str(error)) from None


def parts_of(chunk: object) -> list[Delta]:
    """Return the deltas of a single chunk. For a whole stream keep a `Reader`.

    Raises:
        TypeError: If it is no chunk of a known stream.
    """
    return Reader().read(chunk)


def _provider_of(chunk: object) -> Provider | None:
    if isinstance(chunk, bytes | tuple | dict):
        return next((provider for provider in providers() if provider.reads(chunk)), None)
    return provider_of_class(type(chunk))


def _stranger(chunk: object, why: str = "") -> TypeError:
    """Return the error for an unknown chunk, with the possible fixes."""
    cls = type(chunk)
    package = cls.__module__.partition(".")[0]
    what = cls.__qualname__ if package == "builtins" else f"{cls.__qualname__} of {package}"
    if isinstance(chunk, dict):
        keys = ", ".join(repr(key) for key in list(chunk)[:MAX_KEYS])
        what = f"a dict with the keys {keys}" if keys else "an empty dict"
        if package != "builtins":
            what += f" ({cls.__qualname__} of {package})"
    elif isinstance(chunk, tuple):
        of = ", ".join(type(item).__qualname__ for item in chunk[:MAX_KEYS])
        what = f"a tuple of ({of})"
    return TypeError(
        f"{what} is not a chunk of a known stream{f': {why}' if why else ''}. Yield its text as a "
        "str; or yield parts (swell.parts) or deltas such as swell.models.TextDelta, ToolCallDelta "
        "and Usage made from it; or yield each chunk of a stream of openai, anthropic, litellm, "
        "pydantic-ai, langchain or langgraph as it comes, see docs/howto/models.md"
    )
