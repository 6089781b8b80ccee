"""Base of every form component, and the registry of their tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from swell.errors import NotSupportedError
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
)

COMPONENTS: dict[str, type[Component]] = {}
"""Every component class by its tag, filled as modules of `swell.components` are imported.

`import swell` imports all of them for `swell.ui`.
"""


class Component(Record):
    """A part of a form: one line of text, one control, or a group of them.

    In JSON a component is wrapped in its tag: `{"textbox": {"name": "city"}}`. So that code
    written for Wave works, a component has an attribute named after its own tag, which is the
    component itself, and the tags of all others, which are `None`.
    """

    tag: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        COMPONENTS[cls.tag] = cls

    def dump(self) -> dict[str, Any]:
        """Return the JSON shape, wrapped in the tag. Not checked."""
        return {self.tag: dump_fields(self)}

    @classmethod
    def load(cls, d: Mapping[str, Any]) -> Self:
        """Return a component for a JSON shape, with its tag around it or without.

        Raises:
            TypeError: If a property is missing or unknown.
            ValueError: If the tag is not that of this class, or unknown.
        """
        tag, inner = _unwrap(d)
        if cls.tag and tag != cls.tag:
            tag, inner = cls.tag, d
        found = COMPONENTS.get(tag)
        if found is None or not issubclass(found, cls):
            raise ValueError(f"expected a dict with the tag of a component, got {list(d)}")
        kinds = properties(found)
        return found(**{k: kinds[k].load(v) if k in kinds else v for k, v in inner.items()})

    @classmethod
    def as_kind(cls) -> Kind:
        """Return the kind that annotations naming this class stand for."""
        return _ANY_COMPONENT if cls is Component else super().as_kind()

    def __getattr__(self, name: str) -> Any:
        # Only reached for names that are no property.
        if name == self.tag:
            return self
        if not name.startswith("_") and (name in COMPONENTS or _is_waves(name)):
            return None
        hint = near_miss(name, self.__struct_fields__)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint}")


class _AnyComponent(Kind):
    """Any component, as an object or as a dict wrapped in its tag."""

    def check(self, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, Component) and value.tag:
            place = path + dotted(value.tag)
            return {value.tag: check_record(value, place)}
        given = None if isinstance(value, Component) else value
        if not isinstance(given, Mapping):
            given = dumped(given)
        if not isinstance(given, Mapping) or isinstance(value, Record):
            raise MisfitError(f"Expected a component, got `{type_name(value)}`", path)
        tag, inner = _unwrap(given)
        if not tag:
            example = '{"text": {"content": "..."}}'
            keys = list(given)
            raise MisfitError(
                f"Expected a component wrapped in its tag ({example}), got {keys}", path
            )
        return {tag: check_fields(_component(tag, path), inner, path + dotted(tag))}

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:
        tag, inner = _unwrap(current)
        if segment != tag:
            raise MisfitError(f"the component here is a `{tag}`, got `{segment}`", path)
        return _component(tag, path).as_kind(), inner, path + dotted(tag)

    def check_removal(self, segment: str | int, path: str) -> None:
        raise MisfitError(f"Expected the properties of a `{segment}`, got `None`", path)

    def load(self, value: Any) -> Any:
        return Component.load(value) if isinstance(value, Mapping) else value


_ANY_COMPONENT = _AnyComponent()


def _unwrap(value: Any) -> tuple[str, Mapping[str, Any]]:
    """Return tag and properties of a wrapped component, or an empty tag."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(tag, inner)] = value.items()
        if isinstance(tag, str) and isinstance(inner, Mapping):
            return tag, inner
    return "", {}


def _component(tag: str, path: str) -> type[Component]:
    found = COMPONENTS.get(tag)
    if found is not None:
        return found
    if _is_waves(tag):
        raise NotSupportedError(f"ui.{tag}")
    known = ", ".join(sorted(COMPONENTS))
    hint = near_miss(tag, COMPONENTS) or f"; there are {known}"
    raise MisfitError(f"there is no component `{tag}`{hint}", path, path)


def _is_waves(name: str) -> bool:
    from swell.wave.names import COMPONENT_NAMES  # rare, and not needed to draw a page

    return name in COMPONENT_NAMES
