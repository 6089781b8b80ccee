"""RunManager: owns the runs of one app, from the prompt that is accepted to the stored end."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from swell.chat.feed import Change, Feed, RunEnded, RunQueued, ThreadChanged, ThreadRenamed
from swell.chat.files import Files
from swell.chat.records import Accepted, Ended, EndState, Message, RunState, User
from swell.chat.refusal import LocalizedRefusal
from swell.chat.requests import NewPrompt, Request
from swell.chat.store.statements import from_json, to_json
from swell.chat.thread_page import ThreadPage, ThreadPages
from swell.coerce import well_formed
from swell.errors import NotFoundError, StoreUnavailableError
from swell.expando import Expando
from swell.locales import words_of
from swell.logs import logger
from swell.observe import metrics
from swell.observe.ids import add_ids
from swell.settings.table import Settings
from swell.tasks import Tasks
from swell.workers import Lane

from .admission import Gate, Pace
from .attachment import Attachment
from .budgets import Admit, Budgets, Charge
from .consume import consume
from .mirror import Mirror, Mirrors
from .names import Names
from .outcomes import Outcomes
from .peers import Peers
from .persist import persist
from .relay import Relay
from .run import Run, RunLimits
from .texts import Texts
from .turn import Turn
from .watch import Watch

if TYPE_CHECKING:
    from swell.chat.records import Run as StoredRun
    from swell.chat.store import Store
    from swell.chat.store.processes import Signal
    from swell.chat.store.runs import Recovered

__all__ = ["RunManager"]

_log = logger("swell.chat")

_LOOK_S = 1.0  # how long a run waits for news before it looks whether its turn has come

_STOPPING_S = 0.05  # how often to look whether another process has stopped a run

Handler: TypeAlias = Callable[..., Any]


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
        pages: The cards beside the conversations; None if the app has none.
        live: Names of controls that the app answers to.
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
        pages: ThreadPages | None = None,
        live: Container[str] = (),
    ) -> None:
        self._pages = pages
        self._answered = live
        self._names = names
        self.store = store
        bounds = limits.over(settings)
        self._gate = Gate(bounds.runs_max, bounds.runs_max_per_address)
        self._queue_max = bounds.runs_queue_max
        self._pace = Pace(bounds.prompts_per_minute_per_address)
        self.budgets = Budgets(store, bounds, active=limits.per_user, admit=admit)
        self.limits = limits
        self.draining = False
        self._handler = handler
        self._files = files
        self._make_settings = make_settings
        self._feed = feed
        self._pools = pools
        self._runs: dict[str, Run] = {}
        self._answers: dict[str, Run] = {}
        self._tasks = Tasks()
        self._outcomes = Outcomes(handler, limits, pools, self._tasks)
        self._peers = Peers(store, feed, self, self._tasks)
        self._mirrors = Mirrors(store, feed, self._tasks)
        self._relay = Relay(
            lambda run_id, message: feed.backplane.publish(feed.topic("run", run_id), message),
            self._store_now,
            self._tasks,
        )
        self._texts = Texts(
            store,
            limits.flush_s,
            self._tasks,
            rename=self._rename,
            before=self._relay.catch_up,
            lose=self.lose,
        )
        self._sampled = (
            metrics.sampled("runs_running", lambda: self._count("running")),
            metrics.sampled("runs_queued", lambda: self._count("accepted")),
        )

    # ---------------------------------------------------------------------- looking

    def of_answer(self, message_id: str) -> Run | Mirror | None:
        """Return the active run of this message, or None."""
        return self._answers.get(message_id) or self._mirrors.of_answer(message_id)

    def _count(self, state: RunState) -> int:
        return sum(run.state == state for run in self._runs.values())

    def all(self) -> list[Run]:
        """Return the runs of this process that have not ended."""
        return list(self._runs.values())

    def of_thread(self, thread_id: str) -> list[Run]:
        """Return the runs of this process in a thread that have not ended, in their order."""
        return [run for run in self._runs.values() if run.thread_id == thread_id]

    def is_active(self, thread_id: str) -> bool:
        """Return whether an answer is made in a thread, as far as this process shows it."""
        return bool(self.of_thread(thread_id) or self._mirrors.of_thread(thread_id))

    def is_elsewhere(self, thread_id: str) -> bool:
        """Return whether another process makes an answer in a thread that a tab shows here."""
        return bool(self._mirrors.of_thread(thread_id))

    async def follow(self, messages: Iterable[Message], user_id: str) -> None:
        """Follow the runs of other processes that make some of these messages."""
        if self.store.distributed:
            for message in messages:
                if message.role == "assistant" and message.id not in self._answers:
                    await self._mirrors.follow(message, user_id)

    def for_developers(self, message: Message) -> Message:
        """Return a message with the exception that ended it, for developers; see `Outcomes`."""
        return self._outcomes.for_developers(message)

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
        sign_in: str = "",
    ) -> Accepted:
        """Store a request and start its run, once for each action.

        Args:
            user: The user who asks.
            request: For what.
            action_id: The browser's id of the action.
            settings: The app's settings for this answer, JSON.
            locale: Language of the page that asks.
            address: The network address that it came from; empty for this machine.
            sign_in: Id of the sign-in of the user, with which the run ends; empty for none.

        Raises:
            LocalizedRefusal: If it cannot be accepted now; nothing was stored.
            NotFoundError: If it is about something that is not there.
        """
        if self.draining:
            raise LocalizedRefusal(lambda words: words.restarting, "busy", 1_000)
        if self._gate.waiting >= self._queue_max:
            raise LocalizedRefusal(lambda words: words.queue_full, "queue_full", 5_000)
        await self.budgets.ask(user)
        self._pace.take(address)
        # Shielded from cancellation of the caller: a stored run must be started.
        storing = self._accept(user, request, action_id, settings, locale, address, sign_in)
        return await asyncio.shield(self._tasks.start(storing))

    async def _accept(
        self,
        user: User,
        request: Request,
        action_id: str,
        settings: dict[str, Any],
        locale: str,
        address: str,
        sign_in: str,
    ) -> Accepted:
        from swell.chat.store.usage import OverBudgetError  # it loads SQLAlchemy

        try:
            user = await self.store.keep(user)
            accepted = await self.store.accept(
                user.id,
                request,
                action_id=action_id,
                settings=settings,
                roles=user.roles,
                locale=locale,
                allowance=self.budgets.allowance(user.roles),
            )
        except StoreUnavailableError as error:
            _log.warning("a prompt was refused: %s", error)
            raise LocalizedRefusal(lambda words: words.not_saved, error.code) from None
        except OverBudgetError as error:
            raise self.budgets.refusal(error) from None
        if accepted.used is not None:
            self.budgets.remember(user, accepted.used)
        if accepted.run.state == "accepted" and self.store.holds(accepted.run.id):
            self._enqueue(accepted, user, address, sign_in)
        if not isinstance(request, NewPrompt):
            with contextlib.suppress(StoreUnavailableError):  # their owners have been asked
                await self.stop_thread(accepted.thread.id, before=accepted.run.number)
        return accepted

    async def has_accepted(self, user: User, action_id: str) -> bool:
        """Return whether an action has begun a run before, in whatever process."""
        return await self.store.has_accepted(user.id, action_id)

    def sign_ins(self) -> set[str]:
        """Return the ids of the sign-ins whose users asked for the runs of this process."""
        return {run.sign_in for run in self._runs.values()} - {""}

    def end_sign_ins(self, ids: Collection[str]) -> None:
        """Stop the runs of sign-ins that have ended: their tools act for the user."""
        for run in list(self._runs.values()):
            if run.sign_in in ids:
                run.request_stop()

    async def stop_thread(self, thread_id: str, *, before: float = math.inf) -> None:
        """Stop the runs of a thread, in all processes, and wait for their ends as `stop` does.

        Those with the number `before` or a higher one are left alone.
        """
        await self.stop([run for run in self.of_thread(thread_id) if run.number < before])
        if self.store.distributed:
            runs = [run for run in await self.store.active_runs(thread_id) if run.number < before]
            await self._stop_elsewhere([run for run in runs if run.id not in self._runs])

    async def _stop_elsewhere(self, runs: Sequence[StoredRun]) -> None:
        """Stop runs of other processes; those whose owner does not do it are ended in the store."""
        left = {run.id for run in runs}
        for run in runs:
            if run.state == "accepted":
                await self._seize(run.id)
            elif await self.store.ask(run.id, "stop"):
                self._peers.nudge(run.owner)
        until = asyncio.get_running_loop().time() + self.limits.release_s + 0.4
        while left and asyncio.get_running_loop().time() < until:
            states = await self.store.states(sorted(left))
            left = {id for id in left if states.get(id, ("",))[0] in ("accepted", "running")}
            if left:
                await asyncio.sleep(_STOPPING_S)
        for run_id in left:
            await self._seize(run_id)

    async def _seize(self, run_id: str, state: EndState = "stopped") -> None:
        _, user = await self.store.accepted(run_id)
        ended = await self.store.seize(run_id, state)
        if ended is not None:
            self._publish_end(user.id, ended)

    def _publish_end(self, user_id: str, ended: Ended) -> None:
        """Publish the end of a run of another process, which this one has stored."""
        if ended.answer is not None:
            self._mirrors.end(ended.answer.id)
            self._feed.publish(user_id, RunEnded(ended.answer, ended.time))

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

    async def answer(self, user: User, thread_id: str, question_id: str, args: Expando) -> None:
        """Give the answer to a question.

        Raises:
            LocalizedRefusal: If it is not open any more.
        """
        for run in self._runs.values():
            if run.user_id == user.id and self._resolve(run, question_id, args):
                return
        for mirror in self._mirrors.of_thread(thread_id):
            if mirror.user_id == user.id and mirror.poses(question_id):
                body = to_json(
                    {"question": question_id, "args": {name: args[name] for name in args}}
                )
                if await self.store.ask(mirror.id, "answer", body):
                    self._peers.nudge(mirror.owner)
                    return
        raise LocalizedRefusal(lambda words: words.not_open, "not_open")

    @staticmethod
    def _resolve(run: Run, question_id: str, args: Expando) -> bool:
        question = run.questions.get(question_id)
        if question is None or not question.open:
            return False
        question.resolve(args)
        return True

    async def open(self) -> None:
        """Become the owner of the runs of processes that are gone, and hear of later ones."""
        if self.store.distributed:
            await self._peers.open()
        else:
            await self.adopt(await self.store.recover())

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
        self._peers.close()
        self._mirrors.close()
        for end in self._sampled:
            end()
        await self._tasks.cancel(1.0)

    # -------------------------------------------------------------------------- for the peers

    def running(self) -> set[str]:
        """Return the ids of the runs of this process."""
        return set(self._runs)

    def lose(self, run_ids: Iterable[str]) -> None:
        """End the handlers of runs that have another owner: nothing is stored of them any more."""
        for run_id in run_ids:
            run = self._runs.get(run_id)
            if run is not None and (run in self._texts or run.state == "accepted"):
                run.lost = True
                run.request_stop("interrupted")

    async def adopt(self, recovered: Recovered) -> None:
        """Start the runs that are waiting, and publish how the others ended."""
        for left in recovered.waiting:
            with contextlib.suppress(NotFoundError):  # its thread has been deleted
                self._enqueue(*await self.store.accepted(left.id))
        for user_id, ended in recovered.interrupted:
            self._publish_end(user_id, ended)

    async def reclaim(self, run_ids: Iterable[str]) -> None:
        """Start the runs that the store names as this process's and that are not made here.

        The connection to the database broke when they were accepted or started, and whether that
        was stored was unknown. A run that had started is interrupted.
        """
        for run_id in run_ids:
            with contextlib.suppress(NotFoundError):  # its thread has been deleted
                accepted, user = await self.store.accepted(run_id)
                run = accepted.run
                if run_id in self._runs or run.owner != self.store.owner:
                    continue
                if run.state == "accepted" and not self.draining:
                    self.store.take(run)
                    self._enqueue(accepted, user)
                elif run.state == "running":
                    await self._seize(run_id, "interrupted")

    def obey(self, signal: Signal) -> bool:
        """Stop a run, or answer its question, as another process asks; False if it is not here."""
        run = self._runs.get(signal.run_id)
        if run is not None and signal.kind == "stop":
            run.request_stop()
        elif run is not None and signal.kind == "answer":
            said = from_json(signal.body)
            self._resolve(run, str(said["question"]), Expando(said["args"]))
        return run is not None

    def watch(self, run_id: str, *, fresh: bool) -> None:
        """Send the changes of a run to the processes that watch it."""
        run = self._runs.get(run_id)
        if run is not None:
            self._relay.watch(run, fresh=fresh)

    # ------------------------------------------------------------------ the life of a run

    def _enqueue(
        self, accepted: Accepted, user: User, address: str = "", sign_in: str = ""
    ) -> None:
        if accepted.run.id in self._runs:
            return
        allowance = self.budgets.allowance(user.roles)
        run = Run(accepted, user, address, allowance, self._spend_later, sign_in, self._answered)
        run.files = self._files
        self._runs[run.id] = self._answers[run.answer_id] = run
        run.task = self._tasks.start(self._live(run))
        change: Change = RunQueued(accepted)
        if self._mirrors.end(run.answer_id):  # it was another process's until now
            change = ThreadChanged(run.thread_id)
        self._feed.publish(run.user_id, change)

    async def _live(self, run: Run) -> None:
        end: Change = ThreadChanged(run.thread_id)
        watch = Watch(run, self._feed.app)
        add_ids(run=run.id, thread=run.thread_id, user=run.user_id)
        try:
            state = await self._make(run, watch)
            if run.lost and run.state == "running":
                run.answer.end()
                end = RunEnded(run.as_interrupted(), time.time())
            elif state is not None and not run.lost:
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
            if self._pages is not None and run.page is not None:
                self._pages.close(run.thread_id)
            self._gate.leave(run.ticket)
            del self._runs[run.id], self._answers[run.answer_id]
            run.ended.set()
            watch.ended()
            run.changed()
            if run.lost:
                self._feed.announce(run.user_id, end)
                if run.state == "running":
                    self._tasks.start(self._end_lost(run))
            else:
                self._feed.publish(run.user_id, end)

    async def _end_lost(self, run: Run) -> None:
        """Store the end of a run that may have another owner; it changes nothing if it has."""
        with contextlib.suppress(NotFoundError):
            self._feed.publish(run.user_id, await self._finish(run, "interrupted"))

    async def _make(self, run: Run, watch: Watch) -> EndState | None:
        """Wait for its turn, run the handler, and return how it ended; None if not here."""
        stopped = asyncio.ensure_future(run.cancelled.wait())
        # In one process the gate counts them.
        most = (run.allowance.mine.runs or None) if self.store.distributed else None
        try:
            await self._wait_for_turn(run, stopped)
            while not run.cancelled.is_set():
                self._gate.enter(run.ticket)
                opened = asyncio.ensure_future(run.ticket.open.wait())
                await asyncio.wait((opened, stopped), return_when=asyncio.FIRST_COMPLETED)
                opened.cancel()
                if run.cancelled.is_set() or await persist(
                    lambda: self.store.start(run.id, most=most)
                ):
                    break
                stored = await persist(lambda: self.store.run(run.id))
                if stored.state == "running" and stored.fence == run.fence:
                    break  # by an earlier attempt, whose answer got lost
                run.state = stored.state
                if run.state != "accepted" or not self.store.holds(run.id):
                    return None  # another process has taken it, or it has ended
                self._gate.leave(run.ticket)  # for runs that need not wait
                if most is not None:
                    run.ticket.move(await persist(lambda: self.store.place(run.id, most)))
                # Of an earlier run of another process.
                await self._feed.news(run.thread_id, stopped, timeout_s=_LOOK_S)
            if run.cancelled.is_set():
                return run.why
            run.state = "running"
            watch.started()
            run.changed()
            try:
                turn = await persist(lambda: self._turn(run))
            except NotFoundError:
                raise
            except Exception as error:
                return self._outcomes.failed(run, error)
            watch.asked(turn.prompt)
            work = asyncio.create_task(
                consume(self._handler, turn, run.feed, self._pools), name="swell-run"
            )
            self._texts.begin(run)
            try:
                await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
                if work.done() and not run.cancelled.is_set():
                    return self._outcomes.of(run, work)
                await self._outcomes.end(run, work)
                return run.why
            except asyncio.CancelledError:  # not after `end`: it may be cleaning up
                work.cancel()
                raise
            finally:
                self._texts.end(run)
        finally:
            stopped.cancel()

    async def _wait_for_turn(self, run: Run, stopped: asyncio.Future[Any]) -> None:
        """Wait until the earlier runs of the thread in this process have ended."""
        while not run.cancelled.is_set():
            others = self.of_thread(run.thread_id)
            earlier = next((one for one in others if one.number < run.number), None)
            if earlier is None:
                return
            ended = asyncio.ensure_future(earlier.ended.wait())
            await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()

    async def _finish(self, run: Run, state: EndState) -> Change:
        if run.page is not None:
            await run.page.end()
        if run.error is not None:
            run.error = well_formed(run.error)
        run.answer.end(done=state == "done")
        run.changed()
        if state != "stopped" and run.title is not None:
            await self._rename(run)
        parts = run.answer.parts()
        charges = run.take_charges()
        spent = self.budgets.spent(run.answer.tokens, charges)
        ended = await persist(
            lambda: self.store.finish(
                run.id,
                state,
                parts,
                usage=self.budgets.bill(run.answer.usage, spent, charges),
                error=run.error,
                error_code=run.error_code,
                error_id=run.error_id,
                suggestions=run.suggestions if state == "done" else (),
                spent=spent,
            )
        )
        self.budgets.note(run.user_id, spent)
        metrics.charged(spent.micros)
        run.state = state if ended is not None else (await self.store.run(run.id)).state
        if ended is None or ended.answer is None:
            return ThreadChanged(run.thread_id)
        return RunEnded(ended.answer, ended.time)

    def _spend_later(self, run: Run, charge: Charge) -> None:
        """Count what an app charges for a run after its end."""
        spent = self.budgets.spent({}, [charge])
        subject = run.user.subject
        metrics.charged(spent.micros)
        self._tasks.start(persist(lambda: self.store.spend(subject, spent)))

    async def _store_now(self, run_id: str) -> int | None:
        """Store the text of one run; return how many changes it includes, None if it cannot."""
        run = self._runs.get(run_id)
        return None if run is None else await self._texts.store_now(run)

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
        if self._pages is not None and run.page is None:
            run.page = ThreadPage(await self._pages.open(run.thread_id, run.user))
        page = run.page
        return Turn(run, messages, run.thread, run.user, settings, files, self._names, page)
