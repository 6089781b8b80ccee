"""The options of a `@chat` app, with their defaults: the one place that has them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from swell import ui
from swell.expando import Expando
from swell.identity import Identify
from swell.query import Query

from .records import Message, Thread, User
from .runs.budgets import Admit
from .runs.run import RunLimits
from .thread_page import Layout, ThreadPage

if TYPE_CHECKING:
    from .store import Store

__all__ = ["ChatOptions", "Command", "Event", "OnCommand", "OnEvent"]

Attachments: TypeAlias = bool | ui.ChatAttachments


@dataclass(frozen=True)
class Command:
    """A command that a user chose in the app's menu.

    Attributes:
        name: Name of the command.
        value: Its value, True when it has none.
        user: The user who chose it.
        thread: The thread that is open; None for a new one.
        q: The query, to change the page.
    """

    name: str
    value: Any
    user: User
    thread: Thread | None
    q: Query


OnCommand: TypeAlias = Callable[[Command], Awaitable[str | None]]
"""Answers a command of the app's own menu; a text that it returns is shown as a notice."""


@dataclass(frozen=True)
class Event:
    """What a user did with a card of the app, or with a component in an answer.

    Attributes:
        name: Name of the control or the card.
        kind: Name of the event, such as `select_marks`; empty for a submission.
        value: Value of the control, or the data of the event.
        args: Values of all controls that were submitted together.
        user: The user.
        thread: The thread; None as long as the conversation has not begun.
        message: The message that the component is in; None beside the conversation.
        page: The cards beside the conversation, to change; saved when the handler ends.
        locale: Language of the page, such as `de`.
        q: The query.
    """

    name: str
    kind: str
    value: Any
    args: Expando
    user: User
    thread: Thread | None
    message: Message | None
    page: ThreadPage
    locale: str
    q: Query


OnEvent: TypeAlias = Callable[[Event], Awaitable[str | None]]
"""Answers events of the app's own cards; a text that it returns is shown as a notice."""


@dataclass(frozen=True)
class ChatOptions:
    """Options of a `@chat` app.

    Attributes:
        store: Where conversations are kept: `default` is the setting `database_url` or a file of
            this account, a URL such as `sqlite:///chat.db` or `postgresql://...`, a `Store`, or
            None for memory only.
        app: Name under which the chats are stored; only the app of this name sees them. Made from
            the file of the function, its folder and the route when left out, so name the app if
            you may move it.
        title: Name of the app.
        greeting: Line above the prompt box of an empty chat; the title when left out.
        placeholder: Hint in the prompt box.
        suggestions: Prompts to begin with, as texts or `ui.chat_suggestion(...)`; two to four look
            good.
        settings: Class of the settings that users may change, see `docs/tutorial/chat.md`.
        attachments: Accept files with a prompt: True, or `ui.chat_attachments(...)`.
        commands: Commands to pick after `/`, as names or `ui.chat_command(...)`; `turn.command` is
            the one that a prompt begins with.
        mentions: Names to pick after `@`, as names or `ui.chat_mention(...)`; `turn.mentions` are
            those of the prompt.
        menu: Further commands in the menu of the chat, `ui.command(...)`.
        on_command: Async function called with the chosen `Command`; a returned text is shown.
        submit_key: `enter` sends with Enter, `ctrl_enter` with Ctrl+Enter (Cmd on a Mac).
        speech: Offer speech input where the browser supports it.
        images: Whose images are loaded: `ask` (a click on each one of another site), `allow`, or a
            list of hosts. Those of this app are always shown.
        page: The app's cards beside the conversation: a dict of cards by their names, or a function
            `(page)` or `(page, user)` that puts them on the page of a new conversation; see
            `docs/howto/page.md`.
        page_zones: Zones for these cards; the cards stand in the zone `page` when left out.
        page_width: CSS width of the zones together.
        identify: Returns the user of a request, see `swell.app.App`; the application's when left
            out.
        theme: Theme of the page, as for `ui.meta_card`.
        line_breaks: Keep single line breaks in answers, which Markdown turns into spaces.
        limits: Limits of runs; those of the settings when left out.
        openai: Serve OpenAI's chat API at `v1` below the route; see
            `docs/howto/endpoints.md`.
        ag_ui: Serve AG-UI at `ag-ui` below the route.
        admit: Called with the user and their usage (`Used`) before a prompt is accepted; may be
            async. Returns None, or the reason for refusing, as a text for the user.

    Raises:
        TypeError: If an option has a wrong type.
    """

    _: KW_ONLY
    store: str | Store | None = "default"
    app: str | None = None
    title: str = "Chat"
    greeting: str | None = None
    placeholder: str | None = None
    suggestions: Sequence[str | ui.ChatSuggestion] = ()
    settings: type[Any] | None = None
    attachments: Attachments = False
    commands: Sequence[str | ui.ChatCommand] = ()
    mentions: Sequence[str | ui.ChatMention] = ()
    menu: Sequence[ui.Command] = ()
    on_command: OnCommand | None = None
    submit_key: Literal["enter", "ctrl_enter"] | None = None
    speech: bool = False
    page: Layout | None = None
    page_zones: Sequence[ui.Zone] = ()
    page_width: str = "45%"
    images: Literal["ask", "allow"] | Sequence[str] | None = None
    identify: Identify | None = None
    theme: str = "auto"
    line_breaks: bool = False
    limits: RunLimits | None = None
    openai: bool = False
    ag_ui: bool = False
    admit: Admit | None = None

    def __post_init__(self) -> None:
        """Check options whose mistakes would otherwise appear only in a chat."""
        _check_list("suggestions", self.suggestions, ui.ChatSuggestion, "prompts")
        _check_list("commands", self.commands, ui.ChatCommand, "names")
        _check_list("mentions", self.mentions, ui.ChatMention, "names")
        for name in ("identify", "on_command", "admit"):
            given = getattr(self, name)
            if given is not None and not callable(given):
                raise TypeError(f"{name} must be a function, got {given!r}")
        if self.page is not None and not callable(self.page) and not isinstance(self.page, Mapping):
            raise TypeError(f"page must be a function or a dict of cards, got {self.page!r}")
        if self.page is None and self.page_zones:
            raise TypeError("page_zones needs page, the cards that stand in them")
        if self.limits is not None and not isinstance(self.limits, RunLimits):
            raise TypeError(f"limits must be a RunLimits(...), got {self.limits!r}")
        if self.menu and self.on_command is None:
            raise TypeError("menu needs on_command, a function that answers its commands")


def _check_list(option: str, given: object, record: type, what: str) -> None:
    if isinstance(given, str | bytes):
        raise TypeError(f"{option} must be a list of {what}; write [{given!r}]")
    if not isinstance(given, Sequence) or not all(isinstance(one, str | record) for one in given):
        raise TypeError(f"{option} must be a list of {what}, got {given!r}")
