"""Tools: functions that a model may call, and the loop that calls them."""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias, overload

import msgspec

from swell.chat.tools.dialects import Outcome, dialect_of
from swell.chat.words import ENGLISH, WORDS
from swell.coerce import well_formed
from swell.development import described
from swell.errors import AskTimeoutError, ModelError, ToolError
from swell.logs import logger
from swell.models import Delta, ToolCallDelta
from swell.models.fields import json_text, plain
from swell.parts import Part
from swell.workers import contained, lane

from .signature import TURN, Signature

__all__ = ["MAX_RESULT", "Tool", "progress", "run_tools", "tool"]

_log = logger("swell.chat")

MAX_RESULT = 100_000
"""Longest result that a model gets, in characters; what is longer is cut."""

PARALLEL = 8
"""Most calls of one round that run at the same time."""

_FAILED = "The tool failed."
_REFUSED = "The person did not allow this call."

Yielded: TypeAlias = Delta | Part


class _Turn(Protocol):
    """What is used of a `swell.chat.Turn`."""

    def as_openai(self) -> list[dict[str, Any]]: ...

    def as_anthropic(self) -> list[dict[str, Any]]: ...

    def confirm(self, text: str, /) -> Awaitable[bool]: ...


class Tool:
    """A function that a model may call; calling it still calls the function.

    Args:
        function: Async or not; the others run in a worker thread. Its parameters need annotations
            that JSON has a form for; one called `turn` gets the turn, and no model sees it.
        name: What the model calls it; the function's name unless given.
        confirm: Ask the person before each call. A text is the question, with the arguments in
            braces: `"Send the mail to {to}?"`.
        timeout_s: How long one call may take, in seconds, the person's answer not counted.

    Attributes:
        description: What the model gets: the docstring up to its first section.
        schema: JSON schema of the arguments, with what the section `Args:` says of each.

    Raises:
        TypeError: If a parameter has no annotation, one that JSON has no form for, or cannot be
            given by name.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None = None,
        confirm: bool | str = False,
        timeout_s: float = 120.0,
    ) -> None:
        self.function = function
        self.name = name or str(getattr(function, "__name__", type(function).__name__))
        self.confirm = confirm
        self.timeout_s = timeout_s
        self._signature = Signature(function, self.name)
        self.description, self.schema = self._signature.description, self._signature.schema
        self.__doc__ = function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"

    async def call(self, arguments: Mapping[str, object], turn: object = None) -> object:
        """Call the function with arguments from a model.

        Args:
            arguments: JSON by name.
            turn: What a parameter called `turn` gets.

        Raises:
            ToolError: If the arguments do not fit the annotations, or it takes too long.
            Exception: What the function raised.
        """
        values = self._signature.convert(arguments)
        if self._signature.wants_turn:
            values[TURN] = turn
        try:
            async with asyncio.timeout(self.timeout_s):
                if inspect.iscoroutinefunction(inspect.unwrap(self.function)):
                    return await self.function(**values)
                pools = lane()
                call = functools.partial(self.function, **values)
                result = await pools.tools.run(pools.person, call)
                return await result if inspect.isawaitable(result) else result
        except TimeoutError as error:
            raise ToolError(f"{self.name} took longer than {self.timeout_s:g} s.") from error
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException as error:
            raise contained(error) from error

    def question(self, arguments: Mapping[str, object], locale: str = "en") -> str:
        """Return what the person is asked before a call, as Markdown.

        Args:
            arguments: JSON by name.
            locale: Language of a question that the tool has no own one for.
        """
        said = {name: _code(value) for name, value in arguments.items()}
        if isinstance(self.confirm, str):
            return self.confirm.format_map(_Named(said))
        listed = "".join(f"\n- {name}: {value}" for name, value in said.items())
        asked = WORDS.get(locale, ENGLISH).allow.format(tool=self.name)
        return f"{asked}\n{listed}" if listed else asked


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *, name: str | None = None, confirm: bool | str = False, timeout_s: float = 120.0
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a function a tool; with arguments, as `@tool(confirm=True)`. They are those of `Tool`.

    Example:
        >>> @tool
        ... def add(a: int, b: int = 1) -> int:
        ...     "Add two numbers."
        ...     return a + b
        >>> add.schema["required"]
        ['a']
    """
    if function is not None:
        return Tool(function)
    return lambda function: Tool(function, **options)


_progress: ContextVar[Callable[[object], None]] = ContextVar("swell-progress")


def progress(result: object) -> None:
    """Show how far a tool is, as the result of its step; call it inside a tool, async or not.

    The model does not see it. Outside of a tool that `run_tools` runs it does nothing.

    Args:
        result: Any JSON; a text is Markdown, such as `"3 of 6 pages"`.
    """
    if show := _progress.get(None):
        show(plain(result))


async def run_tools(
    model: object,
    turn: _Turn | Sequence[Mapping[str, Any]],
    /,
    tools: Sequence[Tool | Callable[..., Any]],
    *,
    system: str | None = None,
    max_rounds: int = 8,
    images: bool = False,
    **params: Any,
) -> AsyncGenerator[Yielded, None]:
    """Let a model answer, calling tools in between; yield what a handler is to yield.

    All calls of a round run at the same time, each shown as a step. What a tool returns goes to
    the model as JSON; a part, such as a `Table`, is shown as well. A `ToolError` or `ValueError` of
    a tool is told to the model, and shown; of any other exception only that the tool failed, the
    rest is in the log.

    Args:
        model: A `swell.models.Compatible`, an `openai.AsyncOpenAI` or an
            `anthropic.AsyncAnthropic`; the last two need the parameter `model`.
        turn: The turn, or messages in the form of the model's provider.
        tools: What the model may call.
        system: Instructions for the model.
        max_rounds: How often the model may call tools before it has to answer.
        images: Send the pictures of prompts, too, as `turn.as_openai(images=True)` does.
        params: More of each request, such as `temperature` or `max_tokens`.

    Raises:
        ModelError: If the model fails, or does not answer after the last round.
        TypeError: If `model` is nothing of these.
    """
    known = {each.name: each for each in (t if isinstance(t, Tool) else Tool(t) for t in tools)}
    dialect = await dialect_of(model, turn, list(known.values()), system, images, params)
    used: set[str] = set()
    for round_number in range(max_rounds + 1):
        calls: dict[str, ToolCallDelta] = {}
        names: dict[str, str] = {}  # what the model calls it -> what it is called in the answer
        async with aclosing(dialect.stream(last=round_number == max_rounds)) as deltas:
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
        if not own and not dialect.unfinished:
            return
        if round_number == max_rounds:
            raise ModelError("The model kept calling tools and did not answer. Try again.")
        outcomes: dict[str, Outcome] = {}
        async with aclosing(_run_all(own, known, turn, outcomes)) as steps:
            async for step in steps:
                if isinstance(step, ToolCallDelta):
                    step = msgspec.structs.replace(step, id=names[step.id])
                yield step
        dialect.answer(own, outcomes)


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
                outcomes[call.id] = await _run(call, tools.get(call.name), turn, asking, steps)
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
        if not ended:  # a thread that was given up may go on
            steps.put_nowait(msgspec.structs.replace(call, state="running", result=result))

    here = threading.get_ident()

    def show(result: object) -> None:
        if threading.get_ident() == here:
            put(result)
        else:
            loop.call_soon_threadsafe(put, result)

    _progress.set(show)
    failed = True
    raised = ""  # what only a developer reads; the model does not
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
        returned = await called.call(arguments, turn)
        parts = _parts(returned)
        result = [part.dump() for part in parts] if parts else plain(returned)
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
        return False  # nobody can be asked
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


class _Named(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _code(value: object) -> str:
    """Return a value so that Markdown shows it as it is."""
    said = value if isinstance(value, str) else json_text(plain(value))
    said = " ".join(said.split())[:500]
    fence = "`" * (max((len(run) for run in re.findall(r"`+", said)), default=0) + 1)
    pad = " " if "`" in said else ""
    return f"{fence}{pad}{said}{pad}{fence}" if said else "``` ```"
