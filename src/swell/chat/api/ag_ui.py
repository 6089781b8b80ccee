"""The endpoint for programs that speak AG-UI: `POST <mount>` answers with its events.

A request brings its whole conversation; nothing of it is stored. Text, reasoning and tool calls
with their results have separate events; the other parts are sent as the custom event `swell.part`,
whose value is the part as JSON. State, context and the client's own tools are not used. Hanging up
stops the answer.

`turn.ask` and `turn.confirm` are interrupts: the run finishes with the outcome `interrupt`, and the
handler waits, until the question times out, for a run of the same thread whose `resume` answers it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from swell.chat.runs.ask import Question
from swell.chat.runs.budgets import Budgets
from swell.chat.runs.names import NO_NAMES, Names
from swell.errors import AskTimeoutError
from swell.models.fields import json_text
from swell.parts import Image, Part, Text, ToolCall
from swell.settings.table import Settings

from .answers import Answers, Asked, Counted, Failed, Posed, Said, Step
from .asking import answer, is_confirmation, question_text, response_schema
from .guard import Refused, read_json, refusal
from .sse import event, kept_alive

__all__ = ["AGUIEndpoint"]


class AGUIEndpoint:
    """An ASGI app; mount it where the endpoint is to be, such as `/ag-ui`.

    Args:
        handler: The `@chat` function.
        api_key: The key that requests need, or a function that returns it; without one, only
            programs on this machine may send requests.
        make_settings: Makes `turn.settings` from the request's `forwardedProps`.
        names: The commands and mentions that the chat offers.
        settings: Returns the settings of the server.
        budgets: Returns the budgets of the chat, which count requests; None for none.
        refused: Writes into the audit log that a request was refused; see `App.refused`.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        *,
        api_key: str | Callable[[], str | None] | None = None,
        make_settings: Callable[[dict[str, Any]], Any] = lambda _: None,
        names: Names = NO_NAMES,
        settings: Callable[[], Settings] = Settings,
        budgets: Callable[[], Budgets | None] = lambda: None,
        refused: Refused = lambda *_: None,
    ) -> None:
        self._answers = Answers(handler, make_settings, names, settings, budgets=budgets, asks=True)
        self._refusal = partial(refusal, api_key=api_key, refused=refused)
        self._paused: dict[str, _Paused] = {}  # by id of the interrupt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return JSONResponse({"error": "Use POST."}, 405, {"allow": "POST"})
        if reason := self._refusal(request):
            return JSONResponse({"error": reason}, 401)
        try:
            body = msgspec.convert(await read_json(request), _Input)
            paused = self._resumed(body.threadId, body.resume) if body.resume else None
            asked = None if paused else body.asked()
        except ValueError as error:  # also msgspec's
            return JSONResponse({"error": str(error)}, 400)
        if asked is not None:
            if self._answers.full:
                too_many = {"error": "Too many answers are being made."}
                return JSONResponse(too_many, 429, {"retry-after": "1"})
            try:
                await self._answers.take(asked)
            except Failed as failed:
                return _refused(failed)
            events = self._events(body, self._answers.make(asked))
        else:
            assert paused is not None
            events = self._events(body, paused.steps)
        return StreamingResponse(
            kept_alive(events),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    def _resumed(self, thread_id: str, resume: list[_Resume]) -> _Paused:
        """Answer the question that a run continues from, and return the paused answer."""
        if len(resume) != 1:
            raise ValueError("A run here continues from one interrupt; resume exactly one.")
        entry = resume[0]
        paused = self._paused.get(entry.interruptId)
        if paused is None or paused.thread_id != thread_id or not paused.question.open:
            raise ValueError("This interrupt is not open: it is unknown, answered or timed out.")
        if entry.status == "resolved":
            answer(paused.question, entry.payload)
        elif is_confirmation(paused.question):
            answer(paused.question, False)
        else:
            paused.question.answer.set_exception(AskTimeoutError(0))
        del self._paused[entry.interruptId]
        return paused

    async def _events(
        self, body: _Input, steps: AsyncGenerator[Step, None]
    ) -> AsyncGenerator[bytes, None]:
        ids = {"threadId": body.threadId, "runId": body.runId}
        events = _Events()
        paused = False
        try:
            yield event({"type": "RUN_STARTED", **ids})
            async for step in steps:
                if isinstance(step, Posed):
                    for one in events.close():
                        yield event(one)
                    paused = True
                    interrupt = self._pause(body.threadId, step.question, steps)
                    outcome = {"type": "interrupt", "interrupts": [interrupt]}
                    yield event({"type": "RUN_FINISHED", **ids, "outcome": outcome})
                    return
                for one in events.take(step):
                    yield event(one)
            usage = {"usage": [events.usage]} if events.usage else {}
            yield event({"type": "RUN_FINISHED", **ids, **usage})
        except Failed as failed:
            for one in events.close():
                yield event(one)
            yield event({"type": "RUN_ERROR", "message": failed.message, "code": failed.code})
        finally:
            if not paused:
                await steps.aclose()

    def _pause(
        self, thread_id: str, question: Question, steps: AsyncGenerator[Step, None]
    ) -> dict[str, Any]:
        """Keep a handler that waits for an answer; return the interrupt that asks for it."""
        id = secrets.token_hex(16)
        self._paused[id] = paused = _Paused(thread_id, question, steps)

        def ended(_: asyncio.Future[Any]) -> None:
            if self._paused.pop(id, None) is not None:  # timed out: no client reads the rest
                paused.closing = asyncio.ensure_future(steps.aclose())

        question.answer.add_done_callback(ended)
        confirmation = is_confirmation(question)
        return {
            "id": id,
            "reason": "confirmation" if confirmation else "input_required",
            "message": question_text(question),
            "responseSchema": response_schema(question),
        }


def _refused(failed: Failed) -> Response:
    headers = {} if failed.retry_after is None else {"retry-after": str(failed.retry_after)}
    status = 503 if failed.code == "overloaded" else 429
    return JSONResponse({"error": failed.message, "code": failed.code}, status, headers)


@dataclass
class _Paused:
    """A handler that waits for the answer to its question."""

    thread_id: str
    question: Question
    steps: AsyncGenerator[Step, None]
    closing: asyncio.Future[None] | None = None


class _Events:
    """Turns the steps of an answer into events; messages and thoughts are opened and closed."""

    def __init__(self) -> None:
        self._open: tuple[int, bool, str] | None = None
        self._calls: dict[str, bool] = {}  # whether the arguments have been sent
        self._results: set[str] = set()
        self.usage: dict[str, int] = {}

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
        if isinstance(step, Posed):
            return
        if isinstance(step, Counted):
            if step.input or step.output:
                total = step.input + step.output
                counts = {"inputTokens": step.input, "outputTokens": step.output}
                self.usage = {**counts, "totalTokens": total}
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
            given = _json(call.args if call.args is not None else {})
            yield {"type": "TOOL_CALL_ARGS", "toolCallId": call.id, "delta": given}
            yield {"type": "TOOL_CALL_END", "toolCallId": call.id}
        if ended and call.id not in self._results:
            self._results.add(call.id)
            yield {
                "type": "TOOL_CALL_RESULT",
                "messageId": secrets.token_hex(16),
                "toolCallId": call.id,
                "content": _result(call),
                "role": "tool",
            }


def _result(call: ToolCall) -> str:
    if call.result is None:
        return "The tool failed." if call.state == "failed" else ""
    return _json(call.result)


def _json(value: object) -> str:
    """Return a value as JSON, a text unchanged."""
    return value if isinstance(value, str) else json_text(value)


class _Message(msgspec.Struct):
    role: str
    content: Any = None

    def parts(self) -> list[Part]:
        if isinstance(self.content, str):
            return [Text(self.content)] if self.content else []
        found: list[Part] = []
        for piece in self.content if isinstance(self.content, list) else ():
            kind = piece.get("type") if isinstance(piece, dict) else None
            if kind == "text" and isinstance(piece.get("text"), str):
                found += [Text(piece["text"])] if piece["text"] else []
            elif (url := _picture(kind, piece)) is not None:
                found.append(Image(url, "image"))
            else:
                raise ValueError(f"Content of type {kind!r} is not supported: text and images are.")
        return found


def _picture(kind: object, piece: Any) -> str | None:
    """Return the address of a picture in a message, None when it is none."""
    source = piece.get("source") if kind == "image" else piece
    if kind not in ("image", "binary") or not isinstance(source, dict):
        return None
    mime = source.get("mimeType") or "image/png"
    if kind == "binary" and not str(mime).startswith("image/"):
        return None
    data = source.get("value") if source.get("type") == "data" else source.get("data")
    url = source.get("value") if source.get("type") == "url" else source.get("url")
    if isinstance(data, str):
        return f"data:{mime};base64,{data}"
    return url if isinstance(url, str) else None


class _Resume(msgspec.Struct):
    interruptId: str  # noqa: N815 - names of the protocol
    status: Literal["resolved", "cancelled"]
    payload: Any = None


class _Input(msgspec.Struct):
    threadId: str  # noqa: N815 - names of the protocol
    runId: str  # noqa: N815
    messages: list[_Message]
    forwardedProps: Any = None  # noqa: N815
    resume: list[_Resume] | None = None

    def asked(self) -> Asked:
        said: list[tuple[Literal["user", "assistant"], list[Part]]] = []
        for message in self.messages:
            if message.role == "user" and (parts := message.parts()):
                said.append(("user", parts))
            elif message.role == "assistant" and (parts := message.parts()):
                said.append(("assistant", parts))
        if not said or said[-1][0] != "user":
            raise ValueError("The last message has to be the user's.")
        given = self.forwardedProps if isinstance(self.forwardedProps, dict) else {}
        return Asked(said, given, thread_id=self.threadId)
