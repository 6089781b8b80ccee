"""Calls that must be awaited, and that raise when their result is used without."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, NoReturn, ParamSpec, TypeVar

from swell.errors import NotAwaitedError
from swell.logs import logger

__all__ = ["Pending", "must_await", "pending"]

_log = logger("swell.chat")

_P = ParamSpec("_P")
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


def must_await(
    call: str,
) -> Callable[[Callable[_P, Coroutine[Any, Any, _T]]], Callable[_P, Coroutine[Any, Any, _T]]]:
    """Make an async method return a `Pending`, which cannot be mistaken for its result.

    Args:
        call: The call as apps write it, such as `turn.confirm`.
    """

    def decorate(
        method: Callable[_P, Coroutine[Any, Any, _T]],
    ) -> Callable[_P, Coroutine[Any, Any, _T]]:
        # Declared as a coroutine: type checkers report one that is not awaited.
        @functools.wraps(method)
        def begin(*args: _P.args, **kwargs: _P.kwargs) -> Coroutine[Any, Any, _T]:
            return pending(method(*args, **kwargs), call)

        return begin

    return decorate


def pending(coroutine: Coroutine[Any, Any, _T], call: str) -> Pending[_T]:
    """Return the `Pending` of a call that is async by its arguments, for its caller.

    Args:
        coroutine: What makes the result.
        call: As for `must_await`.
    """
    caller = sys._getframe(2)
    return Pending(coroutine, call, f"{caller.f_code.co_filename}:{caller.f_lineno}")


class Pending(Coroutine[Any, Any, _T_co]):
    """The result of a call that has to be awaited first.

    A plain coroutine is true, so `if turn.confirm(...)` would skip the confirmation. This one
    can be awaited, or given to a task, and anything else raises. One that is dropped is logged.

    Args:
        coroutine: What makes the result.
        call: The call as apps write it.
        where: File and line of the call.
    """

    __slots__ = ("_begun", "_call", "_coroutine", "_where")

    def __init__(self, coroutine: Coroutine[Any, Any, _T_co], call: str, where: str) -> None:
        self._begun = False
        self._coroutine = coroutine
        self._call = call
        self._where = where

    def __await__(self) -> Generator[Any, Any, _T_co]:
        self._begun = True
        return self._coroutine.__await__()

    def send(self, value: Any, /) -> Any:
        """Resume, as of a coroutine."""
        self._begun = True
        return self._coroutine.send(value)

    def throw(
        self,
        typ: Any,
        val: BaseException | object = None,
        tb: TracebackType | None = None,  # noqa: ARG002 - as of a coroutine
        /,
    ) -> Any:
        """Raise inside, as of a coroutine."""
        self._begun = True
        try:
            return self._coroutine.throw(val if isinstance(val, BaseException) else typ)
        finally:
            del typ, val  # the exception refers to this frame: a cycle would outlive the run

    def close(self) -> None:
        """End, as of a coroutine."""
        self._begun = True
        self._coroutine.close()

    def __del__(self) -> None:
        if not getattr(self, "_begun", True):
            self.close()
            _log.error("%s", self._error())

    def __repr__(self) -> str:
        return f"<{self._call}(...) at {self._where}, not awaited>"

    def _error(self) -> NotAwaitedError:
        return NotAwaitedError(self._call, self._where)

    def _refuse(self, *_: object) -> NoReturn:
        self.close()
        raise self._error()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __hash__ = object.__hash__
    __bool__ = __str__ = __format__ = __len__ = __iter__ = __contains__ = __getitem__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _refuse
