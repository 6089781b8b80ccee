"""What an app hands over becomes plain JSON, or an error at the line that wrote it."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections import namedtuple
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from swell.errors import PlainValueError
from swell.expando import Expando
from swell.schema.data import data
from swell.schema.json_value import MAX_DEPTH, MAX_INT, json_value

WHERE = "card 'chat', $.data"
Point = namedtuple("Point", "x y")  # noqa: PYI024  (an untyped one, as apps have them)


class Level(enum.IntEnum):
    HIGH = 3


class Word(enum.StrEnum):
    YES = "yes"


class Old(str, enum.Enum):  # noqa: UP042
    NO = "no"


class Price:
    def dump(self) -> dict[str, Any]:
        return {"amount": (1, 2)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        ("café 🙂", "café 🙂"),
        (MAX_INT, MAX_INT),
        (-1.5, -1.5),
        ((1, [2, (3,)]), [1, [2, [3]]]),
        ({"a": {"b c": ()}}, {"a": {"b c": []}}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (Point(1, 2), [1, 2]),
        (Level.HIGH, 3),
        ([Word.YES, Old.NO], ["yes", "no"]),
        ({Word.YES: 1}, {"yes": 1}),
        ([Price()], [{"amount": [1, 2]}]),
    ],
)
def test_values_that_json_can_hold_are_copied(value: Any, expected: Any) -> None:
    copy = json_value(value, WHERE)
    assert copy == expected
    assert type(copy) is type(expected)


def test_subclasses_lose_their_class() -> None:
    copied = json_value([Level.HIGH, Word.YES, Old.NO], WHERE)
    assert [type(item) for item in copied] == [int, str, str]


def test_later_changes_do_not_reach_the_copy() -> None:
    rows = [["a"]]
    copy = json_value(rows, WHERE)
    rows[0].append("b")
    assert copy == [["a"]]


def sum_up() -> None: ...


@pytest.mark.parametrize(
    ("value", "got", "hint"),
    [
        (np.int64(3), "`numpy.int64`", ".item()"),
        (np.float64(0.5), "`numpy.float64`", ".item()"),  # a float, and still not JSON
        (np.str_("a"), "`numpy.str_`", ".item()"),  # a str
        (np.bool_(True), "`numpy.bool`", ".item()"),
        (np.arange(3), "`numpy.ndarray`", ".tolist()"),
        (np.dtype("int8"), "`numpy.dtypes.Int8DType`", ".item()"),
        (float("nan"), "nan", "None"),
        (float("inf"), "inf", "None"),
        (MAX_INT + 1, "9007199254740992", "`str`"),
        (datetime.date(2024, 2, 29), "`datetime.date`", ".isoformat()"),
        (datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC), "`datetime.datetime`", "isoformat"),
        ({1, 2}, "`set`", "sorted"),
        (frozenset("a"), "`frozenset`", "sorted"),
        (b"abc", "`bytes`", "decode"),
        (sum_up, "`function`", "call it"),
        (len, "`builtin_function_or_method`", "call it"),
        (decimal.Decimal("1.5"), "`decimal.Decimal`", "float"),
        (uuid.UUID(int=1), "`uuid.UUID`", "str"),
        ((n for n in ""), "`generator`", "list("),
        (range(3), "`range`", "list("),
        (object(), "`object`", ""),
        (Price, "`type`", ""),
        (Expando(), "`swell.expando.Expando`", "expando_to_dict"),
        (data("a"), "`swell.schema.data.Data`", "put on a page"),
        ("half \ud83d", r"'\ud83d' at character 5", ""),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else type(value).__name__,
)
def test_other_values_are_refused_where_they_are(value: Any, got: str, hint: str) -> None:
    with pytest.raises(PlainValueError) as caught:
        json_value({"rows": [["ok", True], ["ok", value]]}, WHERE)
    assert caught.value.where == "card 'chat', $.data.rows[1][1]"
    assert "expected" in caught.value.reason
    assert f"got {got}" in caught.value.reason or got in caught.value.reason
    assert hint in caught.value.reason


@pytest.mark.parametrize("key", [1, None, ("a",), True, np.str_("a")])
def test_keys_must_be_text(key: Any) -> None:
    with pytest.raises(PlainValueError, match=r"\$\.data\.a: expected keys of type `str`, got "):
        json_value({"a": {key: 1}}, WHERE)


def test_keys_that_begin_with_a_tilde_are_reserved() -> None:
    with pytest.raises(PlainValueError, match=r"does not begin with `~`.*got '~b'"):
        json_value({"~b": "list"}, WHERE)


def test_half_a_surrogate_pair_in_a_key_is_refused() -> None:
    with pytest.raises(PlainValueError, match="lone surrogate"):
        json_value({"\ud83d": 1}, WHERE)


def nested(levels: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"a": v}], ids=["list", "dict"])
def test_nesting_has_a_bound(wrap: Callable[[Any], Any]) -> None:
    assert json_value(nested(MAX_DEPTH, wrap), WHERE) == nested(MAX_DEPTH, wrap)
    with pytest.raises(PlainValueError, match=f"at most {MAX_DEPTH} levels"):
        json_value(nested(MAX_DEPTH + 1, wrap), WHERE)


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(PlainValueError, match="levels of nesting"):
        json_value(loop, WHERE)


def test_an_object_that_dumps_itself_for_ever_is_refused() -> None:
    class Endless:
        def dump(self) -> Endless:
            return self

    with pytest.raises(PlainValueError, match="levels of nesting"):
        json_value(Endless(), WHERE)


def test_a_broken_repr_does_not_hide_the_mistake() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    with pytest.raises(PlainValueError, match="Broken"):
        json_value(Broken(), WHERE)


def test_the_error_is_what_wave_apps_catch() -> None:
    # Wave raises ValueError for numpy and NaN, TypeError for dates and sets.
    assert issubclass(PlainValueError, ValueError)
    assert issubclass(PlainValueError, TypeError)
