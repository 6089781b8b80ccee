"""The door for programs that speak AG-UI: `POST <mount>` answers with its events.

A request brings its whole conversation; nothing of it is stored. Text, reasoning and tool calls
with their results have events of their own; the other parts come as the custom event `swell.part`,
whose value is the part as JSON. State, context and the client's own tools are not used. Nobody is
there to be asked, so `turn.ask` and `turn.confirm` time out at once. Hanging up stops the answer.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from swell.parts import Part, Text, ToolCall

from .answer import Asked, Counted, Failed, Kitchen, Said, Step
from .guard import read_json, refusal
from .words import json_text

__all__ = ["AGUIDoor"]


class AGUIDoor:
    """An ASGI app; mount it where the endpoint is to be, such as `/ag-ui`.

    Args:
        handler: The `@chat` function.
        api_key: The key that requests need, or what returns it; without one only programs on this
            machine may ask.
        make_settings: Makes what a turn has as `settings` from the request's `forwardedProps`.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        *,
        api_key: str | Callable[[], str | None] | None = None,
        make_settings: Callable[[dict[str, Any]], Any] = lambda _: None,
    ) -> None:
        self._kitchen = Kitchen(handler, make_settings)
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return JSONResponse({"error": "Use POST."}, 405, {"allow": "POST"})
        if reason := refusal(request, self._api_key):
            return JSONResponse({"error": reason}, 401)
        try:
            body = msgspec.convert(await read_json(request), _Input)
            asked = body.asked()
        except ValueError as error:  # also msgspec's
            return JSONResponse({"error": str(error)}, 400)
        if self._kitchen.full:
            too_many = {"error": "Too many answers are being made."}
            return JSONResponse(too_many, 429, {"retry-after": "1"})
        return StreamingResponse(
            self._events(body, self._kitchen.make(asked)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _events(
        self, body: _Input, steps: AsyncGenerator[Step, None]
    ) -> AsyncIterator[bytes]:
        ids = {"threadId": body.threadId, "runId": body.runId}
        events = _Events()
        async with aclosing(steps):
            yield _sse({"type": "RUN_STARTED", **ids})
            try:
                async for step in steps:
                    for event in events.take(step):
                        yield _sse(event)
            except Failed as failed:
                for event in events.close():
                    yield _sse(event)
                yield _sse({"type": "RUN_ERROR", "message": failed.message, "code": failed.code})
                return
            yield _sse({"type": "RUN_FINISHED", **ids})


class _Events:
    """Turns the steps of an answer into events; messages and thoughts are opened and closed."""

    def __init__(self) -> None:
        self._open: tuple[int, bool, str] | None = None
        self._calls: dict[str, bool] = {}  # whether the arguments have been told
        self._results: set[str] = set()

    def take(self, step: Step) -> Iterator[dict[str, Any]]:
        if isinstance(step, Said):
            if self._open is None or self._open[:2] != (step.index, step.reasoning):
                yield from self.close()
                yield from self._begin(step)
            assert self._open is not None
            kind = "REASONING_MESSAGE_CONTENT" if step.reasoning else "TEXT_MESSAGE_CONTENT"
            yield {"type": kind, "messageId": self._open[2], "delta": step.text}
            return
        yield from self.close()
        if isinstance(step, Counted):
            return
        if isinstance(step.part, ToolCall):
            yield from self._call(step.part)
        else:
            yield {"type": "CUSTOM", "name": "swell.part", "value": step.part.dump()}

    def close(self) -> Iterator[dict[str, Any]]:
        if self._open is None:
            return
        _, reasoning, id = self._open
        self._open = None
        if reasoning:
            yield {"type": "REASONING_MESSAGE_END", "messageId": id}
            yield {"type": "REASONING_END", "messageId": id}
        else:
            yield {"type": "TEXT_MESSAGE_END", "messageId": id}

    def _begin(self, step: Said) -> Iterator[dict[str, Any]]:
        id = secrets.token_hex(16)
        self._open = (step.index, step.reasoning, id)
        if step.reasoning:
            yield {"type": "REASONING_START", "messageId": id}
            yield {"type": "REASONING_MESSAGE_START", "messageId": id, "role": "reasoning"}
        else:
            yield {"type": "TEXT_MESSAGE_START", "messageId": id, "role": "assistant"}

    def _call(self, call: ToolCall) -> Iterator[dict[str, Any]]:
        if call.id not in self._calls:
            self._calls[call.id] = False
            yield {"type": "TOOL_CALL_START", "toolCallId": call.id, "toolCallName": call.name}
        ended = call.state in ("done", "failed")
        if not self._calls[call.id] and (call.args is not None or ended):
            self._calls[call.id] = True
            given = json_text(call.args if call.args is not None else {})
            yield {"type": "TOOL_CALL_ARGS", "toolCallId": call.id, "delta": given}
            yield {"type": "TOOL_CALL_END", "toolCallId": call.id}
        if ended and call.id not in self._results:
            self._results.add(call.id)
            yield {
                "type": "TOOL_CALL_RESULT",
                "messageId": secrets.token_hex(16),
                "toolCallId": call.id,
                "content": json_text(call.result),
                "role": "tool",
            }


class _Message(msgspec.Struct):
    role: str
    content: Any = None

    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        if not isinstance(self.content, list):
            return ""
        pieces = [piece for piece in self.content if isinstance(piece, dict)]
        return "\n\n".join(
            str(p["text"]) for p in pieces if p.get("type") == "text" and "text" in p
        )


class _Input(msgspec.Struct):
    threadId: str  # noqa: N815 - names of the protocol
    runId: str  # noqa: N815
    messages: list[_Message]
    forwardedProps: Any = None  # noqa: N815

    def asked(self) -> Asked:
        said: list[tuple[Literal["user", "assistant"], list[Part]]] = []
        for message in self.messages:
            text = message.text()
            if text and message.role == "user":
                said.append(("user", [Text(text)]))
            elif text and message.role == "assistant":
                said.append(("assistant", [Text(text)]))
        if not said or said[-1][0] != "user":
            raise ValueError("The last message has to be the user's.")
        given = self.forwardedProps if isinstance(self.forwardedProps, dict) else {}
        return Asked(said, given, thread_id=self.threadId)


def _sse(value: object) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
