"""How each kind of model is asked, told of tools, and given their results."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, Protocol

from swell.errors import ModelConnectionError
from swell.models import Compatible, Delta, Finish, Reader, ToolCallDelta
from swell.models.fields import json_text

from .anthropic_message import AnthropicMessage

__all__ = ["Dialect", "Offered", "Outcome", "dialect_of"]

MAX_TOKENS = 8_192
"""What Anthropic's models may write in one answer unless the handler says, in tokens."""


class Offered(Protocol):
    """What a model learns about a tool.

    Attributes:
        name: What the model calls it.
        description: What it does.
        schema: JSON schema of its arguments.
    """

    name: str
    description: str
    schema: dict[str, Any]


class Outcome(NamedTuple):
    """What came of a call.

    Attributes:
        said: The result as the model gets it.
        failed: Whether the tool failed.
    """

    said: str
    failed: bool


class Dialect(Protocol):
    """One conversation with a model.

    Attributes:
        unfinished: The model paused by itself and wants to be asked again.
    """

    unfinished: bool

    def stream(self, *, last: bool) -> AsyncGenerator[Delta, None]:
        """Ask the model; the last time it may not call tools."""
        ...

    def answer(self, calls: Mapping[str, ToolCallDelta], outcomes: Mapping[str, Outcome]) -> None:
        """Add the model's calls and their results to the conversation."""
        ...


async def dialect_of(
    model: object,
    turn: Any,
    tools: Sequence[Offered],
    system: str | None,
    images: bool,
    params: dict[str, Any],
) -> Dialect:
    """Return the way to talk with a model.

    Raises:
        TypeError: If it is no model that is known.
    """
    package = type(model).__module__.partition(".")[0]
    client: Any = model
    given = isinstance(turn, Sequence)
    if package == "anthropic" and hasattr(model, "messages"):
        messages = list(turn) if given else await _told(turn.as_anthropic, images)
        return _Anthropic(client, messages, tools, system, params)
    if isinstance(model, Compatible) or (package == "openai" and hasattr(model, "chat")):
        messages = list(turn) if given else await _told(turn.as_openai, images)
        if system:
            messages.insert(0, {"role": "system", "content": system})
        kind = _Compatible if isinstance(model, Compatible) else _OpenAI
        return kind(client, messages, tools, params)
    raise TypeError(
        f"{type(model).__qualname__} is no model for tools; give a swell.models.Compatible, an "
        "openai.AsyncOpenAI or an anthropic.AsyncAnthropic"
    )


async def _told(form: Callable[..., Any], images: bool) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = await form(images=True) if images else form()
    return messages


class _Compatible:
    """Chat completions, through our own client."""

    def __init__(
        self,
        client: Any,
        messages: list[dict[str, Any]],
        tools: Sequence[Offered],
        params: dict[str, Any],
    ) -> None:
        self.unfinished = False
        self._client, self._messages, self._params = client, messages, params
        self._tools = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.schema,
                },
            }
            for tool in tools
        ]
        self._message: dict[str, Any] = {}

    async def stream(self, *, last: bool) -> AsyncGenerator[Delta, None]:
        self._message = {"role": "assistant", "content": None}
        params = {**self._params, **({"tool_choice": "none"} if last and self._tools else {})}
        async with aclosing(self._deltas(params)) as deltas:
            async for delta in deltas:
                if isinstance(delta, Finish) and delta.message is not None:
                    self._message = dict(delta.message)
                yield delta

    def _deltas(self, params: dict[str, Any]) -> AsyncGenerator[Delta, None]:
        deltas: AsyncGenerator[Delta, None] = self._client.stream(
            self._messages, self._tools or None, **params
        )
        return deltas

    def answer(self, calls: Mapping[str, ToolCallDelta], outcomes: Mapping[str, Outcome]) -> None:
        # With what else the provider sent: signatures, which it wants back.
        sent = {call["id"]: call for call in self._message.get("tool_calls", ())}
        made = []
        for id, call in calls.items():
            before = sent.get(id, {})
            given = json_text(call.args or {})
            function = {**before.get("function", {}), "name": call.name, "arguments": given}
            made.append({**before, "id": id, "type": "function", "function": function})
        self._messages.append({**self._message, "tool_calls": made})
        self._messages += [
            {"role": "tool", "tool_call_id": id, "content": outcomes[id].said} for id in calls
        ]


class _OpenAI(_Compatible):
    """Chat completions, through the `openai` package."""

    async def _deltas(self, params: dict[str, Any]) -> AsyncGenerator[Delta, None]:
        reader = Reader()
        if self._tools:
            params = {"tools": self._tools, **params}
        async with await self._client.chat.completions.create(
            messages=self._messages,
            stream=True,
            **{"stream_options": {"include_usage": True}, **params},
        ) as chunks:
            async for chunk in chunks:
                for delta in reader.read(chunk):
                    yield delta
        if reader.unfinished:
            raise ModelConnectionError()


class _Anthropic:
    """Messages, through the `anthropic` package."""

    def __init__(
        self,
        client: Any,
        messages: list[dict[str, Any]],
        tools: Sequence[Offered],
        system: str | None,
        params: dict[str, Any],
    ) -> None:
        self.unfinished = False
        self._client, self._messages = client, messages
        self._params: dict[str, Any] = {"max_tokens": MAX_TOKENS, **params}
        if system:
            self._params["system"] = system
        if tools:
            self._params["tools"] = [
                {"name": t.name, "description": t.description, "input_schema": t.schema}
                for t in tools
            ]
        self._content: Any = None

    async def stream(self, *, last: bool) -> AsyncGenerator[Delta, None]:
        reader, params = Reader(), dict(self._params)
        if last and "tools" in params:
            params["tool_choice"] = {"type": "none"}
        message = AnthropicMessage()
        async with await self._client.messages.create(
            messages=self._messages, stream=True, **params
        ) as events:
            async for event in events:
                deltas = reader.read(event)
                message.add(event)  # changes the event's blocks
                for delta in deltas:
                    yield delta
        if reader.unfinished:
            raise ModelConnectionError()
        # With what the model thought, which has to go back; empty text is refused there.
        self._content = [
            block for block in message.content if block.type != "text" or block.text.strip()
        ]
        self.unfinished = message.stop_reason == "pause_turn"

    def answer(self, calls: Mapping[str, ToolCallDelta], outcomes: Mapping[str, Outcome]) -> None:
        if self._content:
            self._messages.append({"role": "assistant", "content": self._content})
        results = [
            {
                "type": "tool_result",
                "tool_use_id": id,
                "content": outcomes[id].said,
                "is_error": outcomes[id].failed,
            }
            for id in calls
        ]
        if results:
            self._messages.append({"role": "user", "content": results})
