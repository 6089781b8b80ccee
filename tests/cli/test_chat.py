"""`swell chat` finds a model, or says what to give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.models.upstream import Reply, upstream

from swell.cli import main
from swell.cli.chat import choose
from swell.cli.chat_app import Chosen, short_name
from swell.cli.command_error import CommandError

pytestmark = pytest.mark.anyio

NOWHERE = "http://127.0.0.1:1/v1"


def listing(*names: str) -> Reply:
    return Reply(json={"object": "list", "data": [{"id": name} for name in names]})


async def test_a_server_on_this_machine_is_found_and_its_first_chat_model_taken() -> None:
    async with upstream(listing("nomic-embed-text", "small", "large")) as server:
        places = {"A": NOWHERE, "B": f"{server.url}/v1"}
        found = await choose(None, None, local=places)
        assert found == Chosen(f"{server.url}/v1", "small", ("small", "large"))
        assert (await choose(None, "large", local=places)).model == "large"
        with pytest.raises(CommandError, match=r"no model 'huge'.*but:\n    small"):
            await choose(None, "huge", local=places)


async def test_where_there_is_none_it_says_exactly_what_to_give() -> None:
    with pytest.raises(CommandError) as caught:
        await choose(None, None, local={"Ollama": NOWHERE})
    said = str(caught.value)
    assert "no model was found on this machine (Ollama)" in said
    assert "swell chat --base-url http://127.0.0.1:8080/v1 --model NAME" in said
    assert "--api-key-env OPENAI_API_KEY" in said


async def test_an_address_with_and_without_its_path() -> None:
    async with upstream(listing("small")) as server:
        found = await choose(f"{server.url}/v1/", None, api_key="key-1")
        assert (found.base_url, found.model) == (f"{server.url}/v1", "small")
        assert server.requests[0].headers["authorization"] == "Bearer key-1"
    async with upstream(Reply(json={}, status=404), listing("small")) as server:
        found = await choose(server.url, "other")
        assert (found.base_url, found.models) == (f"{server.url}/v1", ("other", "small"))


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(json={}, status=401), "requires an API key"),
        (Reply(json={}, status=404), "name one with --model"),
    ],
)
async def test_a_server_that_does_not_say_its_models(reply: Reply, said: str) -> None:
    async with upstream(reply) as server:
        with pytest.raises(CommandError, match=said):
            await choose(f"{server.url}/v1", None)


async def test_a_server_that_is_not_there_or_an_address_that_is_none() -> None:
    with pytest.raises(CommandError, match="is the server running"):
        await choose(NOWHERE, "small")
    with pytest.raises(CommandError, match="is no address"):
        await choose("127.0.0.1:8080", "small")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--api-key-env", "NO_SUCH_KEY"], "NO_SUCH_KEY is empty or not set"),
        (["--system", "no/such/file"], "cannot read no/such/file"),
        (["--base-url", "ftp://here"], "is no address"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_starts(
    arguments: list[str], said: str, capsys: Any
) -> None:
    assert main(["chat", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_instructions_have_a_bound(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "system.txt"
    file.write_text("x" * 200_001)
    assert main(["chat", "--system", str(file)]) == 2
    assert "longer than 200,000 bytes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("/srv/models/gemma-3-270m.Q4_K_M.gguf", "gemma-3-270m.Q4_K_M"),
        ("C:\\models\\gemma.gguf", "gemma"),
        ("meta-llama/llama-4", "llama-4"),
        ("llama3.2:latest", "llama3.2:latest"),
        ("/", "/"),
    ],
)
def test_the_title_is_what_people_call_the_model(model: str, title: str) -> None:
    assert short_name(model) == title
