"""The base of all parts, which of them there are, and how they are checked.

A part is one module of this folder: a subclass of `Part`. The module is found by being there.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, Union

import msgspec

from swell.coerce import as_text, coerce, well_formed
from swell.errors import DECODE_ERRORS, PartError, PlainValueError
from swell.locales import Words
from swell.markdown import fenced
from swell.mistakes import near_miss
from swell.schema.json_value import MAX_DEPTH, dotted, type_name
from swell.schema.kinds import (
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

__all__ = [
    "PARTS",
    "SHOWN",
    "AnyPart",
    "Part",
    "as_json",
    "as_shown",
    "decoded",
    "loaded",
    "part_types",
    "part_union",
    "raw",
    "to_parts",
]

MAX_NESTING = 8
"""How deep tool calls may sit within tool calls."""


class Parts(Kind):
    """A list of parts, as objects or as dicts with their `type`."""

    def check(self, value: Any, path: str) -> list[dict[str, Any]]:
        if not isinstance(value, list | tuple):
            raise MisfitError(f"Expected a list of parts, got `{type_name(value)}`", path)
        if path.count(".parts") > MAX_NESTING:  # also stops at a part that holds itself
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
        if all(
            segment in required(cls) for cls in part_types().values() if segment in properties(cls)
        ):
            raise MisfitError(f"a part needs `{segment}`, got `None`", path)


class Shown(Kind):
    """Any JSON, for display: values that a browser cannot hold exactly become text."""

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


class Part(Record, tag_field="type", omit_defaults=True):
    """One piece of a message; `swell.parts` has the kinds.

    Attributes:
        aside: It is not text of the answer: reasoning, a call, a source, the finish reason.
            Programs that take only text get it in another way or not at all, models not again.
    """

    aside: ClassVar[bool] = False

    def as_markdown(self) -> str:
        """Return the part as Markdown; empty when there is nothing to read.

        By default this is the JSON of the part.
        """
        return fenced(as_text(self.dump()), "json")

    def as_markdown_in(self, words: Words) -> str:
        """Return the same in a language, where Swell says something itself."""
        del words
        return self.as_markdown()

    def as_prompt(self) -> str:
        """Return the text that a model gets for it in later turns."""
        return "" if self.aside else self.as_markdown()

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


if TYPE_CHECKING:
    AnyPart: TypeAlias = Part
else:
    AnyPart = Any
"""A part inside another one: msgspec leaves it unchanged, and `loaded` makes the part of it."""


@cache
def part_types() -> Mapping[str, type[Part]]:
    """Return the classes of all modules of this folder, by their `type`."""
    folder = import_module(__package__)
    modules = pkgutil.iter_modules(folder.__path__, f"{__package__}.")
    return {
        _type(value): value
        for module in modules
        for value in vars(import_module(module.name)).values()
        if isinstance(value, type) and issubclass(value, Part) and value.__module__ == module.name
        if value is not Part
    }


@cache
def part_union() -> Any:
    """Return the type of any part, as msgspec needs it to decode one."""
    return Union[tuple(part_types().values())]  # noqa: UP007


def decoded(body: str) -> Part:
    """Return a part from its JSON; one that this version does not know is shown as its JSON."""
    try:
        part: Part = _decoder().decode(body)
    except DECODE_ERRORS:
        return raw(body)
    return part


def loaded(value: Any) -> Any:
    """Return the part of a dict; other values unchanged."""
    if not isinstance(value, dict):
        return value
    try:
        return msgspec.convert(value, part_union())
    except (msgspec.ValidationError, RecursionError):
        return value  # the check of the enclosing part gives the reason


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(part_union())


def _type(cls: type[Part]) -> str:
    return str(cls.__struct_config__.tag)


def to_parts(value: Sequence[Any] | str) -> list[Part]:
    """Return parts as objects.

    Args:
        value: A text, or a list of parts, of dicts with their `type`, or of texts.

    Raises:
        PartError: If one is no part, or a property of it has a wrong type or range.

    >>> to_parts(["Hello", {"type": "file", "name": "a.csv", "url": "/a.csv"}])
    [Text(text='Hello'), File(name='a.csv', url='/a.csv', size=None, mime=None)]
    """
    return [part_types()[part["type"]].load(_body(part)) for part in as_json(value)]


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
    """Return stored parts as JSON values; a part that cannot be shown becomes its JSON as text.

    >>> as_shown([Image("/a.png", "A", width=2**60)])[0]["type"]
    'text'
    """
    try:
        return as_json(value)
    except PartError:
        return [one for part in value for one in _shown(part)]


def raw(body: str) -> Part:
    """Return JSON that is no part as a part, to be read."""
    return part_types()["text"].load({"text": fenced(body, "json")})


def _shown(part: Part) -> list[dict[str, Any]]:
    try:
        return as_json([part])
    except PartError:
        return as_json([raw(as_text(part.dump()))])


def _check(value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, str):
        value = {"type": "text", "text": value}
    if isinstance(value, Part):
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
    """Return text, also in lists and dicts, without lone surrogates; other values unchanged."""
    if type(value) is str:
        return well_formed(value)
    if depth > MAX_DEPTH:  # the check that follows refuses it
        return value
    if type(value) is list:
        return [_well_formed(item, depth + 1) for item in value]
    if type(value) is dict:
        return {_well_formed(k, depth): _well_formed(v, depth + 1) for k, v in value.items()}
    return value


def _class_of(given: Mapping[Any, Any], path: str) -> type[Part]:
    name = given.get("type")
    found = part_types().get(name) if isinstance(name, str) else None
    if found is None:
        got = repr(name) if isinstance(name, str) else f"`{type_name(name)}`"
        hint = near_miss(name, part_types()) if isinstance(name, str) else ""
        expected = f"Expected one of {quoted(part_types())}, got {got}{hint}"
        raise MisfitError(expected, path + ".type")
    return found


def _body(given: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in given.items() if name != "type"}


def _without_defaults(cls: type[Part], given: Mapping[str, Any]) -> dict[str, Any]:
    defaults = _defaults(cls)
    kept = {n: v for n, v in given.items() if n not in defaults or defaults[n] != v}
    if kept.get("state") == "running" and "result" not in kept:
        del kept["state"]  # the default of a call without a result
    return kept


@cache
def _defaults(cls: type[Part]) -> Mapping[str, Any]:
    fields = msgspec.structs.fields(cls)
    return {
        field.name: [] if field.default_factory is list else field.default
        for field in fields
        if not field.required
    }


@cache
def _kinds_by_name() -> Mapping[str, Kind]:
    """Return the kinds of all properties of parts; one name means one thing in all of them."""
    kinds: dict[str, Kind] = {"type": kind_of(Literal[tuple(part_types())])}
    for cls in part_types().values():
        kinds.update(properties(cls))
    return kinds
