"""`@chat`: one function becomes a whole chat product."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar

from swell.app import current
from swell.mistakes import check_names, check_route

from .options import ChatOptions, OnEvent
from .runs.handler import Handler

__all__ = ["chat"]

_P = ParamSpec("_P")
_H = TypeVar("_H", bound=Handler[Any])
_E = TypeVar("_E", bound=OnEvent)


class _Chat(Protocol[_P]):
    """`@chat`: a route, then the options of `ChatOptions` by name."""

    def __call__(
        self, route: str = "/", *args: _P.args, **options: _P.kwargs
    ) -> Callable[[_H], _H]: ...

    def on(self, *names: str) -> Callable[[_E], _E]:
        """Make an async function the answer to events of the app's cards and of components.

        It gets an `Event`. A text that it returns is shown as a notice.

        Args:
            *names: Names of controls or cards, beside the conversation or in an answer.

        Raises:
            ValueError: If a name is one that the page of a chat uses.
        """


def _taking(options: Callable[_P, ChatOptions]) -> _Chat[_P]:
    """Return `@chat`, which takes the arguments of `options`."""

    def chat(route: str = "/", *args: Any, **given: Any) -> Callable[[_H], _H]:
        check_route("chat", route)
        check_names("chat", given, known)
        return current().chat(route, options(*args, **given))

    own = inspect.signature(chat)
    known = inspect.signature(options).parameters
    chat.__signature__ = own.replace(  # type: ignore[attr-defined]
        parameters=[own.parameters["route"], *known.values()]
    )
    chat.__doc__ = _DOC.format(options=inspect.cleandoc(options.__doc__ or ""))

    def on(*names: str) -> Any:
        return current().on_chat(*names)

    on.__doc__ = _Chat.on.__doc__
    chat.on = on  # type: ignore[attr-defined]
    return chat  # type: ignore[return-value]


_DOC = """Make a function the answer to every prompt of a chat.

It gets a `Turn` and yields (or returns) text, parts, or the chunks of a provider's stream. An
async function or generator runs on the event loop, any other in a worker thread.

The route, such as `/`, comes first; the options are keyword arguments.

{options}
"""

chat = _taking(ChatOptions)
