"""Chatbot card: a message list, a prompt box and token streaming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from swell.data import Data
from swell.live.edits import Assign, Edit, Prepend
from swell.plain import plain, type_name
from swell.schema import Kind, MisfitError, Name, Record, unpack

from .base import Card, Command, checked
from .box import Box

_TEXT_FIELDS = ("content", "msg")
_SIDE_FIELDS = ("from_user", "fromUser")


class Messages(Kind):
    """Rows of a conversation, in any of the forms an app may have them."""

    def check(self, value: Any, path: str) -> Data:
        if not isinstance(value, Data):
            return _as_data(unpack(value, path) if isinstance(value, str) else value, path)
        for names in (_TEXT_FIELDS, _SIDE_FIELDS):
            if not any(name in value.fields for name in names):
                expected = "a buffer with the fields `content from_user`"
                raise MisfitError(f"Expected {expected}, got `{' '.join(value.fields)}`", path)
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


class ChatbotCard(Card):
    """Show a conversation and ask the user for the next prompt.

    Add a row to `data` to add a message. Assign a row again with a longer text to stream into
    it; only the new characters travel.

    Properties that may be assigned later, beyond the arguments:

    - `prev_items`: a list of `{"content": ..., "from_user": ...}`, older messages in answer to
      the `scroll_up` event, oldest first. They go before those that are there, and stay. `[]`
      says that there are no more (it sets `history_end`), None forgets them all.
    - `history_end`: True ends the `scroll_up` events.

    Attributes:
        box: Place on the page.
        name: Key of the prompt in `q.args` and of the events in `q.events`.
        data: The messages, oldest row first: a buffer with the fields `content from_user` (or
            `msg fromUser`), made with `data(...)`. `content` is Markdown, `from_user` says whose
            side it is on. Also taken: a list of dicts with these fields or of rows
            `[content, from_user]`, or one packed in a string; they become a list buffer.
        placeholder: Hint shown while the prompt box is empty; `Type your message` when absent.
        events: What to be told of: `stop`, `scroll_up`, `feedback`, `suggestion`.
        generating: Show the stop button.
        suggestions: Prompts to offer after the last message; `[]` offers none.
        disabled: Take no prompts.
        value: Text in the prompt box. Assigning another one replaces what was typed.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "chatbot"
    assignable: ClassVar[dict[str, Any]] = {
        "prev_items": Annotated[Sequence[Mapping[str, Any]], Earlier()],
        "history_end": bool,
    }

    box: Box
    name: Name
    data: Annotated[Data | Sequence[Any] | Mapping[str, Any] | str, Messages()]
    placeholder: str | None = None
    events: Sequence[Literal["stop", "scroll_up", "feedback", "suggestion"]] | None = None
    generating: bool | None = None
    suggestions: Sequence[ChatSuggestion] | None = None
    disabled: bool | None = None
    value: str | None = None
    commands: Sequence[Command] | None = None

    @classmethod
    def assign(cls, key: str, prop: str, value: Any) -> list[Edit] | None:
        """Put older messages before those that are there, instead of replacing them."""
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
        """Put older messages that came with the card (a raw dict) where later ones go."""
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
        records = _records(list(value.values()), path)
        rows = {k: [r["content"], r["from_user"]] for k, r in zip(keys, records, strict=True)}
        return Data("content from_user", rows=rows or None, t="map" if rows else "list")
    records = _records([value] if isinstance(value, Mapping) else value, path)
    listed = [[r["content"], r["from_user"]] for r in records]
    return Data("content from_user", rows=listed, t="list")


def _records(value: Any, path: str) -> list[dict[str, Any]]:
    """Return messages as records `{content, from_user}`; other fields are dropped, as in Wave."""
    if not isinstance(value, list | tuple):
        expected = '`data("content from_user", t="list")` or a list of messages'
        raise MisfitError(f"Expected {expected}, got `{type_name(value)}`", path)
    return [_record(item, f"{path}[{i}]") for i, item in enumerate(value)]


def _record(item: Any, path: str) -> dict[str, Any]:
    match item:
        case Mapping():
            text = next((item[name] for name in _TEXT_FIELDS if name in item), None)
            side = next((item[name] for name in _SIDE_FIELDS if name in item), False)
        case [text, side]:
            pass
        case _:
            text = side = None
    if not isinstance(text, str):
        expected = '`{"content": str, "from_user": bool}` or `[str, bool]`'
        raise MisfitError(f"Expected {expected}, got {plain(item, path)!r:.60}", path)
    return {"content": plain(text, f"{path}.content"), "from_user": bool(side)}
