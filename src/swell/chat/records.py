"""Typed records of the store of conversations.

Times are seconds since the epoch in UTC. Ids are texts of 32 hexadecimal digits that Swell makes
(UUID version 7), so ids that are made later sort later.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from swell.parts import Part, Text

__all__ = [
    "SCHEME",
    "Accepted",
    "EndState",
    "Ended",
    "Feedback",
    "Hit",
    "Limits",
    "Message",
    "MessageStatus",
    "RatedAnswer",
    "Run",
    "RunState",
    "StoredFile",
    "Thread",
    "Used",
    "User",
]

SCHEME = "stored:"
"""Address of a `StoredFile` in a part: this, then its id."""

Role: TypeAlias = Literal["user", "assistant"]

RunState: TypeAlias = Literal["accepted", "running", "done", "stopped", "interrupted", "failed"]
"""State of a run; the last four are final."""

EndState: TypeAlias = Literal["done", "stopped", "interrupted", "failed"]
"""How a run ends."""

MessageStatus: TypeAlias = Literal[
    "pending", "streaming", "done", "stopped", "interrupted", "failed"
]
"""State of a message: an answer is pending until its run starts, then streaming."""


class User(msgspec.Struct, frozen=True):
    """A signed-in user, or a browser without sign-in.

    Attributes:
        id: Made by the store of app and subject.
        subject: Subject of the sign-in, or id of the session; unique.
        name: Display name.
        created: When they were stored, or first seen while they are not.
        stored: Whether the store has them, which it does with the first thing that is theirs.
        roles: Their roles now, such as `member`; not stored with them. See `docs/howto/roles.md`.
    """

    id: str
    subject: str
    name: str | None
    created: float
    stored: bool = True
    roles: tuple[str, ...] = ()


class Thread(msgspec.Struct, frozen=True):
    """One conversation: a tree of messages of which one branch is shown.

    Attributes:
        id: Made by the store.
        user_id: Whose it is.
        title: Empty until it is set.
        created: When it began.
        updated: When it last got a prompt or an answer; lists are ordered by it.
        pinned: Whether lists show it first.
        archived: Whether lists leave it out.
        leaf_id: Last message of the branch that is shown; None while there is none.
        shared: Whether a read-only link leads to it.
        active: Whether an answer is being made in it.
    """

    id: str
    user_id: str
    title: str
    created: float
    updated: float
    pinned: bool = False
    archived: bool = False
    leaf_id: str | None = None
    shared: bool = False
    active: bool = False


class Message(msgspec.Struct, frozen=True):
    """One turn's content.

    Attributes:
        id: Made by the store.
        thread_id: The thread it is in.
        parent_id: The message it follows; None for the first of a branch.
        role: Its author.
        parts: Its content, in order.
        status: `done` for prompts.
        created: When it was accepted.
        model: The model that answered.
        usage: Token counts of the answer, such as `{"input": 12, "output": 340}`.
        error: Text for the user if the answer failed.
        error_code: Code of that text, for translation, such as `rate_limited`; None when
            the sentence is of the app's own making.
        error_id: The error id in the log.
        suggestions: Prompts to continue with.
        siblings: Which one this is, from 1, of how many with the same parent.
    """

    id: str
    thread_id: str
    parent_id: str | None
    role: Role
    parts: list[Part]
    status: MessageStatus
    created: float
    model: str | None = None
    usage: dict[str, Any] | None = None
    error: str | None = None
    error_code: str | None = None
    error_id: str | None = None
    suggestions: tuple[str, ...] = ()
    siblings: tuple[int, int] = (1, 1)

    @property
    def text(self) -> str:
        """The text parts alone, joined by empty lines."""
        return "\n\n".join(part.text for part in self.parts if isinstance(part, Text))


class Run(msgspec.Struct, frozen=True):
    """The making of one answer.

    Attributes:
        id: Made by the store.
        thread_id: The thread.
        prompt_id: The message that is answered.
        answer_id: The message that is made.
        action_id: The browser's id of the action; unique for its user.
        state: Its state.
        settings: The app's settings for this answer, JSON.
        created: When it was accepted.
        started: When the handler was started.
        ended: When it reached its last state.
        locale: Language of the page that asked for it.
        owner: The process that makes it.
        fence: Counts its owners: a write that names an earlier number changes nothing.
        number: Counts the runs of the thread, in the order in which they are made.
        roles: Roles of the user when the prompt was accepted.
    """

    id: str
    thread_id: str
    prompt_id: str
    answer_id: str
    action_id: str
    state: RunState
    settings: dict[str, Any]
    created: float
    started: float | None = None
    ended: float | None = None
    locale: str = "en"
    owner: str = ""
    fence: int = 1
    number: int = 0
    roles: tuple[str, ...] = ()


class Limits(msgspec.Struct, frozen=True):
    """What a user, or all users together, may use; 0 means no limit.

    Attributes:
        prompts_per_minute: Prompts in a minute.
        prompts_per_day: Prompts in 24 hours.
        tokens_per_day: Tokens in 24 hours, as models count them.
        money_per_day: Money in 24 hours, in the setting `currency`.
        attachments_per_day: Attachments in 24 hours.
        storage_bytes: Bytes of stored files.
        runs: Answers made at the same time, in all processes.
    """

    prompts_per_minute: int = 0
    prompts_per_day: int = 0
    tokens_per_day: int = 0
    money_per_day: float = 0.0
    attachments_per_day: int = 0
    storage_bytes: int = 0
    runs: int = 0


class Used(msgspec.Struct, frozen=True):
    """Usage of a user, counted by all processes of the app.

    Attributes:
        prompts_minute: Prompts of the last minute.
        prompts_day: Prompts of the last 24 hours.
        tokens_day: Tokens that models counted for their answers in the last 24 hours.
        money_day: Money that these answers cost, in the setting `currency`.
        attachments_day: Attachments of the last 24 hours.
        storage_bytes: Bytes of their stored files.
        runs: Their answers that wait or are being made.
        roles: The user's roles.
        limits: What a user with these roles may use.
    """

    prompts_minute: int = 0
    prompts_day: int = 0
    tokens_day: int = 0
    money_day: float = 0.0
    attachments_day: int = 0
    storage_bytes: int = 0
    runs: int = 0
    roles: tuple[str, ...] = ()
    limits: Limits = Limits()


class Accepted(msgspec.Struct, frozen=True):
    """What `Store.accept` has stored.

    Attributes:
        thread: The new or existing thread.
        prompt: The message to answer.
        answer: The empty answer; with its current text if `duplicate`.
        run: The run to start.
        duplicate: Whether this action had been accepted before; nothing was stored then.
        used: What the user has used, with this prompt; None if that was not counted.
    """

    thread: Thread
    prompt: Message
    answer: Message
    run: Run
    duplicate: bool
    used: Used | None = None


class Ended(msgspec.Struct, frozen=True):
    """What `Store.finish` has stored.

    Attributes:
        answer: The current answer; None if it was deleted before.
        time: When it ended.
    """

    answer: Message | None
    time: float


class Feedback(msgspec.Struct, frozen=True):
    """A user's rating of an answer.

    Attributes:
        message_id: The answer.
        user_id: The author of the rating.
        positive: Thumbs up or down.
        comment: In their words.
        created: When last changed.
    """

    message_id: str
    user_id: str
    positive: bool
    comment: str | None
    created: float


class RatedAnswer(msgspec.Struct, frozen=True):
    """Feedback with its prompt and answer.

    Attributes:
        message_id: The answer.
        thread_id: The thread it is in.
        subject: The author of the rating.
        positive: Thumbs up or down.
        comment: In their words.
        created: When last changed.
        model: The model that answered.
        prompt: Text of the prompt.
        answer: Text of the answer.
    """

    message_id: str
    thread_id: str
    subject: str
    positive: bool
    comment: str | None
    created: float
    model: str | None
    prompt: str
    answer: str


class StoredFile(msgspec.Struct, frozen=True):
    """The record of an uploaded file; its bytes are stored elsewhere.

    Attributes:
        id: Made by the store.
        user_id: Whose it is.
        name: As the user calls it; not a path.
        mime: Its type, as reported by the browser.
        size: In bytes.
        path: Its path on the server.
        created: When it was added.
    """

    id: str
    user_id: str
    name: str
    mime: str
    size: int
    path: str
    created: float


class Hit(msgspec.Struct, frozen=True):
    """A message that a search found.

    Attributes:
        thread_id: The thread it is in.
        message_id: The message.
        snippet: Plain text around the first word that was found, at most 200 code points.
        created: When the message was accepted.
    """

    thread_id: str
    message_id: str
    snippet: str
    created: float
