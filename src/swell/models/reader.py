"""Turning the chunks of any known stream into deltas."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from swell.models.deltas import Delta, TextDelta

__all__ = ["Reader", "parts_of"]

PROVIDERS = {
    "openai": "swell.models.openai:OpenAIChunks",
    "anthropic": "swell.models.anthropic:AnthropicChunks",
    "litellm": "swell.models.litellm:LiteLLMChunks",
    "pydantic_ai": "swell.models.pydantic_ai:AgentEvents",
    "pydantic_graph": "swell.models.pydantic_ai:AgentEvents",
    "langchain_core": "swell.models.langchain:LangChainChunks",
    "langgraph": "swell.models.langchain:LangChainChunks",
}
"""For the package that a chunk's class is from, what reads it; loaded at the first chunk."""

_SSE = "swell.models.compatible:SSEChunks"
_CHAT = "swell.models.compatible:ChatChunks"
_LANGCHAIN = PROVIDERS["langchain_core"]


class _Chunks(Protocol):
    def read(self, chunk: object, /) -> list[Delta]: ...


class Reader:
    """Reads one answer's chunks: keep one reader for an answer, for some chunks need the earlier.

    Arguments of a tool call come in pieces, for instance; the reader tells them when they are
    complete. Chunks of several providers and requests may come in turns.
    """

    def __init__(self) -> None:
        self._chunks: dict[str, _Chunks] = {}

    def read(self, chunk: object) -> list[Delta]:
        """Return what a chunk adds to the answer, nothing for chunks that say nothing.

        Args:
            chunk: Text; what a stream of a known package yields; a chunk of chat completions as a
                dict; or bytes of an event stream of such chunks. Deltas stay as they are.

        Raises:
            TypeError: If it is anything else.
        """
        if isinstance(chunk, str):
            return [TextDelta(chunk)] if chunk else []
        if isinstance(chunk, Delta):
            return [chunk]
        name = _reader_of(chunk)
        if name is None:
            raise TypeError(
                f"{type(chunk).__qualname__} is not a chunk of a known stream; yield text, parts, "
                "or what openai, anthropic, litellm, pydantic-ai, langchain or langgraph stream"
            )
        if (chunks := self._chunks.get(name)) is None:
            module, _, attribute = name.partition(":")
            chunks = self._chunks[name] = getattr(import_module(module), attribute)()
        return chunks.read(chunk)


def parts_of(chunk: object) -> list[Delta]:
    """Return what a single chunk adds. For a whole stream keep a `Reader`.

    Raises:
        TypeError: If it is no chunk of a known stream.
    """
    return Reader().read(chunk)


def _reader_of(chunk: object) -> str | None:
    if isinstance(chunk, bytes):
        return _SSE
    if isinstance(chunk, tuple):
        return _LANGCHAIN
    if isinstance(chunk, dict):
        return _CHAT if {"choices", "error"} & chunk.keys() else _LANGCHAIN
    packages = [base.__module__.partition(".")[0] for base in type(chunk).__mro__]
    return next((PROVIDERS[package] for package in packages if package in PROVIDERS), None)
