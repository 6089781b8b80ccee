"""Export the feedback of users: `swell feedback export`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator

from swell.cli.command_error import CommandError
from swell.cli.rows import Value, add_row_arguments, store_of, time_text, write_rows
from swell.errors import StoreSchemaError, StoreUnavailableError

NAME = "feedback"
HELP = "export feedback on answers"

COLUMNS = ("time", "user", "positive", "comment", "thread", "message", "model", "prompt", "answer")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=["export"], help="export: write all of it")
    add_row_arguments(parser, default="csv")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    try:
        asyncio.run(write_rows(arguments, COLUMNS, _rows(arguments)))
    except (StoreUnavailableError, StoreSchemaError) as error:
        raise CommandError(str(error), exit_code=1) from None
    return 0


async def _rows(arguments: argparse.Namespace) -> AsyncIterator[tuple[Value, ...]]:
    store = store_of(arguments)
    await store.open()
    try:
        async for one in store.rated_answers(arguments.since):
            yield (
                time_text(one.created),
                one.subject,
                one.positive,
                one.comment,
                one.thread_id,
                one.message_id,
                one.model,
                one.prompt,
                one.answer,
            )
    finally:
        await store.close()
