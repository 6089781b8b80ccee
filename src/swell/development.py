"""Exceptions of the app: logged under an id, which is shown to the user.

The setting `development` also shows the exception.
"""

from __future__ import annotations

import logging
import secrets
import sysconfig
import traceback
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import FrameType, TracebackType
from typing import NamedTuple

from swell.coerce import well_formed
from swell.locales import words_of

__all__ = ["TEXT_MAX", "Report", "described", "report"]

TEXT_MAX = 2000
"""Longest message of an exception that is shown, in code points."""

_CHAIN_MAX = 100  # exceptions that are looked at: causes can form a circle
_OURS = Path(__file__).resolve().parent
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


class Report(NamedTuple):
    """The user's view of an exception in the app.

    Attributes:
        id: The error id in the log.
        code: What `message` stands for in every language.
        message: Text in English.
        details: Its description, while the setting `development` is on; else empty.
    """

    id: str
    code: str
    message: str
    details: str


def report(error: BaseException, where: str, log: logging.Logger, *, development: bool) -> Report:
    """Log an exception of the app under a new id, and return the user's view of it.

    Args:
        error: The exception.
        where: Its origin, such as `the handler of /`.
        log: The log.
        development: Describe it.
    """
    id, code = secrets.token_hex(4), "handler_failed"
    log.error("error %s in %s", id, where, exc_info=error)
    return Report(id, code, words_of().failures[code], described(error) if development else "")


def described(error: BaseException) -> str:
    """Return class and message of an exception with the line of the app that it came from.

    Where no frame of the app is found the innermost frame is named.

        >>> described(KeyError("OPENAI_BASE_URL"))
        "KeyError: 'OPENAI_BASE_URL'"
    """
    chain = list(islice(_chain(error), _CHAIN_MAX))
    origin, where = chain[0], ""
    for one in chain:
        if (found := _line(one)) is not None:
            origin, where = one, f" ({found})"
            break
    else:
        if (frame := _innermost(origin)) is not None:
            where = f" ({_named(*frame)})"
    said = "".join(traceback.format_exception_only(origin)).strip()
    if isinstance(origin, SyntaxError):  # its text holds the line and draws a mark below it
        said = f"{type(origin).__name__}: {origin.msg}"
    if len(said) > TEXT_MAX:
        said = said[:TEXT_MAX] + "…"
    return well_formed(said + where)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions of a group before it, and what an exception was raised from after it."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _chain(one)
    yield error
    if error.__cause__ is not None:
        yield from _chain(error.__cause__)


def _line(error: BaseException) -> str | None:
    """Return the innermost line of the app in a traceback."""
    if isinstance(error, SyntaxError) and error.filename and _is_app(error.filename):
        return _named(error.filename, error.lineno or 0, "")
    own = [frame for frame in _frames(error.__traceback__) if _is_app(frame[0])]
    return _named(*own[-1]) if own else None


def _innermost(error: BaseException) -> tuple[str, int, str] | None:
    frames = list(_frames(error.__traceback__))
    return frames[-1] if frames else None


def _frames(step: TracebackType | None) -> Iterator[tuple[str, int, str]]:
    while step is not None:
        frame: FrameType = step.tb_frame
        yield frame.f_code.co_filename, step.tb_lineno or 0, frame.f_code.co_qualname
        step = step.tb_next


def _is_app(file: str) -> bool:
    """Return whether a file is the app's, not Swell's, Python's or an installed package's."""
    if file.startswith("<"):
        return False
    path = Path(file)
    if "site-packages" in path.parts or "dist-packages" in path.parts:
        return False
    return not path.is_relative_to(_OURS) and not file.startswith(_LIBRARIES)


def _named(file: str, line: int, function: str) -> str:
    path = Path(file)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    inside = f", in {function}" if function and not function.startswith("<module>") else ""
    return f"{shown}, line {line}{inside}"
