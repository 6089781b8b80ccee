"""A client for every server that speaks OpenAI's chat completions; it needs only `httpx`."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from swell.errors import ModelConnectionError, ModelError
from swell.models.compatible import SSEChunks
from swell.models.deltas import Delta, Failure
from swell.models.failures import failure_of_status
from swell.models.fields import items, text
from swell.models.reader import Reader

if TYPE_CHECKING:
    import httpx

__all__ = ["Compatible"]

MAX_REFUSAL = 20_000
"""How much of a refusal is read to understand it, in bytes."""

MAX_BODY = 16_000_000
"""Longest answer taken in one piece, from a server that does not stream, in bytes."""


class Compatible:
    """A model behind an OpenAI-compatible address: Ollama, vLLM, llama.cpp, LM Studio, a provider.

    Args:
        base_url: Address of the API, such as `http://localhost:11434/v1`.
        model: Name of the model, as the server knows it.
        api_key: Sent as a bearer token; never shown or logged.
        timeout_s: Longest wait for the next piece of an answer, in seconds.
        connect_s: Longest wait for a connection, in seconds.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        *,
        timeout_s: float = 120.0,
        connect_s: float = 10.0,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.model = model
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeouts = timeout_s, connect_s

    def __repr__(self) -> str:
        return f"Compatible({self.base_url!r}, {self.model!r})"

    async def stream(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        **params: Any,
    ) -> AsyncGenerator[Delta, None]:
        """Yield the answer as it is written.

        Closing the generator, or cancelling the task that reads it, closes the request at once.

        Args:
            messages: The conversation in OpenAI's form, as `turn.as_openai()` returns it.
            tools: Schemas of tools in OpenAI's form.
            params: More of the request, such as `temperature`; None leaves one out.

        Raises:
            ModelError: If the server cannot be reached, refuses, fails, or breaks off.
        """
        body = {
            "model": self.model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "tools": list(tools) if tools else None,
            **params,
        }
        body = {name: value for name, value in body.items() if value is not None}
        httpx = _httpx()
        try:
            async with (
                self._client() as http,
                http.stream("POST", "/chat/completions", json=body) as response,
            ):
                if response.status_code != 200:
                    raise await _refusal(response)
                async for delta in _deltas(response):
                    if isinstance(delta, Failure):
                        raise _reported(delta)
                    yield delta
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelConnectionError() from error
        except (ValueError, RecursionError) as error:
            raise ModelError() from error

    async def models(self) -> list[str]:
        """Return the names of the models that the server has.

        Raises:
            ModelError: If the server cannot be reached, or does not say.
        """
        httpx = _httpx()
        try:
            async with self._client() as http, http.stream("GET", "/models") as response:
                if response.status_code != 200:
                    raise await _refusal(response)
                listed = msgspec.json.decode(await _read(response, MAX_BODY))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelConnectionError() from error
        except (ValueError, RecursionError) as error:
            raise ModelError() from error
        return [name for model in items(listed, "data") if (name := text(model, "id"))]

    def _client(self) -> httpx.AsyncClient:
        timeout_s, connect_s = self._timeouts
        client: httpx.AsyncClient = _httpx().AsyncClient(
            base_url=self.base_url,
            headers=self._headers,
            timeout=_httpx().Timeout(timeout_s, connect=connect_s),
            trust_env=not _local(self.base_url),  # no proxy leads to this machine
        )
        return client


async def _deltas(response: httpx.Response) -> AsyncGenerator[Delta, None]:
    if response.headers.get("content-type", "").startswith("application/json"):
        for delta in Reader().read(msgspec.json.decode(await _read(response, MAX_BODY))):
            yield delta
        return
    chunks = SSEChunks()
    async for data in response.aiter_bytes():
        for delta in chunks.read(data):
            yield delta
        if chunks.done:
            return
    for delta in chunks.read(b"\n"):  # a last line that nothing ended
        yield delta
    if not (chunks.done or chunks.finished):
        raise ModelConnectionError()


async def _read(response: httpx.Response, limit: int) -> bytes:
    found = b""
    async for data in response.aiter_bytes():
        found += data
        if len(found) > limit:
            break
    return found[:limit]


async def _refusal(response: httpx.Response) -> ModelError:
    body = (await _read(response, MAX_REFUSAL)).decode(errors="replace")
    failure = failure_of_status(response.status_code, body, response.headers)
    failure.__cause__ = RuntimeError(f"status {response.status_code}: {body[:500]}")  # for the log
    return failure


def _reported(failure: Failure) -> ModelError:
    kinds: list[type[ModelError]] = [ModelError, *ModelError.__subclasses__()]
    return next((kind for kind in kinds if kind.code == failure.code), ModelError)()


def _local(base_url: str) -> bool:
    try:
        host = urlsplit(base_url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _httpx() -> Any:
    try:
        import httpx  # only people who use a model need it
    except ImportError as error:
        raise ModelError(
            "The part that talks to models is not installed. "
            "Run `pip install httpx` and start again."
        ) from error
    return httpx
