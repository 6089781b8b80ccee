"""A model's server for examples and docs: it answers everything, and calls the first tool."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.models.upstream import chat_stream, message_stream, tool_call

SAID = ("It is ", "31 degrees ", "in Rome.")


async def chat(request: Request) -> Response:
    body = await request.json()
    if _asked(body):
        tool = body["tools"][0]["function"]
        args = json.dumps(_arguments(tool["parameters"]))
        return _stream(chat_stream(tool_call(0, args, id="a", name=tool["name"])))
    return _stream(chat_stream({"reasoning_content": "Rome, then."}, *SAID))


async def messages(request: Request) -> Response:
    body = await request.json()
    if _asked(body):
        tool = body["tools"][0]
        args = json.dumps(_arguments(tool["input_schema"]))
        begin = {"type": "tool_use", "id": "a", "name": tool["name"], "input": {}}
        return _stream(
            message_stream((begin, [{"type": "input_json_delta", "partial_json": args}]))
        )
    deltas = [{"type": "text_delta", "text": text} for text in SAID]
    return _stream(message_stream(({"type": "text", "text": ""}, deltas)))


async def models(request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "llama3.2"}]})


def _asked(body: dict[str, Any]) -> bool:
    last = body["messages"][-1]
    return bool(body.get("tools")) and last["role"] == "user" and isinstance(last["content"], str)


def _arguments(schema: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(schema["required"], "Rome")


def _stream(events: list[Any]) -> Response:
    def lines() -> Iterator[str]:
        for event in events:
            name, data = event if isinstance(event, tuple) else ("", event)
            head = f"event: {name}\n" if name else ""
            yield f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n"

    return Response("".join(lines()), media_type="text/event-stream")


app = Starlette(
    routes=[
        Route("/v1/chat/completions", chat, methods=["POST"]),
        Route("/v1/messages", messages, methods=["POST"]),
        Route("/v1/models", models),
    ]
)
