"""Export the feedback of users: `swell feedback export`."""

from __future__ import annotations

import argparse
import asyncio
import csv
import datetime
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from swell.cli.command_error import CommandError
from swell.cli.db import default_file
from swell.cli.flags import resolve
from swell.errors import StoreSchemaError, StoreUnavailableError

if TYPE_CHECKING:
    from swell.chat.records import RatedAnswer

NAME = "feedback"
HELP = "export feedback on answers"

_FORMULA = frozenset("=+-@\t\r＝＋－＠")  # noqa: RUF001  # wide ones count in some spreadsheets

COLUMNS = ("time", "user", "positive", "comment", "thread", "message", "model", "prompt", "answer")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=["export"], help="export: write all of it")
    parser.add_argument(
        "--format",
        choices=["csv", "jsonl"],
        default="csv",
        help="csv for a spreadsheet (default), or jsonl: one JSON object a line",
    )
    parser.add_argument(
        "--since",
        type=_time,
        help="only what changed later, such as 2026-11-22 or 2026-11-22T08:00+01:00",
    )
    parser.add_argument("--output", type=Path, help="a file to write; standard output without it")
    parser.add_argument("--app", default="", help="only of the app with this name")
    parser.add_argument(
        "--url", help="the database, instead of SWELL_DATABASE_URL; see docs/reference/settings.md"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    found = resolve(arguments)
    url = arguments.url or found.settings.database_url
    source = "flag --url" if arguments.url else found.sources.get("database_url", "default")
    try:
        rated = asyncio.run(_read(url, source, arguments.app, arguments.since))
    except (StoreUnavailableError, StoreSchemaError) as error:
        raise CommandError(str(error), exit_code=1) from None
    if arguments.output is None:
        _write(sys.stdout, arguments.format, rated)
        return 0
    try:
        with arguments.output.open("w", encoding="utf-8", newline="") as file:
            _write(file, arguments.format, rated)
    except OSError as error:
        raise CommandError(f"cannot write {arguments.output}: {error.strerror}") from None
    print(f"{len(rated)} rows in {arguments.output}")
    return 0


def _time(text: str) -> float:
    """Seconds since the epoch of a date, in UTC unless it has a time zone."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-22") from None
    return (time if time.tzinfo else time.replace(tzinfo=datetime.UTC)).timestamp()


async def _read(url: str, source: str, app: str, since: float | None) -> list[RatedAnswer]:
    from swell.chat.store import open_store, sqlite_path

    if url == "memory":
        raise CommandError("conversations in memory leave no feedback to export")
    if not url.startswith("postgres"):
        path = default_file(app) if url == "default" else sqlite_path(url, source)
        if path is None or not path.exists():
            raise CommandError(f"{path or url} is not there", exit_code=1)
        url = str(path)
    store = open_store(url, app=app, source=source)
    await store.open()
    try:
        return [one async for one in store.rated_answers(since)]
    finally:
        await store.close()


def _write(file: IO[str], kind: str, rated: Iterable[RatedAnswer]) -> None:
    if kind == "csv":
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in rated:
            writer.writerow([_cell(value) for value in _values(one)])
        return
    for one in rated:
        row = dict(zip(COLUMNS, _values(one), strict=True))
        file.write(msgspec.json.encode(row).decode() + "\n")


def _values(one: RatedAnswer) -> tuple[str | bool | None, ...]:
    time = datetime.datetime.fromtimestamp(one.created, datetime.UTC)
    return (
        time.isoformat(timespec="seconds"),
        one.subject,
        one.positive,
        one.comment,
        one.thread_id,
        one.message_id,
        one.model,
        one.prompt,
        one.answer,
    )


def _cell(value: str | bool | None) -> str:
    """Keep a spreadsheet from taking a text for a formula (`=`, `+`, `-`, `@`, tab, return)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if value.lstrip(" \n")[:1] in _FORMULA else value
