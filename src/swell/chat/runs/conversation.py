"""The conversation as models take it: texts whose roles alternate, and pictures of prompts."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import anyio.to_thread

from swell.chat.records import Message
from swell.errors import StoreUnavailableError
from swell.logs import logger
from swell.models.provider import Block
from swell.parts import Image
from swell.storage.base import Content
from swell.workers import lane

__all__ = [
    "Picture",
    "PictureFile",
    "read_pictures",
    "told",
]

_log = logger("swell.chat")

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class Picture(NamedTuple):
    """A picture as requests carry it.

    Attributes:
        mime: Its type, detected from its bytes.
        data: Its bytes in base64.
    """

    mime: str
    data: str


class PictureFile(NamedTuple):
    """A stored picture.

    Attributes:
        url: Its address in parts.
        name: As the user calls it, for the log.
        content: Its bytes.
    """

    url: str
    name: str
    content: Content


def told(messages: Sequence[Message], pictures: Mapping[str, Block]) -> list[dict[str, Any]]:
    """Return the conversation as dicts; roles alternate, starting with the user.

    Args:
        messages: The conversation, oldest first.
        pictures: Pictures of prompts to show, by their addresses; others are named.
            Providers take none in answers.
    """
    turns: list[tuple[str, list[str | Block]]] = []
    for message in messages:
        shown: list[str | Block] = []
        words: list[str | Block] = []
        for part in message.parts:
            word = part.as_prompt()
            block = pictures.get(part.url) if isinstance(part, Image) else None
            if block is not None and message.role == "user":
                shown += [word, block]  # its name, so that the prompt can speak of it
            elif word.strip():
                words.append(word)
        said = shown + words  # models see pictures best before the question
        if said and turns and turns[-1][0] == message.role:
            turns[-1][1].extend(said)
        elif said and (turns or message.role == "user"):
            turns.append((message.role, said))
    return [{"role": role, "content": _content(said)} for role, said in turns]


def _content(said: Sequence[str | Block]) -> str | list[Block]:
    """Return text alone as a string, which every server takes, with pictures as blocks."""
    blocks: list[Block] = []
    for one in said:
        if not isinstance(one, str):
            blocks.append(one)
        elif blocks and blocks[-1]["type"] == "text":
            blocks[-1]["text"] += "\n\n" + one
        else:
            blocks.append({"type": "text", "text": one})
    if len(blocks) == 1 and blocks[0]["type"] == "text":
        text: str = blocks[0]["text"]
        return text
    return blocks


async def read_pictures(files: Sequence[PictureFile]) -> dict[str, Picture]:
    """Return pictures by their addresses, the newest as far as the settings allow.

    They are read in the pool for files. One that cannot be read, is too large, or is no PNG,
    JPEG, GIF or WebP is left out.

    Args:
        files: Oldest first.
    """
    if not files:
        return {}
    pools = lane()
    settings = pools.settings
    pictures: dict[str, Picture] = {}
    left = settings.model_pictures_max_bytes
    async with pools.files.slot(pools.person):
        for file in reversed(files):
            if len(pictures) == settings.model_pictures_max:
                break
            content = await _read(file, settings.model_picture_max_bytes)
            mime = _kind(content)
            if not mime:
                continue
            left -= len(content)
            if left < 0:
                break
            data = await anyio.to_thread.run_sync(base64.b64encode, content)
            pictures[file.url] = Picture(mime, data.decode())
    return pictures


async def _read(file: PictureFile, limit: int) -> bytes:
    """Return the bytes of a picture; none if it is too large or cannot be read."""
    try:
        content = await file.content.read(limit + 1)
    except (OSError, StoreUnavailableError) as error:
        _log.warning("the picture %r was not sent to the model: %s", file.name, error)
        return b""
    if len(content) <= limit:
        return content
    _log.warning(
        "the picture %r was not sent to the model: it is larger than %d bytes "
        "(model_picture_max_bytes)",
        *(file.name, limit),
    )
    return b""


def _kind(content: bytes) -> str:
    """Return the media type that bytes begin as; empty if providers do not take it.

    Browsers go by the file's ending, and providers refuse a type that the bytes contradict.
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for begin, mime in _SIGNATURES if content.startswith(begin)), "")
