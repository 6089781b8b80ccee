"""`app` for code written for H2O Wave: what Wave ignores is a warning there, not an error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import swell
from swell.app import app as strict_app
from swell.logs import logger
from swell.server.route import Mode

__all__ = ["WARNINGS_MAX", "app", "warn"]

_Handler = TypeVar("_Handler", bound=Callable[..., Any])

WARNINGS_MAX = 1_000
"""Most different warnings that one process logs."""

_log = logger("swell.wave")
_OURS = tuple(str(Path(file).parent) for file in (__file__, swell.__file__))
_given: set[tuple[str, int, str]] = set()


def app(
    route: str,
    mode: Mode | None = None,
    on_startup: Callable[[], Any] | None = None,
    on_shutdown: Callable[[], Any] | None = None,
) -> Callable[[_Handler], _Handler]:
    """Make an async function the handler of a route, as H2O Wave does.

    It is `swell.app`, except that unknown properties, themes, events and cards, and in dicts and
    assignments unknown words such as a size, are logged once for each line of the app and then
    left out, for that is what Wave does with them silently.

    Args:
        route: Path such as `/demo`.
        mode: `unicast`, `multicast` or `broadcast`.
        on_startup: Called without arguments when the server starts; may be async.
        on_shutdown: Called without arguments when it stops; may be async.

    Raises:
        ValueError: If the route or the mode cannot be used.
        TypeError: If the parentheses were left out, or the function does not take the query.
    """
    return strict_app(route, mode, on_startup, on_shutdown, forgive=warn)


def warn(sentence: str) -> None:
    """Log each ignored value with the line of the app, once for each line."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    if (file, line, sentence) in _given or len(_given) >= WARNINGS_MAX:
        return
    _given.add((file, line, sentence))
    _log.warning("%s, line %d: %s; left out, as H2O Wave does", file, line, sentence)
