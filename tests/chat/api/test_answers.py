"""Budgets of requests: programs get 429, with the seconds to wait, in the form of their API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import openai
import pytest

from swell.chat import Turn
from swell.chat.api.ag_ui import AGUIEndpoint
from swell.chat.api.openai import OpenAIEndpoint
from swell.chat.records import User
from swell.chat.runs.budgets import Budgets
from swell.chat.store import Store, open_store
from swell.models import Usage
from swell.settings.table import Settings
from tests.chat.api.conftest import Serving

pytestmark = pytest.mark.anyio


async def hello(turn: Turn) -> AsyncIterator[object]:
    turn.charge(0.5)
    yield "Hello"
    yield Usage(70, 30, "small")


@asynccontextmanager
async def counting(**settings: Any) -> AsyncIterator[tuple[Store, Any]]:
    """Open a store in memory, and return it with the argument of the endpoints that counts."""
    store = open_store(None, app="test")
    await store.open()
    budgets = Budgets(store, Settings(**settings))
    yield store, {"budgets": lambda: budgets}
    await store.close()


async def ask(url: str, user: str = "", **more: Any) -> str:
    """Ask the endpoint of OpenAI's API with its own client; return the answer."""
    named: dict[str, Any] = {"user": user} if user else {}
    async with openai.AsyncOpenAI(base_url=url, api_key="any", max_retries=0) as api:
        said = await api.chat.completions.create(
            model="swell", messages=[{"role": "user", "content": "Hi"}], **named, **more
        )
    return said.choices[0].message.content or ""


async def test_a_user_of_openais_api_has_the_limits_of_a_user(serving: Serving) -> None:
    async with (
        counting(prompts_per_minute=1, tokens_per_day=500) as (_, counts),
        serving(OpenAIEndpoint(hello, **counts)) as url,
    ):
        assert await ask(url, "ann") == "Hello"
        with pytest.raises(openai.RateLimitError) as refused:
            await ask(url, "ann")
        assert refused.value.code == "rate_limit_exceeded"
        assert 1 <= int(refused.value.response.headers["retry-after"]) <= 70
        assert "Try again in" in refused.value.message
        assert await ask(url, "bob") == "Hello"


async def test_what_is_used_up_is_insufficient_quota(serving: Serving) -> None:
    async with (
        counting(tokens_per_day=100) as (_, counts),
        serving(OpenAIEndpoint(hello, **counts)) as url,
    ):
        await ask(url, "ann")
        with pytest.raises(openai.RateLimitError) as refused:
            await ask(url, "ann", stream=True)
        assert refused.value.code == "insufficient_quota"
        assert 23 * 3600 <= int(refused.value.response.headers["retry-after"]) <= 25 * 3600
        body: Any = refused.value.body
        assert body.keys() == {"message", "type", "code", "param"}


async def test_tokens_and_charges_of_requests_are_counted(serving: Serving) -> None:
    async with (
        counting(model_prices=("small=100/1000",)) as (store, counts),
        serving(OpenAIEndpoint(hello, **counts)) as url,
    ):
        await ask(url, "ann")
        await ask(url)
        for subject in ("api:ann", "api"):
            used = await store.used(User("", subject, None, 0.0))
            assert (used.tokens_day, used.money_day) == (100, 0.537)


async def test_requests_without_a_user_have_the_limits_of_the_role_api(serving: Serving) -> None:
    async with (
        counting(prompts_per_minute=1, budgets=("api: prompts_per_minute=2",)) as (_, counts),
        serving(OpenAIEndpoint(hello, **counts)) as url,
    ):
        assert [await ask(url) for _ in range(2)] == ["Hello", "Hello"]
        with pytest.raises(openai.RateLimitError):
            await ask(url)


async def test_limits_of_all_together_count_requests(serving: Serving) -> None:
    async with (
        counting(budgets=("total: prompts_per_day=2",)) as (_, counts),
        serving(OpenAIEndpoint(hello, **counts)) as url,
    ):
        assert [await ask(url, name) for name in ("ann", "bob")] == ["Hello", "Hello"]
        with pytest.raises(openai.RateLimitError, match="all users together"):
            await ask(url, "cid")


async def test_ag_ui_is_refused_with_429_and_json(serving: Serving) -> None:
    body = {
        "threadId": "t",
        "runId": "r",
        "state": {},
        "messages": [{"id": "1", "role": "user", "content": "Hi"}],
        "tools": [],
        "context": [],
        "forwardedProps": {},
    }
    async with (
        counting(budgets=("api: prompts_per_day=1",)) as (_, counts),
        serving(AGUIEndpoint(hello, **counts)) as url,
        httpx.AsyncClient() as http,
    ):
        first, second = [await http.post(url, json=body) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 429)
    assert second.json()["code"] == "insufficient_quota"
    assert "24 hours" in second.json()["error"]
    assert int(second.headers["retry-after"]) > 3600
