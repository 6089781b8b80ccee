"""Export the audit log: `swell audit export`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator

from swell.cli.command_error import CommandError
from swell.cli.rows import Value, add_row_arguments, store_of, time_of, time_text, write_rows
from swell.errors import StoreSchemaError, StoreUnavailableError

NAME = "audit"
HELP = "export the audit log"

COLUMNS = ("n", "time", "event", "user", "address", "object", "detail", "app")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=["export"], help="export: write its entries")
    add_row_arguments(parser, default="jsonl")
    parser.add_argument("--until", type=time_of, help="only what happened before this time")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    try:
        asyncio.run(write_rows(arguments, COLUMNS, _rows(arguments)))
    except (StoreUnavailableError, StoreSchemaError) as error:
        raise CommandError(str(error), exit_code=1) from None
    return 0


async def _rows(arguments: argparse.Namespace) -> AsyncIterator[tuple[Value, ...]]:
    from swell.audit.log import AuditLog

    engine = store_of(arguments).engine
    await engine.open()
    try:
        log = AuditLog(engine, arguments.app)
        async for one in log.entries(since=arguments.since, until=arguments.until):
            at = time_text(one.at)
            yield one.n, at, one.event, one.subject, one.address, one.object, one.detail, one.app
    finally:
        await engine.close()
