"""Runs: a prompt is accepted once, started once, and ends once, whatever is repeated or breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, exists, func, literal_column, select, update

from swell.chat.records import Accepted, Ended, Message, Run, RunState, User
from swell.chat.requests import Edit, NewPrompt, Regenerate, Request
from swell.errors import NotFoundError
from swell.parts import Part
from swell.parts.base import decoded

from . import messages as tree
from . import thread_pages
from . import threads as conversations
from .engines.base import Tx
from .statements import ACTIVE, RUN, clean, inserting, known_user, own_thread, run_of
from .tables import actions, messages, parts, runs, signals, threads, users
from .usage import Allowance, Spent, check_prompt, count_prompt, has_room, lock_user, spend

__all__ = [
    "Flushed",
    "Growing",
    "Planned",
    "Recovered",
    "accept",
    "active",
    "ask",
    "finish",
    "flush",
    "get",
    "growing",
    "has_accepted",
    "recover",
    "seize",
    "start",
    "states",
]


class Planned(msgspec.Struct, frozen=True):
    """What `accept` stores, with all new ids: a repeat after a failure stores the same.

    Attributes:
        claim: Distinguishes this call from another one with the same action.
        parts: Parts of the prompt, as type and body; empty for `Regenerate`.
        app: The app in which it counts.
        allowance: What the user may use; None if it is not counted.
        attachments: Files among the parts.
        thread_id: Id of the new thread.
    """

    user_id: str
    request: Request
    parts: Sequence[tuple[str, str]]
    action_id: str
    claim: str
    owner: str
    settings: str
    roles: str
    locale: str
    model: str | None
    thread_id: str
    prompt_id: str
    answer_id: str
    run_id: str
    time: float
    app: str = ""
    allowance: Allowance | None = None
    attachments: int = 0


_ADD_ACTION = inserting(actions, ignore=True)
_ACTION = select(actions.c.run_id, actions.c.claim).where(
    actions.c.user_id == bindparam("user"), actions.c.action_id == bindparam("action")
)
_earlier = runs.alias("earlier")
_ADD_RUN = inserting(runs).values(  # the thread is locked
    number=select(func.coalesce(func.max(_earlier.c.number), 0) + 1)
    .where(_earlier.c.thread_id == bindparam("thread_id"))
    .scalar_subquery()
)
_RUN = select(*RUN).where(runs.c.id == bindparam("run"))
_RUN_OF = select(*RUN).where(runs.c.answer_id == bindparam("answer"))
_OF_THREAD = select(*RUN).where(runs.c.thread_id == bindparam("thread"), ACTIVE).order_by(runs.c.id)
_TOUCH = (
    update(threads)
    .where(threads.c.id == bindparam("thread"))
    .values(updated=bindparam("time"), leaf_id=bindparam("leaf"))
)
_UPDATED = (
    update(threads).where(threads.c.id == bindparam("thread")).values(updated=bindparam("time"))
)


def accept(tx: Tx, planned: Planned) -> Accepted:
    """Store a prompt, its answer to be, and its run; or return what this action made before.

    Raises:
        OverBudgetError: If the user, or all users together, may use no more.
    """
    allowance, app, used = planned.allowance, planned.app, None
    if allowance is None:
        known_user(tx, planned.user_id)
    else:
        lock_user(tx, planned.user_id)
    added = tx.run(
        _ADD_ACTION,
        user_id=planned.user_id,
        action_id=planned.action_id,
        run_id=planned.run_id,
        claim=planned.claim,
        created=planned.time,
    )
    if not added:
        row = tx.row(_ACTION, user=planned.user_id, action=planned.action_id)
        assert row is not None, "else it would have been added"
        return _accepted(tx, planned.user_id, row[0], duplicate=row[1] != planned.claim)
    if allowance is not None:
        used = check_prompt(tx, app, planned.user_id, allowance, planned.attachments)
    thread_id, prompt_id = _place(tx, planned)
    tree.add(
        tx,
        id=planned.answer_id,
        thread_id=thread_id,
        parent_id=prompt_id,
        role="assistant",
        status="pending",
        created=planned.time,
        model=planned.model,
    )
    tx.run(
        _ADD_RUN,
        id=planned.run_id,
        thread_id=thread_id,
        prompt_id=prompt_id,
        answer_id=planned.answer_id,
        action_id=planned.action_id,
        state="accepted",
        settings=planned.settings,
        roles=planned.roles,
        owner=planned.owner,
        created=planned.time,
        started=None,
        ended=None,
        locale=planned.locale,
        fence=1,
        flushed=0,
    )
    if not isinstance(planned.request, NewPrompt):
        _stop_others(tx, thread_id, planned)
    tx.run(_TOUCH, thread=thread_id, time=planned.time, leaf=planned.answer_id)
    accepted = _accepted(tx, planned.user_id, planned.run_id, duplicate=False)
    if allowance is not None:
        count_prompt(tx, app, planned.user_id, planned.attachments)
    return msgspec.structs.replace(accepted, used=used)


def has_accepted(tx: Tx, user_id: str, action_id: str) -> bool:
    """Return whether an action of a user has made a run before."""
    return tx.row(_ACTION, user=user_id, action=action_id) is not None


def _place(tx: Tx, planned: Planned) -> tuple[str, str]:
    """Return the thread and the prompt, made now or before."""
    request = planned.request
    if isinstance(request, Regenerate):
        thread_id, above, _, role, _ = tree.whose(tx, planned.user_id, request.message_id)
        own_thread(tx, planned.user_id, thread_id, lock=True)
        prompt_id = request.message_id if role == "user" else above
        if prompt_id is None:
            raise NotFoundError("message before", request.message_id)
        return thread_id, prompt_id
    if isinstance(request, Edit):
        thread_id, parent_id, *_ = tree.whose(tx, planned.user_id, request.prompt_id)
        own_thread(tx, planned.user_id, thread_id, lock=True)
    else:
        thread_id, parent_id = _end(tx, planned, request)
    tree.add(
        tx,
        id=planned.prompt_id,
        thread_id=thread_id,
        parent_id=parent_id,
        role="user",
        status="done",
        created=planned.time,
    )
    tree.put_parts(tx, planned.prompt_id, planned.parts, ())
    tree.index(tx, planned.user_id, thread_id, planned.prompt_id)
    return thread_id, planned.prompt_id


def _stop_others(tx: Tx, thread_id: str, planned: Planned) -> None:
    """Ask for the end of a thread's other runs: a branch begins, and no tab shows theirs."""
    if tx.dialect == "postgresql":  # with SQLite, there is no other process to ask
        for run in active(tx, thread_id):
            if run.id != planned.run_id:
                ask(tx, run.id, "stop", "", planned.time)


def _end(tx: Tx, planned: Planned, request: NewPrompt) -> tuple[str, str | None]:
    """Return the thread of a new prompt and the message that it follows."""
    thread_id = request.thread_id
    if request.parent_id is not None:
        of_thread, *_ = tree.whose(tx, planned.user_id, request.parent_id)
        if thread_id not in (None, of_thread):
            raise NotFoundError("message", request.parent_id)
        thread_id = of_thread
    if thread_id is None:
        title = clean(request.title)
        conversations.add(tx, planned.user_id, planned.thread_id, planned.time, title)
        if request.page is not None:
            thread_pages.add(tx, planned.thread_id, request.page, planned.claim)
        return planned.thread_id, None
    # Prompts of one thread are serialised: each continues the branch of the last one.
    row = own_thread(tx, planned.user_id, thread_id, lock=True)
    return thread_id, row[7] if request.parent_id is None else request.parent_id


def _accepted(tx: Tx, user_id: str, run_id: str, *, duplicate: bool) -> Accepted:
    run = get(tx, run_id)
    thread = conversations.get(tx, user_id, run.thread_id)
    prompt: Message = tree.get(tx, user_id, run.prompt_id)
    answer: Message = tree.get(tx, user_id, run.answer_id)
    return Accepted(thread, prompt, answer, run, duplicate)


def accepted(tx: Tx, run_id: str) -> tuple[Accepted, User]:
    """Return a run with all that belongs to it."""
    row = tx.row(_OWNER_OF, thread=get(tx, run_id).thread_id)
    assert row is not None, "a run goes with its thread"
    user = conversations.user_by_id(tx, row[0])
    found = _accepted(tx, user.id, run_id, duplicate=False)
    return found, msgspec.structs.replace(user, roles=found.run.roles)


def settings(tx: Tx, user_id: str, thread_id: str) -> dict[str, Any]:
    """Return the settings of the last run in a user's thread."""
    conversations.get(tx, user_id, thread_id)
    row = tx.row(_LAST, thread=thread_id)
    return {} if row is None else run_of(row).settings


def get(tx: Tx, run_id: str) -> Run:
    """Return one run."""
    row = tx.row(_RUN, run=run_id)
    if row is None:
        raise NotFoundError("run", run_id)
    return run_of(row)


def of_answer(tx: Tx, answer_id: str) -> Run | None:
    """Return the run that made an answer."""
    row = tx.row(_RUN_OF, answer=answer_id)
    return None if row is None else run_of(row)


def active(tx: Tx, thread_id: str) -> list[Run]:
    """Return the runs of a thread that have not ended."""
    return [run_of(row) for row in tx.rows(_OF_THREAD, thread=thread_id)]


# --------------------------------------------------------------------------------- from then on

_LAST = (
    select(*RUN).where(runs.c.thread_id == bindparam("thread")).order_by(runs.c.id.desc()).limit(1)
)
_START = (
    update(runs)
    .where(
        runs.c.id == bindparam("run"),
        runs.c.state == "accepted",
        runs.c.fence == bindparam("held"),
        ~exists()
        .where(_earlier.c.thread_id == runs.c.thread_id)
        .where(_earlier.c.number < runs.c.number)
        .where(literal_column("earlier.state IN ('accepted', 'running')"))
        .correlate(runs),
    )
    .values(state="running", started=bindparam("time"))
)
_STARTED = select(runs.c.id).where(
    runs.c.id == bindparam("run"),
    runs.c.state == "running",
    runs.c.fence == bindparam("held"),
    runs.c.started == bindparam("time"),
)
_STATUS = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(status=bindparam("new_status"))
)
_FLUSHED = (  # and locked until the end of this transaction
    update(runs)
    .where(
        runs.c.id == bindparam("run"),
        runs.c.state == "running",
        runs.c.fence == bindparam("held"),
    )
    .values(flushed=bindparam("at"))
    .returning(runs.c.answer_id)
)
_END = (
    update(runs)
    .where(runs.c.id == bindparam("run"), ACTIVE, runs.c.fence == bindparam("held"))
    .values(state=bindparam("new_state"), ended=bindparam("time"))
)
_ANSWERED = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(
        status=bindparam("new_status"),
        usage=bindparam("new_usage"),
        error=bindparam("new_error"),
        error_code=bindparam("new_error_code"),
        error_id=bindparam("new_error_id"),
        suggestions=bindparam("new_suggestions"),
    )
)
_BY = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(model=bindparam("new_model"))
)
_OWNER_OF = select(threads.c.user_id).where(threads.c.id == bindparam("thread"))
_CHANGE_OWNER = (
    update(runs)
    .where(runs.c.id == bindparam("run"), ACTIVE, runs.c.fence == bindparam("held"))
    .values(owner=bindparam("new_owner"), fence=runs.c.fence + 1)
)
_LEFT = (
    select(*RUN)
    .join(threads, threads.c.id == runs.c.thread_id)
    .join(users, users.c.id == threads.c.user_id)
    .where(ACTIVE, users.c.app == bindparam("app"))
    .order_by(runs.c.id)
)


def start(tx: Tx, run_id: str, fence: int, time: float, most: int | None = None) -> bool:
    """Move a run from accepted to running, for its owner only, and in the order of its thread.

    With `most`, only while fewer runs of its user are running.
    """
    if most is not None and not has_room(tx, run_id, most):
        return False
    if not tx.run(_START, run=run_id, held=fence, time=time):
        # Ours already, when the answer to the first attempt got lost.
        if tx.row(_STARTED, run=run_id, held=fence, time=time):
            return True
        get(tx, run_id)
        return False
    tx.run(_STATUS, message=get(tx, run_id).answer_id, new_status="streaming")
    return True


class Flushed(NamedTuple):
    """What an answer contains by now.

    Attributes:
        fence: The fencing number of its owner.
        at: How many changes of the answer that includes.
        new: Its parts, as type and body.
        old: The parts that the store has.
    """

    fence: int
    at: int
    new: Sequence[tuple[str, str]]
    old: Sequence[tuple[str, str]]


def flush(tx: Tx, changed: Mapping[str, Flushed]) -> list[str]:
    """Write what answers contain; return the runs that do not run, or have another owner."""
    lost: list[str] = []
    for run_id, flushed in changed.items():
        row = tx.row(_FLUSHED, run=run_id, held=flushed.fence, at=flushed.at)
        if row is not None:
            tree.put_parts(tx, row[0], flushed.new, flushed.old)
        else:
            lost.append(run_id)
    return lost


def finish(
    tx: Tx,
    run_id: str,
    fence: int,
    state: str,
    new: Sequence[tuple[str, str]] | None,
    *,
    time: float,
    usage: str | None = None,
    error: str | None = None,
    error_code: str | None = None,
    error_id: str | None = None,
    suggestions: str | None = None,
    model: str | None = None,
    app: str = "",
    spent: Spent = Spent(),  # noqa: B008 - it does not change
) -> Ended | None:
    """End a run and its answer, and count what it has used.

    Returns None when the run has another owner, or had ended in another state before.
    """
    if not tx.run(_END, run=run_id, held=fence, new_state=state, time=time):
        run = get(tx, run_id)
        return _ended(tx, _owner(tx, run), run, run.ended or time) if run.state == state else None
    run = get(tx, run_id)
    tx.run(
        _ANSWERED,
        message=run.answer_id,
        new_status=state,
        new_usage=usage,
        new_error=error,
        new_error_code=error_code,
        new_error_id=error_id,
        new_suggestions=suggestions,
    )
    if model is not None:
        tx.run(_BY, message=run.answer_id, new_model=model)
    if new is not None:
        tree.put_parts(tx, run.answer_id, new, ())
        tree.drop_parts(tx, run.answer_id, len(new))
    user_id = _owner(tx, run)
    tree.index(tx, user_id, run.thread_id, run.answer_id)
    tx.run(_UPDATED, thread=run.thread_id, time=time)
    ended = _ended(tx, user_id, run, time)
    if spent:
        spend(tx, app, user_id, spent)
    return ended


def _owner(tx: Tx, run: Run) -> str:
    row = tx.row(_OWNER_OF, thread=run.thread_id)
    assert row is not None, "a run goes with its thread"
    return str(row[0])


def _ended(tx: Tx, user_id: str, run: Run, time: float) -> Ended:
    try:
        return Ended(tree.get(tx, user_id, run.answer_id), time)
    except NotFoundError:
        return Ended(None, time)


_OF_ANSWER = (
    select(*RUN, threads.c.user_id, runs.c.flushed, parts.c.body)
    .select_from(runs)
    .join(threads, threads.c.id == runs.c.thread_id)
    .outerjoin(parts, parts.c.message_id == runs.c.answer_id)
    .where(runs.c.answer_id == bindparam("message"), ACTIVE)
    .order_by(parts.c.position)
)
_STATE = select(runs.c.state, runs.c.owner, runs.c.flushed).where(runs.c.id == bindparam("run"))
_ASK = inserting(signals)


class Recovered(NamedTuple):
    """Runs of processes that are gone.

    Attributes:
        waiting: Those that had not started, in their order; they belong to this process now.
        interrupted: The others, each with its user and the text that was stored.
    """

    waiting: list[Run]
    interrupted: list[tuple[str, Ended]]


class Growing(NamedTuple):
    """An answer that is being made.

    Attributes:
        run: Its run.
        user_id: Its user.
        parts: What is stored of it.
        flushed: How many changes of the answer that includes.
    """

    run: Run
    user_id: str
    parts: list[Part]
    flushed: int


def recover(
    tx: Tx, app: str, owner: str, alive: Callable[[Tx, str], bool], time: float
) -> Recovered:
    """Become the owner of an app's runs of processes that are gone, and interrupt running ones."""
    known: dict[str, bool] = {owner: True}
    waiting: list[Run] = []
    interrupted: list[tuple[str, Ended]] = []
    for row in tx.rows(_LEFT, app=app):
        run = run_of(row)
        if run.owner not in known:
            known[run.owner] = alive(tx, run.owner)
        if known[run.owner] or not tx.run(
            _CHANGE_OWNER, run=run.id, held=run.fence, new_owner=owner
        ):
            continue
        now = get(tx, run.id)  # its owner may have started it since
        if now.state == "accepted":
            waiting.append(now)
        elif ended := finish(tx, run.id, run.fence + 1, "interrupted", None, time=time):
            interrupted.append((_owner(tx, run), ended))
    return Recovered(waiting, interrupted)


def seize(tx: Tx, run_id: str, owner: str, state: str, time: float) -> Ended | None:
    """End a run of another process, which then writes nothing more; None if it has ended."""
    run = get(tx, run_id)
    if not tx.run(_CHANGE_OWNER, run=run_id, held=run.fence, new_owner=owner):
        return None
    return finish(tx, run_id, run.fence + 1, state, None, time=time)


def ask(tx: Tx, run_id: str, kind: str, body: str, time: float) -> bool:
    """Leave a signal for the owner of a run; False when the run has ended."""
    if get(tx, run_id).state not in ("accepted", "running"):
        return False
    tx.run(_ASK, run_id=run_id, kind=kind, body=body, created=time)
    return True


def growing(tx: Tx, answer_id: str) -> Growing | None:
    """Return the active run that makes an answer, with what is stored of it; None without one."""
    rows = tx.rows(_OF_ANSWER, message=answer_id)  # one statement: all of one moment
    if not rows:
        return None
    *columns, user_id, flushed, _ = rows[0]
    stored = [decoded(row[-1]) for row in rows if row[-1] is not None]
    return Growing(run_of(columns), user_id, stored, flushed)


def states(tx: Tx, run_ids: Sequence[str]) -> dict[str, tuple[RunState, str, int]]:
    """Return state, owner and number of stored changes of runs; those that are gone are missing."""
    found = {}
    for run_id in run_ids:
        row = tx.row(_STATE, run=run_id)
        if row is not None:
            found[run_id] = row[0], row[1], row[2]
    return found
