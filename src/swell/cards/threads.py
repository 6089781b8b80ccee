"""Threads card: a user's conversations, to search, open, rename, pin, archive and delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from swell.schema.kinds import Name, Record

from .base import Card, Command
from .box import Box

ThreadsEvent = Literal[
    "select",
    "new",
    "rename",
    "pin",
    "archive",
    "delete",
    "undo",
    "search",
    "more",
    "command",
]
"""Events of a threads card."""


class ThreadItem(Record):
    """One conversation in a threads card.

    Attributes:
        id: Its id in events and addresses.
        title: Its name; the reader's word for "New chat" when empty.
        time: When something last happened in it, in seconds since the epoch, UTC; the card groups
            by days in the reader's time zone. Absent: it stands with the oldest.
        pinned: Keep it at the top.
        archived: It is out of the way; the menu offers to bring it back.
        shared: Whether it has a public link.
        active: An answer is being made in it.
    """

    id: Name
    title: str
    time: float | None = None
    pinned: bool | None = None
    archived: bool | None = None
    shared: bool | None = None
    active: bool | None = None


class ThreadsCard(Card):
    """Show a user's conversations beside the one that is open.

    In a wide window it is a column that can be folded away; in a narrow one a line at the top with
    a button that opens it as a drawer. Give it its own zone in a layout.

    Attributes:
        box: Place on the page.
        name: Source of the events in `q.events`.
        items: The conversations, in the order in which they are shown within a day.
        selected: Id of the one that is open.
        title: Name of the app, above the list.
        path: Address of a conversation before its id, such as `#t/`; a click goes there. Without
            one, a click is the event `select`.
        new_path: Address of a new conversation, such as `#`; without one it is the event `new`.
        events: Events to send. `select` and `rename` hold `{id}` and `{id, title}`, `pin`
            and `archive` `{id, on}`, `delete` and `undo` `{id}`, `search` `{query}` (empty when it
            ends: answer by assigning `items`), `command` `{id, name}`; `new` and `more` (the end
            of the list is in sight) True. The card offers only the actions named here.
        more: There are further conversations below the last one.
        found: The items answer the search with these words; None when they are no answer.
        deleted: The conversation that can be brought back for the moment, see `undo`.
        commands: Menu of the card.
        thread_commands: Further commands in the menu of each conversation.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "threads"

    box: Box
    name: Name
    items: Sequence[ThreadItem]
    selected: str | None = None
    title: str | None = None
    path: str | None = None
    new_path: str | None = None
    events: Sequence[ThreadsEvent] | None = None
    more: bool | None = None
    found: str | None = None
    deleted: ThreadItem | None = None
    commands: Sequence[Command] | None = None
    thread_commands: Sequence[Command] | None = None
