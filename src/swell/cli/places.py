"""Which database a command is about, from its flags and the settings."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from swell.cli.command_error import CommandError
from swell.cli.db import default_file
from swell.cli.flags import resolve

if TYPE_CHECKING:
    from swell.backup.databases import Place

__all__ = ["add_place", "note", "place_of"]


def add_place(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that name a database."""
    parser.add_argument(
        "--app", default="", help="the app of the default file, without another database"
    )
    parser.add_argument(
        "--url", help="the database, instead of SWELL_DATABASE_URL; see docs/reference/settings.md"
    )


def place_of(arguments: argparse.Namespace, *, make: bool = False) -> Place:
    """Return the database, and where its files are.

    Args:
        arguments: Those of the command line.
        make: Accept an SQLite file that is not there.

    Raises:
        CommandError: If it is in memory, or not there.
    """
    from swell.backup.databases import Place
    from swell.chat.store import sqlite_path
    from swell.chat.store.databases import is_server
    from swell.storage.directory import files_folder

    found = resolve(arguments)
    url = arguments.url or found.settings.database_url
    source = "flag --url" if arguments.url else found.sources.get("database_url", "default")
    folder = files_folder(found.settings.files_dir)
    if is_server(url):
        try:
            import psycopg  # noqa: F401
        except ImportError:
            raise CommandError("PostgreSQL needs `pip install 'psycopg[binary]'`") from None
        return Place(url, folder, found.settings.files_dir is None)
    path: Path | None = None
    if url != "memory":
        path = default_file(arguments.app) if url == "default" else sqlite_path(url, source)
    if path is None:
        raise CommandError("conversations in memory end with their process")
    if not make and not path.exists():
        raise CommandError(f"{path} is not there", exit_code=1)
    return Place(str(path), folder, files_in_database=False)


def note(place: Place, file: Path, action: str) -> None:
    """Write into the audit log that a backup was made or restored.

    Args:
        place: The database, with tables of this version.
        file: The backup.
        action: `made` or `restored`.
    """
    from swell.audit.log import AuditLog
    from swell.chat.store import open_store

    async def write() -> None:
        engine = open_store(place.url).engine
        await engine.open()
        try:
            await AuditLog(engine).write("backup", object=file.name, action=action)
        finally:
            await engine.close()

    asyncio.run(write())
