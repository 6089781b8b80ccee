"""What the page of a tab needs from its `@chat` app."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from swell import ui
from swell.cards.chatbot import Event
from swell.cards.threads import ThreadsEvent
from swell.chat.feed import Feed
from swell.chat.files import Files
from swell.chat.options import ChatOptions, OnEvent
from swell.chat.runs.manager import RunManager
from swell.chat.runs.names import Names
from swell.chat.thread_page import ThreadPages
from swell.locales import Words
from swell.query import Auth
from swell.rights import Rights
from swell.settings.table import Settings

from .settings import SettingsForm

if TYPE_CHECKING:
    from swell.audit.log import AuditLog
    from swell.chat.store import Store

__all__ = ["Events", "Host"]


class Events(Protocol):
    """The events that the cards send."""

    chat_events: tuple[Event, ...]
    reader_events: tuple[Event, ...]
    thread_events: tuple[ThreadsEvent, ...]

    def thread_commands(self, words: Words, rights: Container[str]) -> list[ui.Command]:
        """Return the menu of each thread in the sidebar, for a user with these rights."""


class Host(Protocol):
    """The attributes of a `@chat` app that its pages use: see `chat` for the options."""

    store: Store
    audit: AuditLog
    runs: RunManager
    files: Files
    feed: Feed
    form: SettingsForm | None
    settings: Settings
    options: ChatOptions
    names: Names
    rights: Rights
    pages: ThreadPages | None

    @property
    def handlers(self) -> Mapping[str, OnEvent]:
        """The functions that answer events of the app's own cards, by name."""

    @property
    def actions(self) -> Events:
        """The actions of a tab."""

    def own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that is cancelled when the app stops."""

    def commands(
        self,
        words: Words,
        auth: Auth,
        rights: Container[str],
        *,
        archived: bool,
        usage: bool = False,
    ) -> list[ui.Command]:
        """Return the menu of the sidebar, for a user with these rights."""
