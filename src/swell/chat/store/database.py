"""The store over a database: every method is one function of one transaction."""

from __future__ import annotations

import asyncio
import functools
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar

from swell.chat.records import (
    Accepted,
    Ended,
    Feedback,
    Hit,
    MarkdownWords,
    Message,
    RatedAnswer,
    Run,
    StoredFile,
    Thread,
    User,
)
from swell.logs import logger
from swell.parts import Part

from . import apps, files, messages, runs, search, threads, transfer
from .engines.base import Engine, Tx
from .engines.presence import Turnstile
from .ids import new_id, now
from .statements import clean, encode_parts, to_json
from .store import EndState

__all__ = ["DatabaseStore"]

_log = logger("swell.chat")

T = TypeVar("T")

FLUSHED_MAX = 10_000
"""Most runs whose flushed parts are remembered; others are written whole at each flush."""

FEEDBACK_AT_ONCE = 500
"""How many rows of feedback are read at a time."""


class DatabaseStore:
    """Conversations in SQLite or PostgreSQL; `base.Store` says what each method does."""

    def __init__(self, engine: Engine, app: str = "") -> None:
        """Use this database for one app; without a name, for what belongs to none."""
        self._engine = engine
        self._app = app
        self._flushed: dict[str, list[tuple[str, str]]] = {}
        self._turnstile: Turnstile | None = None

    def of_app(self, app: str) -> DatabaseStore:
        return self if app == self._app else DatabaseStore(self._engine, app)

    async def hold(self) -> None:
        path = self._engine.path
        if path is not None and self._turnstile is None:
            turnstile = Turnstile(path, self._app)
            await turnstile.enter()
            self._turnstile = turnstile

    async def hand_over(self) -> None:
        if self._turnstile is not None:
            self._turnstile.ending()

    async def open(self) -> None:
        await self._engine.open()
        if self._app:
            found = await self._engine.write(lambda tx: apps.claim(tx, self._app))
            if found:
                _log.warning(
                    "%d people and their chats of an earlier version now belong to the app %r",
                    found,
                    self._app,
                )
        await self.purge()

    async def close(self) -> None:
        await self._engine.close()
        self._flushed.clear()
        if self._turnstile is not None:
            self._turnstile.leave()
            self._turnstile = None

    # ----------------------------------------------------------------------------------- users

    async def user(self, subject: str, name: str | None = None) -> User:
        subject, name = clean(subject), None if name is None else clean(name)
        if name is None:
            known = await self._engine.read(lambda tx: threads.find_user(tx, self._app, subject))
            if known is not None:
                return known
        time = now()
        return await self._engine.write(lambda tx: threads.user(tx, self._app, subject, name, time))

    async def visitor(self, subject: str) -> User:
        subject, time = clean(subject), now()
        return await self._engine.read(lambda tx: threads.visitor(tx, self._app, subject, time))

    # --------------------------------------------------------------------------------- threads

    async def threads(
        self,
        user_id: str,
        *,
        query: str | None = None,
        archived: bool = False,
        before: str | None = None,
        limit: int = 50,
    ) -> list[Thread]:
        return await self._engine.read(
            lambda tx: threads.listed(
                tx, user_id, query=query, archived=archived, before=before, limit=limit
            )
        )

    async def thread(self, user_id: str, thread_id: str) -> Thread:
        return await self._engine.read(lambda tx: threads.get(tx, user_id, thread_id))

    async def update_thread(
        self,
        user_id: str,
        thread_id: str,
        *,
        title: str | None = None,
        pinned: bool | None = None,
        archived: bool | None = None,
    ) -> Thread:
        return await self._engine.write(
            lambda tx: threads.change(tx, user_id, thread_id, title, pinned, archived)
        )

    async def delete_thread(self, user_id: str, thread_id: str) -> None:
        time = now()
        await self._engine.write(lambda tx: threads.remove(tx, user_id, thread_id, time))

    async def undelete_thread(self, user_id: str, thread_id: str) -> Thread:
        return await self._engine.write(lambda tx: threads.restore(tx, user_id, thread_id))

    async def purge(self, *, older_than_s: float = 86_400.0) -> int:
        time = now()
        return await self._engine.write(lambda tx: threads.purge(tx, time - older_than_s, time))

    # -------------------------------------------------------------------------------- messages

    async def messages(
        self,
        thread_id: str,
        *,
        leaf: str | None = None,
        before: str | None = None,
        around: str | None = None,
        start: str | None = None,
        limit: int = 50,
    ) -> list[Message]:
        return await self._engine.read(
            lambda tx: messages.window(
                tx, thread_id, leaf=leaf, before=before, around=around, start=start, limit=limit
            )
        )

    async def message(self, user_id: str, message_id: str) -> Message:
        return await self._engine.read(lambda tx: messages.get(tx, user_id, message_id))

    async def select(self, user_id: str, thread_id: str, message_id: str) -> Thread:
        return await self._engine.write(
            lambda tx: messages.select_branch(tx, user_id, thread_id, message_id)
        )

    async def sibling(self, user_id: str, message_id: str, step: int) -> str:
        return await self._engine.read(lambda tx: messages.sibling(tx, user_id, message_id, step))

    async def delete_message(self, user_id: str, message_id: str) -> Thread:
        time = now()
        return await self._engine.write(lambda tx: messages.remove(tx, user_id, message_id, time))

    async def undelete_message(self, user_id: str, message_id: str) -> Thread:
        return await self._engine.write(lambda tx: messages.restore(tx, user_id, message_id))

    # ------------------------------------------------------------------------------------ runs

    async def accept(
        self,
        user_id: str,
        *,
        action_id: str,
        thread_id: str | None = None,
        parent_id: str | None = None,
        edit: str | None = None,
        prompt: Sequence[Part] | None = None,
        regenerate: str | None = None,
        settings: dict[str, Any] | None = None,
        locale: str = "en",
        model: str | None = None,
        title: str = "",
    ) -> Accepted:
        action_id = clean(action_id)
        if not 1 <= len(action_id) <= 200:
            raise ValueError(f"action_id must have 1 to 200 characters, got {len(action_id)}")
        if (prompt is None) is (regenerate is None):
            raise ValueError("give either a prompt or the message to regenerate")
        if sum(name is not None for name in (parent_id, edit, regenerate)) > 1:
            raise ValueError("give only one of parent_id, edit and regenerate")
        wanted = runs.Request(
            user_id=user_id,
            action_id=action_id,
            claim=new_id(),
            owner=self._engine.owner,
            thread_id=thread_id,
            parent_id=parent_id,
            edit=edit,
            regenerate=regenerate,
            parts=None if prompt is None else encode_parts(prompt),
            settings=to_json(settings or {}),
            locale=locale,
            model=None if model is None else clean(model),
            new_thread_id=new_id(),
            title=clean(title),
            prompt_id=new_id(),
            answer_id=new_id(),
            run_id=new_id(),
            time=now(),
        )
        return await self._engine.write(lambda tx: runs.accept(tx, wanted))

    async def start(self, run_id: str) -> bool:
        owner, time = self._engine.owner, now()
        return await self._engine.write(lambda tx: runs.start(tx, run_id, owner, time))

    async def flush(self, run_id: str, parts: Sequence[Part]) -> None:
        new = encode_parts(parts)
        old = self._flushed.pop(run_id, [])
        if new == old:
            self._remember(run_id, old)
            return
        await self._engine.write(lambda tx: runs.flush(tx, run_id, new, old))
        self._remember(run_id, new)

    def _remember(self, run_id: str, parts: list[tuple[str, str]]) -> None:
        if len(self._flushed) < FLUSHED_MAX:
            self._flushed[run_id] = parts

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
    ) -> Ended | None:
        if state not in ("done", "stopped", "interrupted", "failed"):
            raise ValueError(f"a run cannot end as {state!r}")
        new = None if parts is None else encode_parts(parts)
        error = None if error is None else clean(error)
        model = None if model is None else clean(model)
        cost = None if usage is None else to_json(usage)
        after = to_json([clean(prompt) for prompt in suggestions]) if suggestions else None
        time = now()
        ended = await self._engine.write(
            lambda tx: runs.finish(
                tx,
                run_id,
                state,
                new,
                usage=cost,
                error=error,
                error_code=error_code,
                error_id=error_id,
                suggestions=after,
                model=model,
                time=time,
            )
        )
        self._flushed.pop(run_id, None)
        return ended

    async def run(self, run_id: str) -> Run:
        return await self._engine.read(lambda tx: runs.get(tx, run_id))

    async def accepted(self, run_id: str) -> tuple[Accepted, User]:
        return await self._engine.read(lambda tx: runs.accepted(tx, run_id))

    async def settings(self, user_id: str, thread_id: str) -> dict[str, Any]:
        return await self._engine.read(lambda tx: runs.settings(tx, user_id, thread_id))

    async def active_runs(self, thread_id: str) -> list[Run]:
        return await self._engine.read(lambda tx: runs.active(tx, thread_id))

    async def recover(self) -> list[Run]:
        owner, time, engine = self._engine.owner, now(), self._engine
        return await self._engine.write(
            lambda tx: runs.recover(tx, self._app, owner, lambda of: engine.alive(tx, of), time)
        )

    # -------------------------------------------------------------------------------- feedback

    async def rate(
        self, user_id: str, message_id: str, positive: bool | None, comment: str | None = None
    ) -> None:
        comment, time = None if comment is None else clean(comment), now()
        await self._engine.write(
            lambda tx: messages.rate(tx, user_id, message_id, positive, comment, time)
        )

    async def feedback(self, since: float | None = None) -> AsyncIterator[Feedback]:
        async for window in self._feedback(lambda _, found: found, since):
            for one in window:
                yield one

    async def rated_answers(self, since: float | None = None) -> AsyncIterator[RatedAnswer]:
        async for window in self._feedback(messages.with_answers, since):
            for one in window:
                yield one

    async def _feedback(
        self, complete: Callable[[Tx, list[Feedback]], list[T]], since: float | None
    ) -> AsyncIterator[list[T]]:
        """Yield feedback in windows, each read in a transaction of its own."""
        after: tuple[float, str, str] | None
        after = (-1.0 if since is None else since, "~", "")  # ids are hexadecimal, below `~`
        while after is not None:
            window, after = await self._engine.read(
                functools.partial(
                    messages.rated,
                    app=self._app,
                    after=after,
                    limit=FEEDBACK_AT_ONCE,
                    do=complete,
                )
            )
            yield window

    # ---------------------------------------------------------------------------------- search

    async def search(
        self, user_id: str, query: str, *, thread_id: str | None = None, limit: int = 20
    ) -> list[Hit]:
        if not 1 <= limit <= 200:
            raise ValueError(f"limit must be 1 to 200, got {limit}")

        def found(tx: Tx) -> list[Hit]:
            if thread_id is not None:
                threads.get(tx, user_id, thread_id)
            return search.search(tx, user_id, query, thread_id=thread_id, limit=limit)

        return await self._engine.read(found)

    # --------------------------------------------------------------------------------- sharing

    async def share(self, user_id: str, thread_id: str, expires_s: float | None = None) -> str:
        if expires_s is not None and not expires_s > 0:
            raise ValueError(f"expires_s must be more than 0, got {expires_s}")
        token, at = secrets.token_urlsafe(24), time.time()
        expires = None if expires_s is None else at + expires_s
        await self._engine.write(
            lambda tx: threads.share(tx, user_id, thread_id, token, at, expires)
        )
        return token

    async def unshare(self, user_id: str, thread_id: str) -> None:
        await self._engine.write(lambda tx: threads.unshare(tx, user_id, thread_id))

    async def shared(
        self,
        token: str,
        *,
        before: str | None = None,
        around: str | None = None,
        start: str | None = None,
        limit: int = 50,
    ) -> tuple[Thread, list[Message]]:
        def found(tx: Tx) -> tuple[Thread, list[Message]]:
            thread = threads.shared(tx, self._app, token, time.time())
            window = messages.window(
                tx, thread.id, leaf=None, before=before, around=around, start=start, limit=limit
            )
            return thread, window

        return await self._engine.read(found)

    async def shared_until(self, token: str) -> float | None:
        at = time.time()
        return await self._engine.read(lambda tx: threads.shared_until(tx, self._app, token, at))

    async def shares_file(self, token: str, file_id: str) -> bool:
        at = time.time()
        return await self._engine.read(
            lambda tx: threads.shares_file(tx, self._app, token, file_id, at)
        )

    # ------------------------------------------------------------------------ export and import

    async def export(self, user_id: str, thread_id: str) -> dict[str, Any]:
        return await self._engine.read(lambda tx: transfer.export(tx, user_id, thread_id))

    async def import_thread(self, user_id: str, exported: object) -> Thread:
        found = await asyncio.to_thread(transfer.check, exported)
        ids, time = transfer.new_ids(found), now()
        return await self._engine.write(
            lambda tx: transfer.import_thread(tx, user_id, found, ids, time)
        )

    async def markdown(
        self, user_id: str, thread_id: str, words: MarkdownWords | None = None
    ) -> str:
        said = words or MarkdownWords()
        return await self._engine.read(lambda tx: transfer.markdown(tx, user_id, thread_id, said))

    # ----------------------------------------------------------------------------------- files

    async def add_file(
        self, user_id: str, *, name: str, mime: str, size: int, path: str
    ) -> StoredFile:
        noted = StoredFile(new_id(), user_id, clean(name), clean(mime), size, path, now())
        return await self._engine.write(lambda tx: files.add(tx, noted))

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        return await self._engine.read(lambda tx: files.get(tx, user_id, file_id))

    async def leftovers(self, *, after: str = "", limit: int = 100) -> list[tuple[str, str]]:
        return await self._engine.read(lambda tx: files.left(tx, self._app, after, limit))

    async def forget_leftovers(self, ids: Sequence[str]) -> None:
        await self._engine.write(lambda tx: files.forget(tx, ids))
