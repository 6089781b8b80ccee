"""WaveDB: databases in SQLite files, with Wave's pairs of results and errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from h2o_wave import WaveDB, WaveDBConnection, connect

pytestmark = pytest.mark.anyio


@pytest.fixture
async def connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[WaveDBConnection]:
    monkeypatch.setenv("SWELL_WAVEDB_DIR", str(tmp_path))
    opened = connect()
    yield opened
    await opened.close()


@pytest.fixture
async def db(connection: WaveDBConnection) -> WaveDB:
    found = connection["school"]
    assert await found.exec("create table student(name text, age integer)") == ([], None)
    return found


async def test_statements_return_rows_or_an_error(db: WaveDB) -> None:
    assert await db.exec("insert into student values (?, ?)", "Bob", 19) == ([], None)
    assert await db.exec("select * from student where age > ?", 17) == ([["Bob", 19]], None)
    rows, error = await db.exec("select missing")
    assert rows is None
    assert error is not None
    assert "no such column" in error


async def test_several_statements_run_until_one_fails(db: WaveDB) -> None:
    insert = "insert into student values (?, ?)"
    assert await db.exec_many((insert, "a", 1), "select count(*) from student") == (
        [[], [[1]]],
        None,
    )
    results, error = await db.exec_many((insert, "b", 2), "mistake", (insert, "c", 3))
    assert results is None
    assert error
    assert (await db.exec("select name from student"))[0] == [["a"], ["b"]]


async def test_an_atomic_call_changes_all_or_nothing(db: WaveDB) -> None:
    insert = "insert into student values (?, ?)"
    results, error = await db.exec_atomic((insert, "a", 1), "mistake")
    assert (results, bool(error)) == (None, True)
    assert (await db.exec("select * from student"))[0] == []
    calls = [db.exec_atomic((insert, str(n), n), (insert, str(n), n)) for n in range(20)]
    assert all(error is None for _, error in await asyncio.gather(*calls))
    assert (await db.exec("select count(*) from student"))[0] == [[40]]


async def test_the_rows_are_there_for_the_next_connection(
    db: WaveDB, connection: WaveDBConnection
) -> None:
    await db.exec("insert into student values ('Ann', 20)")
    other = connect()
    assert (await other["school"].exec("select name from student"))[0] == [["Ann"]]
    await other.close()
    assert await db.drop() is None
    _, error = await connection["school"].exec("select name from student")
    assert error is not None
    assert "no such table" in error


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a\\b", ".x", "x" * 101])
async def test_a_database_stays_in_its_folder(connection: WaveDBConnection, name: str) -> None:
    with pytest.raises(ValueError, match="expected a name"):
        connection[name]


async def test_a_statement_opens_no_other_file(db: WaveDB, tmp_path: Path) -> None:
    for sql in ("attach database ? as other", "vacuum into ?"):
        _, error = await db.exec(sql, str(tmp_path / "other.db"))
        assert error is not None
    assert not (tmp_path / "other.db").exists()


async def test_what_is_no_statement_is_an_error_at_the_call(db: WaveDB) -> None:
    for wrong in ((), (1,), ("select ?", [1])):
        with pytest.raises(ValueError, match=r"Want|SQL parameter"):
            await db.exec_many(wrong)
