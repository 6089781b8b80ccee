"""The loop of a model and its tools: call the model, run its tool calls, repeat."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias

import msgspec

from swell.coerce import well_formed
from swell.development import described
from swell.errors import AskTimeoutError, ModelError, ToolError
from swell.logs import logger
from swell.models import Delta, ToolCallDelta
from swell.models.fields import json_text, jsonable
from swell.models.provider import Conversation, Offered, Outcome, Provider
from swell.models.registry import providers
from swell.models.traced import traced
from swell.observe import metrics, traces
from swell.parts import Part
from swell.workers import lane

from .tool import Tool

__all__ = ["MAX_RESULT", "progress", "run_tools"]

_log = logger("swell.chat")

MAX_RESULT = 100_000
"""Longest result that a model gets, in characters; longer ones are cut."""

PARALLEL = 8
"""Most calls of one round that run at the same time."""

_FAILED = "The tool failed."
_REFUSED = "The person did not allow this call."

Yielded: TypeAlias = Delta | Part


class Asking(Protocol):
    """The used methods of a `swell.chat.Turn`."""

    def messages_for(
        self, provider: Provider, *, images: bool = False
    ) -> Awaitable[list[dict[str, Any]]]: ...

    def confirm(self, text: str, /) -> Awaitable[bool]: ...


_progress: ContextVar[Callable[[object], None]] = ContextVar("swell-progress")


def progress(result: object) -> None:
    """Show how far a tool is, as the result of its step; call it inside a tool, async or not.

    The model does not see it. Outside of a tool that `run_tools` runs it does nothing.

    Args:
        result: Any JSON; a text is Markdown, such as `"3 of 6 pages"`.
    """
    if show := _progress.get(None):
        show(jsonable(result))


async def run_tools(
    model: object,
    turn: Asking | Sequence[Mapping[str, Any]],
    /,
    tools: Sequence[Tool | Callable[..., Any]],
    *,
    system: str | None = None,
    max_rounds: int = 8,
    images: bool = False,
    **params: Any,
) -> AsyncGenerator[Yielded, None]:
    """Let a model answer, calling tools in between; yield the values for a handler to yield.

    All calls of a round run at the same time, each shown as a step. The result of a tool goes to
    the model as JSON; a part, such as a `Table`, is shown as well. The model gets the message of a
    `ToolError` or `ValueError`, and the page shows it. For any other exception both get only that
    the tool failed; the traceback is in the log.

    Args:
        model: A `swell.models.Compatible`, an `openai.AsyncOpenAI` or an
            `anthropic.AsyncAnthropic`; the last two need the parameter `model`.
        turn: The turn, or messages in the form of the model's provider.
        tools: The tools for the model.
        system: Instructions for the model.
        max_rounds: How often the model may call tools before it has to answer.
        images: Include the pictures of prompts, as `turn.as_openai(images=True)` does.
        params: More of each request, such as `temperature` or `max_tokens`.

    Raises:
        ModelError: If the model fails, or does not answer after the last round.
        TypeError: If `model` is nothing of these.
    """
    known = {each.name: each for each in (t if isinstance(t, Tool) else Tool(t) for t in tools)}
    conversation = await _conversation(model, turn, list(known.values()), system, images, params)
    asked = _asked(model, params)
    used: set[str] = set()
    for round_number in range(max_rounds + 1):
        calls: dict[str, ToolCallDelta] = {}
        names: dict[str, str] = {}  # the model's id -> the id in the answer
        stream = conversation.stream(last=round_number == max_rounds)
        async with aclosing(traced(stream, *asked)) as deltas:
            async for delta in deltas:
                if not isinstance(delta, ToolCallDelta):
                    yield delta
                    continue
                if delta.id not in names:  # some servers count the calls of each request anew
                    fresh = delta.id not in used
                    names[delta.id] = delta.id if fresh else f"{delta.id}-{round_number + 1}"
                before = calls.get(delta.id)
                calls[delta.id] = merged = _merged(before, delta)
                yield msgspec.structs.replace(merged, id=names[delta.id])
        used |= set(names.values())
        own = {id: call for id, call in calls.items() if call.state == "running"}
        if not own and not conversation.unfinished:
            return
        if round_number == max_rounds:
            raise ModelError("The model kept calling tools and did not answer. Try again.")
        outcomes: dict[str, Outcome] = {}
        async with aclosing(_run_all(own, known, turn, outcomes)) as steps:
            async for step in steps:
                if isinstance(step, ToolCallDelta):
                    step = msgspec.structs.replace(step, id=names[step.id])
                yield step
        conversation.answer(own, outcomes)


def _asked(model: object, params: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of the provider and the model for traces."""
    name = next((one.name for one in providers() if one.asks(model)), "")
    return name, str(params.get("model") or getattr(model, "model", ""))


async def _conversation(
    model: object,
    turn: Asking | Sequence[Mapping[str, Any]],
    tools: Sequence[Offered],
    system: str | None,
    images: bool,
    params: dict[str, Any],
) -> Conversation:
    for provider in providers():
        if provider.asks(model):
            if isinstance(turn, Sequence):
                messages = [dict(message) for message in turn]
            else:
                messages = await turn.messages_for(provider, images=images)
            return provider.conversation(model, messages, tools, system, params)
    raise TypeError(
        f"{type(model).__qualname__} is no model for tools; give a swell.models.Compatible, an "
        "openai.AsyncOpenAI or an anthropic.AsyncAnthropic"
    )


async def _run_all(
    calls: Mapping[str, ToolCallDelta],
    tools: Mapping[str, Tool],
    turn: object,
    outcomes: dict[str, Outcome],
) -> AsyncGenerator[Yielded, None]:
    """Run the calls of one round; ended early, it cancels those that run."""
    steps: asyncio.Queue[Yielded | None] = asyncio.Queue()
    room, asking = asyncio.Semaphore(PARALLEL), asyncio.Lock()

    async def run(call: ToolCallDelta) -> None:
        try:
            async with room:
                with traces.tool(call.name, call.id, call.args or {}) as span:
                    found = await _run(call, tools.get(call.name), turn, asking, steps)
                    if span is not None:
                        span.ended(found.said, failed=found.failed)
                    outcomes[call.id] = found
        finally:
            steps.put_nowait(None)

    tasks = [
        asyncio.create_task(run(call), name=f"swell-tool-{call.name}") for call in calls.values()
    ]
    try:
        ended = 0
        while ended < len(tasks):
            step = await steps.get()
            if step is None:
                ended += 1
            else:
                yield step
        for task in tasks:
            await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(
    call: ToolCallDelta,
    called: Tool | None,
    turn: object,
    asking: asyncio.Lock,
    steps: asyncio.Queue[Yielded | None],
) -> Outcome:
    arguments = call.args or {}
    parts: list[Part] = []
    loop, ended = asyncio.get_running_loop(), False

    def put(result: object) -> None:
        if not ended:  # an abandoned thread may continue
            steps.put_nowait(msgspec.structs.replace(call, state="running", result=result))

    here = threading.get_ident()

    def show(result: object) -> None:
        if threading.get_ident() == here:
            put(result)
        else:
            loop.call_soon_threadsafe(put, result)

    _progress.set(show)
    failed = True
    raised = ""  # for developers, not for the model
    try:
        if called is None:
            raise ToolError(f"There is no tool {call.name!r}.")
        if call.fault:
            raise ToolError(f"{call.name} was not called: {call.fault}")
        if called.confirm:
            steps.put_nowait(msgspec.structs.replace(call, state="waiting"))
            async with asking:  # one question at a time
                question = called.question(arguments, getattr(turn, "locale", "en"))
                allowed = await _allowed(turn, question)
            if not allowed:
                raise ToolError(_REFUSED)
            steps.put_nowait(msgspec.structs.replace(call, state="running"))
        with metrics.tool_call():
            returned = await called.call(arguments, turn)
        parts = _parts(returned)
        result = [part.dump() for part in parts] if parts else jsonable(returned)
        failed = False
    except (ToolError, ValueError) as error:
        result = well_formed(str(error)) or _FAILED
    except (Exception, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and (task is None or task.cancelling()):
            raise  # not by the tool itself
        _log.exception("the tool %s failed", call.name)
        result = _FAILED
        if lane().settings.development:
            raised = f"{_FAILED}\n\n{described(error)}"
    ended = True
    said = result if isinstance(result, str) else json_text(result)
    if len(said) > MAX_RESULT:
        said = result = said[:MAX_RESULT] + " [cut]"
    shown = None if parts else raised or result
    step = msgspec.structs.replace(call, state="failed" if failed else "done", result=shown)
    steps.put_nowait(step)
    for part in parts:
        steps.put_nowait(part)
    return Outcome(said, failed)


async def _allowed(turn: object, question: str) -> bool:
    confirm = getattr(turn, "confirm", None)
    if confirm is None:
        return False  # there is no user to ask
    try:
        return bool(await confirm(question))
    except AskTimeoutError:
        return False


def _merged(before: ToolCallDelta | None, delta: ToolCallDelta) -> ToolCallDelta:
    if before is None:
        return delta
    if delta.fault:
        args, fault = None, delta.fault
    elif delta.args is None:
        args, fault = before.args, before.fault
    else:
        args, fault = delta.args, ""
    return ToolCallDelta(
        delta.id,
        delta.name or before.name,
        args,
        delta.state,
        before.result if delta.result is None else delta.result,
        fault,
    )


def _parts(returned: object) -> list[Part]:
    found: Sequence[Any] = returned if isinstance(returned, list | tuple) else [returned]
    return list(found) if found and all(isinstance(one, Part) for one in found) else []
