"""Lines of the log: none can be forged, with any formatter and handler."""

from __future__ import annotations

import importlib
import io
import logging
import pkgutil
from collections.abc import Iterator

import pytest

import swell
from swell.logs import escape, logger

FORGED = "2026-01-01 00:00:00,000 INFO swell: all is well"


@pytest.fixture
def shown() -> Iterator[io.StringIO]:
    """Collect what a handler of the application gets, as `logging` formats it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    found = logging.getLogger("swell.test")
    found.addHandler(handler)
    yield stream
    found.removeHandler(handler)


def forged(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip(" |").startswith("2026-01-01")]


def test_a_message_stays_on_its_line(shown: io.StringIO) -> None:
    for end in ("\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\x1b[1A"):
        logger("swell.test").warning("name %s", f"a{end}{FORGED}")
    assert len(shown.getvalue().splitlines()) == 7
    assert not forged(shown.getvalue())
    assert "\x1b" not in shown.getvalue()


def test_what_exceptions_say_stays_on_its_line_and_the_traceback_stays(
    shown: io.StringIO,
) -> None:
    try:
        try:
            raise ValueError(f"no such user\n{FORGED}")
        except ValueError as cause:
            cause.add_note(f"a note\r\n{FORGED}\x1b[2J")
            inner = [TypeError(f"key\n{FORGED}"), SyntaxError(f"x\n{FORGED}")]
            raise ExceptionGroup(f"several\n{FORGED}", inner) from cause
    except ExceptionGroup:
        logger("swell.test").exception("failed")
    text = shown.getvalue()
    assert not forged(text)
    assert "\x1b" not in text
    assert f"no such user\\n{FORGED}" in text
    assert "Traceback (most recent call last):\n" in text
    assert f'  File "{__file__}", line ' in text
    assert "direct cause of the following exception" in text


def test_a_short_message_inside_of_a_long_one_changes_nothing(shown: io.StringIO) -> None:
    try:
        try:
            raise ValueError("\n")
        except ValueError as cause:
            raise ValueError(f"a\n{FORGED}") from cause
    except ValueError:
        logger("swell.test").exception("failed")
    assert not forged(shown.getvalue())
    assert f"ValueError: a\\n{FORGED}\n" in shown.getvalue()
    assert len(shown.getvalue().splitlines()) > 8


def test_a_line_that_holds_nothing_dangerous_keeps_its_arguments(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("swell"), "propagate", True)
    try:
        raise ValueError("plain: ünï 京都")
    except ValueError:
        logger("swell.test").exception("failed %s", "here")
    [record] = caplog.records
    assert (record.msg, record.args) == ("failed %s", ("here",))
    assert "ValueError: plain: ünï 京都" in caplog.text


def test_a_record_that_cannot_be_written_is_left_to_logging(
    shown: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)

    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    try:
        raise MuteError
    except MuteError:
        logger("swell.test").exception("failed")
    assert "failed" in shown.getvalue()
    # as a library hands on what it was given
    record = logging.LogRecord("swell.test", logging.ERROR, "", 0, "%d of %s", ("x",), None)
    assert logger("swell.test").filter(record)


def test_every_logger_of_the_package_is_one_of_these() -> None:
    for module in pkgutil.walk_packages(swell.__path__, "swell."):
        if "__main__" not in module.name and ".migrations" not in module.name:
            importlib.import_module(module.name)
    names = ["swell", *logging.root.manager.loggerDict]
    ours = {name for name in names if name == "swell" or name.startswith("swell.")}
    assert {"swell", "swell.chat", "swell.server"} <= ours
    for name in ours - {"swell.cli"}:
        found = logging.root.manager.loggerDict[name]
        if isinstance(found, logging.Logger) and not name.startswith("swell.test"):
            assert "swell.logs" in {type(one).__module__ for one in found.filters}, name


def test_escapes_are_those_of_python() -> None:
    assert escape("a\tb\n\u202e🎈") == "a\\tb\\n\\u202e🎈"
