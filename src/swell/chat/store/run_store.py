"""The runs of one process in a database: who owns them, and what the owner writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from swell.chat.records import (
    Accepted,
    Ended,
    EndState,
    Run,
    RunState,
    Used,
    User,
)
from swell.chat.requests import NewPrompt, Regenerate, Request
from swell.observe import metrics
from swell.parts import File, Image, Part

from . import processes, runs, usage
from .engines.base import Engine, Tx
from .ids import new_id, now
from .processes import Beat, Signal
from .runs import Growing, Recovered
from .statements import clean, encode_parts, to_json
from .usage import Allowance, Spent

__all__ = ["RunStore"]

P = ParamSpec("P")
T = TypeVar("T")

FLUSHED_MAX = 10_000
"""Most runs whose flushed parts are remembered; others are written whole at each flush."""


class RunStore:
    """The runs of an app, as one of the processes that serve it sees them; a part of `Store`."""

    def __init__(self, engine: Engine, app: str = "", *, clock: Callable[[], float] = now) -> None:
        """Use this database for one app; without a name, for records without an app.

        `clock` returns the time in seconds since the epoch; a test gives its own.
        """
        self._engine = engine
        self._app = app
        self._clock = clock
        self.owner = engine.owner
        self._joined = False
        self._held: dict[str, int] = {}  # runs of this process, with their fencing numbers
        self._flushed: dict[str, list[tuple[str, str]] | None] = {}

    @property
    def distributed(self) -> bool:
        """Whether other processes may serve the app at the same time: on PostgreSQL."""
        return self._engine.distributed

    async def beat(self, *, draining: bool = False) -> Beat | None:
        """Write the heartbeat of this process, and return what it is to know; PostgreSQL only.

        None when the process was taken for gone: it has lost its runs. From then on it is a new
        process, which owns none.
        """
        if not self._joined:
            await self._join()
        found = await self._write(processes.beat, self.owner, self._app, draining=draining)
        if found is None:
            self.owner, self._joined = new_id(), False
            self._held.clear()
            await self._join()
        return found

    async def asked(self) -> tuple[Signal, ...]:
        """Return what other processes ask of the runs of this one, oldest first.

        Each signal is returned until `drop_signals`: a reply that gets lost loses none of them.
        """
        return await self._read(processes.asked, self.owner)

    async def drop_signals(self, numbers: Sequence[int]) -> None:
        """Remove signals: what they ask is done."""
        await self._write(processes.drop, numbers)

    async def _join(self) -> None:
        """Become one of the processes that serve the app, so that runs have a living owner."""
        if self._engine.distributed and not self._joined:
            await self._write(processes.join, self.owner, self._app)
            self._joined = True

    async def accept(
        self,
        user_id: str,
        request: Request,
        *,
        action_id: str,
        settings: dict[str, Any] | None = None,
        roles: Sequence[str] = (),
        locale: str = "en",
        model: str | None = None,
        allowance: Allowance | None = None,
    ) -> Accepted:
        """Store a prompt, its empty answer and a run in state `accepted`, in one transaction.

        Exactly once for each `action_id` of a user: a repeat stores nothing and returns the same
        records with `duplicate` set, even when both arrive at the same time.

        Args:
            user_id: The user who asks.
            request: A `NewPrompt`, an `Edit` or a `Regenerate`.
            action_id: Made by the browser before the first send; 1 to 200 code points.
            settings: The app's settings for this answer, JSON.
            roles: Roles of the user.
            locale: Language of the page that asks.
            model: Name of the model, for the answer.
            allowance: What the user may use. Without it the prompt is not counted.

        Raises:
            ValueError: If `action_id` is too short or too long.
            OverBudgetError: If the user, or all users together, may use no more.
        """
        await self._join()
        action_id = clean(action_id)
        if not 1 <= len(action_id) <= 200:
            raise ValueError(f"action_id must have 1 to 200 characters, got {len(action_id)}")
        planned = runs.Planned(
            user_id=user_id,
            request=request,
            parts=() if isinstance(request, Regenerate) else encode_parts(request.parts),
            action_id=action_id,
            claim=new_id(),
            owner=self.owner,
            settings=to_json(settings or {}),
            roles=to_json(list(roles)),
            locale=locale,
            model=None if model is None else clean(model),
            thread_id=new_id(),
            prompt_id=new_id(),
            answer_id=new_id(),
            run_id=new_id(),
            time=self._clock(),
            app=self._app,
            allowance=allowance,
            attachments=attached(request),
        )
        accepted = await self._write(runs.accept, planned)
        if accepted.run.state == "accepted" and accepted.run.owner == self.owner:
            self._held[accepted.run.id] = accepted.run.fence
        return accepted

    async def has_accepted(self, user_id: str, action_id: str) -> bool:
        """Return whether `accept` has stored a run for an action of a user."""
        return await self._read(runs.has_accepted, user_id, clean(action_id))

    def take(self, run: Run) -> None:
        """Write to a run that the store names as this process's, from now on."""
        self._held[run.id] = run.fence

    def holds(self, run_id: str) -> bool:
        """Return whether this process owns a run, as far as it knows."""
        return run_id in self._held

    async def start(self, run_id: str, *, most: int | None = None) -> bool:
        """Move a run from `accepted` to `running`, in the order of the thread's prompts.

        Args:
            run_id: The run.
            most: Runs of its user at the same time, in all processes; None for any number.

        Returns:
            False if an earlier run of the thread has not ended, if so many of the user are
            running, if this process does not own the run, or if it is not `accepted` any more.
        """
        return await self._write(runs.start, run_id, self._fence(run_id), self._clock(), most)

    async def place(self, run_id: str, most: int) -> int | None:
        """Return the place of a run among those of its user that wait for others, from 1.

        None while fewer than `most` of the user are running, in all processes.
        """
        return await self._read(usage.place, run_id, most)

    def _fence(self, run_id: str) -> int:
        """Return the number that each write of a run names; no row has -1."""
        return self._held.get(run_id, -1)

    async def flush(
        self, answers: Mapping[str, Sequence[Part]], at: Mapping[str, int] | None = None
    ) -> list[str]:
        """Store what running answers contain by now, in one transaction.

        Args:
            answers: Parts by id of the run.
            at: How many changes of the answer they include, by id of the run.

        Returns:
            Runs that do not run any more, or have another owner: nothing is stored of them.
        """
        changed = {}
        for run_id, parts in answers.items():
            new, old = encode_parts(parts), self._flushed.get(run_id) or []
            if new != old:
                place = 0 if at is None else at.get(run_id, 0)
                changed[run_id] = runs.Flushed(self._fence(run_id), place, new, old)
                if run_id in self._flushed or len(self._flushed) < FLUSHED_MAX:
                    self._flushed[run_id] = None  # unknown until it is written
        lost = await self._write(runs.flush, changed) if changed else []
        for run_id, flushed in changed.items():
            if run_id in self._flushed:  # it has not ended since
                self._flushed[run_id] = list(flushed.new)
        return lost

    async def finish(
        self,
        run_id: str,
        state: EndState,
        parts: Sequence[Part] | None = None,
        *,
        usage: dict[str, Any] | None = None,
        error: str | None = None,
        error_code: str | None = None,
        error_id: str | None = None,
        suggestions: Sequence[str] = (),
        model: str | None = None,
        spent: Spent = Spent(),  # noqa: B008 - it does not change
    ) -> Ended | None:
        """End a run and its answer in one transaction, and count what it has used.

        Args:
            run_id: The run.
            state: How it ended.
            parts: The whole answer; None keeps the flushed parts.
            usage: Its token counts.
            error: Text for the user.
            error_code: Code of that text, for translation.
            error_id: The error id in the log.
            suggestions: Prompts to continue with.
            model: Name of the model that answered.
            spent: Tokens and money to count for the user.

        Returns:
            The stored record; None if the run had already ended in another state, or has
            another owner.
        """
        if state not in ("done", "stopped", "interrupted", "failed"):
            raise ValueError(f"a run cannot end as {state!r}")
        new = None if parts is None else encode_parts(parts)
        error = None if error is None else clean(error)
        model = None if model is None else clean(model)
        cost = None if usage is None else to_json(usage)
        after = to_json([clean(prompt) for prompt in suggestions]) if suggestions else None
        time = self._clock()
        ended = await self._write(
            runs.finish,
            run_id,
            self._fence(run_id),
            state,
            new,
            usage=cost,
            error=error,
            error_code=error_code,
            error_id=error_id,
            suggestions=after,
            model=model,
            time=time,
            app=self._app,
            spent=spent,
        )
        self._flushed.pop(run_id, None)
        self._held.pop(run_id, None)
        return ended

    async def growing(self, answer_id: str) -> Growing | None:
        """Return the active run that makes an answer, with what is stored; None without one.

        For the server: it does not check whose answer it is.
        """
        return await self._read(runs.growing, answer_id)

    async def states(self, run_ids: Sequence[str]) -> dict[str, tuple[RunState, str, int]]:
        """Return state, owner and number of stored changes of runs; for the server."""
        return await self._read(runs.states, run_ids)

    async def ask(self, run_id: str, kind: Literal["stop", "answer"], body: str = "") -> bool:
        """Leave a signal for the process that owns a run; False when the run has ended."""
        return await self._write(runs.ask, run_id, kind, body, self._clock())

    async def seize(self, run_id: str, state: EndState) -> Ended | None:
        """End a run whose owner does not, with the text that is stored; None if it has ended.

        The owner writes nothing of it from then on.
        """
        return await self._write(runs.seize, run_id, self.owner, state, self._clock())

    # ------------------------------------------------------------------------------------ usage

    async def used(self, user: User) -> Used:
        """Return what a user has used, in all processes of the app."""
        return await self._read(usage.used, self._app, user.id, user.subject)

    async def take_request(self, subject: str, allowance: Allowance, attachments: int = 0) -> None:
        """Count a request of a program; `accept` counts a prompt.

        Args:
            subject: For whom it is; need not be a stored user.
            allowance: What they may use.
            attachments: Files in it.

        Raises:
            OverBudgetError: If they, or all users together, may use no more.
        """
        await self._write(usage.take_request, self._app, clean(subject), allowance, attachments)

    async def spend(self, subject: str, spent: Spent) -> None:
        """Count what an answer has used; `finish` does so for a run."""
        await self._write(usage.spend_by, self._app, clean(subject), spent)

    async def drop_usage(self, keep_s: float = usage.KEEP_S) -> None:
        """Remove counts that are older than `keep_s`, in seconds; those of two days are kept."""
        await self._write(usage.drop_old, keep_s)

    # ------------------------------------------------------------------------------------- runs

    async def run(self, run_id: str) -> Run:
        """Return one run."""
        return await self._read(runs.get, run_id)

    async def run_of_answer(self, answer_id: str) -> Run | None:
        """Return the run that made an answer; None for an imported one."""
        return await self._read(runs.of_answer, answer_id)

    async def accepted(self, run_id: str) -> tuple[Accepted, User]:
        """Return a run with its thread, messages and user; for the server, which owns it."""
        return await self._read(runs.accepted, run_id)

    async def settings(self, user_id: str, thread_id: str) -> dict[str, Any]:
        """Return the app's settings of the last run in a thread; empty when there is none."""
        return await self._read(runs.settings, user_id, thread_id)

    async def active_runs(self, thread_id: str) -> list[Run]:
        """Return the runs of a thread that are accepted or running, oldest first."""
        return await self._read(runs.active, thread_id)

    async def recover(self) -> Recovered:
        """Become the owner of the runs of processes that are gone.

        Those that run become `interrupted`, with the text that was flushed; accepted ones belong
        to this process from then on, and are to be started. Runs of living processes are left
        alone.
        """
        await self._join()
        alive, time = self._engine.alive, self._clock()

        def found(tx: Tx) -> Recovered:
            if self._engine.distributed:
                processes.bury(tx, self._app)
            return runs.recover(tx, self._app, self.owner, alive, time)

        recovered = await self._write(found)
        self._held.update({run.id: run.fence for run in recovered.waiting})
        return recovered

    async def _read(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        call = self._engine.read(self._timed(work, *args, **kwargs))
        return await metrics.store_call("read", call)

    async def _write(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        call = self._engine.write(self._timed(work, *args, **kwargs))
        return await metrics.store_call("write", call)

    def _timed(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Callable[[Tx], T]:
        time = self._clock()  # once: the engine may repeat the work

        def timed(tx: Tx) -> T:
            tx.time = time
            return work(tx, *args, **kwargs)

        return timed


def attached(request: Request) -> int:
    """Return the number of files that come with a request; those of an edit were counted before."""
    if not isinstance(request, NewPrompt):
        return 0
    return sum(isinstance(part, File | Image) for part in request.parts)
