"""Make, upgrade and check the tables in which `@chat` keeps conversations."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from swell.cli.command_error import CommandError
from swell.cli.flags import resolve
from swell.errors import StoreSchemaError, StoreUnavailableError

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAME = "db"
HELP = "make, upgrade and check the tables of conversations"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "action",
        choices=["upgrade", "current", "check"],
        help="upgrade: make the tables, or bring them to this version; current: print their "
        "version; check: compare them with what this version expects",
    )
    parser.add_argument(
        "--app", default="", help="the app of the default file, without another database"
    )
    parser.add_argument(
        "--url", help="the database, instead of SWELL_DATABASE_URL; see docs/reference/settings.md"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    found = resolve(arguments)
    url = arguments.url or found.settings.database_url
    source = "flag --url" if arguments.url else found.sources.get("database_url", "default")
    try:
        with connected(url, source, arguments.app, make=arguments.action == "upgrade") as (
            bound,
            name,
        ):
            return _ACTIONS[arguments.action](bound, name)
    except (StoreUnavailableError, StoreSchemaError) as error:
        raise CommandError(f"{error.reason}", exit_code=1) from None


@contextlib.contextmanager
def connected(
    url: str, source: str, app: str, *, make: bool = False
) -> Iterator[tuple[Connection, str]]:
    """Connect with SQLAlchemy; nothing is changed unless `make`."""
    from swell.chat.store import sqlite_path

    if url.partition(":")[0].lower() in ("postgresql", "postgres"):
        try:
            from swell.chat.store.engines.postgres import connect
        except ImportError:
            raise CommandError("PostgreSQL needs `pip install 'psycopg[binary]'`") from None
        with connect(url) as bound:
            yield bound, f"the database {bound.engine.url.database or url.rpartition('/')[2]!r}"
        return
    if url == "default":
        path: Path | None = default_file(app)
    else:
        path = sqlite_path(url, source)
    if path is None:
        raise CommandError("conversations in memory have no tables to look after")
    if not make and not path.exists():
        raise CommandError(f"{path} is not there; `swell db upgrade` makes it", exit_code=1)
    from swell.chat.store.engines.sqlite import connect as connect_file

    with connect_file(path) as bound:
        yield bound, str(path)


def default_file(app: str) -> Path:
    """Return the file of an app; of the only one there is when it has no name.

    Raises:
        CommandError: If there are several, or none.
    """
    from swell.chat.store import default_path

    if app:
        return default_path(app)
    folder = default_path().parent
    found = sorted(folder.glob("*.db"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"no app keeps chats in {folder} yet; name one with --app", exit_code=1)
    names = ", ".join(path.stem for path in found)
    raise CommandError(f"several apps keep chats in {folder}: {names}; choose one with --app")


def _upgrade(bound: Connection, name: str) -> int:
    from swell.chat.store import schema

    before = schema.current(bound)
    if before is not None and before not in schema.REVISIONS:
        _refuse(before, name)
    schema.upgrade(bound)
    bound.commit()
    if before == schema.HEAD:
        print(f"{name} has version {before} already")
    else:
        print(f"{name}: version {before or 'none'} -> {schema.HEAD}")
    return 0


def _current(bound: Connection, name: str) -> int:
    from swell.chat.store import schema

    found = schema.current(bound)
    print(f"{name}: version {found or 'none'}; this Swell needs {schema.HEAD}")
    return 0 if found == schema.HEAD else 1


def _check(bound: Connection, name: str) -> int:
    from swell.chat.store import schema

    found = schema.current(bound)
    if found != schema.HEAD:
        _refuse(found, name)
    if wrong := schema.differences(bound):
        lines = "\n".join(f"  {difference}" for difference in wrong)
        raise CommandError(f"{name} differs from what this Swell expects:\n{lines}", exit_code=1)
    print(f"{name} is as this Swell expects it")
    return 0


def _refuse(found: str | None, name: str) -> None:
    from swell.chat.store import schema
    from swell.errors import StoreSchemaError

    try:
        schema.refuse(found, name)
    except StoreSchemaError as error:
        raise CommandError(error.reason, exit_code=1) from None


_ACTIONS = {"upgrade": _upgrade, "current": _current, "check": _check}
