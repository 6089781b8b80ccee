"""Statements become SQL of one dialect once, and run on the driver's own connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select, update
from sqlalchemy.dialects import sqlite

from swell.chat.store.engines.base import Compiler, Tx

PETS = Table("pets", MetaData(), Column("id", Integer), Column("name", String))
ADD = insert(PETS).values(id=bindparam("number"), name=bindparam("called"))
NAMED = select(PETS.c.id).where(PETS.c.name == bindparam("called")).order_by(PETS.c.id)
RENAME = update(PETS).where(PETS.c.id == bindparam("number")).values(name="Rex")


@pytest.fixture
def compiler() -> Compiler:
    return Compiler(sqlite.dialect(paramstyle="named"), "sqlite")


@pytest.fixture
def tx(compiler: Compiler) -> Iterator[Tx]:
    connection = sqlite3.connect(":memory:")
    made = Tx(connection, compiler)
    made.run("CREATE TABLE pets (id INTEGER, name TEXT)")
    made.run(ADD, number=1, called="Bo")
    made.run(ADD, number=2, called="Bo")
    yield made
    connection.close()


def test_a_statement_is_compiled_once(compiler: Compiler) -> None:
    assert compiler(NAMED) is compiler(NAMED)
    assert compiler("SELECT 1").sql == "SELECT 1"


def test_rows_are_tuples(tx: Tx) -> None:
    assert tx.rows(NAMED, called="Bo") == [(1,), (2,)]
    assert tx.row(NAMED, called="Bo") == (1,)
    assert tx.row(NAMED, called="Max") is None


def test_a_value_in_the_statement_goes_beside_those_of_the_call(tx: Tx) -> None:
    assert tx.run(RENAME, number=1) == 1
    assert tx.run(RENAME, number=9) == 0
    assert tx.rows(NAMED, called="Rex") == [(1,)]


def test_it_says_which_database_it_is(tx: Tx) -> None:
    assert tx.dialect == "sqlite"
