"""Turning the chunks of any known stream into deltas."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from swell.models.deltas import Delta, TextDelta
from swell.models.fields import UnknownChunkError, text

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
_AGENT = PROVIDERS["pydantic_ai"]
_ANTHROPIC_EVENTS = ("message_", "content_block_")
_ANTHROPIC = {"ping", "text", "thinking", "signature", "citation", "input_json"}
_OPENAI_EVENTS = (
    *("response.", "content.", "refusal.", "tool_calls.function.", "logprobs."),
    "keepalive",
)
_FIELDS = (b"data", b"event", b"id", b"retry")
_BOM = b"\xef\xbb\xbf"

MAX_KEYS = 8
"""Most keys of an unknown dict that an error names."""


class Reader:
    """Reads one answer's chunks: keep one reader for an answer, for some chunks need the earlier.

    Arguments of a tool call come in pieces, for instance; the reader tells them when they are
    complete. Chunks of several providers and requests may come in turns.
    """

    def __init__(self) -> None:
        self._chunks: dict[str, Any] = {}

    @property
    def unfinished(self) -> str | None:
        """The package whose stream has begun a message and not ended it; None if there is none."""
        for name, chunks in self._chunks.items():
            if getattr(chunks, "unfinished", False):
                return name.partition(":")[0].rpartition(".")[2]
        return None

    @property
    def complete(self) -> bool:
        """Whether chunks have come, and each message that began has ended."""
        return bool(self._chunks) and self.unfinished is None

    def read(self, chunk: object) -> list[Delta]:
        """Return what a chunk adds to the answer, nothing for chunks that say nothing.

        Args:
            chunk: Text; what a stream of a known package yields; such a chunk as a dict; or bytes
                of an event stream of chat completions. Deltas stay as they are.

        Raises:
            TypeError: If it is anything else.
        """
        if isinstance(chunk, str):
            return [TextDelta(chunk)] if chunk else []
        if isinstance(chunk, Delta):
            return [chunk]
        name = _reader_of(chunk)
        if name == _SSE and name not in self._chunks and not _begins_stream(chunk):
            name = None
        if name is None:
            raise _stranger(chunk)
        if (chunks := self._chunks.get(name)) is None:
            module, _, attribute = name.partition(":")
            chunks = self._chunks[name] = getattr(import_module(module), attribute)()
        try:
            found: list[Delta] = chunks.read(chunk)
        except UnknownChunkError as error:
            raise _stranger(chunk, str(error)) from None
        return found

    def end(self) -> list[Delta]:
        """Return what the last bytes of an event stream add, when no more will come.

        Raises:
            TypeError: If bytes came that are no event stream.
        """
        chunks = self._chunks.get(_SSE)
        if chunks is None:
            return []
        found: list[Delta] = chunks.end()
        if not chunks.begun:
            raise _stranger(b"", "no event came of it")
        return found


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
        return _reader_of_dict(chunk)
    packages = [base.__module__.partition(".")[0] for base in type(chunk).__mro__]
    return next((PROVIDERS[package] for package in packages if package in PROVIDERS), None)


def _reader_of_dict(chunk: dict[object, object]) -> str:
    kind = text(chunk, "type")
    if kind.startswith(_ANTHROPIC_EVENTS) or (kind == "message" and "content" in chunk):
        return PROVIDERS["anthropic"]
    if kind in _ANTHROPIC:
        return PROVIDERS["anthropic"]
    if kind.startswith(_OPENAI_EVENTS) or chunk.get("object") == "response":
        return PROVIDERS["openai"]
    if (kind == "chunk" and "chunk" in chunk) or (kind == "error" and "error" not in chunk):
        return PROVIDERS["openai"]
    if isinstance(chunk.get("event_kind"), str):
        return _AGENT
    if {"choices", "error"} & chunk.keys() or chunk.get("object") in (
        "error",
        "chat.completion.chunk",
        "chat.completion",
    ):
        return PROVIDERS["anthropic"] if kind == "error" else _CHAT
    return _LANGCHAIN


def _begins_stream(chunk: object) -> bool:
    """Whether bytes may be the first ones of an event stream."""
    begin = chunk[:64].removeprefix(_BOM) if isinstance(chunk, bytes) else b""
    line = begin.lstrip(b"\r\n").splitlines()[:1]
    if not line or _BOM.startswith(begin):
        return True
    name, colon, _ = line[0].partition(b":")
    whole = colon or len(line[0]) < len(begin.lstrip(b"\r\n"))  # else it may be cut here
    return name in (*_FIELDS, b"") if whole else any(one.startswith(name) for one in _FIELDS)


def _stranger(chunk: object, why: str = "") -> TypeError:
    """Return the error for what no reader knows, with the ways out."""
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
