"""Run: a server object that owns the making of one answer; pages attach to it, none owns it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import fields, replace

from swell.chat.files import Files
from swell.chat.records import Accepted, EndState, Message, RunState, User
from swell.chat.thread_page import ThreadPage
from swell.coerce import well_formed
from swell.errors import LimitError, NotSupportedError
from swell.parts import File, Image
from swell.settings.table import Settings
from swell.workers import lane

from .admission import Ticket
from .answer import Answer
from .ask import Question
from .budgets import Charge
from .turn import Cancelled

if TYPE_CHECKING:
    from swell.chat.store.usage import Allowance

__all__ = ["Run", "RunLimits"]


class RunLimits(msgspec.Struct, frozen=True):
    """Bounds of runs; for those that are None, the settings of the server apply.

    Attributes:
        flush_s: How often the text so far is stored while an answer is made, in seconds.
        release_s: How long stopping waits for the handler's clean-up, in seconds; then the user can
            continue while the clean-up runs.
        grace_s: How long a handler may clean up, in seconds; then it is abandoned and logged.
        per_user: Runs of one user that are accepted or running.
        history: Latest messages of a thread that a turn has.
        total: Runs at the same time; further ones wait in a queue.
        per_user_running: Limit of these for one user.
        per_address: Limit of these for one address.
        queue: Runs that wait; further prompts are refused.
        prompts_per_minute: Prompts of one user; 0 means no limit, here and below.
        prompts_per_minute_per_address: Prompts of one address.
        prompts_per_day: Prompts of one user in 24 hours.
        tokens_per_day: Tokens of one user in 24 hours.
        money_per_day: Money that answers for one user may cost in 24 hours.
        attachments_per_day: Attachments of one user in 24 hours.
        storage_per_user: Bytes of the files of one user.
    """

    flush_s: float = 0.25
    release_s: float = 0.5
    grace_s: float = 10.0
    per_user: int = 8
    history: int = 200
    total: int | None = None
    per_user_running: int | None = None
    per_address: int | None = None
    queue: int | None = None
    prompts_per_minute: int | None = None
    prompts_per_minute_per_address: int | None = None
    prompts_per_day: int | None = None
    tokens_per_day: int | None = None
    money_per_day: float | None = None
    attachments_per_day: int | None = None
    storage_per_user: int | None = None

    def over(self, settings: Settings) -> Settings:
        """Return the server's settings with the limits that this app names."""
        given = {_SETTINGS.get(name, name): getattr(self, name) for name in _OF_SERVER}
        return replace(settings, **{name: v for name, v in given.items() if v is not None})


_OF_SERVER = [field.name for field in fields(RunLimits) if field.default is None]
_SETTINGS = {
    "total": "runs_max",
    "per_user_running": "runs_max_per_user",
    "per_address": "runs_max_per_address",
    "queue": "runs_queue_max",
    "storage_per_user": "storage_per_user_bytes",
}
"""The names of the settings, where they differ from the names of the limits."""


class Run:
    """One answer being made.

    Attributes:
        id: Its id in the store.
        user_id: Its owner.
        thread: The thread, as it was when the prompt was accepted.
        thread_id: Its id.
        prompt_id: The message that is answered.
        answer_id: The message that is made.
        locale: Language of the page that asked.
        state: Its stored state.
        answer: The answer so far.
        error: Text for the user if it failed.
        error_code: Code of that text, for translation.
        error_id: The error id in the log.
        suggestions: Prompts to continue with.
        cancelled: Set when it is to stop.
        ended: Set when its end is stored.
        watchers: Called after each change; they must not block.
        number: Its place among the runs of the thread.
        fence: The fencing number of this process as its owner.
        lost: Whether another process has become its owner.
        ticket: Its ticket for the gate, with its place in the queue.
        allowance: What its user may use.
        sign_in: Id of the sign-in of the user who asked; empty for none.
        page: The cards beside the conversation; None if the app has none.

    Args:
        accepted: What the store has accepted.
        user: Its user.
        address: The network address that it came from; empty for this machine.
        allowance: What its user may use.
        charge_later: Called with what the app charges after the end.
        sign_in: Id of the sign-in of the user who asked; empty for none.
        live: Names of controls that the app answers to; others do nothing in an answer.
    """

    def __init__(
        self,
        accepted: Accepted,
        user: User,
        address: str,
        allowance: Allowance,
        charge_later: Callable[[Run, Charge], None],
        sign_in: str = "",
        live: Container[str] = (),
    ) -> None:
        self.sign_in = sign_in
        run = accepted.run
        self.id = run.id
        self.locale = run.locale
        self.user = user
        self.user_id = user.id
        self.thread = accepted.thread
        self.thread_id = run.thread_id
        self.prompt_id = run.prompt_id
        self.answer_id = run.answer_id
        self.settings = run.settings
        self.state: RunState = run.state
        self.answer = Answer(live=live)
        self.error: str | None = None
        self.error_code: str | None = None
        self.error_id: str | None = None
        self.title: str | None = None
        self.suggestions: tuple[str, ...] = ()
        self.cancelled = Cancelled()
        self.ended = asyncio.Event()
        self.watchers: set[Callable[[], None]] = set()
        self.questions: dict[str, Question] = {}
        self.number = run.number
        self.fence = run.fence
        self.lost = False
        self._stored = accepted.answer
        self.why: EndState = "stopped"
        self.task: asyncio.Task[None] | None = None
        self.files: Files | None = None
        self.page: ThreadPage | None = None
        self._made = 0  # files
        self.allowance = allowance
        self._charges: list[Charge] | None = []
        self._charge_later = charge_later
        self.ticket = Ticket(user.id, address, allowance.mine.runs, self.changed)

    def feed(self, item: object) -> None:
        """Add a yielded value, unless the run is being stopped."""
        self.answer.feed(item)
        self.changed()

    def changed(self) -> None:
        """Notify the watchers."""
        for watcher in self.watchers:
            watcher()

    def request_stop(self, why: EndState = "stopped") -> None:
        """Take no further word from the handler, and end it."""
        if not self.cancelled.is_set() and not self.ended.is_set():
            self.why = why
            self.answer.frozen = True
            self.cancelled.set()

    def as_interrupted(self) -> Message:
        """Return the message as it is shown when the run has another owner."""
        return replace(self._stored, parts=self.answer.parts(), status="interrupted")

    def take_charges(self) -> list[Charge]:
        """Return what the app has charged; later charges are counted one by one."""
        charges, self._charges = self._charges or [], None
        return charges

    # The interface for a turn:

    def set_title(self, text: str) -> None:
        """Name the thread when the run ends, or at the next flush."""
        self.title = well_formed(" ".join(text.split()))[:200]

    def set_suggestions(self, prompts: Iterable[str]) -> None:
        """Offer prompts to continue with."""
        self.suggestions = tuple(well_formed(str(prompt)) for prompt in prompts)

    def charge(self, charge: Charge) -> None:
        """Count money for the user; see `Turn.charge`."""
        if self._charges is None:
            self._charge_later(self, charge)
        else:
            self._charges.append(charge)

    async def make_file(self, content: bytes | str | Path, name: str) -> File | Image:
        """Keep a file for the answer; see `Turn.file`."""
        settings = lane().settings
        if self.files is None:
            raise NotSupportedError("turn.file", "The endpoints serve no files.")
        if self._made >= settings.answer_files_max:
            raise LimitError("the answer", f"{settings.answer_files_max} files (answer_files_max)")
        self._made += 1
        limit = settings.answer_file_max_bytes
        return await self.files.make(self.user_id, content, name, limit, self.allowance)

    def pose(self, question: Question) -> int:
        """Show a question; return its place in the answer."""
        if self.cancelled.is_set():
            raise asyncio.CancelledError
        self.questions[question.id] = question
        index = self.answer.put(question.card())
        self.changed()
        return index

    def settle(self, question: Question, index: int, words: str) -> None:
        """Show the result of a question."""
        self.questions.pop(question.id, None)
        self.answer.replace(index, question.settled(well_formed(words)))
        self.changed()
