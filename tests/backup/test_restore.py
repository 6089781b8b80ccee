"""A backup holds every row and file, of either database for either one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, text

from swell.backup.archive import BackupError, Reader, Writer
from swell.backup.databases import SECRETS, TRANSIENT, Place
from swell.backup.dump import make
from swell.backup.restore import restore
from swell.chat.store import open_store, schema
from swell.chat.store.tables import metadata
from tests.backup.filled import converse, everything, files_of, fill, place_of
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio

KINDS = ["sqlite", "postgresql"]


class Databases:
    """New databases of both kinds, each with a folder for files."""

    def __init__(self, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        self._request, self.tmp_path = request, tmp_path
        self._count = 0

    def new(self, kind: str) -> tuple[str, Path, Place]:
        """Return the URL of a database, its folder and its place."""
        self._count += 1
        folder = self.tmp_path / f"files{self._count}"
        if kind == "sqlite":
            url = f"sqlite:///{self.tmp_path / f'chat{self._count}.db'}"
        else:
            server: PostgresServer = self._request.getfixturevalue("postgres")
            url = new_database(server, self._request.getfixturevalue("postgres_template"))
        return url, folder, place_of(url, folder)


@pytest.fixture
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    return Databases(request, tmp_path)


def rows(place: Place, *without: str) -> dict[str, list[Any]]:
    with place.reading() as bound:
        return everything(bound, without=(*TRANSIENT, *without))


def without_keys(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the rows without where the bytes of files are."""
    at = [column.name for column in metadata.tables["files"].c].index("path")
    files = [tuple(value for n, value in enumerate(row) if n != at) for row in found["files"]]
    return {**found, "files": files}


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
async def test_every_row_and_file_comes_back(
    source: str, target: str, databases: Databases
) -> None:
    url, folder, place = databases.new(source)
    await fill(url, folder)
    backup = databases.tmp_path / "backup.zip"
    made = make(place, backup, "0.1")
    assert (made.files, made.bytes, made.missing) == (6, 2 * 600_011, [])
    assert backup.stat().st_mode & 0o077 == 0
    new_url, new_folder, new_place = databases.new(target)
    reader = Reader(backup)
    reader.check()
    restore(reader, new_place)

    before, after = rows(place, *SECRETS), rows(new_place, *SECRETS)
    assert all(before.values()), "something is in every table"
    assert without_keys(after) == without_keys(before)
    assert await files_of(new_url, new_folder) == await files_of(url, folder)
    if target == "postgresql":  # it knows how large the tables are; else each look at them is slow
        sizes = text("SELECT reltuples FROM pg_class WHERE oid = CAST('parts' AS regclass)")
        with new_place.reading() as bound:
            assert bound.execute(sizes).scalar() == len(after["parts"])
    store = open_store(new_url, app="support")
    await store.open()
    user = await store.user("ann")
    assert [hit.message_id for hit in await store.search(user.id, "whales")]
    assert len(await store.threads(user.id, query="whales")) == 1
    assert not await store.search(user.id, "bob")
    made_after = await converse(store, user, "4", "One more")  # numbers follow those there were
    assert (await store.threads(user.id))[0].id == made_after.thread.id
    await store.close()


def test_no_table_of_a_backup_holds_bytes() -> None:
    assert [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, LargeBinary) and table.name not in TRANSIENT
    ] == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_backup_is_of_one_moment(
    kind: str, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, folder, place = databases.new(kind)
    await fill(url, folder)
    before = rows(place, *SECRETS)
    store = open_store(url, app="support")
    await store.open()
    loop = asyncio.get_running_loop()
    original = Place.reading
    written: list[Any] = []

    def write_between(self: Place) -> Any:
        """Store a chat between the first statement of the backup and the others."""
        from contextlib import contextmanager

        @contextmanager
        def reading() -> Any:
            with original(self) as bound:
                write = converse(store, user, "9", "Too late")
                written.append(asyncio.run_coroutine_threadsafe(write, loop).result(30))
                yield bound

        return reading()

    user = await store.user("ann")
    monkeypatch.setattr(Place, "reading", write_between)
    backup = databases.tmp_path / "backup.zip"
    await asyncio.to_thread(make, place, backup, "0.1")
    monkeypatch.undo()
    await store.close()
    assert written, "the app could write during the backup"
    _, _, new_place = databases.new("sqlite")
    restore(Reader(backup), new_place)
    assert without_keys(rows(new_place, *SECRETS)) == without_keys(before)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_keys_are_left_out_unless_they_are_wanted(
    kind: str, databases: Databases
) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)
    key = rows(place)["secrets"][0][1]
    for secrets in (False, True):
        backup = databases.tmp_path / f"backup-{secrets}.zip"
        make(place, backup, "0.1", secrets=secrets)
        content = b"".join(zipfile.ZipFile(backup).read(one) for one in names(backup))
        assert (key.encode() in content) is secrets
        _, _, new_place = databases.new(kind)
        restore(Reader(backup), new_place)
        assert [row[1] for row in rows(new_place)["secrets"]] == ([key] if secrets else [])
        with new_place.reading() as bound:
            assert bound.execute(text("SELECT count(*) FROM sign_ins")).scalar() == 0


def names(backup: Path) -> list[str]:
    return zipfile.ZipFile(backup).namelist()


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_there_is_only_replaced_on_request(kind: str, databases: Databases) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)
    backup = databases.tmp_path / "backup.zip"
    make(place, backup, "0.1")
    new_url, new_folder, new_place = databases.new(kind)
    await fill(new_url, new_folder, app="other")
    before = rows(new_place)
    with pytest.raises(BackupError, match=r"is not empty; .* --replace"):
        restore(Reader(backup), new_place)
    assert rows(new_place) == before
    restore(Reader(backup), new_place, replace=True)
    after = rows(new_place)
    assert without_keys({**after, "secrets": []}) == without_keys({**rows(place), "secrets": []})
    assert after["secrets"] == before["secrets"], "the keys stay"
    if kind == "sqlite":  # the app removes the bytes that no row names any more
        with closing(sqlite3.connect(new_place.url)) as connection:
            left = connection.execute("SELECT path, app FROM leftovers").fetchall()
        assert len(left) == 6
        assert all((new_folder / path).exists() and app == "other" for path, app in left)


async def test_a_running_app_keeps_its_database(databases: Databases) -> None:
    for kind in KINDS:
        url, folder, place = databases.new(kind)
        await fill(url, folder)
        backup = databases.tmp_path / f"{kind}.zip"
        make(place, backup, "0.1")
        store = open_store(url, app="support")
        await store.open()
        await store.recover()  # joins the processes of a service
        with pytest.raises(BackupError, match="is in use; stop the app first"):
            restore(Reader(backup), place, replace=True)
        await store.close()
        restore(Reader(backup), place, replace=True)


# ------------------------------------------------------------------------------- other revisions


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("revision", ["0007", "0013"])
async def test_an_older_backup_is_upgraded(revision: str, kind: str, databases: Databases) -> None:
    old = databases.tmp_path / "old.db"
    with place_of(f"sqlite:///{old}", databases.tmp_path / "old").writing() as bound:
        schema.upgrade(bound, revision)
        bound.execute(
            text("INSERT INTO users (id, subject, created, app) VALUES ('u', 'ann', 1, 'support')")
        )
        bound.execute(
            text(
                "INSERT INTO threads (n, id, user_id, title, created, updated, pinned, archived)"
                " VALUES (5, 't', 'u', 'Whales', 1, 2, 0, 0)"
            )
        )
    place = place_of(f"sqlite:///{old}", databases.tmp_path / "old")
    backup = databases.tmp_path / "backup.zip"
    make(place, backup, "0.0")
    assert Reader(backup).about.revision == revision
    url, _, new_place = databases.new(kind)
    restore(Reader(backup), new_place)
    with new_place.reading() as bound:
        assert schema.current(bound) == schema.HEAD
        assert schema.differences(bound) == []
    store = open_store(url, app="support")
    await store.open()
    user = await store.user("ann")
    assert [thread.title for thread in await store.threads(user.id, query="whales")] == ["Whales"]
    await store.close()


async def test_a_newer_backup_is_refused(databases: Databases) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)
    backup = databases.tmp_path / "backup.zip"
    make(place, backup, "9.9")
    altered(backup, revision="9999")
    _, _, new_place = databases.new("sqlite")
    with pytest.raises(BackupError, match=r"version 9999, made by Swell 9\.9.*update Swell"):
        restore(Reader(backup), new_place)
    altered(backup, version=99)
    with pytest.raises(BackupError, match=r"has format swell\.backup 99"):
        Reader(backup)


def altered(backup: Path, **changes: Any) -> None:
    """Change the manifest of a backup."""
    copy = backup.with_suffix(".copy")
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(copy, "w") as new:
        for one in old.infolist():
            content = old.read(one)
            if one.filename == "manifest.json":
                content = json.dumps({**json.loads(content), **changes}).encode()
            new.writestr(one, content)
    copy.replace(backup)


# ------------------------------------------------------------------------------------- mishaps


async def test_a_damaged_backup_is_named(databases: Databases) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)
    backup = databases.tmp_path / "backup.zip"
    make(place, backup, "0.1")
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    manifest["tables"]["users"]["sha256"] = "0" * 64
    altered(backup, tables=manifest["tables"])
    with pytest.raises(BackupError, match="table users does not fit its checksum"):
        Reader(backup).check()
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)
    with pytest.raises(BackupError, match="is damaged"):
        Reader(backup).check()
    backup.write_bytes(content[:-200])
    with pytest.raises(BackupError, match="is not a complete backup"):
        Reader(backup)


async def test_a_full_disk_leaves_no_half_of_a_backup(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "file", full)
    with pytest.raises(OSError, match="No space"):
        make(place, databases.tmp_path / "backup.zip", "0.1")
    assert [one.name for one in databases.tmp_path.glob("backup*")] == []


async def test_a_file_that_has_gone_is_counted(databases: Databases) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)
    shutil.rmtree(folder)
    made = make(place, databases.tmp_path / "backup.zip", "0.1")
    assert (made.files, len(made.missing)) == (0, 6)
    assert Reader(databases.tmp_path / "backup.zip").about.missing == made.missing


KILLED = """
import os, signal, sys
from pathlib import Path
from swell.backup import archive, dump, restore
from swell.backup.databases import Place

place = Place(sys.argv[2], Path(sys.argv[3]), sys.argv[2].startswith("postgresql"))


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


if sys.argv[1] == "make":
    archive.Writer.manifest = die
    dump.make(place, Path(sys.argv[4]), "0.1")
else:
    setattr(restore, sys.argv[1], die)
    restore.restore(archive.Reader(Path(sys.argv[4])), place, replace=True)
"""


def killed(step: str, place: Place, backup: Path) -> None:
    command = [sys.executable, "-c", KILLED, step, place.url, str(place.folder), str(backup)]
    done = subprocess.run(command, env=dict(os.environ), timeout=60)
    assert done.returncode == -signal.SIGKILL


async def test_a_backup_that_was_killed_is_none_and_can_be_repeated(databases: Databases) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)
    backup = databases.tmp_path / "backup.zip"
    killed("make", place, backup)
    assert not backup.exists()
    make(place, backup, "0.1")
    Reader(backup).check()
    assert list(databases.tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", ["_restore_bytes", "_index", "_check_references"])
async def test_a_restore_that_was_killed_has_changed_nothing_and_can_be_repeated(
    step: str, kind: str, databases: Databases
) -> None:
    url, folder, place = databases.new("sqlite")
    await fill(url, folder)
    backup = databases.tmp_path / "backup.zip"
    make(place, backup, "0.1")
    new_url, new_folder, new_place = databases.new(kind)
    await fill(new_url, new_folder, app="other")
    before, files = rows(new_place), await files_of(new_url, new_folder, "other")
    killed(step, new_place, backup)
    assert rows(new_place) == before
    assert await files_of(new_url, new_folder, "other") == files
    restore(Reader(backup), new_place, replace=True)
    assert without_keys(rows(new_place, *SECRETS)) == without_keys(rows(place, *SECRETS))
    assert await files_of(new_url, new_folder) == await files_of(url, folder)
