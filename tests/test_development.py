"""What a developer reads about an exception."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from swell.development import TEXT_MAX, described

HERE = "tests/test_development.py"


def raised(call: Callable[[], object]) -> str:
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        call()
    return described(caught.value)


def broken() -> None:
    raise OSError("no disk")


def wrapped() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        raise json.JSONDecodeError("cut", "{", 0) from error


def grouped() -> None:
    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(broken))

    asyncio.run(work())


def line(function: Callable[[], object], more: int) -> str:
    first = function.__code__.co_firstlineno
    return f"({HERE}, line {first + more}, in {function.__name__})"


def test_an_exception_is_named_with_the_line_that_raised_it() -> None:
    assert raised(broken) == f"OSError: no disk {line(broken, 1)}"


def test_the_line_is_the_apps_where_a_package_raised() -> None:
    assert raised(wrapped).endswith(line(wrapped, 4))


def test_a_group_is_named_by_the_line_of_the_app_in_it() -> None:
    assert raised(grouped) == f"OSError: no disk {line(broken, 1)}"


def test_without_a_frame_of_the_app_the_innermost_is_named() -> None:
    with pytest.raises(ValueError, match="Expecting") as caught:
        json.loads("{")
    inside = caught.value.__traceback__
    assert inside is not None
    said = described(caught.value.with_traceback(inside.tb_next))
    assert "decoder.py, line " in said


def test_what_an_exception_was_raised_from_is_named_where_only_that_has_a_line() -> None:
    with pytest.raises(OSError, match="no disk") as caught:
        broken()
    stand_in = RuntimeError("the function raised OSError")
    stand_in.__cause__ = caught.value
    caught.value.__cause__ = stand_in  # a circle ends
    assert described(stand_in) == f"OSError: no disk {line(broken, 1)}"


def test_a_long_message_is_cut_and_half_a_character_replaced() -> None:
    said = described(ValueError("x" * 10_000))
    assert said.startswith("ValueError: xxx")
    assert len(said) == TEXT_MAX + 1
    assert described(ValueError("a\ud83d")) == "ValueError: a\ufffd"
