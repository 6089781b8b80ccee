"""A server that speaks a provider's HTTP, over real sockets, and says what the test scripts."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Reply:
    """One scripted response.

    Attributes:
        events: Events of the stream, each its data or (name, data); text is sent as it is.
        json: Body of a response that is no stream.
        status: Status of the response.
        headers: More headers.
        hang: Keep the stream open after the last event instead of ending it.
        cut: Break the connection after the last event.
        raw: Bytes of the stream, sent as they are instead of events.
    """

    events: Sequence[Any] = ()
    json: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    cut: bool = False
    raw: bytes = b""


@dataclass
class Request:
    """What the server was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Upstream:
    """The server, its address, and what happened on it."""

    replies: list[Reply]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client hangs up on a stream that is held open."""


@asynccontextmanager
async def upstream(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Upstream]:
    """Serve each reply once, in order; the last one also to any client that asks after that.

    At the end, all its connections are closed.
    """
    state = Upstream(list(replies))
    connections: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(state, reader, writer)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(task := asyncio.create_task(answer(reader, writer)))
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    state.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections)
        await server.wait_closed()


async def _answer(
    state: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    state.requests.append(Request(method, path, headers, json.loads(raw) if raw else None))
    reply = state.replies.pop(0) if len(state.replies) > 1 else state.replies[0]
    stream = reply.json is None
    sent = {
        "content-type": "text/event-stream" if stream else "application/json",
        "connection": "close",
        **reply.headers,
    }
    body = b"" if stream else json.dumps(reply.json).encode()
    if stream:
        sent["transfer-encoding"] = "chunked"
    else:
        sent["content-length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    writer.write(f"HTTP/1.1 {reply.status} Scripted\r\n{head}\r\n".encode() + body)
    for event in reply.events if stream else ():
        name, data = event if isinstance(event, tuple) else ("", event)
        text = data if isinstance(data, str) else json.dumps(data)
        line = (f"event: {name}\n" if name else "") + f"data: {text}\n\n"
        writer.write(f"{len(line.encode()):x}\r\n{line}\r\n".encode())
        await writer.drain()
    if reply.raw:
        writer.write(b"%x\r\n%b\r\n" % (len(reply.raw), reply.raw))
        await writer.drain()
    if reply.hang:
        await reader.read()
        state.closed.set()
    elif reply.cut:
        writer.transport.abort()
    elif stream:
        writer.write(b"0\r\n\r\n")
    await writer.drain()


# ------------------------------------------------------- chat completions, as OpenAI sends them


def chat_chunk(delta: dict[str, Any] | None = None, finish: str | None = None) -> dict[str, Any]:
    """Return one chunk of a stream of chat completions."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish, "logprobs": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "scripted",
        "choices": [choice],
    }


def chat_stream(*deltas: dict[str, Any] | str, finish: str = "stop") -> list[Any]:
    """Return a whole stream: these deltas (or texts), the end, the usage."""
    usage = chat_chunk() | {
        "choices": [],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }
    said = [{"content": delta} if isinstance(delta, str) else delta for delta in deltas]
    opening = chat_chunk({"role": "assistant", "content": ""})
    return [opening, *map(chat_chunk, said), chat_chunk(finish=finish), usage, "[DONE]"]


def tool_call(index: int, args: str, *, id: str | None = None, name: str = "") -> dict[str, Any]:
    """Return a delta with a piece of a tool call; the first one has an id and the name."""
    function = {"arguments": args} | ({"name": name} if name else {})
    begin = {"id": id, "type": "function"} if id else {}
    return {"tool_calls": [{"index": index, "function": function} | begin]}


# --------------------------------------------------------------- messages, as Anthropic sends them


def message_stream(*blocks: tuple[dict[str, Any], list[dict[str, Any]]]) -> list[Any]:
    """Return a whole stream of the content blocks, each its start and its deltas."""
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 1, "cache_read_input_tokens": 5},
    }
    events: list[tuple[str, dict[str, Any]]] = [("message_start", {"message": message})]
    for index, (block, deltas) in enumerate(blocks):
        events.append(("content_block_start", {"index": index, "content_block": block}))
        events += [("content_block_delta", {"index": index, "delta": d}) for d in deltas]
        events.append(("content_block_stop", {"index": index}))
    stop = {"stop_reason": "end_turn", "stop_sequence": None}
    events.append(("message_delta", {"delta": stop, "usage": {"output_tokens": 9}}))
    events.append(("message_stop", {}))
    return [(name, {"type": name} | data) for name, data in events]
