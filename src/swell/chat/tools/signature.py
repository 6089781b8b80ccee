"""A function's description for a model, and the schema of its arguments."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_type_hints

import msgspec

from swell.errors import ToolError
from swell.models.fields import json_text

from .unknown_fields import unknown_field

__all__ = ["TURN", "Signature"]

TURN = "turn"
"""Parameter that gets the turn, and that no model sees."""

_NAME = "_SwellArguments"
_FOREIGN = ("pydantic", "annotated_types")
_WORKS = (
    "str, int, float, bool, None, list, dict, tuple, set, Literal, Optional, enums, dates, UUID, "
    "TypedDict, dataclasses, msgspec structs, pydantic models, and bounds by "
    "Annotated[int, Field(ge=1)] or msgspec.Meta"
)


class Signature:
    """The parameters of a tool.

    Types of pydantic, its `Field` and what only it knows are left to pydantic, everything else to
    msgspec.

    Args:
        function: The function.
        name: Its name for the model.

    Attributes:
        description: The docstring up to its first section.
        schema: JSON schema of the arguments.
        wants_turn: Whether there is a parameter `turn`.

    Raises:
        TypeError: If a parameter has no annotation, or one that JSON has no form for.
    """

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.description, described = _docstring(function)
        self.wants_turn = False
        self._hints = hints = _hints(function, name)
        own: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        theirs: dict[str, tuple[Any, Any]] = {}
        order: list[str] = []
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name == TURN:
                self.wants_turn = True
                continue
            _check(parameter, hints, name)
            order.append(parameter.name)
            hint, default = hints[parameter.name], parameter.default
            if default is None:
                hint = Union[hint, None]  # noqa: UP007 - of anything, a text too
            if _foreign(hint) or _foreign(type(default)) or not _known(hint):
                theirs[parameter.name] = hint, default
                continue
            if said := described.get(parameter.name):
                hint = Annotated[hint, msgspec.Meta(description=said)]
            if default is parameter.empty:
                own.append((parameter.name, hint))
            elif isinstance(default, list | dict | set):
                own.append((parameter.name, hint, msgspec.field(default_factory=default.copy)))
            else:
                own.append((parameter.name, hint, default))
        # A name that is misspelt must not leave the parameter that was meant at its default.
        self._struct = msgspec.defstruct(_NAME, own, kw_only=True, forbid_unknown_fields=True)
        self._model = _Model(name, theirs) if theirs else None
        self.schema = self._make_schema(described, order)

    def convert(self, arguments: Mapping[str, object]) -> dict[str, Any]:
        """Return arguments from a model as the function takes them.

        Raises:
            ToolError: If they do not fit the annotations.
        """
        own = dict(arguments)
        for name in own.keys() & self._hints.keys():
            if place := unknown_field(self._hints[name], own[name], f"$.{name}"):
                raise ToolError(f"Object contains an unknown field - at `{place}`")
        names = self._model.names if self._model else {}
        theirs = {name: own.pop(name) for name in list(own) if name in names}
        try:
            given = msgspec.convert(own, self._struct, strict=False)
        except msgspec.ValidationError as error:
            raise ToolError(str(error)) from error
        values = {name: getattr(given, name) for name in self._struct.__struct_fields__}
        return values | self._model.convert(theirs) if self._model else values

    def _make_schema(self, described: Mapping[str, str], order: list[str]) -> dict[str, Any]:
        (_,), named = msgspec.json.schema_components([self._struct], ref_template="#/$defs/{name}")
        schema = named.pop(_NAME)
        if self._model:
            properties, required, more = self._model.schema()
            schema["properties"] |= properties
            schema["required"] = [*schema.get("required", ()), *required]
            named |= more
        place = {name: at for at, name in enumerate(order)}
        properties = schema["properties"]
        ordered = sorted(properties, key=lambda name: place.get(name, len(place)))
        for name in ordered:
            if said := described.get(name):
                properties[name].setdefault("description", said)
        found = {
            "type": "object",
            "properties": {name: properties[name] for name in ordered},
            "required": [name for name in ordered if name in schema.get("required", ())],
        }
        return {**found, "$defs": named} if named else found


class _Model:
    """Parameters that pydantic checks."""

    def __init__(self, tool: str, parameters: dict[str, tuple[Any, Any]]) -> None:
        try:
            import pydantic  # installed if its types are used
        except ImportError:
            raise _unknown(tool, parameters) from None
        inner = {f"swell_{at}": name for at, name in enumerate(parameters)}
        fields: dict[str, Any] = {}
        for key, name in inner.items():
            hint, default = parameters[name]
            fields[key] = (hint, ... if default is inspect.Parameter.empty else default)
        # Dataclasses inside get it, with their fields.
        config = pydantic.ConfigDict(alias_generator=lambda key: inner.get(key, key))
        try:
            self._model: Any = pydantic.create_model("Arguments", __config__=config, **fields)
            found = self._model.model_json_schema()
        except (pydantic.errors.PydanticUserError, TypeError) as error:
            raise _unknown(tool, parameters) from error
        self._found = found
        self._error = pydantic.ValidationError
        aliases = {key: self._model.model_fields[key].alias for key in inner}
        self.names = {aliases[key] or name: name for key, name in inner.items()}
        self._inner = inner

    def schema(self) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
        """Return the schemas of the parameters, the required ones, and the types they refer to."""
        properties = self._found["properties"]
        for one in properties.values():
            one.pop("title", None)
        return properties, self._found.get("required", []), self._found.get("$defs", {})

    def convert(self, given: dict[str, object]) -> dict[str, Any]:
        try:
            made = self._model.model_validate_json(json_text(given))
        except self._error as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            raise ToolError("; ".join(map(_said, found))) from error
        return {name: getattr(made, key) for key, name in self._inner.items()}


def _said(error: Mapping[str, Any]) -> str:
    place = "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in error["loc"])
    return f"{error['msg']} - at `${place}`"


def _hints(function: Callable[..., Any], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"tool {name}: an annotation cannot be resolved ({error}); define its type at the top "
            "level of the module, not inside of a function"
        ) from error


def _check(parameter: inspect.Parameter, hints: Mapping[str, Any], name: str) -> None:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise TypeError(f"tool {name}: a model cannot give *{parameter.name}")
    if parameter.kind is parameter.POSITIONAL_ONLY or parameter.name not in hints:
        raise TypeError(
            f"tool {name}: parameter {parameter.name!r} needs an annotation, "
            "and must not be positional only"
        )


def _unknown(tool: str, parameters: Mapping[str, tuple[Any, Any]]) -> TypeError:
    named = ", ".join(f"{name!r}: {_name(hint)}" for name, (hint, _) in parameters.items())
    return TypeError(
        f"tool {tool}: JSON has no form for a parameter ({named}). What works: {_WORKS}"
    )


def _name(hint: Any) -> str:
    return hint.__qualname__ if isinstance(hint, type) else str(hint)


def _foreign(hint: Any, seen: frozenset[Any] = frozenset()) -> bool:
    """Whether only pydantic knows a type, or something inside of it."""
    if isinstance(hint, type):
        if hint in seen:
            return False
        if hasattr(hint, "__get_pydantic_core_schema__") or _of_pydantic(hint):
            return True
        within: Any = ()
        if dataclasses.is_dataclass(hint) or hasattr(hint, "__required_keys__"):
            try:
                within = get_type_hints(hint, include_extras=True).values()
            except NameError:
                within = ()
        if any(_foreign(one, seen | {hint}) for one in within):
            return True
    if any(_of_pydantic(type(one)) for one in getattr(hint, "__metadata__", ())):
        return True
    return any(_foreign(one, seen) for one in get_args(hint) if not isinstance(one, str))


def _of_pydantic(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in _FOREIGN


def _known(hint: Any) -> bool:
    """Whether msgspec knows a type."""
    try:
        msgspec.json.schema(hint)
        msgspec.json.Decoder(hint)
    except (TypeError, NameError):
        return False
    return True


def _docstring(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Return a docstring up to its first section, and the entries of its section `Args:`."""
    text = inspect.getdoc(function) or ""
    head, *rest = re.split(r"^(\w+):[ \t]*$", text, flags=re.MULTILINE)
    sections = dict(zip(rest[::2], rest[1::2], strict=False))
    described: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc("\n" + sections.get("Args", "")).splitlines():
        if found := re.match(r"\*{0,2}(\w+)(?: \([^)]*\))?:\s*(.*)", line):
            name, described[found[1]] = found[1], found[2]
        elif name and line.strip():
            described[name] += f" {line.strip()}"
    return head.strip(), described
