"""Write a backup of the database and of its files to one file, while the app runs.

`swell restore` reads it into SQLite or PostgreSQL, whichever it was made of."""

from __future__ import annotations

import argparse
from pathlib import Path

from swell.cli.command_error import CommandError
from swell.cli.places import add_place, note, place_of
from swell.errors import StoreSchemaError, StoreUnavailableError

NAME = "backup"
HELP = "write a backup of conversations, accounts and files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", type=Path, help="the file to write, such as chat-2026-11-30.zip")
    parser.add_argument(
        "--secrets",
        action="store_true",
        help="include the keys of the service; a reader of the file can then sign in as any user",
    )
    add_place(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from swell import __version__
    from swell.backup.archive import BackupError
    from swell.backup.dump import make
    from swell.chat.store.schema import HEAD

    place = place_of(arguments)
    try:
        made = make(place, arguments.file, __version__, secrets=arguments.secrets)
        if made.revision == HEAD:  # older tables are not touched, and may have no audit log
            note(place, arguments.file, "made")
    except (BackupError, StoreUnavailableError, StoreSchemaError) as error:
        raise CommandError(str(error), exit_code=1) from None
    except OSError as error:
        raise CommandError(f"cannot write {arguments.file}: {error.strerror}", 1) from None
    print(
        f"{arguments.file}: {sum(made.rows.values()):,} rows of {len(made.rows)} tables, "
        f"{made.files:,} files with {made.bytes:,} bytes"
    )
    if made.missing:
        print(f"{len(made.missing):,} files have a record and no bytes; they are not in it")
    return 0
