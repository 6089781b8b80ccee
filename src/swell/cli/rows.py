"""Rows that a command exports: their arguments, the database, and CSV or JSON lines."""

from __future__ import annotations

import argparse
import csv
import datetime
import sys
from collections.abc import AsyncIterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

import msgspec

from swell.cli.command_error import CommandError
from swell.cli.db import default_file
from swell.cli.flags import resolve

if TYPE_CHECKING:
    from swell.chat.store import Store

Value: TypeAlias = "str | bool | float | dict[str, str | int | float | bool | None] | None"

_FORMULA = frozenset("=+-@\t\r＝＋－＠")  # noqa: RUF001  # wide ones count in some spreadsheets


def add_row_arguments(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Declare the arguments of a command that exports rows.

    Args:
        parser: Parser of the command.
        default: The format without `--format`.
    """
    parser.add_argument(
        "--format",
        choices=["csv", "jsonl"],
        default=default,
        help=f"csv for a spreadsheet, or jsonl: one JSON object a line (default: {default})",
    )
    parser.add_argument(
        "--since",
        type=time_of,
        help="only what happened then or later, such as 2026-11-22 or 2026-11-22T08:00+01:00",
    )
    parser.add_argument("--output", type=Path, help="a file to write; standard output without it")
    parser.add_argument("--app", default="", help="only of the app with this name")
    parser.add_argument(
        "--url", help="the database, instead of SWELL_DATABASE_URL; see docs/reference/settings.md"
    )


def time_of(text: str) -> float:
    """Return the seconds since the epoch of a date, in UTC unless it has a time zone."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-22") from None
    return (time if time.tzinfo else time.replace(tzinfo=datetime.UTC)).timestamp()


def time_text(seconds: float) -> str:
    """Return a time as text, in UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")


def store_of(arguments: argparse.Namespace) -> Store:
    """Return the store that the arguments or the settings name; it is not open.

    Raises:
        CommandError: If there is no such database.
    """
    from swell.chat.store import open_store, sqlite_path

    found = resolve(arguments)
    url = arguments.url or found.settings.database_url
    source = "flag --url" if arguments.url else found.sources.get("database_url", "default")
    if url == "memory":
        raise CommandError("a database in memory leaves nothing to export")
    if not url.startswith("postgres"):
        path = default_file(arguments.app) if url == "default" else sqlite_path(url, source)
        if path is None or not path.exists():
            raise CommandError(f"{path or url} is not there", exit_code=1)
        url = str(path)
    return open_store(url, app=arguments.app, source=source)


async def write_rows(
    arguments: argparse.Namespace, columns: Sequence[str], rows: AsyncIterable[Sequence[Value]]
) -> None:
    """Write rows as they are read, to standard output or a file, in the format asked for.

    Raises:
        CommandError: If the file cannot be written.
    """
    if arguments.output is None:
        await _write(sys.stdout, arguments.format, columns, rows)
        return
    try:
        with arguments.output.open("w", encoding="utf-8", newline="") as file:
            count = await _write(file, arguments.format, columns, rows)
    except OSError as error:
        raise CommandError(f"cannot write {arguments.output}: {error.strerror}") from None
    print(f"{count} rows in {arguments.output}")


async def _write(
    file: IO[str], kind: str, columns: Sequence[str], rows: AsyncIterable[Sequence[Value]]
) -> int:
    count = 0
    writer = csv.writer(file)
    if kind == "csv":
        writer.writerow(columns)
    async for row in rows:
        count += 1
        if kind == "csv":
            writer.writerow([_cell(value) for value in row])
        else:
            found = dict(zip(columns, row, strict=True))
            file.write(msgspec.json.encode(found).decode() + "\n")
    return count


def _cell(value: Value) -> str:
    """Keep a spreadsheet from taking a text for a formula (`=`, `+`, `-`, `@`, tab, return)."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return f"'{value}" if value.lstrip(" \n")[:1] in _FORMULA else value
