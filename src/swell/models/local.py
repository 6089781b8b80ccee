"""Servers of models that run on this machine, at the ports where they usually listen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from swell.errors import ModelConnectionError, ModelError, ModelRequestError
from swell.models.providers.compatible import Compatible

__all__ = ["LOCAL", "LocalServer", "chat_models", "local_model", "local_servers"]

LOCAL = {
    "Ollama": "http://127.0.0.1:11434/v1",
    "llama.cpp": "http://127.0.0.1:8080/v1",
    "vLLM": "http://127.0.0.1:8000/v1",
    "LM Studio": "http://127.0.0.1:1234/v1",
}
"""Address of each server, in the order in which they are asked."""

PROBE_S = 1.0
"""How long a server may take to list its models, in seconds."""


class LocalServer(msgspec.Struct, frozen=True):
    """A server that answered.

    Attributes:
        url: Address of its API.
        models: Names of its models for chat, at least one.
    """

    url: str
    models: tuple[str, ...]


async def local_model(name: str | None = None) -> Compatible:
    """Return a model that runs on this machine.

    Ollama, llama.cpp, vLLM and LM Studio are asked at their usual ports, all at the same time.

    Args:
        name: Name of the model; the first that is found when left out.

    Raises:
        ModelConnectionError: If no server answers within a second.
        ModelRequestError: If the servers that answer do not have the model.
    """
    servers = await local_servers()
    if not servers:
        places = ", ".join(f"{server} ({url})" for server, url in LOCAL.items())
        raise ModelConnectionError(
            f"No model was found on this machine. Start one of {places}, or name another with "
            "Compatible(base_url, model)."
        )
    for server in servers:
        if name is None or name in server.models:
            return Compatible(server.url, name or server.models[0])
    there = ", ".join(model for server in servers for model in server.models)
    raise ModelRequestError(f"There is no model {name!r} on this machine, but: {there}.")


async def local_servers(local: Mapping[str, str] | None = None) -> list[LocalServer]:
    """Return the servers that answer within a second.

    Args:
        local: Names and addresses to ask; `LOCAL` when left out.
    """
    urls = list((LOCAL if local is None else local).values())
    found = await asyncio.gather(*map(_listed, urls))
    return [LocalServer(url, tuple(names)) for url, names in zip(urls, found, strict=True) if names]


def chat_models(names: list[str]) -> list[str]:
    """Leave out models that only make embeddings, unless there are no others."""
    return [name for name in names if "embed" not in name.lower()] or names


async def _listed(url: str) -> list[str]:
    try:
        client = Compatible(url, "", timeout_s=PROBE_S, connect_s=PROBE_S)
        return chat_models(await client.models())
    except ModelError:
        return []
