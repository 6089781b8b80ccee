"""Formats of log lines: text for a terminal, JSON for programs; no line can be forged in either."""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable
from typing import Any

from swell.logs import escape, traceback_of

from .ids import current_ids

__all__ = ["JsonLines", "TextLines", "logging_config"]


class TextLines(logging.Formatter):
    """Formats a message as one line.

    Text from a browser cannot forge a second line or colour the terminal.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's own name
        """Return the line, its control characters as escapes."""
        return escape(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Return the traceback, each message in it on one line."""
        return super().formatException(ei) if ei[1] is None else traceback_of(ei[1])


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object on one line, with the ids of the current task.

    The fields are `time`, `level`, `logger`, `message` and `process`, the ids that are known
    (`request`, `connection`, `run`, `thread`, `user`, `trace`), and `exception` with `type`,
    `message` and `traceback`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        found: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": escape(record.getMessage()),
            "process": record.process,
            **{name: escape(value) for name, value in current_ids().items()},
        }
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None:
            found["exception"] = {
                "type": type(error).__qualname__,
                "message": escape(_text(error)),
                "traceback": traceback_of(error),
            }
        return json.dumps(found, ensure_ascii=False)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "<exception str() failed>"  # as in a traceback


def logging_config(
    level: str,
    kind: str,
    *,
    one_of_many: bool = False,
    seldom: Callable[[], logging.Filter] | None = None,
) -> dict[str, Any]:
    """Return the configuration of the loggers of Swell and uvicorn, for `logging.config`.

    With JSON the root logger has the same handler, so that the lines of the app and of libraries
    are JSON as well; with text the app's loggers stay as they are.

    Args:
        level: Lowest level of Swell's lines.
        kind: `text` or `json`.
        one_of_many: Show the process id in text.
        seldom: Makes a filter for the warnings of uvicorn.
    """
    name = level.upper()
    others = "WARNING" if name == "INFO" else name
    process = " [%(process)d]" if one_of_many else ""
    text = f"%(asctime)s{process} %(levelname)s %(name)s: %(message)s"
    lines: dict[str, Any] = (
        {"()": JsonLines} if kind == "json" else {"()": TextLines, "format": text}
    )
    found: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"swell": lines},
        "filters": {},
        "handlers": {"swell": {"class": "logging.StreamHandler", "formatter": "swell"}},
        "loggers": {
            "swell": {"handlers": ["swell"], "level": name, "propagate": False},
            "uvicorn": {"handlers": ["swell"], "level": others, "propagate": False},
        },
    }
    if kind == "json":
        found["root"] = {"handlers": ["swell"], "level": others}
    if seldom is not None:
        found["filters"]["seldom"] = {"()": seldom}
        found["loggers"]["uvicorn.error"] = {"filters": ["seldom"]}
    return found
