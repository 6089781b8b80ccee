"""Base of every card; checks of cards put on a page and of later assignments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Self, TypeVar

from swell.components.command import Command
from swell.errors import CardError, NotSupportedError, PlainValueError
from swell.live.edits import Edit
from swell.mistakes import near_miss
from swell.schema.data import Data
from swell.schema.json_value import dotted, json_value, type_name
from swell.schema.kinds import (
    Forgive,
    Kind,
    MisfitError,
    Record,
    attributes,
    check_fields,
    check_record,
    dump_fields,
    dump_value,
    dumped,
    properties,
    unknown_property,
)

__all__ = [
    "CARDS",
    "IGNORED",
    "BufferOr",
    "Card",
    "Command",
    "Forgive",
    "check_card",
    "check_property",
    "checked",
    "json_value",
    "named_components",
]

_T = TypeVar("_T")

CARDS: dict[str, type[Card]] = {}
"""Every card class by its view, filled as modules of `swell.cards` are imported.

`import swell` imports all of them for `swell.ui`.
"""

_STEP = re.compile(r"\.([^.\[]+)|\['([^']*)'\]|\[(\d+)\]")

IGNORED: Final = object()
"""Stands for a value that is not assigned."""

_NAMED_IN = ("items", "secondary_items", "buttons", "commands")
"""Properties whose members can be reached by their names."""


class Card(Record):
    """A named tile on a page.

    A card is data: its class says which properties there are, their units and bounds. It is
    checked once, when it is put on a page, and each later assignment is checked alone.
    """

    view: ClassVar[str] = ""
    """Name of the card in JSON, and of its component in the browser."""

    assignable: ClassVar[dict[str, Any]] = {}
    """Properties that may be assigned but are no argument of the constructor, with their type."""

    cells: ClassVar[Mapping[str, Kind]] = {}
    """What fields of its buffers may hold beside None; a field that is not here, anything."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        CARDS[cls.view] = cls

    def dump(self) -> dict[str, Any]:
        """Return the JSON shape, without properties that are `None`. Not checked.

        A buffer (`data(...)`) stays in place as the object it is.
        """
        return {"view": self.view, **dump_fields(self)}

    @classmethod
    def load(cls, d: Mapping[str, Any]) -> Self:
        """Return a card for a JSON shape such as `dump` returns.

        Raises:
            TypeError: If a property is missing or unknown.
        """
        return super().load({name: value for name, value in d.items() if name != "view"})

    @classmethod
    def extra_properties(cls) -> Mapping[str, Any]:
        """Return annotations of properties that are no argument of the constructor."""
        return cls.assignable

    @classmethod
    def has_property(cls, name: str) -> bool:
        """Return whether cards of this class have a property of that name."""
        return name in properties(cls)

    @classmethod
    def assign(cls, key: str, prop: str, value: Any) -> list[Edit] | None:  # noqa: ARG003
        """Return the edits for `card.prop = value`. Override where it does not simply replace.

        Args:
            key: Name of the card on the page.
            prop: Name of the property.
            value: The assigned value, not checked yet.

        Returns:
            The edits, checked; None for an ordinary assignment.
        """
        return None

    @classmethod
    def finish(cls, tree: dict[str, Any]) -> dict[str, Any]:
        """Return the tree as it travels. Override where several properties depend on each other.

        Args:
            tree: The card's plain JSON, each property already checked.

        Raises:
            MisfitError: If properties do not fit together.
        """
        return tree


class BufferOr(Kind):
    """A property that may hold a buffer (`data(...)`), or else a value of another kind."""

    def __init__(self, other: Kind) -> None:
        self.other = other

    def check(self, value: Any, path: str) -> Any:
        return value if isinstance(value, Data) else self.other.check(value, path)

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        return self.other.step(segment, current, path)


def check_card(
    key: str, card: Card | Mapping[str, Any], forgive: Forgive | None = None
) -> dict[str, Any]:
    """Return the plain JSON of a card that is put on a page.

    Args:
        key: Name of the card on the page.
        card: The result of `ui.*_card(...)`, a dict such as `{"view": "markdown", ...}`, or an
            object whose `.dump()` returns one.
        forgive: Called with a message about each value that H2O Wave ignores, which is left out;
            None refuses such values.

    Returns:
        A new tree of JSON values, `view` first. `None` is left out. Values of class `Data`
        stay in place, and only at the level of the card. Empty when the whole card is left out.

    Raises:
        CardError: If the card or a property of it has a wrong type or range.
        PlainValueError: If a value has no JSON form.
        NotSupportedError: If the card or a component in it is one of Wave that Swell lacks.
    """
    given: Card | Mapping[str, Any]
    if isinstance(card, Card):
        cls, given = type(card), card
    else:
        found = card if isinstance(card, Mapping) else dumped(card)
        if not isinstance(found, Mapping) or isinstance(card, Record):
            expected = "a card (`ui.*_card(...)`) or a `dict` with a `view`"
            raise CardError(key, "Card", f"Expected {expected}, got `{type_name(card)}`")
        try:
            cls = _class_of(key, found.get("view"))
        except CardError as error:
            if forgive is None or not isinstance(found.get("view"), str):
                raise
            forgive(str(error))
            return {}
        given = {name: value for name, value in found.items() if name != "view"}
    return checked(key, cls, lambda: _check_whole(key, cls, given, forgive))


def _check_whole(
    key: str, cls: type[Card], given: Card | Mapping[str, Any], forgive: Forgive | None
) -> dict[str, Any]:
    while True:
        try:
            if isinstance(given, Card):
                tree = check_record(given, "$")
            else:
                tree = check_fields(cls, given, "$")
            return cls.finish({"view": cls.view, **tree})
        except MisfitError as misfit:
            if forgive is None or not misfit.ignored:
                raise
            named = attributes(given) if isinstance(given, Card) else given
            given = _without({n: dump_value(v) for n, v in named.items()}, misfit.ignored)
            forgive(str(CardError(key, cls.__name__, str(misfit))))


def _without(tree: Any, place: str) -> Any:
    """Return a tree of dicts and lists without the value at `place`, such as `$.items[0].a`."""
    steps = [name or quoted or int(index) for name, quoted, index in _STEP.findall(place)]
    *above, last = steps
    holder = tree
    for step in above:
        holder = holder[step]
    del holder[last]
    return tree


def check_property(
    key: str,
    card: Mapping[str, Any],
    path: Sequence[str | int],
    value: Any,
    forgive: Forgive | None = None,
) -> Any:
    """Return the plain JSON of a value that is assigned to a place in a card.

    Args:
        key: Name of the card on the page.
        card: The card's plain JSON as it is now, buffers left aside.
        path: Place below the card, such as `["items", 0, "textbox", "value"]`. Indexes of lists
            may be written as digits in a `str`. Rows of buffers are not checked here.
        value: The assigned value. `None` removes the property, unless it is required.
        forgive: As for `check_card`.

    Returns:
        A new JSON value, or None; `IGNORED` for an assignment without any effect in H2O Wave.

    Raises:
        CardError: If there is no such place, or the value does not fit there.
        PlainValueError: If a value has no JSON form.
        NotSupportedError: If a component in the value is one of Wave that Swell lacks.
    """
    cls = _class_of(key, card.get("view"))
    return checked(key, cls, lambda: _check_value(key, cls, card, path, value, forgive))


def named_components(card: Mapping[str, Any]) -> dict[str, list[str | int]]:
    """Return where the named parts of a card are, so that they can be reached by name.

    Searched are `items`, `secondary_items`, `buttons` and `commands`, at any depth, and those of a
    notification bar, a dialog and a side panel. The last of several parts with one name counts.

    Args:
        card: The card's plain JSON.

    Returns:
        For each name the path to the properties of that part, below the card.

    >>> named_components({"items": [{"inline": {"items": [{"textbox": {"name": "city"}}]}}]})
    {'city': ['items', 0, 'inline', 'items', 0, 'textbox']}
    """
    found: dict[str, list[str | int]] = {}
    _collect_names(card, [], found)
    for over in ("notification_bar", "dialog", "side_panel"):
        shown = card.get(over)
        if isinstance(shown, Mapping):
            _collect_names(shown, [over], found)
    return found


def checked(key: str, cls: type[Card], check: Callable[[], _T]) -> _T:
    """Return the result of `check`; name the card in its errors."""
    try:
        return check()
    except MisfitError as misfit:
        raise CardError(key, cls.__name__, str(misfit)) from None
    except PlainValueError as error:
        raise PlainValueError(f"card {key!r}, {error.where}", error.reason) from None


def _class_of(key: str, view: Any) -> type[Card]:
    from swell.wave.names import CARD_NAMES

    if isinstance(view, str) and view in CARDS:
        return CARDS[view]
    if not isinstance(view, str):
        raise CardError(key, "Card", f"Expected a `str`, got `{type_name(view)}` - at `$.view`")
    if f"{view}_card" in CARD_NAMES:
        raise NotSupportedError(f"ui.{view}_card")
    hint = near_miss(view, CARDS) or f"; there are {', '.join(sorted(CARDS))}"
    raise CardError(key, "Card", f"there is no card with the view {view!r}{hint} - at `$.view`")


def _check_value(
    key: str,
    cls: type[Card],
    card: Mapping[str, Any],
    path: Sequence[str | int],
    value: Any,
    forgive: Forgive | None,
) -> Any:
    base = "$" + "".join(f"[{s}]" if isinstance(s, int) else dotted(s) for s in path)
    while True:
        try:
            return _check_path(cls, card, path, value)
        except MisfitError as misfit:
            if forgive is None or not misfit.ignored:
                raise
            forgive(str(CardError(key, cls.__name__, str(misfit))))
            below = misfit.ignored.removeprefix(base)
            if not below or below == misfit.ignored:
                return IGNORED
            value = _without(dump_value(value), below)


def _check_path(
    cls: type[Card], card: Mapping[str, Any], path: Sequence[str | int], value: Any
) -> Any:
    if not path:
        raise MisfitError("nothing to assign to", "$")
    kinds = properties(cls)
    first = str(path[0])
    if first == "view":
        raise MisfitError(
            "the view of a card cannot be changed; put another card in its place", "$"
        )
    if first not in kinds:
        raise unknown_property(cls, first, [*kinds, *named_components(card)], "$")
    kind, current, owner = kinds[first], card.get(first), cls.as_kind()
    where = "$" + dotted(first)
    for segment in path[1:]:
        owner = kind
        kind, current, where = kind.step(segment, current, where)
    if value is None:
        owner.check_removal(path[-1], where)
        return None
    if isinstance(value, Data):
        raise MisfitError("a buffer is given when the card is put on a page, not assigned", where)
    plain_value = kind.check(value, where)
    if len(path) == 1:
        cls.finish({**card, first: plain_value})  # for its errors
    return plain_value


def _collect_names(
    holder: Mapping[str, Any], path: list[str | int], found: dict[str, list[str | int]]
) -> None:
    for group in _NAMED_IN:
        members = holder.get(group)
        if not isinstance(members, list):
            continue
        for i, member in enumerate(members):
            place, part = [*path, group, i], member
            if isinstance(member, Mapping) and len(member) == 1:
                [(tag, inner)] = member.items()
                if isinstance(inner, Mapping):  # a component in its tag
                    place, part = [*place, tag], inner
            if isinstance(part, Mapping):
                name = part.get("name")
                if isinstance(name, str):
                    found[name] = place
                _collect_names(part, place, found)
