"""What `@chat` asks of a store of conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal, Protocol

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
from swell.parts import Part

__all__ = ["EndState", "Store", "stored"]

EndState = Literal["done", "stopped", "interrupted", "failed"]


class Store(Protocol):
    """Conversations that outlive the process.

    A method that returns has stored what it was given for good (the database has flushed it); a
    method that raises has stored nothing. Methods may be called concurrently, from one event loop.

    Raises:
        NotFoundError: From every method, for an id that is unknown, deleted, or somebody else's:
            the three cannot be told apart.
        StoreUnavailableError: From every method, when the database is full, locked, read-only
            or gone. Nothing was stored; the same call may be repeated, and works again as soon as
            the cause is gone.
        StoreSchemaError: From `open`, when the tables are of another version of Swell.
    """

    def of_app(self, app: str) -> Store:
        """Return the same database as one app sees it: its people, chats, files and feedback.

        What belongs to no app yet, because it was stored by an earlier version, belongs to the
        first app that opens it.
        """
        ...

    async def hold(self) -> None:
        """Become the one process that serves the app; called before `open`, until `close`.

        Waits for a process that has called `hand_over`. On an SQLite file only: PostgreSQL and
        memory let everybody in.

        Raises:
            StoreInUseError: If another process serves the app on the same file.
        """

    async def hand_over(self) -> None:
        """Say that this process is about to end, so that the next one waits for it."""

    async def open(self) -> None:
        """Connect, and make or upgrade the tables of an SQLite file. Opening twice is harmless."""

    async def close(self) -> None:
        """Finish what was begun and disconnect. Closing twice is harmless."""

    # ----------------------------------------------------------------------------------- users

    async def user(self, subject: str, name: str | None = None) -> User:
        """Return the person with this subject, making it when new; a new name replaces the old."""
        ...

    async def visitor(self, subject: str) -> User:
        """Return the same person without storing them; `stored` tells whether they are.

        Call `user` with their subject before storing anything for them. They keep their id.
        """
        ...

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
        """Return a window of a person's threads: pinned ones first, then the last updated first.

        Args:
            user_id: Whose.
            query: Only threads with these words in their title or messages. The last word may be
                the beginning of one. Looks at the 500 titles and 2,000 messages found last.
            archived: Only archived threads instead of only the others.
            before: Id of the last thread of the window before this one.
            limit: Most threads to return, 1 to 500.
        """
        ...

    async def thread(self, user_id: str, thread_id: str) -> Thread:
        """Return one thread."""
        ...

    async def update_thread(
        self,
        user_id: str,
        thread_id: str,
        *,
        title: str | None = None,
        pinned: bool | None = None,
        archived: bool | None = None,
    ) -> Thread:
        """Change what is given, and return the thread. Titles are cut to 200 code points."""
        ...

    async def delete_thread(self, user_id: str, thread_id: str) -> None:
        """Hide a thread; after a day it is purged. Its read-only links end at once."""
        ...

    async def undelete_thread(self, user_id: str, thread_id: str) -> Thread:
        """Bring a deleted thread back, while it has not been purged."""
        ...

    async def purge(self, *, older_than_s: float = 86_400.0) -> int:
        """Remove for good what was deleted longer ago, and notes of files that no message needs.

        `open` does it too. Each call removes at most 1,000 messages and looks at 1,000 files, so
        call until it returns 0. A file that no message has come to refer to goes after a day. The
        bytes are `leftovers` then.

        Args:
            older_than_s: How long ago it was deleted, in seconds.

        Returns:
            How many threads and messages were removed, and files looked at.
        """
        ...

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
            before: Return what comes before this message; None returns the end of the branch.
            around: Return a window with this message in its middle instead. It must be on the
                branch.
            start: Return a window that begins with this message instead. It must be on the branch.
            limit: Most messages to return, 1 to 10,000.
        """
        ...

    async def message(self, user_id: str, message_id: str) -> Message:
        """Return one message."""
        ...

    async def select(self, user_id: str, thread_id: str, message_id: str) -> Thread:
        """Show the branch with this message: down to the newest message below it."""
        ...

    async def sibling(self, user_id: str, message_id: str, step: int) -> str:
        """Return the id of the sibling `step` further on (1 next, -1 previous), at most the last.

        Siblings are messages with the same parent, oldest first.
        """
        ...

    async def delete_message(self, user_id: str, message_id: str) -> Thread:
        """Hide a message and everything below it; purged after a day.

        When the shown branch is among it, the newest sibling's branch is shown, else the parent.
        """
        ...

    async def undelete_message(self, user_id: str, message_id: str) -> Thread:
        """Bring a deleted message back with what was deleted together with it, and show it."""
        ...

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
        """Store a prompt, its empty answer and a run in state `accepted`, in one transaction.

        Exactly once for each `action_id` of a user: a repeat stores nothing and returns the same
        records with `duplicate` set, even when both arrive at the same time.

        Args:
            user_id: Who asks.
            action_id: Made by the browser before the first send; 1 to 200 code points.
            thread_id: The thread; None begins one.
            parent_id: The message that the prompt follows; None takes the end of the shown branch.
            edit: A prompt that this one replaces: it becomes its sibling. Instead of `parent_id`.
            prompt: What is asked; None with `regenerate`.
            regenerate: The answer to make another sibling of, or a prompt to answer (again).
            settings: The app's settings for this answer, JSON.
            locale: Language of the page that asks.
            model: Name of the model, for the answer.
            title: Title of a thread that this begins.

        Raises:
            ValueError: If the arguments contradict each other.
        """
        ...

    async def start(self, run_id: str) -> bool:
        """Move a run from `accepted` to `running`; False when it is not `accepted` any more.

        Only one caller gets True, in whatever process.
        """
        ...

    async def flush(self, run_id: str, parts: Sequence[Part]) -> None:
        """Store what a running answer says by now. Ignored once the run has ended."""

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
        """End a run and its answer in one transaction.

        Args:
            run_id: The run.
            state: How it ended.
            parts: The whole answer; None keeps what was flushed.
            usage: What it cost.
            error: A sentence for the reader.
            error_code: What stands for that sentence in every language.
            error_id: What the log has the rest under.
            suggestions: Prompts to continue with.
            model: Name of the model that answered.

        Returns:
            What was stored; None when the run had ended in another state before.
        """
        ...

    async def run(self, run_id: str) -> Run:
        """Return one run."""
        ...

    async def accepted(self, run_id: str) -> tuple[Accepted, User]:
        """Return a run with its thread, messages and user; for the server, which owns it."""
        ...

    async def settings(self, user_id: str, thread_id: str) -> dict[str, Any]:
        """Return the app's settings of the last run in a thread; empty when there is none."""
        ...

    async def active_runs(self, thread_id: str) -> list[Run]:
        """Return the runs of a thread that are accepted or running, oldest first."""
        ...

    async def recover(self) -> list[Run]:
        """Clear up after processes that ended without finishing their runs.

        Their running runs become `interrupted`, with the text that was flushed. Their accepted
        runs are returned, oldest first, to be started. Runs of processes that live are left alone.
        """
        ...

    # -------------------------------------------------------------------------------- feedback

    async def rate(
        self, user_id: str, message_id: str, positive: bool | None, comment: str | None = None
    ) -> None:
        """Store what a person thinks of an answer; None takes it back."""

    def feedback(self, since: float | None = None) -> AsyncIterator[Feedback]:
        """Yield feedback that changed after `since`, oldest first; of all apps without a name."""
        ...

    def rated_answers(self, since: float | None = None) -> AsyncIterator[RatedAnswer]:
        """Yield the same with prompts and answers, without those of deleted threads."""
        ...

    # ---------------------------------------------------------------------------------- search

    async def search(
        self, user_id: str, query: str, *, thread_id: str | None = None, limit: int = 20
    ) -> list[Hit]:
        """Return a person's messages with all these words, newest first.

        Args:
            user_id: Whose messages.
            query: Words in any order; the last may be the beginning of one. Case, accents and
                punctuation do not count. Chinese, Japanese, Korean and Thai need no spaces.
            thread_id: Only in this thread.
            limit: Most hits, 1 to 200.
        """
        ...

    # --------------------------------------------------------------------------------- sharing

    async def share(self, user_id: str, thread_id: str, expires_s: float | None = None) -> str:
        """Return the token of a new read-only link: 192 random bits, returned only here.

        The store keeps a hash of it. Earlier links of the thread stay valid; of more than 20 the
        oldest ends.

        Args:
            user_id: Whose the thread is.
            thread_id: The thread.
            expires_s: How long the link works, in seconds; None for as long as the thread is
                shared.

        Raises:
            ValueError: If `expires_s` is not more than 0.
        """
        ...

    async def unshare(self, user_id: str, thread_id: str) -> None:
        """End all read-only links of a thread."""

    async def shared(
        self,
        token: str,
        *,
        before: str | None = None,
        around: str | None = None,
        start: str | None = None,
        limit: int = 50,
    ) -> tuple[Thread, list[Message]]:
        """Return the thread of a read-only link and a window of its shown branch."""
        ...

    async def shared_until(self, token: str) -> float | None:
        """Return when a read-only link expires, in seconds since the epoch; None for never."""
        ...

    async def shares_file(self, token: str, file_id: str) -> bool:
        """Tell whether a message that is not deleted shows this file in a thread shared so."""
        ...

    # ------------------------------------------------------------------------ export and import

    async def export(self, user_id: str, thread_id: str) -> dict[str, Any]:
        """Return a whole thread, all branches, as JSON that `import_thread` reads."""
        ...

    async def import_thread(self, user_id: str, exported: object) -> Thread:
        """Store an exported thread as a new one, with new ids.

        Raises:
            ThreadFormatError: If it is no export of a version that is known here, if it holds more
                than 20,000 messages, or more than 32 MB.
        """
        ...

    async def markdown(
        self, user_id: str, thread_id: str, words: MarkdownWords | None = None
    ) -> str:
        """Return the shown branch of a thread as Markdown, to read or to print.

        Args:
            user_id: Whose.
            thread_id: The thread.
            words: What it says itself; English when left out.
        """
        ...

    # ----------------------------------------------------------------------------------- files

    async def add_file(
        self, user_id: str, *, name: str, mime: str, size: int, path: str
    ) -> StoredFile:
        """Note a file that a person gave.

        A part refers to it by `stored:` and its id. It is kept for as long as any message does,
        and for a day before one does; then `path` becomes one of the `leftovers`.

        Args:
            user_id: Whose it is.
            name: What they call it.
            mime: Its type.
            size: In bytes.
            path: Where its bytes are, and those of no other file.
        """
        ...

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        """Return a file's note."""
        ...

    async def leftovers(self, *, after: str = "", limit: int = 100) -> list[tuple[str, str]]:
        """Return ids and paths of files that were forgotten, and whose bytes can be removed.

        Args:
            after: The last id of the window before; empty for the first.
            limit: Most that are returned.
        """
        ...

    async def forget_leftovers(self, ids: Sequence[str]) -> None:
        """Forget bytes that have been removed; unknown ids are no error."""
        ...


async def stored(store: Store, user: User) -> User:
    """Return a person once the store has them; called before anything of theirs is stored."""
    return user if user.stored else await store.user(user.subject)
