"""The endpoint for programs that speak OpenAI's chat completions.

`POST <mount>/chat/completions`, streaming and not, and `GET <mount>/models`. A request brings its
whole conversation; nothing of it is stored. System messages are the app's own business and are left
out; whatever else is not supported is refused by its name.

Text and reasoning (`reasoning_content`) are sent as they are; images, files and tables as Markdown;
of cards their texts; sources as a list at the end. Tool calls are not sent: the app runs them
itself. There is no user to ask, so `turn.ask` and `turn.confirm` time out at once.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any, Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from swell.chat.runs.budgets import Budgets
from swell.chat.runs.names import NO_NAMES, Names
from swell.parts import Image, Part, Source, Text
from swell.settings.table import Settings

from .answers import Answers, Asked, Counted, Failed, Posed, Said, Step
from .guard import Refused, read_json, refusal
from .sse import PING_S, event, kept_alive

__all__ = ["OpenAIEndpoint"]

_T = TypeVar("_T")

_STATUS = {
    "rate_limited": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "context_too_long": 400,
    "bad_request": 400,
    "limit": 400,
    "connection": 502,
    "auth": 502,
    "overloaded": 503,
    "model_failed": 502,
}


class OpenAIEndpoint:
    """An ASGI app; mount it where the API is to be, such as `/v1`.

    Args:
        handler: The `@chat` function.
        name: Name of the app in the list of models; requests may use any name.
        api_key: The key that requests need, or a function that returns it; without one, only
            programs on this machine may send requests.
        make_settings: Makes `turn.settings` from fields of the request.
        names: The commands and mentions that the chat offers.
        settings: Returns the settings of the server.
        budgets: Returns the budgets of the chat, which count requests; None for none.
        refused: Writes into the audit log that a request was refused; see `App.refused`.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        *,
        name: str = "swell",
        api_key: str | Callable[[], str | None] | None = None,
        make_settings: Callable[[dict[str, Any]], Any] = lambda _: None,
        names: Names = NO_NAMES,
        settings: Callable[[], Settings] = Settings,
        budgets: Callable[[], Budgets | None] = lambda: None,
        refused: Refused = lambda *_: None,
    ) -> None:
        self._answers = Answers(handler, make_settings, names, settings, budgets=budgets)
        self._name = name
        self._refusal = partial(refusal, api_key=api_key, refused=refused)
        self._began = int(time.time())
        self._router = Router(
            [
                Route("/chat/completions", self._complete, methods=["POST"]),
                Route("/models", self._models, methods=["GET"]),
                Route("/models/{id:path}", self._model, methods=["GET"]),
            ],
            default=_not_found,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._router(scope, receive, send)

    async def _models(self, request: Request) -> Response:
        if reason := self._refusal(request):
            return _error(401, "invalid_api_key", reason)
        return JSONResponse({"object": "list", "data": [self._described()]})

    async def _model(self, request: Request) -> Response:
        if reason := self._refusal(request):
            return _error(401, "invalid_api_key", reason)
        if (name := request.path_params["id"]) != self._name:
            reason = f"There is no model {name!r}; the one here is {self._name!r}."
            return _error(404, "model_not_found", reason)
        return JSONResponse(self._described())

    def _described(self) -> dict[str, Any]:
        return {"id": self._name, "object": "model", "created": self._began, "owned_by": "swell"}

    async def _complete(self, request: Request) -> Response:
        if reason := self._refusal(request):
            return _error(401, "invalid_api_key", reason)
        try:
            given = await read_json(request)
            check_supported(given)
            body = msgspec.convert(given, _Request)
            asked = body.asked()
        except ValueError as error:  # also msgspec's
            return _error(400, "invalid_request_error", str(error))
        if self._answers.full:
            return _error(429, "rate_limited", "Too many answers are being made.", 1)
        try:
            await self._answers.take(asked)
        except Failed as failed:
            return _failed(failed)
        steps = self._answers.make(asked)
        try:
            if not body.stream:
                return await _unless_gone(request, self._whole(steps))
            # A failure soon, and before the first token, becomes an HTTP status.
            first = asyncio.ensure_future(anext(steps, None))
            await _unless_gone(request, _soon(first, steps))
        except Failed as failed:
            return _failed(failed)
        except _GoneError:
            return Response(status_code=499)  # nginx's status for a closed request
        usage = bool(body.stream_options and body.stream_options.include_usage)
        return StreamingResponse(
            kept_alive(self._events(first, steps, usage=usage)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _events(
        self,
        first: asyncio.Future[Step | None],
        steps: AsyncGenerator[Step, None],
        *,
        usage: bool,
    ) -> AsyncGenerator[bytes, None]:
        head = self._head("chat.completion.chunk")
        none = {"usage": None} if usage else {}

        def chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
            return event({**head, "choices": [choice], **none})

        answer = _Words()
        async with _closing(first, steps):
            yield chunk({"role": "assistant", "content": ""})
            try:
                step = await first
                while step is not None:
                    for delta in answer.take(step):
                        yield chunk(delta)
                    step = await anext(steps, None)
            except Failed as failed:
                yield event({"error": _error_body(failed.code, failed.message)})
                return
            yield chunk({}, "stop")
            if usage:
                yield event({**head, "choices": [], "usage": answer.usage()})
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
            said = _listed(self._sources)
            return [{"content": self._gap(-1) + said}] if said else []
        if isinstance(step, Posed) or step.index in self._shown:
            return []
        if isinstance(step.part, Source):
            self._shown.add(step.index)
            self._sources.append(step.part)
            return []
        if step.part.aside or not (words := step.part.as_markdown()):
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
        """Return the separator between this part and the one before."""
        before, self._last = self._last, index
        return "" if before in (None, index) else "\n\n"


def _listed(sources: Sequence[Source]) -> str:
    """Return sources as a numbered list."""
    return "\n".join(f"{one.index or number}. {one.link}" for number, one in enumerate(sources, 1))


# ------------------------------------------------------------------------------- requests


UNSUPPORTED: Mapping[str, Callable[[Any], bool]] = {
    "tools": bool,
    "tool_choice": lambda given: given not in (None, "none", "auto"),
    "functions": bool,
    "function_call": lambda given: given not in (None, "none", "auto"),
    "response_format": lambda given: given not in (None, {"type": "text"}),
    "modalities": lambda given: given not in (None, ["text"]),
    "audio": bool,
    "prediction": bool,
    "web_search_options": lambda given: given is not None,
    "logprobs": bool,
    "top_logprobs": bool,
    "n": lambda given: given not in (None, 1),
}
"""Fields of a request that would change the answer and are not supported, and which values are."""


def check_supported(body: Any) -> None:
    """Refuse a request that asks for something that the app would silently not do.

    Raises:
        ValueError: If a part is not supported; the message names it.
    """
    if not isinstance(body, dict):
        return
    for name, refused in UNSUPPORTED.items():
        if refused(body.get(name)):
            raise ValueError(f"{name!r} is not supported here: the app chooses that itself.")
    for i, message in enumerate(body.get("messages") or ()):
        if not isinstance(message, dict):
            continue
        where, role = f"messages[{i}]", message.get("role")
        if role not in ("system", "developer", "user", "assistant"):
            raise ValueError(f"{where} has the role {role!r}, which is not supported here.")
        if message.get("tool_calls") or message.get("function_call") or message.get("audio"):
            raise ValueError(f"{where} has tool calls or audio, which are not supported here.")
        content = message.get("content")
        for piece in content if isinstance(content, list) else ():
            kind = piece.get("type") if isinstance(piece, dict) else None
            if kind not in ("text", "image_url", "refusal"):
                raise ValueError(f"{where} has content of type {kind!r}: text and images are read.")


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
    model: str = ""
    temperature: float | None = None
    user: str | None = None

    def asked(self) -> Asked:
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


class _GoneError(Exception):
    """The client has hung up."""


async def _unless_gone(request: Request, work: Awaitable[_T]) -> _T:
    """Wait for work, and cancel it when the client hangs up.

    Raises:
        _GoneError: If it has.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise _GoneError
        return await task
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _soon(first: asyncio.Future[Step | None], steps: AsyncGenerator[Step, None]) -> None:
    """Wait a moment for the first step; a client that waits longer gets the stream without it."""
    try:
        await asyncio.wait((first,), timeout=PING_S)
        if first.done():
            first.result()
    except asyncio.CancelledError:
        async with _closing(first, steps):
            raise


@asynccontextmanager
async def _closing(
    first: asyncio.Future[Step | None], steps: AsyncGenerator[Step, None]
) -> AsyncIterator[None]:
    try:
        yield
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await steps.aclose()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    paths = "POST /chat/completions, GET /models and GET /models/{id}"
    await _error(404, "not_found", f"There are {paths} here.")(scope, receive, send)


def _error_body(code: str, message: str) -> dict[str, Any]:
    return {"message": message, "type": code, "code": code, "param": None}


def _error(status: int, code: str, message: str, retry_after: float | None = None) -> Response:
    headers = {} if retry_after is None else {"retry-after": str(math.ceil(retry_after))}
    return JSONResponse({"error": _error_body(code, message)}, status, headers)


def _failed(failed: Failed) -> Response:
    status = _STATUS.get(failed.code, 500)
    return _error(status, failed.code, failed.message, failed.retry_after)
