"""Tool: a function that a model may call."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, overload

from swell.errors import ToolError
from swell.locales import words_of
from swell.markdown import code
from swell.models.fields import json_text, jsonable
from swell.workers import contained, lane

from .signature import TURN, Signature

__all__ = ["Tool", "tool"]


class Tool:
    """A function that a model may call; calling it still calls the function.

    Args:
        function: Async or not; the others run in a worker thread. Its parameters need annotations
            that JSON has a form for; one called `turn` gets the turn, and no model sees it.
        name: Its name for the model; the function's name unless given.
        confirm: Ask the user before each call. A text is the question, with the arguments in
            braces: `"Send the mail to {to}?"`.
        timeout_s: How long one call may take, in seconds, the user's answer not counted.

    Attributes:
        description: The docstring up to its first section.
        schema: JSON schema of the arguments, with the descriptions of the section `Args:`.

    Raises:
        TypeError: If a parameter has no annotation, one that JSON has no form for, or cannot be
            given by name.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None = None,
        confirm: bool | str = False,
        timeout_s: float = 120.0,
    ) -> None:
        self.function = function
        self.name = name or str(getattr(function, "__name__", type(function).__name__))
        self.confirm = confirm
        self.timeout_s = timeout_s
        self._signature = Signature(function, self.name)
        self.description, self.schema = self._signature.description, self._signature.schema
        self.__doc__ = function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"

    async def call(self, arguments: Mapping[str, object], turn: object = None) -> object:
        """Call the function with arguments from a model.

        Args:
            arguments: JSON by name.
            turn: Value of a parameter called `turn`.

        Raises:
            ToolError: If the arguments do not fit the annotations, or it takes too long.
            Exception: Raised by the function.
        """
        values = self._signature.convert(arguments)
        if self._signature.wants_turn:
            values[TURN] = turn
        try:
            async with asyncio.timeout(self.timeout_s):
                if inspect.iscoroutinefunction(inspect.unwrap(self.function)):
                    return await self.function(**values)
                pools = lane()
                call = functools.partial(self.function, **values)
                result = await pools.tools.run(pools.person, call)
                return await result if inspect.isawaitable(result) else result
        except TimeoutError as error:
            raise ToolError(f"{self.name} took longer than {self.timeout_s:g} s.") from error
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException as error:
            raise contained(error) from error

    def question(self, arguments: Mapping[str, object], locale: str = "en") -> str:
        """Return the question before a call, as Markdown.

        Args:
            arguments: JSON by name.
            locale: Language of a question that the tool has no own one for.
        """
        said = {name: _code(value) for name, value in arguments.items()}
        if isinstance(self.confirm, str):
            return self.confirm.format_map(_Named(said))
        listed = "".join(f"\n- {name}: {value}" for name, value in said.items())
        asked = words_of(locale).allow.format(tool=self.name)
        return f"{asked}\n{listed}" if listed else asked


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *, name: str | None = None, confirm: bool | str = False, timeout_s: float = 120.0
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a function a tool; with arguments, as `@tool(confirm=True)`. They are those of `Tool`.

    Example:
        >>> @tool
        ... def add(a: int, b: int = 1) -> int:
        ...     "Add two numbers."
        ...     return a + b
        >>> add.schema["required"]
        ['a']
    """
    if function is not None:
        return Tool(function)
    return lambda function: Tool(function, **options)


class _Named(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _code(value: object) -> str:
    """Return a value escaped so that Markdown shows it literally."""
    said = value if isinstance(value, str) else json_text(jsonable(value))
    return code(" ".join(said.split())[:500])
