"""A model on this machine is found at the usual ports of its server."""

from __future__ import annotations

import pytest

from swell.errors import ModelConnectionError, ModelRequestError
from swell.models import local, local_model
from tests.models.upstream import Reply, upstream

pytestmark = pytest.mark.anyio

NOWHERE = "http://127.0.0.1:1/v1"


def listing(*names: str) -> Reply:
    return Reply(json={"object": "list", "data": [{"id": name} for name in names]})


async def test_the_first_model_for_chat_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    async with upstream(listing("nomic-embed-text", "small", "large")) as server:
        monkeypatch.setattr(local, "LOCAL", {"A": NOWHERE, "B": f"{server.url}/v1"})
        found = await local_model()
        assert (found.base_url, found.model) == (f"{server.url}/v1", "small")
        assert (await local_model("large")).model == "large"
        with pytest.raises(ModelRequestError, match=r"no model 'huge'.*but: small, large"):
            await local_model("huge")


async def test_no_server_is_an_error_that_says_what_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "LOCAL", {"Ollama": NOWHERE})
    with pytest.raises(ModelConnectionError, match=r"Start one of Ollama \(http.*Compatible\("):
        await local_model()
