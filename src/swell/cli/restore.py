"""Restore a backup into SQLite or PostgreSQL; the app must not run.

All of it is restored, or nothing: the whole restore is one transaction."""

from __future__ import annotations

import argparse
from pathlib import Path

from swell.cli.command_error import CommandError
from swell.cli.places import add_place, note, place_of
from swell.errors import StoreSchemaError, StoreUnavailableError

NAME = "restore"
HELP = "restore a backup"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", type=Path, help="a file of `swell backup`")
    parser.add_argument(
        "--check",
        action="store_true",
        help="compare the file with its checksums, and change nothing",
    )
    parser.add_argument(
        "--replace", action="store_true", help="remove what the database has; else it must be empty"
    )
    add_place(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from swell.backup.archive import BackupError, Reader
    from swell.backup.restore import restore

    try:
        reader = Reader(arguments.file)
        reader.check()
        about = reader.about
        rows = sum(one.rows for one in about.tables.values())
        print(
            f"{arguments.file}: made {about.created} by Swell {about.swell} of {about.database}, "
            f"version {about.revision}, {rows:,} rows, {about.files.rows:,} files"
        )
        if arguments.check:
            return 0
        place = place_of(arguments, make=True)
        restore(reader, place, replace=arguments.replace)
        note(place, arguments.file, "restored")
    except (BackupError, StoreUnavailableError, StoreSchemaError) as error:
        raise CommandError(str(error), exit_code=1) from None
    except OSError as error:
        raise CommandError(f"cannot restore {arguments.file}: {error.strerror}", 1) from None
    print(f"restored into {place.name}")
    if not about.secrets:
        print("the backup has no keys: all users have to sign in again")
    return 0
