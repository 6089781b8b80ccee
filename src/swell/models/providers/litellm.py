"""The `litellm` package: it gives every provider the form of OpenAI's."""

from __future__ import annotations

from swell.models.provider import Chunks, Provider

from .openai import OpenAIChunks

__all__ = ["LiteLLM"]


class LiteLLM(Provider):
    """What `acompletion(stream=True)` and `aresponses(stream=True)` yield."""

    name = "litellm"
    packages = frozenset({"litellm"})
    errors = frozenset({"litellm"})

    def chunks(self) -> Chunks:
        """Return a reader for chunks in the form of OpenAI's."""
        return OpenAIChunks()
