"""Conversations in a database: each method of `Store` runs one function in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import msgspec

from swell.chat.records import (
    Feedback,
    Hit,
    Message,
    RatedAnswer,
    StoredFile,
    Thread,
    User,
)
from swell.errors import StoreUnavailableError
from swell.locales import Words, words_of
from swell.logs import logger

from . import (
    apps,
    files,
    keys,
    messages,
    processes,
    retention,
    search,
    thread_pages,
    threads,
    transfer,
)
from .engines.base import Engine, Tx
from .engines.presence import Turnstile
from .ids import new_id, now
from .run_store import RunStore
from .statements import clean
from .usage import Allowance

__all__ = ["Store"]

_log = logger("swell.chat")

P = ParamSpec("P")
T = TypeVar("T")
FEEDBACK_AT_ONCE = 500
"""How many rows of feedback are read at a time."""


class Store(RunStore):
    """Conversations that outlive the process, in SQLite, PostgreSQL or memory.

    `swell.chat.store.open_store` makes one for a URL. Another SQL database needs an `Engine`; a
    database without SQL is not supported. A subclass may add to a method, and is given to `chat` as
    `store`.

    A method that returns has stored its arguments durably (the database has flushed them); a
    method that raises has stored nothing. Methods may be called concurrently, from one event loop.

    Raises:
        NotFoundError: From every method, for an id that is unknown, deleted, or another user's: all
            three give the same error.
        StoreUnavailableError: From every method, when the database is full, locked, read-only
            or gone. Nothing was stored; the same call may be repeated, and works again as soon as
            the cause is gone.
        StoreSchemaError: From `open`, when the tables are of another version of Swell.
    """

    def __init__(self, engine: Engine, app: str = "", *, clock: Callable[[], float] = now) -> None:
        """Use this database for one app; without a name, for records without an app.

        `clock` returns the time in seconds since the epoch; a test gives its own.
        """
        super().__init__(engine, app, clock=clock)
        self._turnstile: Turnstile | None = None

    def of_app(self, app: str) -> Store:
        """Return the same database as one app sees it: its users, chats, files and feedback.

        Records without an app, stored by an earlier version, go to the
        first app that opens it.
        """
        return self if app == self._app else Store(self._engine, app, clock=self._clock)

    async def hold(self) -> None:
        """Become the one process that serves the app; called before `open`, until `close`.

        Waits for a process that has called `hand_over`. On an SQLite file only: PostgreSQL and
        memory accept every process.

        Raises:
            StoreInUseError: If another process serves the app on the same file.
        """
        path = self._engine.path
        if path is not None and self._turnstile is None:
            turnstile = Turnstile(path, self._app)
            await turnstile.enter()
            self._turnstile = turnstile

    async def hand_over(self) -> None:
        """Mark this process as draining, so that the next one waits for it."""
        if self._turnstile is not None:
            self._turnstile.ending()

    async def open(self) -> None:
        """Connect, and make or upgrade the tables of an SQLite file. Opening twice is harmless."""
        await self._engine.open()
        if self._app:
            found = await self._write(apps.claim, self._app)
            if found:
                _log.warning(
                    "%d users and their chats of an earlier version now belong to the app %r",
                    found,
                    self._app,
                )
        await self.purge()

    async def key(self, name: str) -> str:
        """Return a random key that is made once: every process on the database gets the same.

        Args:
            name: Its purpose, such as `session`.
        """
        return await self._write(keys.agreed, name, secrets.token_urlsafe(32), self._clock())

    async def close(self) -> None:
        """Finish the queued work and disconnect. Closing twice is harmless."""
        if self._joined:
            self._joined = False
            with contextlib.suppress(StoreUnavailableError):  # it counts as gone soon anyway
                await self._write(processes.leave, self.owner)
        await self._engine.close()
        self._flushed.clear()
        self._held.clear()
        if self._turnstile is not None:
            self._turnstile.leave()
            self._turnstile = None

    # ----------------------------------------------------------------------------------- users

    async def user(self, subject: str, name: str | None = None) -> User:
        """Return the user with this subject, making it when new; a new name replaces the old."""
        subject, name = clean(subject), None if name is None else clean(name)
        if name is None:
            known = await self._read(threads.find_user, self._app, subject)
            if known is not None:
                return known
        return await self._write(threads.user, self._app, subject, name, self._clock())

    async def visitor(self, subject: str) -> User:
        """Return the same user without storing them; `stored` is whether they are stored.

        Call `keep` before storing anything for them. They keep their id.
        """
        subject, time = clean(subject), self._clock()
        return await self._read(threads.visitor, self._app, subject, time)

    async def keep(self, user: User) -> User:
        """Return a user once they are stored."""
        if user.stored:
            return user
        return msgspec.structs.replace(await self.user(user.subject), roles=user.roles)

    async def erased(self) -> frozenset[str]:
        """Return the ids of users of the app who are being erased."""
        return await self._read(threads.erased, self._app)

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
        """Return a window of a user's threads: pinned ones first, then the last updated first.

        Args:
            user_id: Whose.
            query: Only threads with these words in their title or messages. The last word may be
                the beginning of one. Looks at the 500 titles and 2,000 messages found last.
            archived: Only archived threads instead of only the others.
            before: Id of the last thread of the window before this one.
            limit: Most threads to return, 1 to 500.
        """
        return await self._read(
            threads.listed, user_id, query=query, archived=archived, before=before, limit=limit
        )

    async def thread(self, user_id: str, thread_id: str) -> Thread:
        """Return one thread."""
        return await self._read(threads.get, user_id, thread_id)

    async def update_thread(
        self,
        user_id: str,
        thread_id: str,
        *,
        title: str | None = None,
        pinned: bool | None = None,
        archived: bool | None = None,
    ) -> Thread:
        """Change the given fields, and return the thread. Titles are cut to 200 code points."""
        return await self._write(threads.change, user_id, thread_id, title, pinned, archived)

    async def delete_thread(self, user_id: str, thread_id: str) -> None:
        """Hide a thread; after a day it is purged. Its read-only links stop working at once."""
        await self._write(threads.remove, user_id, thread_id, self._clock())

    async def undelete_thread(self, user_id: str, thread_id: str) -> Thread:
        """Bring a deleted thread back, while it has not been purged."""
        return await self._write(threads.restore, user_id, thread_id)

    async def purge(self, *, older_than_s: float = 86_400.0) -> int:
        """Purge older deleted records, and unused files.

        `open` does it too. Each call removes at most 1,000 messages and looks at 1,000 files, so
        call until it returns 0. A file that no message has come to refer to goes after a day. The
        bytes are `leftovers` then.

        Args:
            older_than_s: How long ago it was deleted, in seconds.

        Returns:
            How many threads and messages were removed, and files looked at; 0 as well while
            another process purges.
        """
        until, time = self._clock() - older_than_s, self._clock()

        def purge(tx: Tx) -> int:
            return threads.purge(tx, until, time) if retention.alone(tx) else 0

        return await self._write(purge)

    async def expire_threads(self, older_than_s: float) -> list[tuple[str, str]]:
        """Hide threads without a new message for so long, as if their users had deleted them.

        At most 500, so call until it returns none. Threads with a running answer stay.

        Args:
            older_than_s: Age of the last message, in seconds.

        Returns:
            Owner and id of each; none as well while another process does it.
        """
        time = self._clock()
        before = time - older_than_s
        found = await self._read(retention.old, self._app, before)
        return await self._write(retention.expire, found, before, time) if found else []

    async def thread_page(self, thread_id: str) -> tuple[int, str, str] | None:
        """Return the cards beside a thread: version, JSON, and the name of the write.

        Check the thread's owner before.
        """
        return await self._read(thread_pages.get, thread_id)

    async def put_thread_page(self, thread_id: str, version: int, state: str, writer: str) -> bool:
        """Store the cards beside a thread; return False if they have another version by now.

        Args:
            thread_id: The thread; its owner is checked before.
            version: The version that the state was made from; 0 for none.
            state: JSON.
            writer: Names the write, so that a repeated one is recognised.
        """
        return await self._write(thread_pages.put, thread_id, version, state, writer)

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
        """Return a window of one branch, oldest message first. Check the thread's owner before.

        Args:
            thread_id: The thread.
            leaf: Last message of the branch; None takes the one that is shown.
            before: Return the messages before this one; None returns the end of the branch.
            around: Return a window with this message in its middle instead. It must be on the
                branch.
            start: Return a window that begins with this message instead. It must be on the branch.
            limit: Most messages to return, 1 to 10,000.
        """
        window = {"leaf": leaf, "before": before, "around": around, "start": start}
        return await self._read(messages.window, thread_id, **window, limit=limit)

    async def message(self, user_id: str, message_id: str) -> Message:
        """Return one message."""
        return await self._read(messages.get, user_id, message_id)

    async def select(self, user_id: str, thread_id: str, message_id: str) -> Thread:
        """Show the branch with this message: down to the newest message below it."""
        return await self._write(messages.select_branch, user_id, thread_id, message_id)

    async def sibling(self, user_id: str, message_id: str, step: int) -> str:
        """Return the id of the sibling `step` further on (1 next, -1 previous), at most the last.

        Siblings are messages with the same parent, oldest first.
        """
        return await self._read(messages.sibling, user_id, message_id, step)

    async def delete_message(self, user_id: str, message_id: str) -> Thread:
        """Hide a message and everything below it; purged after a day.

        When the shown branch is among it, the newest sibling's branch is shown, else the parent.
        """
        return await self._write(messages.remove, user_id, message_id, self._clock())

    async def undelete_message(self, user_id: str, message_id: str) -> Thread:
        """Restore a deleted message with those deleted together with it, and show it."""
        return await self._write(messages.restore, user_id, message_id)

    # -------------------------------------------------------------------------------- feedback

    async def rate(
        self, user_id: str, message_id: str, positive: bool | None, comment: str | None = None
    ) -> None:
        """Store a user's rating of an answer; None removes it."""
        comment, time = None if comment is None else clean(comment), self._clock()
        await self._write(messages.rate, user_id, message_id, positive, comment, time)

    async def feedback(self, since: float | None = None) -> AsyncIterator[Feedback]:
        """Yield feedback that changed after `since`, oldest first; of all apps without a name."""
        async for window in self._feedback(lambda _, found: found, since):
            for one in window:
                yield one

    async def rated_answers(self, since: float | None = None) -> AsyncIterator[RatedAnswer]:
        """Yield the same with prompts and answers, without those of deleted threads."""
        async for window in self._feedback(messages.with_answers, since):
            for one in window:
                yield one

    async def _feedback(
        self, complete: Callable[[Tx, list[Feedback]], list[T]], since: float | None
    ) -> AsyncIterator[list[T]]:
        """Yield feedback in windows, each read in a separate transaction."""
        after: tuple[float, str, str] | None
        after = (-1.0 if since is None else since, "~", "")  # ids are hexadecimal, below `~`
        while after is not None:
            window, after = await self._read(
                messages.rated, self._app, after, FEEDBACK_AT_ONCE, complete
            )
            yield window

    # ---------------------------------------------------------------------------------- search

    async def search(
        self, user_id: str, query: str, *, thread_id: str | None = None, limit: int = 20
    ) -> list[Hit]:
        """Return a user's messages with all these words, newest first.

        Args:
            user_id: Owner of the messages.
            query: Words in any order; the last may be the beginning of one. Case, accents and
                punctuation do not count. Chinese, Japanese, Korean and Thai need no spaces.
            thread_id: Only in this thread.
            limit: Most hits, 1 to 200.
        """
        return await self._read(search.search, user_id, query, thread_id=thread_id, limit=limit)

    # --------------------------------------------------------------------------------- sharing

    async def share(
        self,
        user_id: str,
        thread_id: str,
        expires_s: float | None = None,
        *,
        audience: str | None = None,
    ) -> str:
        """Return the token of a new read-only link: 192 random bits, returned only here.

        The store keeps a hash of it. Earlier links of the thread stay valid; of more than 20 the
        oldest ends.

        Args:
            user_id: Owner of the thread.
            thread_id: The thread.
            expires_s: How long the link works, in seconds; None for as long as the thread is
                shared.
            audience: The organisation whose people may open the link, `*` for all signed-in users;
                None for all users of the app. See `swell.rights.Rights.organisation`.

        Raises:
            ValueError: If `expires_s` is not more than 0, or `audience` is empty.
        """
        if audience == "":
            raise ValueError("audience must name an organisation, or be None for all users")
        if expires_s is not None and not expires_s > 0:
            raise ValueError(f"expires_s must be more than 0, got {expires_s}")
        token, at = secrets.token_urlsafe(24), self._clock()
        expires = None if expires_s is None else at + expires_s
        await self._write(threads.share, user_id, thread_id, token, at, expires, audience)
        return token

    async def unshare(self, user_id: str, thread_id: str) -> None:
        """End all read-only links of a thread."""
        await self._write(threads.unshare, user_id, thread_id)

    async def shared(
        self,
        token: str,
        *,
        before: str | None = None,
        around: str | None = None,
        start: str | None = None,
        limit: int = 50,
        organisation: str | None = None,
    ) -> tuple[Thread, list[Message]]:
        """Return the thread of a read-only link and a window of its shown branch.

        Args:
            token: Token of the link.
            before: As for `messages`, like the other arguments of the window.
            around: See `messages`.
            start: See `messages`.
            limit: See `messages`.
            organisation: That of the reader, empty for none; None if the reader is not signed in.

        Raises:
            NotFoundError: If there is no such link, or not for this reader.
        """

        def found(tx: Tx) -> tuple[Thread, list[Message]]:
            thread = threads.shared(tx, self._app, token, self._clock(), organisation)
            window = messages.window(
                tx, thread.id, leaf=None, before=before, around=around, start=start, limit=limit
            )
            return thread, window

        return await self._read(found)

    async def shared_until(self, token: str, *, organisation: str | None = None) -> float | None:
        """Return when a read-only link expires, in seconds since the epoch; None for never.

        The arguments are those of `shared`.
        """
        at = self._clock()
        return await self._read(threads.shared_until, self._app, token, at, organisation)

    async def served_file(self, file_id: str, share: str = "") -> StoredFile | None:
        """Return a file for a user who has a link to it; None if the link leads nowhere.

        Args:
            file_id: Its id.
            share: Hash of the token of a read-only link (`token_hash`): the file must be in a
                message of its thread. Empty for the owner of the file.
        """
        at = self._clock()

        def found(tx: Tx) -> StoredFile | None:
            if share and not threads.shares_file(tx, self._app, share, file_id, at):
                return None
            return files.of_app(tx, self._app, file_id)

        return await self._read(found)

    # ------------------------------------------------------------------------ export and import

    async def export(self, user_id: str, thread_id: str) -> dict[str, Any]:
        """Return a whole thread, all branches, as JSON that `import_thread` reads."""
        return await self._read(transfer.export, user_id, thread_id)

    async def import_thread(self, user_id: str, exported: object) -> Thread:
        """Store an exported thread as a new one, with new ids.

        Raises:
            ThreadFormatError: If it is no export of a version that is known here, if it holds more
                than 20,000 messages, or more than 32 MB.
        """
        found = await asyncio.to_thread(transfer.check, exported)
        ids, time = transfer.new_ids(found), self._clock()
        return await self._write(transfer.import_thread, user_id, found, ids, time)

    async def markdown(self, user_id: str, thread_id: str, words: Words | None = None) -> str:
        """Return the shown branch of a thread as Markdown, to read or to print.

        Args:
            user_id: Whose.
            thread_id: The thread.
            words: Texts of the language; English when left out.
        """
        said = words or words_of()
        return await self._read(transfer.markdown, user_id, thread_id, said)

    # ----------------------------------------------------------------------------------- files

    @property
    def engine(self) -> Engine:
        """The database, for what is stored beside the conversations."""
        return self._engine

    async def add_file(
        self,
        user_id: str,
        *,
        name: str,
        mime: str,
        size: int,
        path: str,
        allowance: Allowance | None = None,
    ) -> StoredFile:
        """Store the record of an uploaded file.

        A part refers to it by `stored:` and its id. It is kept for as long as any message does,
        and for a day before one does; then `path` becomes one of the `leftovers`.

        Args:
            user_id: Its owner.
            name: The user's name for it.
            mime: Its type.
            size: In bytes.
            path: Key of its bytes in a `swell.storage`, not shared with another file.
            allowance: What the user may store; None for any size.

        Raises:
            OverBudgetError: If the user, or all users together, may store no more.
        """
        noted = StoredFile(new_id(), user_id, clean(name), clean(mime), size, path, self._clock())
        return await self._write(files.add, noted, self._app, allowance)

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        """Return the record of a file."""
        return await self._read(files.get, user_id, file_id)

    async def leftovers(self, *, after: str = "", limit: int = 100) -> list[tuple[str, str]]:
        """Return ids and keys of files that were forgotten, and whose bytes can be removed.

        Args:
            after: The last id of the window before; empty for the first.
            limit: Most that are returned.
        """
        return await self._read(files.left, self._app, after, limit)

    async def forget_leftovers(self, ids: Sequence[str]) -> None:
        """Forget bytes that have been removed; unknown ids are no error."""
        await self._write(files.forget, ids)
