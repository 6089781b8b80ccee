"""How the cells of a column of a table are drawn, when not as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from swell.mistakes import near_miss
from swell.schema.json_value import dotted, type_name
from swell.schema.kinds import (
    Kind,
    MisfitError,
    Record,
    check_fields,
    check_record,
    dump_fields,
    dumped,
    properties,
    quoted,
)

from .command import Command
from .tags import Tag

CELL_TYPES: dict[str, type[TableCellType]] = {}
"""Every kind of cell by its tag."""


class TableCellType(Record):
    """How the cells of a column are drawn.

    In JSON it is wrapped in its tag: `{"icon": {"color": "$red"}}`.
    """

    tag: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        CELL_TYPES[cls.tag] = cls

    def dump(self) -> dict[str, Any]:
        """Return the JSON shape, wrapped in the tag. Not checked."""
        return {self.tag: dump_fields(self)}

    @classmethod
    def load(cls, d: Mapping[str, Any]) -> Self:
        """Return an object for a JSON shape, with its tag around it or without.

        Raises:
            TypeError: If a property is missing or unknown.
            ValueError: If the tag is not that of this class, or unknown.
        """
        found, inner = (cls, d) if cls.tag and cls.tag not in d else _unwrapped(d)
        if found is None or not issubclass(found, cls):
            raise ValueError(f"expected a dict with the tag of a cell type, got {list(d)}")
        kinds = properties(found)
        return found(**{k: kinds[k].load(v) if k in kinds else v for k, v in inner.items()})

    @classmethod
    def as_kind(cls) -> Kind:
        """Return the kind that annotations naming this class stand for."""
        return _CELL_TYPE if cls is TableCellType else super().as_kind()

    def __getattr__(self, name: str) -> Any:
        # Only reached for names that are no property. Wave has an attribute for each tag.
        if name in CELL_TYPES:
            return self if name == self.tag else None
        hint = near_miss(name, self.__struct_fields__)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint}")


class ProgressTableCellType(TableCellType):
    """Draw a bar with a percentage. Cells are numbers from 0 to 1.

    Attributes:
        color: CSS colour of the bar, or the name of one of the palette, such as `$mint`.
        name: Value of `data-test`, for tests.
    """

    tag: ClassVar[str] = "progress"
    color: str | None = None
    name: str | None = None


class IconTableCellType(TableCellType):
    """Draw an icon. Cells are names of icons.

    Attributes:
        color: CSS colour of the icon, or the name of one of the palette, such as `$mint`.
        name: Value of `data-test`, for tests.
    """

    tag: ClassVar[str] = "icon"
    color: str | None = None
    name: str | None = None


class TagTableCellType(TableCellType):
    """Draw tags. Cells are labels of tags, several separated by commas.

    Attributes:
        name: Value of `data-test`, for tests.
        tags: The tags by their labels.
    """

    tag: ClassVar[str] = "tag"
    name: str
    tags: Sequence[Tag] | None = None


class MarkdownTableCellType(TableCellType):
    """Draw Markdown.

    Attributes:
        name: Value of `data-test`, for tests.
        target: Where links open: a new tab when absent, empty or `_blank`, this tab for `_self`.
    """

    tag: ClassVar[str] = "markdown"
    name: str | None = None
    target: str | None = None


class MenuTableCellType(TableCellType):
    """Draw a menu of commands. `q.args.<name of the command>` is the name of the row.

    Attributes:
        commands: What the menu offers.
        name: Value of `data-test`, for tests.
    """

    tag: ClassVar[str] = "menu"
    commands: Sequence[Command]
    name: str | None = None


class _AnyCellType(Kind):
    """A cell type, as an object or as a dict wrapped in its tag."""

    def check(self, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, TableCellType) and value.tag:
            return {value.tag: check_record(value, path + dotted(value.tag))}
        given = value if isinstance(value, Mapping) else dumped(value)
        if not isinstance(given, Mapping) or isinstance(value, Record):
            raise MisfitError(f"Expected a cell type, got `{type_name(value)}`", path)
        found, inner = _unwrapped(given)
        if found is None:
            expected = f"a cell type wrapped in its tag, one of {quoted(CELL_TYPES)}"
            raise MisfitError(f"Expected {expected}, got {list(given)}", path)
        return {found.tag: check_fields(found, inner, path + dotted(found.tag))}

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        found, inner = _unwrapped(current if isinstance(current, Mapping) else {})
        if found is None or segment != found.tag:
            raise MisfitError(f"the cell type here is no `{segment}`", path)
        return found.as_kind(), inner, path + dotted(found.tag)

    def load(self, value: Any) -> Any:
        return TableCellType.load(value) if isinstance(value, Mapping) else value


_CELL_TYPE = _AnyCellType()


def _unwrapped(value: Mapping[str, Any]) -> tuple[type[TableCellType] | None, Mapping[str, Any]]:
    """Return class and properties of a wrapped cell type; Wave dumps the other tags as None."""
    held = {tag: inner for tag, inner in value.items() if inner is not None}
    if len(held) == 1:
        [(tag, inner)] = held.items()
        if tag in CELL_TYPES and isinstance(inner, Mapping):
            return CELL_TYPES[tag], inner
    return None, {}
