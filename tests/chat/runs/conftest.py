"""A run of a prompt that is stored, for tests of what makes its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from swell.chat import NewPrompt, Turn
from swell.chat.runs.run import Run
from swell.chat.store import open_store
from swell.chat.store.usage import Allowance
from swell.parts import Text


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    """The run of the prompt "Hi"."""
    store = open_store("memory")
    await store.open()
    user = await store.user("anna")
    accepted = await store.accept(user.id, NewPrompt([Text("Hi")]), action_id="1")
    yield Run(accepted, user, "", Allowance(), lambda _run, _charge: None)
    await store.close()


@pytest.fixture
async def turn(run: Run) -> Turn:
    """What a handler of the run gets."""
    return Turn(run, [], run.thread, run.user, None)
