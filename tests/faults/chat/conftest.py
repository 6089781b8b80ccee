"""Every fault test of `@chat` runs over SQLite and over PostgreSQL, where it is not about one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import new_database

from .rig import ChatProcess

Serve = Callable[..., ChatProcess]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def new_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """Give a function that returns the URL of a new database."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"
    server = request.getfixturevalue("postgres")
    template = request.getfixturevalue("postgres_template")
    return lambda: new_database(server, template)


@pytest.fixture(scope="module")
def chat(
    new_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChatProcess]:
    """Serve one chat for all tests of a module; each test is another person in it."""
    process = ChatProcess(tmp_path_factory.mktemp("chat"), new_url())
    yield process
    code = process.stop()
    print(*process.log, sep="\n")  # shown with a failure
    assert code in (0, -15, 143)
    process.stored.check()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Give `serve(url, env, *prefix)`: a chat of the test's own, ended with it."""
    running: list[ChatProcess] = []

    def start(url: str, env: dict[str, str] | None = None, *prefix: str) -> ChatProcess:
        process = ChatProcess(tmp_path / f"chat{len(running)}", url, env, *prefix)
        running.append(process)
        return process

    yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            process.stop()
        print(*process.log, sep="\n")  # shown with a failure


@pytest.fixture
def person(request: pytest.FixtureRequest) -> str:
    """Name the person of this test."""
    return str(request.node.name)
