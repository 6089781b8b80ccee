"""Parameters of tools, in the forms that people annotate them."""

from __future__ import annotations

import datetime
import enum
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional, TypedDict

import msgspec
import pytest
from annotated_types import Ge
from pydantic import BaseModel, Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from swell.chat.tools import Tool, tool
from swell.errors import ToolError

pytestmark = pytest.mark.anyio


class Unit(enum.Enum):
    C = "celsius"
    K = "kelvin"


class City(BaseModel):
    """A place."""

    name: str = Field(min_length=1)
    unit: Unit = Unit.C


@dataclass
class Point:
    x: int
    y: int = 0


@dataclass
class Trip:
    stops: list[City]


@pydantic_dataclass
class Checked:
    x: Annotated[int, Field(ge=0)]


class Pair(TypedDict):
    a: int


class Own(msgspec.Struct):
    a: int


class Loose:
    pass


HINTS: list[tuple[Any, Any, Any]] = [
    (City, {"name": "Rome"}, City(name="Rome")),
    (list[City], [{"name": "Rome", "unit": "kelvin"}], [City(name="Rome", unit=Unit.K)]),
    (Optional[City], None, None),  # noqa: UP045
    (dict[str, City], {"a": {"name": "Rome"}}, {"a": City(name="Rome")}),
    (list[list[int]], [[1], [2, 3]], [[1], [2, 3]]),
    (Annotated[int, Field(ge=1, le=5)], 5, 5),
    (Annotated[int, Ge(1)], 1, 1),
    (Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=2)], [1], [1]),
    (Unit, "kelvin", Unit.K),
    (Literal["a", "b"], "b", "b"),
    (Literal["a"] | int | None, 3, 3),
    (Point, {"x": 1}, Point(1)),
    (Point | City, {"x": 1}, Point(1)),
    (Trip, {"stops": [{"name": "Rome"}]}, Trip([City(name="Rome")])),
    (Checked, {"x": 1}, Checked(x=1)),
    (Pair, {"a": 1}, {"a": 1}),
    (Own, {"a": 1}, Own(1)),
    (datetime.date, "2026-11-30", datetime.date(2026, 11, 30)),
    (tuple[int, str], [1, "a"], (1, "a")),
]


@pytest.mark.parametrize(("hint", "given", "expected"), HINTS, ids=[str(h) for h, *_ in HINTS])
async def test_a_parameter_is_in_the_schema_and_arrives_as_its_type(
    hint: Any, given: Any, expected: Any
) -> None:
    got: list[object] = []

    def take(first: int, value: Any, last: str = "z") -> None:
        got.extend((first, value, last))

    take.__annotations__["value"] = hint
    made = tool(take)
    assert list(made.schema["properties"]) == ["first", "value", "last"]
    assert made.schema["required"] == ["first", "value"]
    msgspec.json.encode(made.schema)
    await made.call({"first": 1, "value": given})
    assert got == [1, expected, "z"]


def schema(**fields: Any) -> dict[str, Any]:
    return {"type": "integer", **fields}


async def test_bounds_are_in_the_schema_and_hold() -> None:
    @tool
    def wait(
        days: Annotated[int, Field(ge=1, le=5, description="How long.")],
        hours: int = Field(default=2, ge=0),
        city: City | None = None,
    ) -> str:
        """Wait.

        Args:
            days: Not this one.
            hours: More of it.
        """
        return f"{days} {hours} {city}"

    properties = wait.schema["properties"]
    assert properties["days"] == schema(minimum=1, maximum=5, description="How long.")
    assert properties["hours"] == schema(minimum=0, default=2, description="More of it.")
    assert wait.schema["required"] == ["days"]
    assert wait.schema["$defs"]["City"]["properties"]["name"]["minLength"] == 1
    assert await wait.call({"days": 5}) == "5 2 None"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"days": 0}, r"greater than or equal to 1 - at `\$\.days`"),
        ({"days": 1, "city": {"name": ""}}, r"at least 1 character - at `\$\.city\.name`"),
        ({}, r"Field required - at `\$\.days`"),
        ({"days": 1, "hour": 1}, "unknown field `hour`"),
    ]
    for wrong, said in cases:
        with pytest.raises(ToolError, match=said):
            await wait.call(wrong)


async def test_names_that_a_model_has_for_itself_and_a_default_of_none() -> None:
    @tool
    def take(schema: City, copy: City, model_config: str = None) -> list[str]:  # type: ignore[assignment]  # noqa: RUF013
        return [schema.name, copy.name, str(model_config)]

    cities = {"schema": {"name": "A"}, "copy": {"name": "B"}}
    assert await take.call(cities | {"model_config": None}) == ["A", "B", "None"]


def test_what_does_not_work_is_named_with_what_does() -> None:
    def loose(where: Loose) -> None: ...
    def local(where: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(TypeError, match=r"tool loose: .*'where': Loose.*pydantic models"):
        tool(loose)
    with pytest.raises(TypeError, match=r"tool local: .*Nowhere.*top level"):
        tool(local)


@dataclass
class Chosen:
    """A dataclass with a default that does harm."""

    pattern: str = "*"


class Where(TypedDict, total=False):
    pattern: str
    inside: list[Chosen]


class Aliased(BaseModel):
    pattern: str = Field("*", alias="which")


class Struct(msgspec.Struct, rename="camel"):
    file_pattern: str = "*"


class Open(BaseModel, extra="allow"):
    pattern: str = "*"


@pytest.mark.parametrize(
    ("hint", "right", "wrong", "place"),
    [
        (Chosen, {"pattern": "a"}, {"patern": "a"}, "$.given.patern"),
        (Where, {"inside": [{"pattern": "a"}]}, {"inside": [{"p": "a"}]}, "$.given.inside[0].p"),
        (Aliased, {"which": "a"}, {"wich": "a"}, "$.given.wich"),
        (Struct, {"filePattern": "a"}, {"file_pattern": "a"}, "$.given.file_pattern"),
        (list[Aliased], [{"which": "a"}], [{}, {"x": 1}], "$.given[1].x"),
        (dict[str, Chosen], {"any": {"pattern": "a"}}, {"any": {"x": 1}}, "$.given.any.x"),
        (Chosen | None, {"pattern": "a"}, {"x": 1}, "$.given.x"),
        (Annotated[Aliased, "words"], {"which": "a"}, {"x": 1}, "$.given.x"),
        (dict[str, str], {"any": "a"}, None, ""),
        (Open, {"more": "a"}, None, ""),
    ],
    ids=str,
)
async def test_a_misspelt_name_inside_of_a_parameter_is_refused(
    hint: Any, right: Any, wrong: Any, place: str
) -> None:
    called: list[object] = []

    def wipe(given: Any) -> None:
        called.append(given)

    wipe.__annotations__["given"] = hint
    made = Tool(wipe)
    await made.call({"given": right})
    assert len(called) == 1
    if wrong is not None:
        with pytest.raises(ToolError, match=re.escape(f"`{place}`")):
            await made.call({"given": wrong})
    assert len(called) == 1
