"""How annotations of a class become checks, for contributors who add a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from swell.cards.base import CARDS
from swell.components.base import COMPONENTS
from swell.schema.kinds import (
    MisfitError,
    Name,
    Record,
    check_fields,
    kind_of,
    properties,
    required,
    unpack,
)


class Part(Record):
    name: Name
    count: Annotated[int, Meta(ge=1, le=9)] | None = None
    share: Annotated[float, Meta(le=1)] | None = None
    mode: Literal["a", "b"] | None = None
    tags: Sequence[str] | None = None
    parts: Sequence[Part] | None = None
    code: Annotated[str, Meta(min_length=2)] | None = None
    free: Any = None


def test_every_class_of_the_package_has_a_kind_for_every_property() -> None:
    for cls in (*CARDS.values(), *COMPONENTS.values()):
        assert set(properties(cls)) >= set(cls.__struct_fields__)


def test_required_are_those_without_a_default() -> None:
    assert required(Part) == {"name"}


def test_values_that_fit_come_out_plain_and_in_order_of_the_class() -> None:
    given = {
        "free": (1,),
        "parts": [Part("b"), {"name": "c"}],
        "name": "a",
        "share": -2,
        "tags": (),
    }
    checked = check_fields(Part, given, "$")
    assert checked == {
        "name": "a",
        "share": -2,
        "tags": [],
        "parts": [{"name": "b"}, {"name": "c"}],
        "free": [1],
    }
    assert list(checked) == ["name", "share", "tags", "parts", "free"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": ""}, r"^Expected a non-empty `str`, got '' - at `\$\.name`$"),
        ({"name": "a", "count": 0}, r"^Expected `int` from 1 to 9, got 0 - at `\$\.count`$"),
        ({"name": "a", "count": 10}, r"from 1 to 9, got 10"),
        ({"name": "a", "count": 2.0}, r"Expected `int`, got `float`"),
        ({"name": "a", "count": True}, r"Expected `int`, got `bool`"),
        ({"name": "a", "count": 2**60}, r"Expected `int` from|expected a whole number"),
        ({"name": "a", "share": 1.1}, r"Expected `float` <= 1, got 1.1"),
        ({"name": "a", "mode": "c"}, r"Expected one of `a`, `b`, got 'c'"),
        ({"name": "a", "mode": 3}, r"Expected one of `a`, `b`, got `int`"),
        ({"name": "a", "tags": ["x", 3]}, r"Expected `str`, got `int` - at `\$\.tags\[1\]`"),
        ({"name": "a", "parts": [{}]}, r"`Part` needs `name`, it is missing - at `\$\.parts\[0\]"),
        ({"name": "a", "parts": [{"name": "b", "moode": "a"}]}, r"did you mean `mode`\?"),
        ({"name": "a", "code": "x"}, r"Expected `str` of length >= 2, got 'x'"),
        ({"name": "a", 3: 1}, r"`Part` has no property `3`; it has `name`"),
    ],
)
def test_values_that_do_not_fit_are_named(given: dict[Any, Any], message: str) -> None:
    with pytest.raises(MisfitError, match=message):
        check_fields(Part, given, "$")


def test_an_annotation_without_a_kind_is_a_mistake_of_the_class() -> None:
    with pytest.raises(TypeError, match="no kind for the annotation"):
        kind_of(bytes)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('data:{"a":[1]}', {"a": [1]}),
        ('rows:[["a","b"],[[1,2],[3,4]]]', [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        ('cols:[["a","b"],[[1,3],[2,4]]]', [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        ('cols:[["a"],[[]]]', []),
        ('rows:[["a"],[]]', []),
    ],
)
def test_packed_text_is_unpacked(text: str, value: Any) -> None:
    assert unpack(text, "$") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a packed string"),
        ("data", "a packed string"),
        ("json:{}", "a packed string .* got 'json:{}'"),
        ("x" * 99, r"got 'x{37}\.\.\.'"),
        ("data:{", "Expected JSON after `data:`"),
        ("data:" + "[" * 100_000, "Expected JSON after `data:`"),
        ('data:"\ud800"', "Expected JSON after `data:`"),
        ('rows:[[["a"]],[[1]]]', r"Expected `\[fields, rows\]`"),
        ("rows:[]", r"Expected `\[fields, rows\]`"),
        ('rows:[["a"],[1]]', r"Expected `\[fields, rows\]`"),
        ('cols:[["a"],{}]', r"Expected `\[fields, cols\]`"),
        ('rows:[["a","b"],[[1,2],[3]]]', r"Expected 2 cells \(a b\), got 1 - at `\$\[1\]`"),
        ('cols:[["a","b"],[[1,2]]]', r"Expected 2 cells \(a b\), got 1"),
        ('cols:[["a","b"],[[1,2],[3]]]', "columns of one length"),
    ],
)
def test_broken_packed_text_is_refused(text: str, message: str) -> None:
    with pytest.raises(MisfitError, match=message):
        unpack(text, "$")
