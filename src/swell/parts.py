"""Parts of a message: text, reasoning, tool calls, sources, files, images, tables and cards.

A row of a chatbot card may have a field `parts` with a list of them; they are shown in order,
and the row's `content` after them. A dict with the same names and its `type` is taken as well.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from .coerce import as_text, coerce, well_formed
from .components.base import Component
from .errors import PartError, PlainValueError
from .mistakes import near_miss
from .schema.kinds import (
    Kind,
    MisfitError,
    Record,
    attributes,
    check_fields,
    dump_value,
    dumped,
    kind_of,
    properties,
    quoted,
    required,
)
from .schema.plain import MAX_DEPTH, dotted, type_name

__all__ = [
    "Card",
    "File",
    "Image",
    "Incomplete",
    "Part",
    "Reasoning",
    "Source",
    "Table",
    "Text",
    "ToolCall",
    "as_json",
    "to_parts",
]

MAX_NESTING = 8
"""How deep tool calls may sit within tool calls."""


class Parts(Kind):
    """A list of parts, as objects or as dicts with their `type`."""

    def check(self, value: Any, path: str) -> list[dict[str, Any]]:
        if not isinstance(value, list | tuple):
            raise MisfitError(f"Expected a list of parts, got `{type_name(value)}`", path)
        if path.count(".parts") > MAX_NESTING:  # a part that holds itself ends here, too
            raise MisfitError(f"Expected at most {MAX_NESTING} levels of parts, got more", path)
        return [_check(item, f"{path}[{i}]") for i, item in enumerate(value)]

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        if not str(segment).removeprefix("-").isdigit():
            raise MisfitError(f"Expected the number of a part, got `{segment}`", path)
        # Edits that are not saved yet may bring more parts than there are now.
        index, parts = int(segment), current if isinstance(current, list) else []
        known = parts[index] if -len(parts) <= index < len(parts) else None
        return _ANY_PART, known, f"{path}[{segment}]"

    def check_removal(self, segment: str | int, path: str) -> None:  # noqa: ARG002
        raise MisfitError("Expected a part, got `None`; assign the list without it", path)

    def load(self, value: Any) -> Any:
        return to_parts(value) if isinstance(value, list | tuple) else value


class _AnyPart(Kind):
    """One part. Which one it will be when an edit is saved is not known before."""

    def check(self, value: Any, path: str) -> dict[str, Any]:
        return _check(value, path)

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        name = str(segment)
        below = current.get(name) if isinstance(current, Mapping) else None
        kinds = _kinds_by_name()
        if name not in kinds:
            hint = near_miss(name, kinds) or f"; there are {quoted(kinds)}"
            raise MisfitError(f"no part has a property `{name}`{hint}", path)
        return kinds[name], below, path + dotted(name)

    def check_removal(self, segment: str | int, path: str) -> None:
        if all(segment in required(cls) for cls in _BY_TYPE.values() if segment in properties(cls)):
            raise MisfitError(f"a part needs `{segment}`, got `None`", path)


class Shown(Kind):
    """Any JSON, for showing: what a browser cannot hold exactly becomes text."""

    def check(self, value: Any, path: str) -> Any:
        try:
            return coerce(value, path)
        except PlainValueError:
            raise
        except ValueError as error:
            raise MisfitError(str(error), path) from None


PARTS = Parts()
SHOWN = Shown()
_ANY_PART = _AnyPart()


class _Part(Record, tag_field="type", omit_defaults=True):
    """Base of the parts."""

    def dump(self) -> dict[str, Any]:
        """Return the JSON shape, without properties that have their default. Not checked."""
        given = _without_defaults(type(self), attributes(self))
        return {
            "type": _type(type(self)),
            **{name: dump_value(value) for name, value in given.items()},
        }

    @classmethod
    def as_kind(cls) -> Kind:
        """Return the kind that annotations naming this class stand for."""
        return _ANY_PART


class Text(_Part, tag="text"):
    """Words of the message.

    Attributes:
        text: Markdown.
    """

    text: str


class Reasoning(_Part, tag="reasoning"):
    """What the model thought before it answered; shown as one line that opens.

    Attributes:
        text: Markdown.
        seconds: How long it thought, once that is known.
        done: Whether it has finished. While the message is streamed and it has not, the text
            is shown as it comes.
    """

    text: str
    seconds: float | None = None
    done: bool = False


class ToolCall(_Part, tag="tool_call"):
    """A call of a tool; shown as one line with its state that opens.

    Attributes:
        name: The tool.
        args: What it was called with, any JSON.
        state: `running`; `waiting` for the person; `done`; or `failed`. Left out, it is `done`
            when there is a result, else `running`.
        result: What it returned, any JSON; a text is Markdown. While it runs, its progress.
        parts: What happened inside, such as calls that this one made.
        id: The call, as the model names it; made up when left out.
    """

    name: str
    args: Annotated[Any, SHOWN] = None
    state: Literal["running", "waiting", "done", "failed"] | None = None
    result: Annotated[Any, SHOWN] = None
    parts: Annotated[list[Part], PARTS] = []
    id: str = msgspec.field(default_factory=lambda: f"call-{uuid.uuid4().hex}")

    def __post_init__(self) -> None:
        if self.state is None:
            self.state = "running" if self.result is None else "done"


class Source(_Part, tag="source"):
    """Where something in the answer comes from; all are gathered under the message.

    Attributes:
        title: Its name.
        url: Address to open: http or https, or a path of this app.
        quote: The words that were used, as plain text.
        index: Number that the text cites it by; else they are counted from 1.
    """

    title: str
    url: str | None = None
    quote: str | None = None
    index: Annotated[int, msgspec.Meta(ge=0)] | None = None


class File(_Part, tag="file"):
    """A file to open or keep.

    Attributes:
        name: File name as shown.
        url: Address or path of this app, as `q.site.upload` returns it. In `@chat` let
            `turn.file` make the part of bytes or of a file on the server.
        size: Size in bytes.
        mime: Media type, such as `text/csv`.
    """

    name: str
    url: str
    size: Annotated[int, msgspec.Meta(ge=0)] | None = None
    mime: str | None = None


class Image(_Part, tag="image"):
    """A picture. One of another site is shown by the card's `images`.

    Attributes:
        url: Address or path of this app; on a card also a `data:image/...` address. In `@chat`
            let `turn.file` make the part of bytes or of a file on the server.
        alt: What it shows, in words.
        width: Width in CSS pixels; with the height its room is kept while it loads.
        height: Height in CSS pixels.
    """

    url: str
    alt: str
    width: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    height: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None


class Table(_Part, tag="table"):
    """Rows and columns; scrolls inside itself.

    Attributes:
        columns: Heads of the columns.
        rows: Rows of cells; numbers are aligned and written as the reader's language does.
    """

    columns: list[str]
    rows: list[list[Annotated[Any, SHOWN]]]


class Card(_Part, tag="card"):
    """Form components inside a message, as in a form card.

    Attributes:
        items: `ui.text(...)`, `ui.button(...)` and so on.
    """

    items: list[Annotated[Any, Component.as_kind()]]

    def __post_init__(self) -> None:
        # Plain from the start: a store that encodes parts knows no components.
        if isinstance(self.items, list | tuple):
            self.items = dump_value(self.items)


class Incomplete(_Part, tag="incomplete"):
    """Why an answer ends before it is complete; shown as one line at its end.

    Attributes:
        reason: `length`, the model reached its limit of tokens, and the reader may let it continue;
            `context`, the conversation filled the model's context; `content_filter`, the provider
            cut the answer; `refusal`, the model declined.
    """

    reason: Literal["length", "context", "content_filter", "refusal"]


def _type(cls: type[_Part]) -> str:
    return str(cls.__struct_config__.tag)


Part: TypeAlias = Text | Reasoning | ToolCall | Source | File | Image | Table | Card | Incomplete

_BY_TYPE: dict[str, type[_Part]] = {
    _type(cls): cls
    for cls in (Text, Reasoning, ToolCall, Source, File, Image, Table, Card, Incomplete)
}
PART_TYPES = frozenset(_BY_TYPE)
"""What the `type` of a part may be."""


def to_parts(value: Sequence[Any] | str) -> list[Part]:
    """Return parts as objects.

    Args:
        value: A text, or a list of parts, of dicts with their `type`, or of texts.

    Raises:
        PartError: If one is no part, or a property of it has a wrong type or range.

    >>> to_parts(["Hello", {"type": "file", "name": "a.csv", "url": "/a.csv"}])
    [Text(text='Hello'), File(name='a.csv', url='/a.csv', size=None, mime=None)]
    """
    return [_BY_TYPE[part["type"]].load(_body(part)) for part in as_json(value)]  # type: ignore[misc]


def as_json(value: Sequence[Any] | str) -> list[dict[str, Any]]:
    """Return parts as plain JSON, in the form in which they travel and are stored.

    Args:
        value: As for `to_parts`.

    Raises:
        PartError: If one is no part, or a property of it has a wrong type or range.

    >>> as_json([Reasoning("Let me see.", seconds=2)])
    [{'type': 'reasoning', 'text': 'Let me see.', 'seconds': 2}]
    """
    try:
        return PARTS.check([value] if isinstance(value, str) else value, "parts")
    except MisfitError as misfit:
        raise PartError(misfit.path, misfit.reason) from None
    except PlainValueError as error:
        raise PartError(error.where, error.reason) from None


def as_shown(value: Sequence[Part]) -> list[dict[str, Any]]:
    """Return stored parts as plain JSON; what cannot be shown as it is becomes its JSON as text.

    >>> as_shown([Image("/a.png", "A", width=2**60)])[0]["type"]
    'text'
    """
    try:
        return as_json(value)
    except PartError:
        return [one for part in value for one in _shown(part)]


def raw(body: str) -> Text:
    """Return JSON that is no part as a part, to be read."""
    fence = "```"
    while fence in body:
        fence += "`"
    return Text(f"{fence}json\n{body}\n{fence}")


def _shown(part: Part) -> list[dict[str, Any]]:
    try:
        return as_json([part])
    except PartError:
        return as_json([raw(as_text(part.dump()))])


def _check(value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, str):
        value = Text(value)
    if isinstance(value, _Part):
        cls, given = type(value), attributes(value)
    else:
        found = value if isinstance(value, Mapping) else dumped(value)
        if not isinstance(found, Mapping) or isinstance(value, Record):
            raise MisfitError(f"Expected a part, got `{type_name(value)}`", path)
        cls, given = _class_of(found, path), _body(found)
    given = {n: given[n] if n in _COERCED else _well_formed(given[n]) for n in given}
    return {"type": _type(cls), **_without_defaults(cls, check_fields(cls, given, path))}


_COERCED = frozenset({"args", "result", "rows", "parts"})
"""Properties whose kinds replace lone surrogates themselves."""


def _well_formed(value: Any, depth: int = 0) -> Any:
    """Return text, also in lists and dicts, without lone surrogates; all else as it is."""
    if type(value) is str:
        return well_formed(value)
    if depth > MAX_DEPTH:  # the check that follows refuses it
        return value
    if type(value) is list:
        return [_well_formed(item, depth + 1) for item in value]
    if type(value) is dict:
        return {_well_formed(k, depth): _well_formed(v, depth + 1) for k, v in value.items()}
    return value


def _class_of(given: Mapping[Any, Any], path: str) -> type[_Part]:
    name = given.get("type")
    found = _BY_TYPE.get(name) if isinstance(name, str) else None
    if found is None:
        got = repr(name) if isinstance(name, str) else f"`{type_name(name)}`"
        hint = near_miss(name, _BY_TYPE) if isinstance(name, str) else ""
        expected = f"Expected one of {quoted(_BY_TYPE)}, got {got}{hint}"
        raise MisfitError(expected, path + ".type")
    return found


def _body(given: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in given.items() if name != "type"}


def _without_defaults(cls: type[_Part], given: Mapping[str, Any]) -> dict[str, Any]:
    defaults = _defaults(cls)
    kept = {n: v for n, v in given.items() if n not in defaults or defaults[n] != v}
    if kept.get("state") == "running" and "result" not in kept:
        del kept["state"]  # what a call without a result is
    return kept


@cache
def _defaults(cls: type[_Part]) -> Mapping[str, Any]:
    fields = msgspec.structs.fields(cls)
    return {
        field.name: [] if field.default_factory is list else field.default
        for field in fields
        if not field.required
    }


@cache
def _kinds_by_name() -> Mapping[str, Kind]:
    """Return the kinds of all properties of parts; one name means one thing in all of them."""
    kinds: dict[str, Kind] = {"type": kind_of(Literal[tuple(_BY_TYPE)])}
    for cls in _BY_TYPE.values():
        kinds.update(properties(cls))
    return kinds
