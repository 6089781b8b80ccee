"""The tables that a new database gets are those that the migrations lead to."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from swell.chat.store import open_store, schema
from swell.chat.store.engines.sqlite import connect
from swell.chat.store.tables import metadata
from swell.errors import SettingError

pytestmark = pytest.mark.anyio


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what SQLite knows of each table and index, without the spelling of statements."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = connection.execute(
            "SELECT name, type FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ).fetchall()
        found: dict[str, list[tuple[object, ...]]] = {}
        for name, kind in names:
            pragmas = ["index_xinfo"]
            if kind == "table":
                pragmas = ["table_xinfo", "foreign_key_list", "index_list"]
            rows: list[tuple[object, ...]] = []
            for pragma in pragmas:
                listed = connection.execute(f"PRAGMA {pragma}('{name}')").fetchall()
                # The first column of these two only counts them.
                rows += sorted(row[pragma in pragmas[1:] :] for row in listed)
            found[name] = rows
        return found


async def test_a_new_file_has_the_tables_that_the_migrations_make(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "new.db"))
    await store.open()
    await store.close()
    with connect(tmp_path / "migrated.db") as bound:
        schema.upgrade(bound)
        bound.commit()
        assert schema.current(bound) == schema.HEAD
        assert schema.differences(bound) == []
    made, migrated = tables(tmp_path / "new.db"), tables(tmp_path / "migrated.db")
    assert set(metadata.tables) <= set(made)
    assert made.keys() == migrated.keys()
    for name in made:
        assert [row for row in made[name] if "autoindex" not in str(row)] == [
            row for row in migrated[name] if "autoindex" not in str(row)
        ], name


async def test_an_older_file_is_upgraded_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with connect(path) as bound:
        schema.upgrade(bound, "0001")
        bound.commit()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO users VALUES ('u', 'anna', NULL, 1.0)")
        connection.execute(
            "INSERT INTO threads (id, user_id, title, created, updated, pinned, archived, leaf_id)"
            " VALUES ('t', 'u', 'Old one', 1.0, 1.0, 0, 0, 'm')"
        )
        connection.execute(
            "INSERT INTO messages (id, thread_id, depth, role, status, created, error)"
            " VALUES ('m', 't', 0, 'assistant', 'failed', 1.0, 'It was busy.')"
        )
        connection.execute(
            "INSERT INTO parts (message_id, position, type, body, indexed)"
            """ VALUES ('m', 0, 'text', '{"type": "text", "text": "So far"}', 1)"""
        )
        connection.commit()
    store = open_store(str(path))
    await store.open()
    [message] = await store.messages("t")
    assert (message.error, message.error_code, message.suggestions) == ("It was busy.", None, ())
    assert [hit.message_id for hit in await store.search("u", "far")] == ["m"]
    assert [thread.id for thread in await store.threads("u", query="old")] == ["t"]
    await store.close()
    with connect(path) as bound:
        assert (schema.current(bound), schema.differences(bound)) == (schema.HEAD, [])


def test_an_upgrade_that_breaks_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with connect(path) as bound:
        schema.upgrade(bound, "0001")
        bound.commit()
    before = tables(path)
    with connect(path) as bound:
        schema.upgrade(bound)
        bound.rollback()
    assert tables(path) == before


def test_the_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == schema.HEAD
    assert [one.revision for one in scripts.walk_revisions()][::-1] == list(schema.REVISIONS)


@pytest.mark.parametrize(
    "url", ["mysql://x", "sqlite:chat.db", "sqlite://host/chat.db", "postgresql:no url"]
)
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="'database_url' from argument: expected `"):
        open_store(url)


async def test_memory_forgets(tmp_path: Path) -> None:
    for url in (None, "memory", "sqlite://"):
        store = open_store(url)
        await store.open()
        assert await store.threads((await store.user("anna")).id) == []
        await store.close()
