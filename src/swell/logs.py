"""Loggers with unforgeable lines: texts of peers and exceptions stay on one line."""

from __future__ import annotations

import contextlib
import logging
import traceback

__all__ = ["Escaping", "escape", "logger", "traceback_of"]


def logger(name: str) -> logging.Logger:
    """Return one of Swell's loggers, whose lines are escaped whatever handles them.

    Args:
        name: `swell` or a name below it.
    """
    found = logging.getLogger(name)
    found.addFilter(_ESCAPING)
    return found


class Escaping(logging.Filter):
    """Escapes control characters in messages and in the texts of exceptions.

    Records that hold none stay as they are, with their arguments. A traceback keeps its lines.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Escape the record and let it pass."""
        with contextlib.suppress(Exception):  # wrong arguments: `logging` reports them itself
            said = record.getMessage()
            if (escaped := escape(said)) != said:
                record.msg, record.args = escaped, None
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None and not record.exc_text:
            printed = "".join(traceback.format_exception(error)).removesuffix("\n")
            if (text := traceback_of(error)) != printed:
                record.exc_text = text  # formatters take it instead of making their own
        return True


_ESCAPING = Escaping()


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an exception, each of its messages and notes on one line."""
    report = traceback.TracebackException.from_exception(error, compact=True)
    todo: list[traceback.TracebackException | None] = [report]
    while todo:
        one = todo.pop()
        if one is not None:
            said = vars(one)
            for name in ("_str", "msg"):  # its text; a SyntaxError has it in `msg`
                if isinstance(said.get(name), str):
                    said[name] = escape(said[name])
            if isinstance(one.__notes__, list):
                one.__notes__ = [escape(str(note)) for note in one.__notes__]
            todo += [one.__cause__, one.__context__, *(one.exceptions or ())]
    return "\n".join(map(escape, "".join(report.format()).removesuffix("\n").split("\n")))


def escape(text: str) -> str:
    """Return a text on one line, its control characters as escapes.

    >>> escape("a\\nb")
    'a\\\\nb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
