"""One answer of a `@chat` function to a request that brings its whole conversation with it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn, TypeAlias

import msgspec

from swell.chat.records import Message, Thread, User
from swell.chat.runs.answer import Answer, Change, Grown
from swell.chat.runs.ask import Question
from swell.chat.runs.budgets import API_ROLE, Budgets, Charge
from swell.chat.runs.consume import consume
from swell.chat.runs.fault import fault_of
from swell.chat.runs.names import Names
from swell.chat.runs.turn import Cancelled, Host, Turn
from swell.errors import AskTimeoutError, NotSupportedError, StoreUnavailableError
from swell.logs import logger
from swell.observe import metrics
from swell.parts import File, Image, Part, Reasoning, Text
from swell.settings.table import Settings
from swell.workers import Lane, Workers

__all__ = [
    "MAX_RUNS",
    "Answers",
    "Asked",
    "Counted",
    "Failed",
    "Posed",
    "Said",
    "Shown",
    "Step",
]

_log = logger("swell.chat")

MAX_RUNS = 64
"""Most answers that one endpoint makes at the same time."""


class Asked(NamedTuple):
    """The content of a request.

    Attributes:
        messages: The conversation as (role, parts), oldest first.
        settings: Values for the app's settings by name; those that it does not have are ignored.
        user: The request's name for its user; empty for none.
        thread_id: The request's id of the conversation; empty for none.
    """

    messages: Sequence[tuple[Literal["user", "assistant"], list[Part]]]
    settings: Mapping[str, Any] = {}
    user: str = ""
    thread_id: str = ""


class Said(msgspec.Struct, frozen=True):
    """More text of the answer, or of the thought before it.

    Attributes:
        index: Which part of the answer.
        reasoning: Whether it is of a thought.
        text: The text to add.
    """

    index: int
    reasoning: bool
    text: str


class Shown(msgspec.Struct, frozen=True):
    """Another part, or a newer state of one.

    Attributes:
        index: Which part of the answer.
        part: Its current state.
    """

    index: int
    part: Part


class Posed(msgspec.Struct, frozen=True):
    """The handler asks, and waits until the question is answered or times out."""

    question: Question


class Counted(msgspec.Struct, frozen=True):
    """The last step: the token counts of the model; zeros if it has none."""

    input: int
    output: int


Step: TypeAlias = Said | Shown | Posed | Counted


class Failed(Exception):  # noqa: N818 - it is an outcome
    """The handler failed.

    Attributes:
        code: Stable name, such as `rate_limited`, or `internal`.
        message: Text for the user.
        retry_after: Seconds to wait, if known.
    """

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(code, message, retry_after)
        self.code, self.message, self.retry_after = code, message, retry_after


class _Run:
    """The side of a `Turn` without a stored run.

    Args:
        posed: Called with each question; None if questions time out at once.
    """

    def __init__(self, posed: Callable[[Question], None] | None) -> None:
        self.locale = "en"  # its texts are not shown
        self.cancelled = Cancelled()
        self.charges: list[Charge] = []
        self._posed = posed

    def set_title(self, text: str) -> None:
        """Do nothing: there is no thread."""

    def set_suggestions(self, prompts: Iterable[str]) -> None:
        """Do nothing: there is no page."""

    def charge(self, charge: Charge) -> None:
        self.charges.append(charge)

    async def make_file(self, content: bytes | str | Path, name: str) -> NoReturn:  # noqa: ARG002 - as of a run
        """Refuse: an endpoint returns only the answer and stores nothing."""
        raise NotSupportedError("turn.file", "The endpoints serve no files.")

    def pose(self, question: Question) -> int:
        if self._posed is None:
            raise AskTimeoutError(0)
        self._posed(question)
        return 0

    def settle(self, question: Question, index: int, words: str) -> None:
        """Nothing has been shown."""


class Answers:
    """Makes the answers of one endpoint.

    Args:
        handler: The `@chat` function.
        make_settings: Makes `turn.settings` from values by name.
        names: The commands and mentions that the chat offers.
        settings: Returns the settings of the server.
        budgets: Returns the budgets of the chat, which count requests; None for none.
        asks: Whether the handler may ask; otherwise its questions time out at once.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        make_settings: Callable[[dict[str, Any]], Any],
        names: Names,
        settings: Callable[[], Settings],
        *,
        budgets: Callable[[], Budgets | None] = lambda: None,
        asks: bool = False,
    ) -> None:
        self._names = names
        self._settings = settings
        self._handler = handler
        self._make_settings = make_settings
        self._asks = asks
        self._budgets = budgets
        self._pools: Lane | None = None
        self._running = 0
        self._unsampled: Callable[[], None] | None = None

    @property
    def full(self) -> bool:
        """Whether no further answer can be made now."""
        return self._running >= MAX_RUNS

    async def take(self, asked: Asked) -> None:
        """Count a request, before `make`.

        Raises:
            Failed: If its user, or all users together, may use no more now.
        """
        from swell.chat.store.usage import OverBudgetError  # it loads SQLAlchemy

        budgets = self._budgets()
        if budgets is None:
            return
        _, parts = asked.messages[-1]
        files = sum(isinstance(part, File | Image) for part in parts)
        try:
            await budgets.request(_subject(asked), named=bool(asked.user), attachments=files)
        except StoreUnavailableError:
            raise Failed("overloaded", "The server cannot count requests now.", 1) from None
        except OverBudgetError as error:
            by_minute = error.limit == "prompts_per_minute"
            code = "rate_limit_exceeded" if by_minute else "insufficient_quota"
            refusal = budgets.refusal(error)
            metrics.prompt_refused(refusal.reason)
            raise Failed(code, str(refusal), error.wait_s) from None

    async def make(self, asked: Asked) -> AsyncGenerator[Step, None]:
        """Yield the steps of the answer; closing the generator cancels the handler.

        Raises:
            Failed: If the handler fails.
        """
        answer, news = Answer(live=None), asyncio.Event()  # it shows no buttons
        questions: list[Question] = []

        def posed(question: Question) -> None:
            questions.append(question)
            news.set()

        run = _Run(posed if self._asks else None)
        turn = self._turn(run, asked)

        def feed(item: object) -> None:
            answer.feed(item)
            news.set()

        self._running += 1
        if self._unsampled is None:
            self._unsampled = metrics.sampled("runs_running", lambda: self._running)
        began, outcome, spoke = time.monotonic(), "stopped", False
        code: str | None = None
        metrics.prompt_accepted()
        metrics.run_started(0.0)
        work = asyncio.create_task(
            consume(self._handler, turn, feed, self._lane()), name="swell-endpoint"
        )
        work.add_done_callback(lambda _: news.set())
        try:
            told, texts = 0, dict[int, bool]()
            while True:
                await news.wait()
                news.clear()
                ended = work.done()
                if ended and not (failed := self._failure(work, answer)):
                    answer.end(done=True)
                fresh, told = answer.log[told:], len(answer.log)
                if fresh and not spoke:
                    spoke = True
                    metrics.run_first_output(time.monotonic() - began)
                for step in _steps(fresh, answer, texts):
                    yield step
                while questions:
                    yield Posed(questions.pop(0))
                if ended:
                    if failed:
                        outcome, code = "failed", failed.code
                        raise failed
                    outcome = "done"
                    break
            usage = answer.usage or {}
            yield Counted(int(usage.get("input", 0)), int(usage.get("output", 0)))
        finally:
            self._running -= 1
            seconds = time.monotonic() - began
            metrics.run_ended(outcome, seconds, code=code, usage=answer.usage)
            run.cancelled.set()
            answer.frozen = True
            if not work.done():
                work.cancel()
                await asyncio.wait((work,), timeout=10)
            await self._spend(asked, answer, run)

    async def _spend(self, asked: Asked, answer: Answer, run: _Run) -> None:
        """Count what an answer has used."""
        if (budgets := self._budgets()) is None:
            return
        if spent := budgets.spent(answer.tokens, run.charges):
            metrics.charged(spent.micros)
            try:
                await budgets.spend(_subject(asked), spent)
            except StoreUnavailableError as error:
                _log.warning("the usage of a request was not counted: %s", error)

    def close(self) -> None:
        """Let go of the worker threads."""
        self._pools = None
        if self._unsampled is not None:
            self._unsampled()
            self._unsampled = None

    def _failure(self, work: asyncio.Task[None], answer: Answer) -> Failed | None:
        if work.cancelled():
            return Failed("internal", "The answer was cancelled.")
        error = work.exception() or answer.broken()
        if error is None or answer.complete_despite(error):
            return None
        where, development = "at an endpoint", self._settings().development
        fault = fault_of(error, where, "an endpoint", _log, development=development)
        if fault.error_id is None:
            return Failed(fault.code, fault.message, fault.retry_after)
        details = f"{fault.details} (error {fault.error_id})" if fault.details else fault.message
        return Failed("internal", details)

    def _turn(self, host: Host, asked: Asked) -> Turn:
        now = time.time()
        thread_id = asked.thread_id or secrets.token_hex(16)
        subject = _subject(asked)
        user = User(subject, subject, asked.user or None, now)
        messages: list[Message] = []
        for role, parts in asked.messages:
            parent = messages[-1].id if messages else None
            id = f"{thread_id}-{len(messages)}"
            messages.append(Message(id, thread_id, parent, role, list(parts), "done", now))
        thread = Thread(thread_id, user.id, "", now, now)
        settings = self._make_settings(dict(asked.settings))
        return Turn(host, messages, thread, user, settings, (), self._names)

    def _lane(self) -> Lane:
        if self._pools is None:
            settings = self._settings()
            # Requests of many users may come without a name.
            handlers = Workers("swell-endpoint", settings.handler_threads, settings.handler_threads)
            self._pools = Lane.of(settings)._replace(handlers=handlers)
        return self._pools


def _subject(asked: Asked) -> str:
    """Return the subject of a request's user."""
    return f"{API_ROLE}:{asked.user}" if asked.user else API_ROLE


def _steps(changes: Sequence[Change], answer: Answer, texts: dict[int, bool]) -> Iterator[Step]:
    """Yield the steps of a change; `texts` maps each text part to whether it is reasoning."""
    for place, change in enumerate(changes):
        index = change.at
        if isinstance(change, Grown):
            yield Said(index, texts.get(index, False), change.text)
        elif index not in texts:
            part = answer.part(index)
            if not isinstance(part, Text | Reasoning):
                yield Shown(index, part)
                continue
            texts[index] = isinstance(part, Reasoning)
            later = sum(
                len(c.text) for c in changes[place:] if isinstance(c, Grown) and c.at == index
            )
            if begun := part.text[: len(part.text) - later]:
                yield Said(index, texts[index], begun)
