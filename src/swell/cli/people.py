"""List the people that a database knows; export or erase what it has about one of them.

A person is named as in the list, or by the name or email address of an account."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from swell.cli.command_error import CommandError
from swell.cli.places import add_place, place_of
from swell.cli.rows import Value, time_text, write_rows
from swell.errors import StoreSchemaError, StoreUnavailableError

if TYPE_CHECKING:
    from swell.chat.store.engines.base import Engine, Tx
    from swell.people.erase import Counts
    from swell.people.find import Person
    from swell.storage.base import FileStorage

NAME = "people"
HELP = "list people, and export or erase what is stored about one"

COLUMNS = ("user", "app", "name", "chats", "files", "bytes", "last")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    lists = actions.add_parser("list", help="list the people that apps store something about")
    lists.add_argument("--format", choices=["csv", "jsonl"], default="csv")
    lists.add_argument("--output", type=Path, help="a file to write; standard output without it")
    exports = actions.add_parser("export", help="write a ZIP file with everything about a person")
    exports.add_argument("name", help="the person")
    exports.add_argument("--output", type=Path, help="the file to write (default: person.zip)")
    erases = actions.add_parser("erase", help="erase everything about a person, for good")
    erases.add_argument("name", help="the person")
    erases.add_argument("--dry-run", action="store_true", help="print the numbers, erase nothing")
    erases.add_argument("--yes", action="store_true", help="do not ask for the name again")
    for one in (lists, exports, erases):
        add_place(one)


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from swell.people.find import AmbiguousNameError

    try:
        return asyncio.run(_ACTIONS[arguments.action](arguments))
    except (StoreUnavailableError, StoreSchemaError, AmbiguousNameError) as error:
        raise CommandError(str(error), exit_code=1) from None


async def _list(arguments: argparse.Namespace) -> int:
    from swell.people.find import Listed, listed

    engine, _ = await _open(arguments)

    async def rows() -> AsyncIterator[Sequence[Value]]:
        last: Listed | None = None
        while True:

            def look(tx: Tx, after: Listed | None = last) -> list[Listed]:
                return listed(tx, arguments.app, after)

            window = await engine.read(look)
            for one in window:
                yield (*one[:-1], None if one.last is None else time_text(one.last))
            if not window:
                return
            last = window[-1]

    try:
        await write_rows(arguments, COLUMNS, rows())
    finally:
        await engine.close()
    return 0


async def _export(arguments: argparse.Namespace) -> int:
    from swell.audit.log import AuditLog
    from swell.people.export import export

    engine, storages = await _open(arguments)
    try:
        person = await _find(engine, arguments)
        if person is None:
            raise CommandError(f"nothing is stored about {arguments.name!r}", exit_code=1)
        file = arguments.output or Path("person.zip")
        try:
            entries = await export(engine, storages, person, file)
        except OSError as error:
            raise CommandError(f"cannot write {file}: {error.strerror}", exit_code=1) from None
        log = AuditLog(engine, arguments.app)
        await log.write("exported", object=person.subject, entries=entries)
    finally:
        await engine.close()
    print(f"{file}: {entries} entries about {person.subject}")
    return 0


async def _erase(arguments: argparse.Namespace) -> int:
    from swell.people.erase import NOTICED_S, count, erase

    engine, storages = await _open(arguments)
    try:
        person = await _find(engine, arguments)
        if person is None:
            print(f"nothing is stored about {arguments.name!r}")
            return 0
        apps = ", ".join(app or "(no name)" for app, _ in person.users) or "none"
        print(f"{person.subject}, apps: {apps}")
        print(_said(await count(engine, person)))
        if arguments.dry_run:
            return 0
        if not arguments.yes:
            _confirm(person.subject)
        print(f"waiting {NOTICED_S:g} s until all processes have closed what they show", flush=True)
        failed = await erase(engine, storages, person, time.time(), app=arguments.app)
    finally:
        await engine.close()
    if failed:
        raise CommandError(
            f"erased all records, but {failed} files could not be deleted; the log has the "
            "reasons. The app tries again every hour",
            exit_code=1,
        )
    print("erased; the audit log has " + person.pseudonym)
    return 0


def _confirm(subject: str) -> None:
    """Ask for the name again.

    Raises:
        CommandError: If another answer is given, or there is no terminal.
    """
    if not sys.stdin.isatty():
        raise CommandError("add --yes to erase without a terminal")
    if input("This cannot be undone. Type the name again to erase: ").strip() != subject:
        raise CommandError("that is another name; nothing was erased", exit_code=1)


def _said(counts: Counts) -> str:
    return "\n".join(
        f"  {name.replace('_', '-'):<10} {value:,}" for name, value in counts._asdict().items()
    )


async def _open(arguments: argparse.Namespace) -> tuple[Engine, Sequence[FileStorage]]:
    from swell.chat.store import open_store
    from swell.storage.database import DatabaseStorage
    from swell.storage.directory import DirectoryStorage

    place = place_of(arguments)
    engine = open_store(place.url).engine
    await engine.open()
    return engine, (DatabaseStorage(engine), DirectoryStorage(place.folder))


async def _find(engine: Engine, arguments: argparse.Namespace) -> Person | None:
    from swell.people.find import find

    key = secrets.token_urlsafe(32)
    return await find(engine, arguments.name, arguments.app, key, time.time())


_ACTIONS = {"list": _list, "export": _export, "erase": _erase}
