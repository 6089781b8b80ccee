"""The door for programs that speak OpenAI's chat completions.

`POST <mount>/chat/completions`, streaming and not, and `GET <mount>/models`. A request brings its
whole conversation; nothing of it is stored. System messages are the app's own business and are left
out. Of the answer go through: text and reasoning (`reasoning_content`) as they are; images, files
and tables as Markdown; the texts of cards; sources as a list at the end. Tool calls do not: the app
runs them itself. Nobody is there to be asked, so `turn.ask` and `turn.confirm` time out at once.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from swell.parts import Image, Part, Source, Text

from .answer import Asked, Counted, Failed, Kitchen, Said, Step
from .guard import read_json, refusal
from .words import in_words, sources_in_words

__all__ = ["OpenAIDoor"]

_T = TypeVar("_T")

_STATUS = {
    "rate_limited": 429,
    "context_too_long": 400,
    "bad_request": 400,
    "limit": 400,
    "connection": 502,
    "auth": 502,
    "overloaded": 503,
    "model_failed": 502,
}


class OpenAIDoor:
    """An ASGI app; mount it where the API is to be, such as `/v1`.

    Args:
        handler: The `@chat` function.
        name: What the app is called in the list of models; any name is answered.
        api_key: The key that requests need, or what returns it; without one only programs on this
            machine may ask.
        make_settings: Makes what a turn has as `settings` from fields of the request.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        *,
        name: str = "swell",
        api_key: str | Callable[[], str | None] | None = None,
        make_settings: Callable[[dict[str, Any]], Any] = lambda _: None,
    ) -> None:
        self._kitchen = Kitchen(handler, make_settings)
        self._name = name
        self._api_key = api_key
        self._began = int(time.time())
        self._router = Router(
            [
                Route("/chat/completions", self._complete, methods=["POST"]),
                Route("/models", self._models, methods=["GET"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._router(scope, receive, send)

    async def _models(self, request: Request) -> Response:
        if reason := refusal(request, self._api_key):
            return _error(401, "invalid_api_key", reason)
        model = {"id": self._name, "object": "model", "created": self._began, "owned_by": "swell"}
        return JSONResponse({"object": "list", "data": [model]})

    async def _complete(self, request: Request) -> Response:
        if reason := refusal(request, self._api_key):
            return _error(401, "invalid_api_key", reason)
        try:
            body = msgspec.convert(await read_json(request), _Request)
            asked = body.asked()
        except ValueError as error:  # also msgspec's
            return _error(400, "invalid_request_error", str(error))
        if self._kitchen.full:
            return _error(429, "rate_limited", "Too many answers are being made.", 1)
        steps = self._kitchen.make(asked)
        try:
            if not body.stream:
                return await _unless_gone(request, self._whole(steps))
            # What fails before the first word gets a status of its own.
            first = await _unless_gone(request, _first(steps))
        except Failed as failed:
            return _failed(failed)
        usage = bool(body.stream_options and body.stream_options.include_usage)
        return StreamingResponse(
            self._events(first, steps, usage=usage),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _events(
        self, first: Step | None, steps: AsyncGenerator[Step, None], *, usage: bool
    ) -> AsyncIterator[bytes]:
        head = self._head("chat.completion.chunk")
        none = {"usage": None} if usage else {}

        def chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
            return _sse({**head, "choices": [choice], **none})

        answer = _Words()
        async with aclosing(steps):
            yield chunk({"role": "assistant", "content": ""})
            try:
                step = first
                while step is not None:
                    for delta in answer.take(step):
                        yield chunk(delta)
                    step = await anext(steps, None)
            except Failed as failed:
                yield _sse({"error": _error_body(failed.code, failed.message)})
                return
            yield chunk({}, "stop")
            if usage:
                yield _sse({**head, "choices": [], "usage": answer.usage()})
            yield b"data: [DONE]\n\n"

    async def _whole(self, steps: AsyncGenerator[Step, None]) -> Response:
        answer = _Words()
        said = {"content": "", "reasoning_content": ""}
        async with aclosing(steps):
            async for step in steps:
                for delta in answer.take(step):
                    for name, text in delta.items():
                        said[name] += text
        message = {"role": "assistant", "refusal": None} | {
            name: text for name, text in said.items() if text or name == "content"
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        head = self._head("chat.completion")
        return JSONResponse({**head, "choices": [choice], "usage": answer.usage()})

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "object": kind,
            "created": int(time.time()),
            "model": self._name,
        }


class _Words:
    """Turns the steps of an answer into deltas of a message."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._shown: set[int] = set()
        self._sources: list[Source] = []
        self._counted = Counted(0, 0)

    def take(self, step: Step) -> list[dict[str, str]]:
        if isinstance(step, Said):
            if step.reasoning:
                return [{"reasoning_content": step.text}]
            return [{"content": self._gap(step.index) + step.text}]
        if isinstance(step, Counted):
            self._counted = step
            said = sources_in_words(self._sources)
            return [{"content": self._gap(-1) + said}] if said else []
        if step.index in self._shown:
            return []
        if isinstance(step.part, Source):
            self._shown.add(step.index)
            self._sources.append(step.part)
            return []
        if not (words := in_words(step.part)):
            return []
        self._shown.add(step.index)
        return [{"content": self._gap(step.index) + words}]

    def usage(self) -> dict[str, int]:
        read, written = self._counted.input, self._counted.output
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        }

    def _gap(self, index: int) -> str:
        """Return what is between this part and the one before."""
        before, self._last = self._last, index
        return "" if before in (None, index) else "\n\n"


# ------------------------------------------------------------------------------- requests


class _ImageUrl(msgspec.Struct):
    url: str


class _Content(msgspec.Struct):
    type: str
    text: str = ""
    image_url: _ImageUrl | None = None


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Content] | None = None

    def parts(self) -> list[Part]:
        if isinstance(self.content, str):
            return [Text(self.content)] if self.content else []
        found: list[Part] = []
        for piece in self.content or ():
            if piece.type == "text" and piece.text:
                found.append(Text(piece.text))
            elif piece.image_url is not None:
                found.append(Image(piece.image_url.url, "image"))
        return found


class _StreamOptions(msgspec.Struct):
    include_usage: bool = False


class _Request(msgspec.Struct):
    messages: list[_Message]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    n: int | None = None
    model: str = ""
    temperature: float | None = None
    user: str | None = None

    def asked(self) -> Asked:
        if self.n not in (None, 1):
            raise ValueError("There is one answer to a request; leave out n.")
        said: list[tuple[Literal["user", "assistant"], list[Part]]] = []
        for message in self.messages:
            parts = message.parts()
            if parts and message.role == "user":
                said.append(("user", parts))
            elif parts and message.role == "assistant":
                said.append(("assistant", parts))
        if not said or said[-1][0] != "user":
            raise ValueError("The last message has to be the user's.")
        given = {"model": self.model, "temperature": self.temperature}
        settings = {name: value for name, value in given.items() if value is not None}
        return Asked(said, settings, self.user or "")


# ------------------------------------------------------------------------------- responses


async def _unless_gone(request: Request, work: Awaitable[_T]) -> _T:
    """Wait for work, and cancel it when the client hangs up."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
        return await task
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _first(steps: AsyncGenerator[Step, None]) -> Step | None:
    try:
        return await anext(steps, None)
    except asyncio.CancelledError:
        await steps.aclose()
        raise


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _sse(value: object) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _error_body(code: str, message: str) -> dict[str, Any]:
    return {"message": message, "type": code, "code": code, "param": None}


def _error(status: int, code: str, message: str, retry_after: float | None = None) -> Response:
    headers = {} if retry_after is None else {"retry-after": str(math.ceil(retry_after))}
    return JSONResponse({"error": _error_body(code, message)}, status, headers)


def _failed(failed: Failed) -> Response:
    status = _STATUS.get(failed.code, 500)
    return _error(status, failed.code, failed.message, failed.retry_after)
