"""The demo's model path against a real HTTP server that streams, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import pytest

from swell.demo import app as demo
from swell.demo.model import Model
from swell.demo.search import Hit, Page, Section
from swell.errors import ModelError
from swell.testing import connect

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Upstream:
    """A model's server that runs a script and records its requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], dict[str, object]]] = []
        self.closed = asyncio.Event()
        self.url = ""


Script = Callable[[asyncio.StreamWriter, Upstream], Coroutine[object, object, None]]


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[Upstream]:
    upstream = Upstream()
    connections: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        upstream.requests.append((headers, json.loads(body)))
        talk = asyncio.create_task(script(writer, upstream))
        await asyncio.wait(
            [talk, hangup := asyncio.create_task(reader.read())],
            return_when=asyncio.FIRST_COMPLETED,
        )
        if hangup.done():
            upstream.closed.set()
        for task in (talk, hangup):
            task.cancel()
        await asyncio.gather(talk, hangup, return_exceptions=True)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(task := asyncio.create_task(answer(reader, writer)))
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    upstream.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield upstream
        await asyncio.gather(*connections)


def sse(writer: asyncio.StreamWriter, *chunks: object, end: bool = True) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    for chunk in chunks:
        writer.write(f"data: {json.dumps(chunk)}\n\n".encode())
    if end:
        writer.write(b"data: [DONE]\n\n")


def token(text: str) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}}]}


async def collect(model: Model) -> str:
    return "".join([piece async for piece in model.stream("How?", [])])


HIT = Hit(Section(Page("howto/stop", "Stop", ""), "Stop", "Cancel the task."), "")


async def test_the_answer_arrives_in_pieces_and_the_model_gets_the_passages() -> None:
    async def script(writer: asyncio.StreamWriter, _: Upstream) -> None:
        role = {"choices": [{"delta": {"role": "assistant"}}]}
        usage = {"choices": [], "usage": {"total_tokens": 3}}
        sse(writer, role, token("Cancel "), token("it."), usage)
        await writer.drain()

    async with serving(script) as upstream:
        model = Model("small", upstream.url, "key-1")
        stream = model.stream("How do I stop?", [HIT], [("Earlier?", "Yes.")])
        assert [piece async for piece in stream] == ["Cancel ", "it."]
    [(headers, body)] = upstream.requests
    assert headers["authorization"] == "bearer key-1"
    assert (body["model"], body["stream"]) == ("small", True)
    messages = body["messages"]
    assert isinstance(messages, list)
    assert "Cancel the task." in messages[0]["content"]
    assert "#docs/howto/stop" in messages[0]["content"]
    assert [m["content"] for m in messages[1:]] == ["Earlier?", "Yes.", "How do I stop?"]


async def test_cancelling_closes_the_request() -> None:
    async def script(writer: asyncio.StreamWriter, _: Upstream) -> None:
        sse(writer, token("One "), end=False)
        await writer.drain()
        await asyncio.Event().wait()

    async with serving(script) as upstream:
        first = asyncio.Event()

        async def read() -> None:
            async for _ in Model("small", upstream.url).stream("How?", []):
                first.set()

        task = asyncio.create_task(read())
        await first.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(upstream.closed.wait(), 10)


async def test_a_refusal_is_told_calmly_and_without_the_key() -> None:
    async def script(writer: asyncio.StreamWriter, _: Upstream) -> None:
        writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 6\r\n\r\nsecret")
        await writer.drain()

    async with serving(script) as upstream:
        with pytest.raises(ModelError, match="did not accept this app's key") as caught:
            await collect(Model("small", upstream.url, "key-1"))
    assert "key-1" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        ([token("Half")], "connection to the model failed"),
        ([{"error": {"message": "overloaded"}}], "overloaded"),
        (["none", {"choices": "none"}], "connection to the model failed"),
        ([token("x" * 50_000)], "too long"),
    ],
)
async def test_an_answer_that_goes_wrong_ends_with_a_sentence(
    chunks: list[object], message: str
) -> None:
    async def script(writer: asyncio.StreamWriter, _: Upstream) -> None:
        sse(writer, *chunks, end=False)
        await writer.drain()

    async with serving(script) as upstream:
        with pytest.raises(ModelError, match=message):
            await collect(Model("small", upstream.url))


async def test_a_server_that_is_not_there_is_told_calmly() -> None:
    for address in ("http://127.0.0.1:1/v1", "no address"):
        with pytest.raises(ModelError, match="connection to the model failed"):
            await collect(Model("small", address))


async def test_stop_in_the_demo_closes_the_request_and_keeps_the_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(writer: asyncio.StreamWriter, _: Upstream) -> None:
        sse(writer, token("It has "), token("begun"), end=False)
        await writer.drain()
        await asyncio.Event().wait()

    async with serving(script) as upstream, connect(demo.serve) as client:
        monkeypatch.setenv("SWELL_MODEL", "small")
        monkeypatch.setenv("OPENAI_BASE_URL", upstream.url)
        prompt = asyncio.create_task(client.act("ask", "How do I stop?"))
        await client.until(lambda page: page["chat"]["data"][1:] == [["It has begun", False]])
        await client.event("ask", "stop")
        await prompt
        await asyncio.wait_for(upstream.closed.wait(), 10)
        assert client.page["chat"]["data"][1:] == [["It has begun", False]]
        assert client.page["chat"]["generating"] is False


async def test_the_demo_tells_what_went_wrong_in_place_of_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(writer: asyncio.StreamWriter, _: Upstream) -> None:
        sse(writer, token("Half an"), end=False)
        await writer.drain()

    async with serving(script) as upstream, connect(demo.serve) as client:
        monkeypatch.setenv("SWELL_MODEL", "small")
        monkeypatch.setenv("OPENAI_BASE_URL", upstream.url)
        await client.act("ask", "How do I stop?")
        [_, [text, from_user]] = client.page["chat"]["data"]
        assert text.startswith("Half an\n\nThe connection to the model failed")
        assert from_user is False
        assert client.error is None


def test_only_naming_a_model_turns_it_on() -> None:
    assert Model.from_environ({"OPENAI_API_KEY": "key-1"}) is None
    assert Model.from_environ({"SWELL_MODEL": " "}) is None
    found = Model.from_environ({"SWELL_MODEL": "small", "OPENAI_BASE_URL": "http://here/v1/"})
    assert found == Model("small", "http://here/v1")


def test_the_key_is_not_in_the_repr() -> None:
    assert "key-1" not in repr(Model("small", "http://here", "key-1"))
