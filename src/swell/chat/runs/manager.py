"""RunManager: owns the runs of one app, from the prompt that is accepted to the stored end."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec

from swell.backoff import Backoff
from swell.chat.feed import Change, Feed, RunEnded, RunQueued, ThreadChanged, ThreadRenamed
from swell.chat.files import Files
from swell.chat.records import Accepted, EndState, Message, User
from swell.chat.refusal import LocalizedRefusal
from swell.chat.requests import Request
from swell.coerce import well_formed
from swell.errors import (
    NotFoundError,
    StoreUnavailableError,
)
from swell.expando import Expando
from swell.locales import words_of
from swell.logs import logger
from swell.parts import Part
from swell.settings.table import Settings
from swell.tasks import Tasks
from swell.workers import Lane

from .admission import Budget, Gate, Used
from .attachment import Attachment
from .consume import consume
from .fault import fault_of
from .names import Names
from .run import Run, RunLimits
from .turn import Turn

if TYPE_CHECKING:
    from swell.chat.store import Store

__all__ = ["Admit", "RunManager"]

_log = logger("swell.chat")

_DESCRIBED_MAX = 100  # exceptions kept for developers

_T = TypeVar("_T")
Handler: TypeAlias = Callable[..., Any]
Admit: TypeAlias = Callable[[User, Used], "Awaitable[str | None] | str | None"]
"""Called before a prompt is accepted; returns None, or why the user may not ask now."""


class RunManager:
    """Owns the runs of one `@chat` app.

    Args:
        store: The store of conversations.
        handler: The app's function.
        files: The attachments.
        make_settings: Makes `turn.settings` from the values stored with a run.
        limits: Bounds.
        settings: The server's settings.
        feed: Where it publishes changes.
        pools: Threads for what blocks.
        names: The commands and mentions that the app offers.
        admit: As for `chat`.
    """

    def __init__(
        self,
        store: Store,
        handler: Handler,
        files: Files,
        make_settings: Callable[[dict[str, Any]], Any],
        limits: RunLimits,
        settings: Settings,
        feed: Feed,
        pools: Lane,
        names: Names,
        admit: Admit | None = None,
    ) -> None:
        self._names = names
        self.store = store
        bounds = limits.over(settings)
        self._gate = Gate(bounds.runs_max, bounds.runs_max_per_user, bounds.runs_max_per_address)
        self._queue_max = bounds.runs_queue_max
        self._budget = Budget(
            per_minute=bounds.prompts_per_minute,
            per_minute_address=bounds.prompts_per_minute_per_address,
            per_day=bounds.prompts_per_day,
            tokens_per_day=bounds.tokens_per_day,
        )
        self._admit = admit
        self.limits = limits
        self.draining = False
        self._handler = handler
        self._files = files
        self._make_settings = make_settings
        self._feed = feed
        self._pools = pools
        self._runs: dict[str, Run] = {}
        self._answers: dict[str, Run] = {}
        self._unstored: dict[Run, int] = {}  # running: how long the log was that is stored
        self._flusher: asyncio.Task[None] | None = None
        self._last: dict[str, Run] = {}  # by thread: the run that a later one waits for
        self._tasks = Tasks()
        self._described: dict[str, str] = {}  # by error id

    # ---------------------------------------------------------------------- looking

    def of_answer(self, message_id: str) -> Run | None:
        """Return the active run of this message, or None."""
        return self._answers.get(message_id)

    def all(self) -> list[Run]:
        """Return the runs that have not ended."""
        return list(self._runs.values())

    def of_thread(self, thread_id: str) -> list[Run]:
        """Return the runs of a thread that have not ended, in their order."""
        return [run for run in self._runs.values() if run.thread_id == thread_id]

    # ----------------------------------------------------------------------- acting

    async def submit(
        self,
        user: User,
        request: Request,
        *,
        action_id: str,
        settings: dict[str, Any],
        locale: str,
        address: str = "",
    ) -> Accepted:
        """Store a request and start its run, once for each action.

        Args:
            user: The user who asks.
            request: For what.
            action_id: The browser's id of the action.
            settings: The app's settings for this answer, JSON.
            locale: Language of the page that asks.
            address: The network address that it came from; empty for this machine.

        Raises:
            LocalizedRefusal: If it cannot be accepted now; nothing was stored.
            NotFoundError: If it is about something that is not there.
        """
        if self.draining:
            raise LocalizedRefusal(lambda words: words.restarting, "busy", 1_000)
        mine = sum(run.user_id == user.id for run in self._runs.values())
        if mine >= self.limits.per_user:
            raise LocalizedRefusal(lambda words: words.too_many, "too_many")
        if self._gate.waiting >= self._queue_max:
            raise LocalizedRefusal(lambda words: words.queue_full, "queue_full", 5_000)
        if self._admit is not None:
            refusal = self._admit(user, self._budget.used(user.id))
            said = await refusal if inspect.isawaitable(refusal) else refusal
            if said is not None:
                raise LocalizedRefusal(lambda _: str(said), "not_admitted")
        self._budget.take(user.id, address)
        # Shielded from cancellation of the caller: a stored run must be started.
        storing = self._accept(user, request, action_id, settings, locale, address)
        return await asyncio.shield(self._tasks.start(storing))

    async def _accept(
        self,
        user: User,
        request: Request,
        action_id: str,
        settings: dict[str, Any],
        locale: str,
        address: str,
    ) -> Accepted:
        try:
            user = await self.store.keep(user)
            accepted = await self.store.accept(
                user.id, request, action_id=action_id, settings=settings, locale=locale
            )
        except StoreUnavailableError as error:
            _log.warning("a prompt was refused: %s", error)
            raise LocalizedRefusal(lambda words: words.not_saved, error.code) from None
        if accepted.run.state == "accepted":
            self._enqueue(accepted, user, address)
        return accepted

    async def stop(self, runs: Iterable[Run], why: EndState = "stopped") -> None:
        """Stop runs and wait until their ends are stored, at most `release_s` + 0.4 s.

        Their texts do not grow after this call. The `finally` blocks of the handlers
        may take longer, up to `grace_s`.
        """
        runs = list(runs)
        for run in runs:
            run.request_stop(why)
        waiting = [asyncio.ensure_future(run.ended.wait()) for run in runs]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=self.limits.release_s + 0.4)
            for task in late:
                task.cancel()

    def answer(self, user: User, question_id: str, args: Expando) -> None:
        """Give the answer to a question.

        Raises:
            LocalizedRefusal: If it is not open any more.
        """
        for run in self._runs.values():
            question = run.questions.get(question_id)
            if question is not None and run.user_id == user.id and question.open:
                question.resolve(args)
                return
        raise LocalizedRefusal(lambda words: words.not_open, "not_open")

    async def recover(self) -> None:
        """Recover the runs of an earlier process: start the accepted ones, interrupt the others."""
        for left in await self.store.recover():
            with contextlib.suppress(NotFoundError):  # its thread has been deleted
                self._enqueue(*await self.store.accepted(left.id))

    async def drain(self, seconds: float) -> None:
        """Wait so long for runs to finish, then store the others as interrupted."""
        self.draining = True
        waiting = [asyncio.ensure_future(run.ended.wait()) for run in self._runs.values()]
        if waiting:
            await asyncio.wait(waiting, timeout=seconds)
            for task in waiting:
                task.cancel()
        await self.stop(list(self._runs.values()), "interrupted")

    async def close(self) -> None:
        """End everything."""
        self.draining = True
        await self.stop(list(self._runs.values()), "interrupted")
        await self._tasks.cancel(1.0)

    # ------------------------------------------------------------------ the life of a run

    def _enqueue(self, accepted: Accepted, user: User, address: str = "") -> None:
        if accepted.run.id in self._runs:
            return
        run = Run(accepted, user, address)
        run.files = self._files
        run.after = self._last.get(run.thread_id)
        self._runs[run.id] = self._answers[run.answer_id] = self._last[run.thread_id] = run
        run.task = self._tasks.start(self._live(run))
        self._feed.publish(run.user_id, RunQueued(accepted))

    async def _live(self, run: Run) -> None:
        end: Change = ThreadChanged(run.thread_id)
        try:
            state = await self._make(run)
            if state is not None:
                end = await self._finish(run, state)
        except NotFoundError:
            run.state = "stopped"  # the thread was deleted during the run
        except asyncio.CancelledError:
            run.answer.frozen = True  # the process exits; recovery reads the stored state
            raise
        except Exception:
            _log.exception("run %s failed", run.id)
            run.state, run.error_code = "failed", "handler_failed"
            run.error = words_of().failures[run.error_code]
        finally:
            self._gate.leave(run.ticket)
            run.after = None
            del self._runs[run.id], self._answers[run.answer_id]
            if self._last.get(run.thread_id) is run:
                del self._last[run.thread_id]
            run.ended.set()
            run.changed()
            self._feed.publish(run.user_id, end)

    async def _make(self, run: Run) -> EndState | None:
        """Wait for its turn, run the handler, and return how it ended; None if not here."""
        stopped = asyncio.ensure_future(run.cancelled.wait())
        try:
            if run.after is not None:
                before = asyncio.ensure_future(run.after.ended.wait())
                await asyncio.wait((before, stopped), return_when=asyncio.FIRST_COMPLETED)
                before.cancel()
            if not run.cancelled.is_set():
                self._gate.enter(run.ticket)
                opened = asyncio.ensure_future(run.ticket.open.wait())
                await asyncio.wait((opened, stopped), return_when=asyncio.FIRST_COMPLETED)
                opened.cancel()
            if run.cancelled.is_set():
                return run.why
            if not await self._persist(lambda: self.store.start(run.id)):
                run.state = (await self.store.run(run.id)).state
                return None  # another process has taken it, or it has ended
            run.state = "running"
            run.changed()
            try:
                turn = await self._persist(lambda: self._turn(run))
            except NotFoundError:
                raise
            except Exception as error:
                return self._failed(run, error)
            work = asyncio.create_task(
                consume(self._handler, turn, run.feed, self._pools), name="swell-run"
            )
            self._unstored[run] = 0
            if self._flusher is None or self._flusher.done():
                self._flusher = self._tasks.start(self._flush())
            try:
                await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
                if work.done() and not run.cancelled.is_set():
                    return self._outcome(run, work)
                await self._end_handler(run, work)
                return run.why
            except asyncio.CancelledError:  # not after `_end_handler`: it may be cleaning up
                work.cancel()
                raise
            finally:
                self._unstored.pop(run, None)
        finally:
            stopped.cancel()

    def _outcome(self, run: Run, work: asyncio.Task[None]) -> EndState:
        if work.cancelled():
            error: BaseException | None = asyncio.CancelledError("the handler cancelled itself")
        else:
            error = work.exception() or run.answer.broken()
        if error is None or run.answer.complete_despite(error):
            if not run.answer.says_something:
                _log.warning("%s yielded nothing in run %s", _name(self._handler), run.id)
                run.error_code = "empty_answer"
                run.error = words_of().failures[run.error_code]
                return "failed"
            return "done"
        return self._failed(run, error)

    def _failed(self, run: Run, error: BaseException) -> EndState:
        """Record why a run failed, and keep the details for developers."""
        development = self._pools.settings.development
        where = f"in run {run.id}"
        fault = fault_of(error, where, _name(self._handler), _log, development=development)
        run.error, run.error_id = fault.message, fault.error_id
        run.error_code = fault.code if fault.usual else None
        if fault.error_id is not None and fault.details:
            self._described[fault.error_id] = fault.details
            if len(self._described) > _DESCRIBED_MAX:
                del self._described[next(iter(self._described))]
        return "failed"

    def for_developers(self, message: Message) -> Message:
        """Return a message with the exception that ended it, while the setting `development` is on.

        Exceptions are kept in memory only, the latest 100: a store that is served in production
        later has none.
        """
        said = self._described.get(message.error_id or "")
        if said is None:
            return message
        return msgspec.structs.replace(
            message, error=f"{said} (error {message.error_id})", error_code=None
        )

    async def _end_handler(self, run: Run, work: asyncio.Task[None]) -> None:
        """Cancel a handler and wait for its `finally`, at first together with the caller."""
        work.cancel()
        await asyncio.wait((work,), timeout=self.limits.release_s)
        if work.done():
            self._note_end(run, work)
        else:
            self._tasks.start(self._outlast(run, work))

    async def _outlast(self, run: Run, work: asyncio.Task[None]) -> None:
        await asyncio.wait((work,), timeout=self.limits.grace_s - self.limits.release_s)
        if work.done():
            self._note_end(run, work)
            return
        _log.error(
            "%s has not stopped %g s after it was cancelled (grace_s); it is abandoned; "
            "handlers must end when they are cancelled, or in a thread check turn.cancelled",
            _name(self._handler),
            self.limits.grace_s,
        )

    def _note_end(self, run: Run, work: asyncio.Task[None]) -> None:
        if not work.cancelled() and (error := work.exception()) is not None:
            _log.warning(
                "%s raised while stopping (run %s)",
                _name(self._handler),
                run.id,
                exc_info=error,
            )

    async def _finish(self, run: Run, state: EndState) -> Change:
        if run.error is not None:
            run.error = well_formed(run.error)
        run.answer.end(done=state == "done")
        run.changed()
        if state != "stopped" and run.title is not None:
            await self._rename(run)
        parts = run.answer.parts()
        if usage := run.answer.usage:
            self._budget.spend(run.user_id, sum(int(count) for count in usage.values()))
        ended = await self._persist(
            lambda: self.store.finish(
                run.id,
                state,
                parts,
                usage=run.answer.usage,
                error=run.error,
                error_code=run.error_code,
                error_id=run.error_id,
                suggestions=run.suggestions if state == "done" else (),
            )
        )
        run.state = state if ended is not None else (await self.store.run(run.id)).state
        if ended is None or ended.answer is None:
            return ThreadChanged(run.thread_id)
        return RunEnded(ended.answer, ended.time)

    async def _persist(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Ask the store until it can."""
        backoff = Backoff()
        while True:
            try:
                return await call()
            except StoreUnavailableError as error:
                _log.warning(
                    "the store is unavailable, retrying in %g s: %s", backoff.pause_s, error
                )
            await backoff.wait()

    async def _flush(self) -> None:
        """Store the texts of running answers so far, every so often, all at once."""
        while self._unstored:
            await asyncio.sleep(self.limits.flush_s)
            grown: dict[str, list[Part]] = {}
            for run, stored in list(self._unstored.items()):
                if run.title is not None:
                    await self._rename(run)
                if run in self._unstored and len(run.answer.log) > stored:
                    self._unstored[run] = len(run.answer.log)
                    grown[run.id] = run.answer.parts()
            try:
                await self.store.flush(grown)
            except StoreUnavailableError:
                pass  # the next flush, or the end, has it all
            except Exception:
                _log.exception("could not store the texts of running answers")

    async def _rename(self, run: Run) -> None:
        title, run.title = run.title, None
        with contextlib.suppress(StoreUnavailableError, NotFoundError):
            thread = await self.store.update_thread(run.user_id, run.thread_id, title=title)
            self._feed.publish(run.user_id, ThreadRenamed(thread.id, thread.title))

    async def _turn(self, run: Run) -> Turn:
        messages = await self.store.messages(
            run.thread_id, leaf=run.prompt_id, limit=self.limits.history
        )
        settings = self._make_settings(run.settings)
        files = [
            [Attachment.of(*sent) for sent in await self._files.sent(run.user_id, message.parts)]
            for message in messages
            if message.role == "user"
        ]
        return Turn(run, messages, run.thread, run.user, settings, files, self._names)


def _name(handler: Handler) -> str:
    return f"the handler {getattr(handler, '__qualname__', type(handler).__qualname__)!r}"
