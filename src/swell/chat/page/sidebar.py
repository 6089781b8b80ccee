"""Sidebar of one tab: its threads and its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from swell import ui
from swell.chat.records import Thread, User
from swell.errors import NotFoundError

if TYPE_CHECKING:
    from swell.chat.store import Store

__all__ = ["WINDOW", "Sidebar"]

WINDOW = 50
"""Threads that are loaded at first, and for each `more` event."""

LOADED_MAX = 500
"""Most threads that the list of one tab holds."""

QUERY_MAX = 200  # code points of a search


class Sidebar:
    """The list of threads of one tab.

    Args:
        store: Their store.
        user: Their owner.
        is_active: Returns whether a thread has an active run.

    Attributes:
        archived: Show archived threads instead of the others.
    """

    def __init__(self, store: Store, user: User, is_active: Callable[[str], bool]) -> None:
        self._store = store
        self._user = user
        self._is_active = is_active
        self._threads: list[Thread] = []
        self._count = WINDOW
        self._more = False
        self._query = ""
        self._deleted: Thread | None = None
        self.archived = False

    async def load(self) -> None:
        """Read the list anew."""
        found = await self._store.threads(
            self._user.id,
            query=self._query or None,
            archived=self.archived,
            limit=min(self._count + 1, LOADED_MAX),
        )
        self._threads, self._more = found[: self._count], len(found) > self._count

    def put(self, thread: Thread) -> bool:
        """Show a thread at its place in the list; return False when the list has to be read."""
        if self._query:
            return False
        threads = [known for known in self._threads if known.id != thread.id]
        if thread.archived == self.archived:
            threads.append(thread)
            threads.sort(key=lambda one: (one.pinned, one.updated, one.id), reverse=True)
        self._more = self._more or len(threads) > self._count
        self._threads = threads[: self._count]
        return True

    def change(self, thread_id: str, **fields: Any) -> bool:
        """Show other values of a thread's fields, if it is in the list; as `put`."""
        known = next((one for one in self._threads if one.id == thread_id), None)
        return known is None or self.put(msgspec.structs.replace(known, **fields))

    def card(self) -> dict[str, Any]:
        """Return the properties of the card that change."""
        deleted = self._deleted
        return {
            "items": [self._item(thread) for thread in self._threads],
            "more": self._more,
            "found": self._query or None,
            "deleted": self._item(deleted) if deleted is not None else None,
        }

    async def act(self, event: str, data: Any) -> bool:
        """Do what an event of the card asks for, and return whether its thread was there."""
        given = data if isinstance(data, dict) else {}
        id, on, found = str(given.get("id", "")), bool(given.get("on")), True
        try:
            match event:
                case "rename":
                    if title := " ".join(str(given.get("title", "")).split()):
                        await self._store.update_thread(self._user.id, id, title=title)
                case "pin":
                    await self._store.update_thread(self._user.id, id, pinned=on)
                case "archive":
                    await self._store.update_thread(self._user.id, id, archived=on)
                case "delete":
                    self._deleted = await self._store.thread(self._user.id, id)
                    await self._store.delete_thread(self._user.id, id)
                case "undo":
                    await self._store.undelete_thread(self._user.id, id)
                    await self.load()
                    self._deleted = None  # not before it is in the list again
                case "search":
                    self._query = " ".join(str(given.get("query", "")).split())[:QUERY_MAX]
                    self._count = WINDOW
                case "more":
                    self._count = min(self._count + WINDOW, LOADED_MAX - 1)
        except NotFoundError:
            found = False  # another tab was faster; the next list shows it
        await self.load()
        return found

    def _item(self, thread: Thread) -> ui.ThreadItem:
        return ui.thread_item(
            thread.id,
            thread.title,
            time=thread.updated,
            pinned=thread.pinned or None,
            archived=thread.archived or None,
            shared=thread.shared or None,
            active=thread.active or self._is_active(thread.id) or None,
        )
