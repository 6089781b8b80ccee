"""Chatbot card: a message list, a prompt box and token streaming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from swell.live.edits import Assign, Edit, Prepend
from swell.parts.base import PARTS
from swell.schema.data import Data
from swell.schema.json_value import json_value, type_name
from swell.schema.kinds import Kind, MisfitError, Name, OneOf, Record, Scalar, unpack

from .base import Card, Command, checked
from .box import Box

_TEXT_FIELDS = ("content", "msg")
_SIDE_FIELDS = ("from_user", "fromUser")


class Id(Kind):
    """An identifier of the app's: text that is not empty, or a whole number."""

    def check(self, value: Any, path: str) -> str | int:
        checked: str | int = (_WHOLE if isinstance(value, int) else _NAME).check(value, path)
        return checked


class Branch(Kind):
    """Which of how many versions of a message is shown, `[2, 3]`, counted from 1."""

    def check(self, value: Any, path: str) -> list[int]:
        match value:
            case [index, count] if all(type(n) is int for n in value) and 1 <= index <= count:
                return [index, count]
        expected = "Expected `[index, count]`, two whole numbers with 1 <= index <= count"
        raise MisfitError(f"{expected}, got {json_value(value, path)!r:.60}", path)


class Images(Kind):
    """Whose images are shown without asking: `ask`, `allow`, or a list of hosts."""

    def check(self, value: Any, path: str) -> str | list[str]:
        if isinstance(value, list | tuple):
            return [_NAME.check(host, f"{path}[{i}]") for i, host in enumerate(value)]
        word: str = OneOf(("ask", "allow")).check(value, path)
        return word


_WHOLE = Scalar(int)
_NAME = Scalar(str, Meta(min_length=1))

ROW_FIELDS: Mapping[str, Kind] = MappingProxyType(
    {
        "id": Id(),
        "author": Scalar(str),
        "avatar": Scalar(str),
        "time": Scalar(float),
        "status": OneOf(("pending", "streaming", "done", "stopped", "interrupted", "failed")),
        "parts": PARTS,
        "branch": Branch(),
        "error": Scalar(str),
        "error_code": Scalar(str),
        "error_id": Scalar(str),
    }
)
"""Optional fields of a row beside `content from_user`; None means that the field is not set."""

Event = Literal[
    "stop",
    "scroll_up",
    "feedback",
    "suggestion",
    "edit",
    "regenerate",
    "branch",
    "delete",
    "submit",
    "search",
    "jump",
    "scroll_down",
    "latest",
]


class Messages(Kind):
    """Rows of a conversation, in any of the forms an app may have them."""

    def check(self, value: Any, path: str) -> Data:
        if not isinstance(value, Data):
            return _as_data(unpack(value, path) if isinstance(value, str) else value, path)
        for names in (_TEXT_FIELDS, _SIDE_FIELDS):
            if not any(name in value.fields for name in names):
                expected = "a buffer with the fields `content from_user`"
                raise MisfitError(f"Expected {expected}, got `{' '.join(value.fields)}`", path)
        kinds = [(i, f, ROW_FIELDS[f]) for i, f in enumerate(value.fields) if f in ROW_FIELDS]
        pairs = value.rows.items() if isinstance(value.rows, dict) else enumerate(value.rows)
        for key, cells in pairs if kinds else ():
            for column, field, kind in kinds:
                if cells is not None and cells[column] is not None:
                    cells[column] = kind.check(cells[column], f"{path}[{key!r}].{field}")
        return value

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:  # noqa: ARG002
        raise MisfitError("rows of a buffer are assigned whole or by field, not here", path)


class Earlier(Kind):
    """Messages from before the first row, as records with the fields `content from_user`."""

    def check(self, value: Any, path: str) -> list[dict[str, Any]]:
        return _records(unpack(value, path) if isinstance(value, str) else value, path)


class ChatSuggestion(Record):
    """A prompt that the user can send with one click.

    Attributes:
        name: What `q.events.<card name>.suggestion` holds after a click.
        label: The prompt, as shown.
        caption: Smaller second line.
        icon: Name of an icon before the label.
    """

    name: Name
    label: str
    caption: str | None = None
    icon: str | None = None


class ChatCommand(Record):
    """A command that the user picks after typing `/` at the beginning of a prompt.

    Attributes:
        name: Text to type after the `/`, and `command` in the `submit` event.
        label: Its name in words; the name when absent.
        caption: Its description.
        icon: Name of an icon.
    """

    name: Name
    label: str | None = None
    caption: str | None = None
    icon: str | None = None


class ChatMention(Record):
    """A name that the user picks after typing `@`.

    Attributes:
        name: Text to type after the `@`, and its entry in `mentions` of the `submit` event.
        label: Its name in words; the name when absent.
        caption: Its description.
        icon: Name of an icon.
    """

    name: Name
    label: str | None = None
    caption: str | None = None
    icon: str | None = None


class ChatAttachments(Record):
    """Files that the user may send along with a prompt.

    Attributes:
        accept: File name endings such as `.pdf`, or media types such as `image/*`; any when
            absent. Checked in the browser for comfort and by the server for safety.
        max_files: Most files in one prompt.
        max_file_mb: Largest file, in MB of 1,000,000 bytes.
    """

    accept: Sequence[str] | None = None
    max_files: Annotated[int, Meta(ge=1, le=1000)] = 10
    max_file_mb: Annotated[float, Meta(ge=0, le=100_000)] = 20


class Found(Record):
    """A message that a search found.

    Attributes:
        id: The message.
        content: The text around the match.
        time: Time of the message, in seconds since the epoch, UTC.
    """

    id: Annotated[str | int, Id()]
    content: str
    time: float | None = None


class WaveChatbotCard(Card):
    """What Wave's card has, in its order."""

    view: ClassVar[str] = "chatbot"

    box: Box
    name: Name
    data: Annotated[Data | Sequence[Any] | Mapping[str, Any] | str, Messages()]
    placeholder: str | None = None
    events: Sequence[Event] | None = None
    generating: bool | None = None
    suggestions: Sequence[ChatSuggestion] | None = None
    disabled: bool | None = None
    value: str | None = None
    commands: Sequence[Command] | None = None


class ChatbotCard(WaveChatbotCard, kw_only=True):
    """Show a conversation and ask the user for the next prompt.

    Add a row to `data` to add a message. Assign a row again with a longer text to stream into
    it; only the new characters travel.

    Properties that may be assigned later, beyond the arguments:

    - `prev_items`: a list of `{"content": ..., "from_user": ...}`, older messages in answer to
      the `scroll_up` event, oldest first. They are added before the others, and stay. `[]` marks
      the beginning of the history (it sets `history_end`), None removes them all.
    - `history_end`: True ends the `scroll_up` events.
    - `newer`: There are newer messages than the last row: the card then emits `scroll_down` at its
    end, and `latest` when the user asks for the last message.
    - `found`: a list of `{"id": ..., "content": ..., "time": ...}`, in answer to `search`.

    Attributes:
        box: Place on the page.
        name: Key of the prompt in `q.args` and of the events in `q.events`.
        data: The messages, oldest row first: a buffer with the fields `content from_user` (or
            `msg fromUser`), made with `data(...)`. `content` is Markdown, `from_user` says whose
            side it is on. Also taken: a list of dicts with these fields or of rows
            `[content, from_user]`, or one packed in a string; they become a list buffer.
            Further fields are optional: `id`, `author`, `avatar` (address of an image, an icon
            or 1-2 letters), `time` (seconds since the epoch, UTC), `status` (`pending`,
            `streaming`, `done`, `stopped`, `interrupted` or `failed`), `parts` (see
            `swell.parts`), `branch` (`[2, 3]`), `error` (a message), `error_code` (a code such
            as `rate_limited`: those of models are shown in the reader's language instead of
            `error`), `error_id` (the error id in the log).
        placeholder: Hint shown while the prompt box is empty; `Type your message` when absent.
        events: Events to send: `stop`, `scroll_up`, `feedback`, `suggestion`, `edit`,
            `regenerate`, `branch`, `delete`, `submit`, `search`, `jump`, `scroll_down`, `latest`.
        generating: Show the stop button.
        suggestions: Prompts to offer after the last message; `[]` offers none.
        disabled: Take no prompts.
        value: Text in the prompt box. Assigning another one replaces the typed text.
        commands: Menu of the card.
        greeting: Line above the prompt box while there are no messages.
        attachments: Let files be sent along with a prompt.
        slash_commands: Commands to pick after `/`.
        mentions: Names to pick after `@`.
        submit_key: `enter` sends with Enter, `ctrl_enter` with Ctrl+Enter (Cmd on a Mac).
        speech: Offer to speak the prompt, where the browser can listen.
        follow_ups: Prompts to offer after the last answer.
        images: Whose images are loaded: `ask` (a click on each one of another site), `allow`, or
            a list of hosts. Those of this app are always shown.
        line_breaks: Keep single line ends in answers as they are written. Markdown makes a space
            of them, which is the default. Prompts always keep theirs.
        text_commands: Names that a link `[words](?name)` in a message may submit; it is drawn as a
            button. A name that begins with `#`, such as `#docs/`, allows links to addresses that
            begin so. Any other such link is text, since a model may have written the message.
        unread_from: Id of the first message that the user has not seen.
        read_only: Show the conversation without a prompt box.
        thread: Id of the conversation that is shown. Drafts and attached files are kept for each
            conversation; without it, one draft belongs to the card.
        notice: Quiet line below the prompt box, such as how much of a budget is used.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
        RowError: When a row is written, if an optional field has a wrong type.
    """

    assignable: ClassVar[dict[str, Any]] = {
        "prev_items": Annotated[Sequence[Mapping[str, Any]], Earlier()],
        "history_end": bool,
        "newer": bool,
        "found": Sequence[Found],
    }
    cells: ClassVar[Mapping[str, Kind]] = ROW_FIELDS

    greeting: str | None = None
    attachments: ChatAttachments | None = None
    slash_commands: Sequence[ChatCommand] | None = None
    mentions: Sequence[ChatMention] | None = None
    submit_key: Literal["enter", "ctrl_enter"] | None = None
    speech: bool | None = None
    follow_ups: Sequence[ChatSuggestion] | None = None
    images: Annotated[Literal["ask", "allow"] | Sequence[str], Images()] | None = None
    line_breaks: bool | None = None
    text_commands: Sequence[str] | None = None
    unread_from: Annotated[str | int, Id()] | None = None
    read_only: bool | None = None
    thread: str | None = None
    notice: str | None = None

    @classmethod
    def assign(cls, key: str, prop: str, value: Any) -> list[Edit] | None:
        """Add older messages before the others, instead of replacing them."""
        if prop != "prev_items":
            return None
        if value is None:
            return [Assign(key, ["history"], None), Assign(key, ["history_end"], None)]
        earlier = checked(key, cls, lambda: Earlier().check(value, "$.prev_items"))
        if not earlier:
            return [Assign(key, ["history_end"], True)]
        return [Prepend(key, "history", earlier)]

    @classmethod
    def finish(cls, tree: dict[str, Any]) -> dict[str, Any]:
        """Move `prev_items` of a new card (a raw dict) to the place of later ones."""
        earlier = tree.pop("prev_items", None)
        if earlier is not None:
            tree |= {"history": earlier} if earlier else {"history_end": True}
        return tree


def _as_data(value: Any, path: str) -> Data:
    """Return a buffer for messages that were not given as one.

    A dict of rows keeps its keys, as a map; everything else becomes a list buffer.
    """
    if isinstance(value, Mapping) and not any(name in value for name in _TEXT_FIELDS):
        keys = [str(key) for key in value]
        fields, rows = _table(_records(list(value.values()), path))
        keyed = dict(zip(keys, rows, strict=True))
        return Data(fields, rows=keyed or None, t="map" if keyed else "list")
    fields, rows = _table(_records([value] if isinstance(value, Mapping) else value, path))
    return Data(fields, rows=rows, t="list")


def _table(records: list[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    used = {name for record in records for name in record}
    fields = ["content", "from_user", *(name for name in ROW_FIELDS if name in used)]
    return fields, [[record.get(name) for name in fields] for record in records]


def _records(value: Any, path: str) -> list[dict[str, Any]]:
    """Return messages as records; fields that mean nothing here are dropped, as in Wave."""
    if not isinstance(value, list | tuple):
        expected = '`data("content from_user", t="list")` or a list of messages'
        raise MisfitError(f"Expected {expected}, got `{type_name(value)}`", path)
    return [_record(item, f"{path}[{i}]") for i, item in enumerate(value)]


def _record(item: Any, path: str) -> dict[str, Any]:
    more: dict[str, Any] = {}
    match item:
        case Mapping():
            text = next((item[name] for name in _TEXT_FIELDS if name in item), None)
            side = next((item[name] for name in _SIDE_FIELDS if name in item), False)
            for name, kind in ROW_FIELDS.items():
                if item.get(name) is not None:
                    more[name] = kind.check(item[name], f"{path}.{name}")
            if text is None and "parts" in more:
                text = ""
        case [text, side]:
            pass
        case _:
            text = side = None
    if not isinstance(text, str):
        expected = '`{"content": str, "from_user": bool}` or `[str, bool]`'
        raise MisfitError(f"Expected {expected}, got {json_value(item, path)!r:.60}", path)
    return {"content": json_value(text, f"{path}.content"), "from_user": bool(side), **more}
