"""Types of properties: read once from a class's annotations, checked at each assignment.

`msgspec` checks types when it decodes, not in constructors, and cannot follow the shapes that a
page uses (a component is wrapped in its tag, some lists may arrive packed in a string). So the
annotations of a `Record` are compiled here into *kinds*: one small object for each property
that checks a value, takes one step down a path, and rebuilds objects from JSON.
"""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, Self, get_args, get_origin

import msgspec

from swell.errors import DECODE_ERRORS, NotSupportedError, PlainValueError
from swell.hints import unwrap
from swell.mistakes import near_miss

from .json_value import dotted, json_value, type_name

Name = typing.Annotated[str, msgspec.Meta(min_length=1)]
"""An identifier: text that is not empty."""

Forgive: typing.TypeAlias = Callable[[str], None]
"""Called with a message about a value that is left out because H2O Wave ignores it."""

forgiving: ContextVar[Forgive | None] = ContextVar("swell-forgiving", default=None)
"""The running handler's `forgive`; None raises."""

_EVENT = re.compile(r"\.events\[\d+\]$")

MAX_LISTS = 16
"""How deep lists of parts may sit within each other, such as rows within rows."""


class MisfitError(Exception):
    """A value does not fit its property; `base.check_card` turns it into a `CardError`.

    Attributes:
        reason: What was expected and found.
        path: Place of the value below the card, such as `$.items[0].textbox.label`.
        ignored: Place of what H2O Wave ignores, empty where Wave refuses the value as well.
        word: Whether the value is none of a few words, which Wave ignores in a dict only.
    """

    def __init__(self, reason: str, path: str, ignored: str = "", *, word: bool = False) -> None:
        super().__init__(reason, path, ignored)
        self.reason, self.path, self.ignored, self.word = reason, path, ignored, word

    def __str__(self) -> str:
        return f"{self.reason} - at `{self.path}`"


class Kind:
    """The type of one property: any JSON value, unless a subclass restricts it."""

    def check(self, value: Any, path: str) -> Any:
        """Return the plain JSON form of `value`, or raise `MisfitError` or `PlainValueError`."""
        return json_value(value, path)

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        """Go one segment down: the kind there, the value there now, and its path.

        Raises:
            MisfitError: If there is no such place.
        """
        child = f"[{segment}]" if isinstance(segment, int) else dotted(segment)
        if isinstance(current, Mapping):
            return ANYTHING, current.get(str(segment)), path + child
        if isinstance(current, list):
            index = list_index(segment, current, path)
            return ANYTHING, current[index], f"{path}[{index}]"
        if current is None:
            raise MisfitError(
                f"it is not set, so nothing below it can be assigned (`{segment}`)", path
            )
        raise MisfitError(f"a `{type_name(current)}` has no part `{segment}`", path)

    def check_removal(self, segment: str | int, path: str) -> None:
        """Raise `MisfitError` if the value at `segment` cannot be removed with `None`."""

    def load(self, value: Any) -> Any:
        """Return objects for the JSON form of `value`; the reverse of `Record.dump`."""
        return value


class Scalar(Kind):
    """One `str`, `int`, `float` or `bool`, perhaps within bounds."""

    def __init__(self, base: type, meta: msgspec.Meta | None = None) -> None:
        self.base, self.meta = base, meta or msgspec.Meta()

    def check(self, value: Any, path: str) -> Any:
        # bool is an int to Python, and never meant as a number.
        fits = isinstance(value, (int, float) if self.base is float else self.base)
        if not fits or (isinstance(value, bool) and self.base is not bool):
            raise MisfitError(f"Expected `{self.base.__name__}`, got `{type_name(value)}`", path)
        try:
            value = json_value(value, path)
        except PlainValueError as error:
            if type(value) is float and not math.isfinite(value):
                raise MisfitError(f"Expected a finite `float`, got `{value}`", path) from None
            if type_name(value).startswith("numpy."):
                reason = f"Expected `{self.base.__name__}`, got `{type_name(value)}`"
                raise MisfitError(f"{reason}; convert it with `.item()`", path) from None
            raise MisfitError(error.reason, error.where) from None
        if self.base is str:
            shortest = self.meta.min_length or 0
            if len(value) < shortest:
                what = "a non-empty `str`" if shortest == 1 else f"`str` of length >= {shortest}"
                raise MisfitError(f"Expected {what}, got {value!r}", path)
        elif (self.meta.ge is not None and value < self.meta.ge) or (
            self.meta.le is not None and value > self.meta.le
        ):
            low, high = self.meta.ge, self.meta.le
            span = f">= {low}" if high is None else f"<= {high}" if low is None else ""
            span = span or f"from {low} to {high}"
            raise MisfitError(f"Expected `{self.base.__name__}` {span}, got {value}", path)
        return value

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:  # noqa: ARG002
        raise MisfitError(f"a `{self.base.__name__}` has no part `{segment}`", path)


class TextOrNumber(Kind):
    """A text, or a number that is written as the reader's language does."""

    def check(self, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise MisfitError(f"Expected `str` or a number, got `{type_name(value)}`", path)
        return super().check(value, path)

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        raise MisfitError(f"a `{type_name(current)}` has no part `{segment}`", path)


class OneOf(Kind):
    """One of a few words."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed

    def check(self, value: Any, path: str) -> Any:
        if isinstance(value, str) and value in self.allowed:
            return str.__str__(value)
        got = repr(value) if isinstance(value, str) else f"`{type_name(value)}`"
        hint = near_miss(value, self.allowed) if isinstance(value, str) else ""
        reason = f"Expected one of {quoted(self.allowed)}, got {got}{hint}"
        raise MisfitError(reason, path, path if isinstance(value, str) else "", word=True)

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:  # noqa: ARG002
        raise MisfitError(f"a `str` has no part `{segment}`", path)


class ListOf(Kind):
    """A list whose items are all of one kind."""

    def __init__(self, item: Kind) -> None:
        self.item = item

    def check(self, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise MisfitError(f"Expected `list`, got `{type_name(value)}`", path)
        if path.count("[") >= MAX_LISTS:  # a part that holds itself ends here
            raise MisfitError(f"Expected at most {MAX_LISTS} levels of lists, got more", path)
        return [self.item.check(item, f"{path}[{i}]") for i, item in enumerate(value)]

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        if not isinstance(current, list):
            return super().step(segment, current, path)
        index = list_index(segment, current, path)
        return self.item, current[index], f"{path}[{index}]"

    def check_removal(self, segment: str | int, path: str) -> None:  # noqa: ARG002
        raise MisfitError(
            "Expected an item, got `None`; assign the list without it to remove it", path
        )

    def load(self, value: Any) -> Any:
        return [self.item.load(item) for item in value] if isinstance(value, list) else value


class RecordOf(Kind):
    """An object of one `Record` class, or a dict with its properties."""

    def __init__(self, cls: type[Record]) -> None:
        self.cls = cls

    def check(self, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, self.cls):
            return check_record(value, path)
        given = value if isinstance(value, Mapping) else dumped(value)
        if not isinstance(given, Mapping) or isinstance(value, Record):
            kind = self.cls.__name__
            raise MisfitError(f"Expected `{kind}`, got `{type_name(value)}`", path)
        return check_fields(self.cls, given, path)

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        if not isinstance(current, Mapping):
            return super().step(segment, current, path)
        name = str(segment)
        kinds = properties(self.cls)
        if name not in kinds:
            raise unknown_property(self.cls, name, kinds, path)
        return kinds[name], current.get(name), path + dotted(name)

    def check_removal(self, segment: str | int, path: str) -> None:
        if str(segment) in required(self.cls):
            raise MisfitError(f"`{self.cls.__name__}` needs `{segment}`, got `None`", path)

    def load(self, value: Any) -> Any:
        return self.cls.load(value) if isinstance(value, Mapping) else value


class Packed(Kind):
    """A value that may also arrive as a string made by `pack(...)` or `data(..., pack=True)`."""

    def __init__(self, inner: Kind | None = None) -> None:
        self.inner = inner or ANYTHING

    def check(self, value: Any, path: str) -> Any:
        return self.inner.check(unpack(value, path) if isinstance(value, str) else value, path)

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        return self.inner.step(segment, current, path)

    def check_removal(self, segment: str | int, path: str) -> None:
        self.inner.check_removal(segment, path)

    def load(self, value: Any) -> Any:
        return self.inner.load(value)


class Missing(Kind):
    """A property of Wave that is known by name only; anything but `None` or empty is refused."""

    def __init__(self, name: str) -> None:
        self.name = name

    def check(self, value: Any, path: str) -> Any:  # noqa: ARG002
        if value in (False, "", [], (), {}):
            return None
        raise NotSupportedError(self.name)


TEXT_OR_NUMBER: Final = TextOrNumber()

ANYTHING: Final = Kind()
"""Any plain JSON value."""

PACKED: Final = Packed()
"""Any plain JSON value, perhaps packed; in `Annotated` beside a list: that list, perhaps packed."""


class _RecordMeta(msgspec.StructMeta):
    """Lets a constructor suggest the property that was probably meant."""

    if not TYPE_CHECKING:  # the signature of each class is what checkers go by

        def __call__(self, *args: Any, **given: Any) -> Any:
            try:
                return super().__call__(*args, **given)
            except TypeError:
                fields = self.__struct_fields__
                unknown = next((name for name in given if name not in fields), None)
                if unknown is None:
                    raise
                raise TypeError(
                    f"`{self.__name__}` has no argument `{unknown}`{near_miss(unknown, fields)}"
                ) from None


class Record(msgspec.Struct, metaclass=_RecordMeta):
    """Base of everything an app builds with `ui.*`: cards, components and their parts.

    Constructors accept any value, with the order and names of Wave's arguments; the values are
    checked once, when the card that holds them is put on a page.
    """

    def dump(self) -> dict[str, Any]:
        """Return the JSON shape, without the properties that are `None`. Not checked."""
        return dump_fields(self)

    if not TYPE_CHECKING:  # checkers know the properties of each class

        def __setattr__(self, name: str, value: Any) -> None:
            if name in self.__struct_fields__:
                super().__setattr__(name, value)
                return
            sentence = f"`{type(self).__name__}` has no property `{name}`"
            sentence += near_miss(name, self.__struct_fields__)
            forgive = forgiving.get()
            if forgive is None:
                raise AttributeError(sentence, name=name, obj=self)
            forgive(sentence)

    @classmethod
    def load(cls, d: Mapping[str, Any]) -> Self:
        """Return an object for a JSON shape such as `dump` returns.

        Raises:
            TypeError: If a property is missing or unknown.
        """
        kinds = properties(cls)
        return cls(**{k: kinds[k].load(v) if k in kinds else v for k, v in d.items()})

    @classmethod
    def as_kind(cls) -> Kind:
        """Return the kind that annotations naming this class stand for."""
        return RecordOf(cls)

    @classmethod
    def extra_properties(cls) -> Mapping[str, Any]:
        """Return annotations of properties that are no argument of the constructor."""
        return {}


def attributes(record: Record) -> dict[str, Any]:
    """Return the properties of a record by name, as they are."""
    return {name: getattr(record, name) for name in record.__struct_fields__}


def dump_fields(record: Record) -> dict[str, Any]:
    """Return the set properties of a record, with records inside dumped."""
    given = attributes(record).items()
    return {name: dump_value(value) for name, value in given if value is not None}


def dump_value(value: Any) -> Any:
    """Return `value` with every record inside replaced by its JSON shape."""
    if isinstance(value, Record):
        return value.dump()
    if isinstance(value, list | tuple):
        return [dump_value(item) for item in value]
    if isinstance(value, dict):
        return {key: dump_value(item) for key, item in value.items()}
    return value


def dumped(value: Any) -> Any:
    """Return `value.dump()` of an object that is not ours, else None."""
    dump = getattr(value, "dump", None)
    return dump() if callable(dump) and not isinstance(value, type) else None


@cache
def properties(cls: type[Record]) -> Mapping[str, Kind]:
    """Return the kind of every property of a class, constructor arguments first."""
    hints = typing.get_type_hints(cls, include_extras=True)
    kinds = {name: kind_of(hints[name]) for name in cls.__struct_fields__}
    kinds.update((name, kind_of(hint)) for name, hint in cls.extra_properties().items())
    return types.MappingProxyType(kinds)


@cache
def required(cls: type[Record]) -> frozenset[str]:
    """Return the names of the properties without a default."""
    fields, defaults = cls.__struct_fields__, cls.__struct_defaults__
    return frozenset(fields[: len(fields) - len(defaults)])


def kind_of(hint: Any) -> Kind:
    """Return the kind that an annotation stands for.

    Raises:
        TypeError: If there is no kind for it: a mistake in a class of this package.
    """
    hint, notes = unwrap(hint)
    if get_origin(hint) in (typing.Union, types.UnionType):
        hints = [h for h in get_args(hint) if h is not types.NoneType]
        if len(hints) == 1:  # Optional[X]; None never reaches a kind
            hint, inner = unwrap(hints[0])
            notes = inner or notes
        elif PACKED in notes and any(is_list(h) for h in hints):
            return Packed(kind_of(next(h for h in hints if is_list(h))))
    for note in notes:
        if isinstance(note, Kind):
            return note
    if is_list(hint):
        return ListOf(kind_of(get_args(hint)[0]))
    if get_origin(hint) is Literal:
        return OneOf(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.as_kind()
    if hint in (str, int, float, bool):
        return Scalar(hint, next((n for n in notes if isinstance(n, msgspec.Meta)), None))
    if hint is Any:
        return ANYTHING
    raise TypeError(f"no kind for the annotation {hint!r}")


def is_list(hint: Any) -> bool:
    """Return whether an annotation is `Sequence[...]` or `list[...]`."""
    return get_origin(hint) in (Sequence, list)


def check_fields(cls: type[Record], given: Mapping[Any, Any], path: str) -> dict[str, Any]:
    """Return the checked properties in `given`, in the order of the class.

    Raises:
        MisfitError: If one is unknown, missing or does not fit.
    """
    kinds = properties(cls)
    for name in given:
        if name not in kinds:
            raise unknown_property(cls, name, kinds, path)
    for name in required(cls):
        if given.get(name) is None:
            got = "got `None`" if name in given else "it is missing"
            raise MisfitError(f"`{cls.__name__}` needs `{name}`, {got}", path + dotted(name))
    out: dict[str, Any] = {}
    for name, kind in kinds.items():
        value = given.get(name)
        if value is not None and (checked := kind.check(value, path + dotted(name))) is not None:
            out[name] = checked
    return out


def check_record(record: Record, path: str) -> dict[str, Any]:
    """Return the checked properties of an object; `check_fields` is for dicts.

    Raises:
        MisfitError: If one does not fit.
    """
    try:
        return check_fields(type(record), attributes(record), path)
    except MisfitError as misfit:
        if misfit.word and not _EVENT.search(misfit.path):  # Wave takes any event
            misfit.ignored = ""
        raise


def list_index(segment: str | int, current: list[Any], path: str) -> int:
    """Return a path segment as an index into a list.

    Raises:
        MisfitError: If it is no number, or outside the list.
    """
    text = str(segment)
    if not text.isdecimal() or int(text) >= len(current):
        count = f"{len(current)} item{'' if len(current) == 1 else 's'}"
        raise MisfitError(f"Expected an index into {count}, got `{segment}`", path)
    return int(text)


def unpack(text: str, path: str) -> Any:
    """Return the value in a packed string.

    `data:` holds JSON; `rows:` and `cols:` hold field names and rows or columns, and become a
    list of records.

    Raises:
        MisfitError: If it is no packed string, or its JSON or a row's length is wrong.
    """
    prefix, colon, body = text.partition(":")
    if not colon or prefix not in ("data", "rows", "cols"):
        short = text if len(text) <= 40 else text[:37] + "..."
        raise MisfitError(
            f"Expected a packed string (`data:`, `rows:` or `cols:`), got {short!r}", path
        )
    try:
        value = msgspec.json.decode(body)
    except DECODE_ERRORS as error:
        raise MisfitError(f"Expected JSON after `{prefix}:`: {error}", path) from None
    if prefix == "data":
        return value
    match value:
        case [[*fields], [*lists]] if all(isinstance(part, list) for part in lists) and not any(
            isinstance(name, list | dict) for name in fields
        ):
            pass
        case _:
            raise MisfitError(f"Expected `[fields, {prefix}]` after `{prefix}:`", path)
    if prefix == "cols":
        if len({len(column) for column in lists}) > 1:
            raise MisfitError("Expected columns of one length after `cols:`", path)
        lists = [list(row) for row in zip(*lists, strict=True)]
    for i, row in enumerate(lists):
        if len(row) != len(fields):
            expected = f"{len(fields)} cells ({' '.join(map(str, fields))})"
            raise MisfitError(f"Expected {expected}, got {len(row)}", f"{path}[{i}]")
    return [dict(zip(fields, row, strict=True)) for row in lists]


def unknown_property(cls: type[Record], name: Any, known: Iterable[str], path: str) -> MisfitError:
    """Return the error for an unknown property, with the closest known name."""
    known = list(known)
    hint = near_miss(name, known) if isinstance(name, str) else ""
    hint = hint or f"; it has {quoted(known)}"
    child = path + dotted(name) if isinstance(name, str) else ""
    return MisfitError(f"`{cls.__name__}` has no property `{name}`{hint}", path, child)


def quoted(words: Iterable[str]) -> str:
    """Return words as a list for a message, such as `` `a`, `b` ``."""
    return ", ".join(f"`{word}`" for word in words)
