"""Every server that speaks OpenAI's chat completions, with a client that needs only `httpx`."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus, unquote, urlsplit

import msgspec

from swell.errors import ModelConnectionError, ModelError
from swell.models.completions import ChatChunks, SSEChunks
from swell.models.deltas import Delta, Failure, Finish, ToolCallDelta
from swell.models.failures import error_of, failure_of_status
from swell.models.fields import UnknownChunkError, decoded, items, json_text, text
from swell.models.provider import Block, Chunks, Conversation, Offered, Outcome, Provider
from swell.models.traced import traced
from swell.observe import traces

if TYPE_CHECKING:
    import httpx

__all__ = ["ChatCompletions", "Compatible", "CompletionsConversation", "completions_picture"]

_KINDS = ("error", "chat.completion.chunk", "chat.completion")
_FIELDS = (b"data", b"event", b"id", b"retry")
_BOM = b"\xef\xbb\xbf"

MAX_REFUSAL = 20_000
"""How much of a refusal is read to understand it, in bytes."""

MAX_BODY = 16_000_000
"""Longest answer taken in one piece, from a server that does not stream, in bytes."""


MAX_SAID = 500
"""How much of a refusal is in the log, in characters."""

MIN_SECRET = 4
"""Shorter texts are not treated as secrets, since they occur in many words."""

END_S = 2.0
"""How long the rest of a stream is awaited after the model has ended its message, in seconds.

It is the count of tokens, which some servers send last, and some never.
"""

_UNKNOWN = re.compile(
    r"stream_options|include_usage|unknown|unrecogni[sz]ed|unexpected|unsupported|extra"
    r"|not (permitted|allowed|supported)|additional propert",
    re.IGNORECASE,
)
"""Words of a refusal that may be about an unsupported parameter."""


_VERSION = re.compile(r"/v\d[^/]*$")


class ChatCompletions(Provider):
    """Servers of chat completions: our client, the bytes of their streams, and dicts of them."""

    name = "compatible"
    errors = frozenset({"httpx", "httpx2", "httpcore", "httpcore2", "aiohttp"})
    order = 1  # packages mark their chunks more clearly

    def chunks(self) -> Chunks:
        """Return a reader for bytes and dicts."""
        return _Chunks()

    def reads(self, chunk: object) -> bool:
        """Return whether these are bytes, or a dict of chat completions."""
        if isinstance(chunk, dict):
            return bool({"choices", "error"} & chunk.keys()) or chunk.get("object") in _KINDS
        return isinstance(chunk, bytes)

    def picture(self, mime: str, data: str) -> Block:
        """Return a picture as chat completions take it."""
        return completions_picture(mime, data)

    def asks(self, model: object) -> bool:
        """Return whether this is our client."""
        return isinstance(model, Compatible)

    def conversation(
        self,
        model: Any,
        messages: list[dict[str, Any]],
        tools: Sequence[Offered],
        system: str | None,
        params: dict[str, Any],
    ) -> Conversation:
        """Begin a conversation through our client."""
        return CompletionsConversation(model, messages, tools, system, params)


def completions_picture(mime: str, data: str) -> Block:
    """Return a picture as chat completions take it."""
    return {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{data}"}}


class _Chunks(Chunks):
    """Reads bytes of an event stream, and chunks as dicts."""

    def __init__(self) -> None:
        self._bytes: SSEChunks | None = None
        self._dicts = ChatChunks()

    @property
    def unfinished(self) -> bool:
        return self._dicts.unfinished or (self._bytes is not None and self._bytes.unfinished)

    def read(self, chunk: Any) -> list[Delta]:
        if not isinstance(chunk, bytes):
            return self._dicts.read(chunk)
        if self._bytes is None:
            if not _begins_stream(chunk):
                raise UnknownChunkError
            self._bytes = SSEChunks()
        return self._bytes.read(chunk)

    def end(self) -> list[Delta]:
        if self._bytes is None:
            return []
        found = self._bytes.end()
        if not self._bytes.begun:
            raise UnknownChunkError("the response has no events")
        return found


def _begins_stream(begin: bytes) -> bool:
    """Return whether an event stream can begin with these bytes."""
    begin = begin[:64].removeprefix(_BOM)
    line = begin.lstrip(b"\r\n").splitlines()[:1]
    if not line or _BOM.startswith(begin):
        return True
    name, colon, _ = line[0].partition(b":")
    whole = colon or len(line[0]) < len(begin.lstrip(b"\r\n"))  # else it may be cut here
    return name in (*_FIELDS, b"") if whole else any(one.startswith(name) for one in _FIELDS)


class CompletionsConversation:
    """Chat completions, through our own client."""

    def __init__(
        self,
        client: Any,
        messages: list[dict[str, Any]],
        tools: Sequence[Offered],
        system: str | None,
        params: dict[str, Any],
    ) -> None:
        self.unfinished = False
        head = [{"role": "system", "content": system}] if system else []
        self._client, self._messages, self._params = client, head + messages, params
        self._tools = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.schema,
                },
            }
            for tool in tools
        ]
        self._message: dict[str, Any] = {}

    async def stream(self, *, last: bool) -> AsyncGenerator[Delta, None]:
        self._message = {"role": "assistant", "content": None}
        params = {**self._params, **({"tool_choice": "none"} if last and self._tools else {})}
        async with aclosing(self._deltas(params)) as deltas:
            async for delta in deltas:
                if isinstance(delta, Finish) and delta.message is not None:
                    self._message = dict(delta.message)
                yield delta

    def _deltas(self, params: dict[str, Any]) -> AsyncGenerator[Delta, None]:
        deltas: AsyncGenerator[Delta, None] = self._client.stream(
            self._messages, self._tools or None, **params
        )
        return deltas

    def answer(self, calls: Mapping[str, ToolCallDelta], outcomes: Mapping[str, Outcome]) -> None:
        # With the provider's signatures, which have to be sent back.
        sent = {call["id"]: call for call in self._message.get("tool_calls", ())}
        made = []
        for id, call in calls.items():
            before = sent.get(id, {})
            given = json_text(call.args or {})
            function = {**before.get("function", {}), "name": call.name, "arguments": given}
            made.append({**before, "id": id, "type": "function", "function": function})
        self._messages.append({**self._message, "tool_calls": made})
        self._messages += [
            {"role": "tool", "tool_call_id": id, "content": outcomes[id].said} for id in calls
        ]


class Compatible:
    """A model behind an OpenAI-compatible address: Ollama, vLLM, llama.cpp, LM Studio, a provider.

    An address without `/v1` is tried with it when the server does not know the first. If a server
    rejects `stream_options`, the request is repeated without them, and without token counts.

    Args:
        base_url: Address of the API, such as `http://localhost:11434/v1`.
        model: Name of the model, as the server knows it.
        api_key: Sent as a bearer token; never shown or logged. White space and quotation
            marks around it are dropped, and `Bearer` before it.
        timeout_s: Longest wait for the next piece of an answer, in seconds.
        connect_s: Longest wait for a connection, in seconds.
        headers: More headers of each request, such as `{"api-key": ...}` for Azure.
        query: Parameters of the address, such as `{"api-version": "2024-10-21"}`.
        verify: How the server's certificate is checked: True, against the known authorities; the
            path of a file with another authority's certificate, for one that is self-signed; an
            `ssl.SSLContext`; or False for no verification, which lets an attacker read and change
            everything.

    Raises:
        ValueError: If the key or a header has a character that no header can carry.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        *,
        timeout_s: float = 120.0,
        connect_s: float = 10.0,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        verify: bool | str | ssl.SSLContext = True,
    ) -> None:
        self.base_url, self._query, who = _address(base_url)
        sign_in = f"Basic {b64encode(who.encode()).decode()}" if who else ""
        self.model = model
        key = _key(api_key or "")
        self._headers = {"authorization": f"Bearer {key}" if key else sign_in}
        if not key and not sign_in:
            self._headers = {}
        self._secrets = [key, who.partition(":")[2], sign_in.removeprefix("Basic ")]
        for name, value in (headers or {}).items():
            self._headers[name.strip().lower()] = value.strip()
            self._secrets.append(value.strip())
        _check_headers(self._headers, key)
        self._query |= query or {}
        self._secrets += [value for name, value in self._query.items() if "version" not in name]
        self._verify = (
            ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
        )
        self._timeouts = timeout_s, connect_s
        self._counts = True  # until the server refuses `stream_options`

    def __repr__(self) -> str:
        return f"Compatible({self.base_url!r}, {self.model!r})"

    def stream(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        **params: Any,
    ) -> AsyncGenerator[Delta, None]:
        """Yield the chunks of the answer.

        Closing the generator, or cancelling the task that reads it, closes the request.

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
            "tools": list(tools) if tools else None,
            **params,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return traced(self._stream(body), ChatCompletions.name, str(body["model"]))

    async def _stream(self, body: dict[str, Any]) -> AsyncGenerator[Delta, None]:
        httpx = _httpx()
        try:
            async with self._client() as http, self._ask(http, body) as response:
                async for delta in _deltas(response):
                    if isinstance(delta, Failure):
                        raise error_of(delta)
                    yield delta
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        except (ValueError, RecursionError) as error:
            raise ModelError() from error

    async def models(self) -> list[str]:
        """Return the names of the models that the server has.

        Raises:
            ModelError: If the server is unreachable, or does not list its models.
        """
        httpx = _httpx()
        try:
            async with self._client() as http, self._get(http, "/models") as response:
                listed = msgspec.json.decode(await _read(response, MAX_BODY))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        except (ValueError, RecursionError) as error:
            raise ModelError() from error
        return [name for model in items(listed, "data") if (name := text(model, "id"))]

    @asynccontextmanager
    async def _ask(
        self, http: httpx.AsyncClient, body: dict[str, Any]
    ) -> AsyncIterator[httpx.Response]:
        """Post a request for an answer, without what this server does not know."""
        if self._counts and "stream_options" not in body:
            counting = {**body, "stream_options": {"include_usage": True}}
            async with self._send(http, "POST", "/chat/completions", counting) as response:
                if response.status_code == 200 and not _elsewhere(response):
                    yield response
                    return
                refused = await _refused(response)
            if response.status_code not in (400, 422) or not _UNKNOWN.search(refused):
                raise self._refusal(response, refused)
        async with self._send(http, "POST", "/chat/completions", body) as response:
            if response.status_code != 200 or _elsewhere(response):
                raise self._refusal(response, await _refused(response))
            self._counts = "stream_options" in body and self._counts
            yield response

    @asynccontextmanager
    async def _get(self, http: httpx.AsyncClient, path: str) -> AsyncIterator[httpx.Response]:
        async with self._send(http, "GET", path, None) as response:
            if response.status_code != 200 or _elsewhere(response):
                raise self._refusal(response, await _refused(response))
            yield response

    @asynccontextmanager
    async def _send(
        self, http: httpx.AsyncClient, method: str, path: str, body: object
    ) -> AsyncIterator[httpx.Response]:
        """Send a request, to the address with `/v1` where the server does not know that without."""
        if _VERSION.search(self.base_url):
            async with self._open(http, method, self.base_url + path, body) as response:
                yield response
            return
        async with self._open(http, method, self.base_url + path, body) as response:
            if not _elsewhere(response):
                yield response
                return
            refused = await _refused(response)
        async with self._open(http, method, f"{self.base_url}/v1{path}", body) as second:
            if _elsewhere(second):
                raise self._refusal(response, refused)
            self.base_url += "/v1"
            yield second

    def _open(
        self, http: httpx.AsyncClient, method: str, url: str, body: object
    ) -> AbstractAsyncContextManager[httpx.Response]:
        headers = traces.headers() or None
        return http.stream(method, url, json=body, params=self._query or None, headers=headers)

    def _client(self) -> httpx.AsyncClient:
        timeout_s, connect_s = self._timeouts
        client: httpx.AsyncClient = _httpx().AsyncClient(
            headers=self._headers,
            timeout=_httpx().Timeout(timeout_s, connect=connect_s),
            trust_env=not _local(self.base_url),  # no proxy leads to this machine
            verify=self._verify,
        )
        return client

    def _refusal(self, response: httpx.Response, body: str) -> ModelError:
        failure = failure_of_status(response.status_code, body, response.headers)
        said = f"status {response.status_code}: {self._hidden(body)[:MAX_SAID]}"
        if location := response.headers.get("location"):
            said += f"; it redirects to {location}: use that as base_url"
        elif _elsewhere(response) or response.status_code == 200:
            said += (
                f"; {response.url} is not an address of chat completions, or the model is unknown: "
                f"base_url is {self.base_url!r}, and mostly ends with /v1"
            )
        failure.__cause__ = RuntimeError(self._hidden(said))  # for the log
        return failure

    def _hidden(self, said: str) -> str:
        """Return a text without secrets."""
        for secret in self._secrets:
            if len(secret) >= MIN_SECRET:
                said = said.replace(secret, "...").replace(quote_plus(secret), "...")
        return said

    def _unreachable(self, error: Exception) -> ModelConnectionError:
        """Return the failure, with the details for the log."""
        failure = ModelConnectionError()
        failure.add_note(f"the server of {self!r} cannot be reached, or broke off")
        causes = "".join(str(cause) for cause in _causes(error))
        if "CERTIFICATE_VERIFY_FAILED" in causes:
            failure.add_note(
                "its certificate is not trusted. If it is self-signed, give its file to "
                'Compatible(verify="ca.pem")'
            )
        elif "WRONG_VERSION_NUMBER" in causes or "record layer" in causes.lower():
            failure.add_note("it does not speak TLS there: use http:// instead of https://")
        return failure


def _address(given: str) -> tuple[str, dict[str, str], str]:
    """Return an address without its secrets, its parameters, and its credentials."""
    given = given.strip()
    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
    except ValueError:
        return given, {}, ""  # no address; said when it is used
    path = parts.path.rstrip("/").removesuffix("/chat/completions").rstrip("/")
    name, _, place = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{place}{path}", dict(parse_qsl(parts.query)), unquote(name)


def _key(given: str) -> str:
    """Return a key without accidentally copied white space, quotation marks or `Bearer`."""
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":
        key = key[1:-1].strip()
    return key[7:].strip() if key[:7].lower() == "bearer " else key


def _check_headers(headers: Mapping[str, str], key: str) -> None:
    for name, value in headers.items():
        if not (name.isascii() and value.isascii() and value.isprintable()):
            what = "api_key" if key and value.endswith(key) else f"the header {name!r}"
            raise ValueError(
                f"{what} has a character that no HTTP header can carry: a line end, a control "
                "character, or a letter outside of ASCII. Copy it again"
            )


def _elsewhere(response: httpx.Response) -> bool:
    """Whether the server has no API at an address: it does not know it, or shows a page there."""
    page = response.headers.get("content-type", "").startswith("text/html")
    return response.status_code in (404, 405) or (response.status_code == 200 and page)


async def _refused(response: httpx.Response) -> str:
    return (await _read(response, MAX_REFUSAL)).decode(errors="replace")


async def _deltas(response: httpx.Response) -> AsyncGenerator[Delta, None]:
    if response.headers.get("content-type", "").startswith("application/json"):
        for delta in _whole(await _read(response, MAX_BODY)):
            yield delta
        return
    chunks, pieces = SSEChunks(), response.aiter_bytes()
    httpx = _httpx()
    try:
        while True:
            try:
                async with asyncio.timeout(END_S if chunks.finished else None):
                    data = await anext(pieces)
            except (StopAsyncIteration, TimeoutError):
                break
            for delta in chunks.read(data):
                yield delta
            if chunks.done or chunks.counted:
                return
    except httpx.TransportError:
        if not chunks.finished:
            raise
    if not chunks.finished:
        try:
            rest = chunks.end()  # an event that nothing ended
        except ValueError as error:
            raise ModelConnectionError() from error
        for delta in rest:
            yield delta
    if not (chunks.done or chunks.finished):
        raise ModelConnectionError()


def _whole(body: bytes) -> list[Delta]:
    """Return an answer that came in one piece, of a server that does not stream."""
    answer = decoded(body)
    chunks = ChatChunks()
    found = chunks.read(answer[0] if isinstance(answer, list) and answer else answer)
    if not found and not chunks.answered:
        raise ValueError("the server's answer has no choices and no error")
    return found + chunks.end()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def _read(response: httpx.Response, limit: int) -> bytes:
    found = b""
    async for data in response.aiter_bytes():
        found += data
        if len(found) > limit:
            break
    return found[:limit]


def _local(base_url: str) -> bool:
    try:
        host = urlsplit(base_url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _httpx() -> Any:
    try:
        import httpx  # needed only for models
    except ImportError as error:
        raise ModelError(
            "The part that talks to models is not installed. "
            "Run `pip install httpx` and start again."
        ) from error
    return httpx
