"""What the sections of the admin page have in common: a tab, tables, pages, confirmations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from swell import ui
from swell.audit.log import AuditLog
from swell.auth.accounts import Accounts
from swell.auth.sign_ins import SignIns
from swell.chat.store.engines.base import Engine
from swell.locales import Words
from swell.query import Q
from swell.rights import Rights
from swell.settings.table import Settings

__all__ = ["PER_PAGE", "Admin", "Chat", "Question", "Section", "Tab", "paging", "table", "when"]

PER_PAGE = 25
"""Rows of a table."""


class Chat(Protocol):
    """A chat of this application."""

    @property
    def engine(self) -> Engine:
        """The database of its conversations."""

    async def stop_thread(self, thread_id: str) -> None:
        """Stop the runs of a thread, in all processes."""


class Keeper(Protocol):
    """What keeps the accounts: `SignIn` or `Members`."""

    engine: Engine
    accounts: Accounts

    @property
    def sign_ins(self) -> SignIns | None:
        """The sign-ins; None if users sign in elsewhere."""

    async def end_all(self, subject: str) -> None:
        """End the sign-ins of an account, in every process."""

    async def end(self, ids: Sequence[str]) -> None:
        """End sign-ins, in every process."""


class Admin(NamedTuple):
    """What the page manages.

    Attributes:
        keeper: The accounts.
        chats: The chats of this application, by name.
        settings: Those of the application.
        rights: Made of the settings.
        audit: The audit log of all apps of the database.
    """

    keeper: Keeper
    chats: Mapping[str, Chat]
    settings: Settings
    rights: Rights
    audit: AuditLog


class Question(NamedTuple):
    """What an administrator is asked before something happens that cannot be undone.

    Attributes:
        text: The question.
        label: Label of the button that does it.
        answer: Does it, and returns a notice.
    """

    text: str
    label: str
    answer: Callable[[], Awaitable[str]]


@dataclass
class Tab:
    """A tab that shows the page.

    Attributes:
        q: The current query.
        said: Texts of the page's language, by name.
        independent: Whether `identify=` makes the user an administrator, whatever the account says.
        section: Name of the section that is shown.
        search: What is searched for.
        chosen: What is shown in detail; empty for the list.
        before: Where the pages before this one of the list begin; the last is the current page.
        question: What is asked now, in a dialog.
        drawn: Name of the section that is on the page.
        notice: What has just been done.
        fault: Why it could not be done.
    """

    q: Q
    said: Mapping[str, str]
    independent: bool = False
    section: str = "people"
    search: str = ""
    chosen: str = ""
    before: list[str] = field(default_factory=lambda: [""])
    question: Question | None = None
    drawn: str = ""
    notice: str = ""
    fault: str = ""

    @property
    def actor(self) -> str:
        """The administrator."""
        return self.q.auth.subject

    def turn_to(self, section: str = "", chosen: str = "") -> None:
        """Show another section, or something in detail; the list begins anew."""
        self.section = section or self.section
        self.chosen, self.search, self.before, self.question = chosen, "", [""], None


class Section(Protocol):
    """One section of the page.

    Attributes:
        name: Its name: in its address, in its texts, and before the names of its controls.
    """

    name: str

    async def items(self, tab: Tab) -> list[Any]:
        """Return what it shows."""

    async def act(self, tab: Tab, name: str, value: str) -> None:
        """Answer a control of it, by the rest of its name."""


def texts(words: Words) -> Mapping[str, str]:
    """Return the texts of the page in a language."""
    return words.admin


def when(time: float | None, none: str = "-") -> str:
    """Return a time for readers."""
    if time is None:
        return none
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M UTC")


def table(
    name: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], *, links: bool
) -> Any:
    """Return a table.

    Args:
        name: Name of the control.
        heads: Heads of the columns.
        rows: Name and cells of each row.
        links: Whether the first column chooses its row.
    """
    columns = [
        ui.table_column(f"c{at}", head, link=links if at == 0 else None, cell_overflow="wrap")
        for at, head in enumerate(heads)
    ]
    return ui.table(name, columns, [ui.table_row(row, list(cells)) for row, cells in rows])


def paging(tab: Tab, following: str | None) -> list[Any]:
    """Return the buttons to the page before and after; none for a list of one page.

    Args:
        tab: The tab.
        following: Where the next page begins; None for the last one.
    """
    buttons = []
    if len(tab.before) > 1:
        buttons.append(ui.button("page_before", tab.said["before"]))
    if following is not None:
        buttons.append(ui.button("page_after", tab.said["after"], value=following))
    return [ui.buttons(buttons)] if buttons else []
