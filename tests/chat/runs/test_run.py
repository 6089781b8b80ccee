"""A run owns the making of one answer: what is fed, who watches, and how it is stopped."""

from __future__ import annotations

import asyncio

import pytest

from swell.chat.runs.run import Run, RunLimits
from swell.errors import NotSupportedError
from swell.parts import Text
from swell.settings.table import Settings

pytestmark = pytest.mark.anyio


async def test_watchers_are_told_of_each_change(run: Run) -> None:
    seen: list[str] = []

    def watch() -> None:
        seen.append("".join(part.text for part in run.answer.parts() if isinstance(part, Text)))

    run.watchers.add(watch)
    run.feed("Hel")
    run.feed("lo")
    assert seen == ["Hel", "Hello"]


async def test_nothing_is_taken_once_it_is_to_stop(run: Run) -> None:
    run.feed("Hello")
    run.request_stop()
    run.feed(" again")
    assert run.answer.parts() == [Text("Hello")]
    assert run.cancelled


async def test_the_first_reason_to_stop_counts(run: Run) -> None:
    run.request_stop("interrupted")
    run.request_stop("stopped")
    assert run.why == "interrupted"


async def test_a_title_is_one_line_of_at_most_200_characters(run: Run) -> None:
    run.set_title("  Two\n words \ud83d")
    assert run.title == "Two words \N{REPLACEMENT CHARACTER}"
    run.set_title("x" * 500)
    assert run.title == "x" * 200


async def test_where_nothing_hands_out_files_a_handler_makes_none(run: Run) -> None:
    with pytest.raises(NotSupportedError, match=r"turn\.file"):
        await run.make_file(b"words", "notes.txt")


async def test_a_turn_that_waits_learns_of_the_stop(run: Run) -> None:
    waiting = asyncio.ensure_future(run.cancelled.wait())
    await asyncio.sleep(0)
    run.request_stop()
    await waiting


def test_an_app_replaces_the_limits_that_it_names_and_keeps_the_settings_of_the_others() -> None:
    settings = Settings(runs_max=3, runs_queue_max=5, prompts_per_minute=30, prompts_per_day=7)
    assert RunLimits(flush_s=1.0).over(settings) == settings
    bounds = RunLimits(queue=0, prompts_per_minute=0).over(settings)
    assert (bounds.runs_queue_max, bounds.prompts_per_minute) == (0, 0)
    assert (bounds.runs_max, bounds.prompts_per_day) == (3, 7)
