"""Beside: the app's cards beside the conversation, as one tab shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from swell.chat.records import Accepted, Thread, User
from swell.chat.thread_page import META, OVER, OWN, SharedPage, ThreadPage, ThreadPages, Unseen
from swell.errors import OpError
from swell.live.ops import Delete, Op, Set, encoded
from swell.live.state import card_to_json
from swell.page.page import AsyncPage

__all__ = ["Beside"]


class Beside:
    """The app's cards on the page of one tab.

    Args:
        pages: The pages of the app's threads; None if it has no cards beside the chat.
        page: The tab's page.
        user: The user of the tab.

    Attributes:
        shows_cards: Whether a phone shows the cards in place of the conversation.
    """

    def __init__(self, pages: ThreadPages | None, page: AsyncPage, user: User) -> None:
        self._pages = pages
        self._page = page
        self._user = user
        self._shared: SharedPage | None = None
        self._taken: list[Any] = []  # by `take`, until there is a thread
        self.shows_cards = False

    def __bool__(self) -> bool:
        """Whether the app has cards beside the conversation."""
        return self._pages is not None

    async def load(self, thread: Thread | None) -> SharedPage | None:
        """Return the page of a thread, or of a new one, for `show`."""
        if self._pages is None:
            return None
        if thread is None:
            return await self._pages.begin(self._user)
        return await self._pages.open(thread.id, self._user)

    def show(self, shared: SharedPage | None) -> None:
        """Show another page; the caller saves."""
        self.leave()
        self._shared = shared
        if shared is not None:
            shared.listen(self._hear)
        self._reset()

    def edit(self) -> ThreadPage:
        """Return the shown page, to edit."""
        return ThreadPage(self._shared) if self._shared is not None else Unseen()

    # ---------------------------------------------------------------------- a new conversation

    def take(self) -> str | None:
        """Return the state that a new thread begins with; None if it is as the app makes it."""
        if self._shared is None or self._shared.thread_id or not self._shared.changed:
            return None
        text, *self._taken = self._shared.take()
        return text

    def refused(self) -> None:
        """Take back what `take` has done: there is no thread."""
        if self._shared is not None and self._taken:
            self._shared.restore(*self._taken)
        self._taken = []

    async def begin(self, accepted: Accepted) -> None:
        """Go with the thread that the conversation has become."""
        thread_id, shared = accepted.thread.id, self._shared
        taken, self._taken = self._taken, []
        if self._pages is None or shared is None or shared.thread_id == thread_id:
            return
        if shared.thread_id or accepted.duplicate:
            self.show(await self._pages.open(thread_id, self._user))
            return
        bound = self._pages.bind(thread_id, shared, 1 if taken else 0)
        if bound is not shared:
            self.show(bound)

    # ------------------------------------------------------------------------------- changes

    def _hear(self, ops: Sequence[Op] | None) -> None:
        """Show a change."""
        self._page.commit()  # what is not saved yet does not depend on it
        if ops is not None:
            try:
                self._page.replay(ops)
                self._page.commit()
                return
            except OpError:
                pass  # the tab shows something else
        self._reset()
        self._page.commit()

    def _reset(self) -> None:
        """Show the page as it is, whatever is shown now."""
        there = self._page.state.cards
        cards = self._shared.state.cards if self._shared is not None else {}
        ops: list[Op] = [Delete([key]) for key in there if key not in OWN and key not in cards]
        meta = {name: cards.get(META, {}).get(name) for name in OVER}
        for name, value in meta.items():
            shown = there.get(META, {}).get(name)
            if value is not None and value != shown:
                ops.append(Set([META, name], encoded(value)))
            elif value is None and shown is not None:
                ops.append(Delete([META, name]))
        for key, card in cards.items():
            wanted = card_to_json(card)
            if key != META and (key not in there or card_to_json(there[key]) != wanted):
                ops.append(Set([key], encoded(wanted)))
        if ops:
            self._page.replay(ops)

    def leave(self) -> None:
        """Show no page any more."""
        if self._shared is not None:
            self._shared.leave(self._hear)
            if self._pages is not None and self._shared.thread_id:
                self._pages.close(self._shared.thread_id)
            self._shared = None
