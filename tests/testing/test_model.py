"""`ScriptedModel`: a model whose text and pace the test decides."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from swell.testing import (
    ScriptedModel,
)

pytestmark = pytest.mark.anyio


async def test_a_model_that_ends_was_not_cut_off() -> None:
    model = ScriptedModel(["a", "b"])
    assert [token async for token in model.stream()] == ["a", "b"]
    assert [token async for token in model.stream()] == ["a", "b"]
    assert (model.said, model.closed) == (["a", "b", "a", "b"], 0)


async def test_a_scripted_stream_is_an_async_iterator() -> None:
    assert isinstance(ScriptedModel([]).stream(), AsyncIterator)
