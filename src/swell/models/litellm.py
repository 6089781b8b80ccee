"""Streams of the `litellm` package: it gives every provider the form of OpenAI's."""

from __future__ import annotations

from swell.models.openai import OpenAIChunks

__all__ = ["LiteLLMChunks"]


class LiteLLMChunks(OpenAIChunks):
    """Reads what `acompletion(stream=True)` and `aresponses(stream=True)` yield."""
