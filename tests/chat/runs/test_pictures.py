"""Pictures that people attach, on their way to a model."""

from __future__ import annotations

import asyncio
import base64
import logging
import struct
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from swell.chat import Turn, run_tools
from swell.models import Compatible
from swell.settings.table import Settings
from swell.testing.chat import chatting
from tests.models.upstream import Reply, Upstream, chat_stream, message_stream, upstream

pytestmark = pytest.mark.anyio


def png(shade: int = 0, size: int = 0) -> bytes:
    """Return a picture of one grey pixel; as large as wanted by a comment."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    made += chunk(b"IDAT", zlib.compress(bytes((0, shade))))
    if size:
        made += chunk(b"tEXt", b"Comment\0" + b"x" * (size - len(made) - 32))
    made += chunk(b"IEND", b"")
    assert not size or len(made) == size
    return made


GIF = base64.b64decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=")
WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def data_url(content: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def compatible(server: Upstream) -> Any:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        model = Compatible(f"{server.url}/v1", "m")
        async for delta in model.stream(await turn.as_openai("Look.", images=True)):
            yield delta

    return answer


def official(server: Upstream) -> Any:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        messages: Any = await turn.as_openai("Look.", images=True)
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="key") as api:
            async for chunk in await api.chat.completions.create(
                model="m", messages=messages, stream=True
            ):
                yield chunk

    return answer


def threaded(server: Upstream) -> Any:
    def answer(turn: Turn) -> Iterator[object]:
        messages: Any = turn.wait(turn.as_openai("Look.", images=True))
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key="key") as api:
            yield from api.chat.completions.create(model="m", messages=messages, stream=True)

    return answer


def with_tools(server: Upstream) -> Any:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        model = Compatible(f"{server.url}/v1", "m")
        async for delta in run_tools(model, turn, [], system="Look.", images=True):
            yield delta

    return answer


def claude(server: Upstream) -> Any:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        messages: Any = await turn.as_anthropic(images=True)
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key="key") as api:
            async for event in await api.messages.create(
                model="m", max_tokens=9, messages=messages, stream=True
            ):
                yield event

    return answer


def claude_with_tools(server: Upstream) -> Any:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key="key") as api:
            async for delta in run_tools(api, turn, [], images=True, model="m"):
                yield delta

    return answer


@pytest.mark.parametrize("how", [compatible, official, threaded, with_tools])
async def test_openai_gets_the_pictures_of_this_prompt_and_of_those_before(how: Any) -> None:
    first, second = png(1), png(2)
    async with (
        upstream(Reply(chat_stream("A grey dot."))) as server,
        chatting(how(server), attachments=True) as chat,
    ):
        await chat.attach("What is it?", [("dot.png", first)])
        await chat.attach("And these?", [("other.png", second), ("notes.txt", b"words")])
        assert chat.texts == ["What is it?", "A grey dot.", "And these?", "A grey dot."]
        messages = server.requests[-1].body["messages"]
    assert messages == [
        {"role": "system", "content": "Look."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "[image: dot.png]"},
                {"type": "image_url", "image_url": {"url": data_url(first)}},
                {"type": "text", "text": "What is it?"},
            ],
        },
        {"role": "assistant", "content": "A grey dot."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "[image: other.png]"},
                {"type": "image_url", "image_url": {"url": data_url(second)}},
                {"type": "text", "text": "And these?\n\n[file: notes.txt]"},
            ],
        },
    ]


@pytest.mark.parametrize("how", [claude, claude_with_tools])
async def test_anthropic_gets_them_as_sources(how: Any) -> None:
    async with (
        upstream(
            Reply(
                message_stream(
                    ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "A grey dot."}])
                )
            )
        ) as server,
        chatting(how(server), attachments=True) as chat,
    ):
        await chat.attach("", [("dot.png", png())])
        assert chat.answer == "A grey dot."
        (message,) = server.requests[-1].body["messages"]
    data = base64.b64encode(png()).decode()
    assert message == {
        "role": "user",
        "content": [
            {"type": "text", "text": "[image: dot.png]"},
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": data},
            },
        ],
    }


class Told:
    """A chat that records the messages for a model."""

    def __init__(self) -> None:
        self.messages: list[list[dict[str, Any]]] = []

    async def answer(self, turn: Turn) -> str:
        self.messages.append(await turn.as_openai(images=True))
        return "Fine."

    @property
    def urls(self) -> list[str]:
        """The addresses of the pictures of the last request, in their order."""
        return [
            block["image_url"]["url"]
            for message in self.messages[-1]
            if isinstance(message["content"], list)
            for block in message["content"]
            if block["type"] == "image_url"
        ]


async def test_an_edited_prompt_and_another_answer_keep_the_picture() -> None:
    told = Told()
    async with chatting(told.answer, attachments=True) as chat:
        await chat.attach("What?", [("dot.png", png())])
        await chat.edit(0, "What is it?")
        await chat.regenerate()
        await chat.send("Sure?")
    assert len(told.messages) == 4
    for messages in told.messages[1:]:
        assert messages[0]["content"][1:] == [
            {"type": "image_url", "image_url": {"url": data_url(png())}},
            {"type": "text", "text": "What is it?"},
        ]
    assert told.messages[0][0]["content"][2]["text"] == "What?"


async def test_the_type_is_what_the_bytes_say_and_others_are_named() -> None:
    told = Told()
    files = [
        ("a.gif", GIF),
        ("b.webp", WEBP),
        ("c.png", JPEG),  # providers refuse a type that the bytes contradict
        ("d.png", b"no picture at all"),
        ("e.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("f.png", b""),
    ]
    async with chatting(told.answer, attachments=True) as chat:
        await chat.attach("What?", files)
    assert told.urls == [
        data_url(GIF, "image/gif"),
        data_url(WEBP, "image/webp"),
        data_url(JPEG, "image/jpeg"),
    ]
    assert told.messages[0][0]["content"][-1] == {
        "type": "text",
        "text": "What?\n\n[image: d.png]\n\n[file: e.svg]\n\n[image: f.png]",
    }


async def test_off_by_default_and_text_alone_stays_text() -> None:
    told: list[Any] = []

    async def answer(turn: Turn) -> str:
        told.append((turn.as_openai(), turn.as_anthropic(), await turn.as_openai(images=True)))
        return "Fine."

    async with chatting(answer, attachments=True) as chat:
        await chat.attach("What?", [("dot.png", png())])
        await chat.send("Hi")
        plain = [{"role": "user", "content": "What?\n\n[image: dot.png]"}]
        assert told[0][:2] == (plain, plain)
        assert told[1][2][1:] == [
            {"role": "assistant", "content": "Fine."},
            {"role": "user", "content": "Hi"},
        ]


async def test_a_picture_that_is_too_large_is_named_and_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told()
    settings = Settings(model_picture_max_bytes=500)
    files = [("fits.png", png(1, 500)), ("large.png", png(2, 501))]
    async with chatting(told.answer, attachments=True, server_settings=settings) as chat:
        with caplog.at_level(logging.WARNING, "swell.chat"):
            await chat.attach("What?", files)
    assert told.urls == [data_url(png(1, 500))]
    assert "[image: large.png]" in told.messages[0][0]["content"][-1]["text"]
    (said,) = [r.getMessage() for r in caplog.records if "large.png" in r.getMessage()]
    assert "500 bytes (model_picture_max_bytes)" in said


@pytest.mark.parametrize(
    "bounds",
    [{"model_pictures_max": 3}, {"model_pictures_max_bytes": 1_700}],
    ids=["count", "bytes"],
)
async def test_a_request_carries_the_newest_within_its_bounds(bounds: dict[str, int]) -> None:
    told = Told()
    settings = Settings(**bounds)  # type: ignore[arg-type]
    pictures = [png(shade, 500) for shade in range(5)]
    async with chatting(told.answer, attachments=True, server_settings=settings) as chat:
        for picture in pictures[:3]:
            await chat.attach("One", [("one.png", picture)])
        await chat.attach("Two", [("a.png", pictures[3]), ("b.png", pictures[4])])
        assert told.urls == [data_url(one) for one in pictures[2:]]
        assert told.messages[-1][0]["content"] == "One\n\n[image: one.png]"


async def test_pictures_of_answers_are_named() -> None:
    told: list[list[dict[str, Any]]] = []

    async def answer(turn: Turn) -> AsyncIterator[Any]:
        told.append(await turn.as_openai(images=True))
        yield "Here."
        yield await turn.file(png(), "plot.png")

    async with chatting(answer) as chat:
        await chat.send("Draw")
        await chat.send("Again")
    assert told[-1][1] == {"role": "assistant", "content": "Here.\n\n[image: plot.png]"}


async def test_a_file_that_is_gone_is_named(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()

    async def answer(turn: Turn) -> str:
        content = turn.files[0].content
        await content.storage.delete(content.key)
        return await told.answer(turn)

    async with chatting(answer, attachments=True) as chat:
        with caplog.at_level(logging.WARNING, "swell.chat"):
            await chat.attach("What?", [("dot.png", png())])
        assert chat.status == "done"
    assert told.messages == [[{"role": "user", "content": "What?\n\n[image: dot.png]"}]]
    assert any("'dot.png' was not sent" in record.getMessage() for record in caplog.records)


async def test_the_event_loop_is_free_while_a_picture_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go_on = asyncio.Event(), threading.Event()
    loop, opened = asyncio.get_running_loop(), Path.open

    def slowly(path: Path, *args: Any, **options: Any) -> Any:
        if path.parent == tmp_path and args == ("rb",):
            loop.call_soon_threadsafe(reading.set)
            assert go_on.wait(10)
        return opened(path, *args, **options)

    told = Told()
    settings = Settings(files_dir=str(tmp_path))
    async with chatting(told.answer, attachments=True, server_settings=settings) as chat:
        monkeypatch.setattr(Path, "open", slowly)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(chat.attach("What?", [("dot.png", png())]))
            await reading.wait()  # the loop runs while the disk does not answer
            go_on.set()
    assert told.urls == [data_url(png())]
