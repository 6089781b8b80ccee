"""The app behind `swell chat`: one model, or several of one server to choose from."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

import msgspec

from swell.app import App
from swell.chat import ChatOptions, Turn
from swell.models import Compatible, Delta

MODELS_SHOWN = 200
"""Most models to choose from."""


class Chosen(msgspec.Struct, frozen=True):
    """The model of the chat.

    Attributes:
        base_url: Address of the API.
        model: Name of the model.
        models: All that the server has, the chosen one among them.
        api_key: Sent as a bearer token; empty for none.
        system: Instructions for the model.
        title: Name of the app.
    """

    base_url: str
    model: str
    models: tuple[str, ...]
    api_key: str = ""
    system: str = ""
    title: str = ""


def settings_class(found: Chosen) -> type[Any]:
    """Return the settings that users may change, with the chosen values as defaults."""
    names = tuple(dict.fromkeys((found.model, *found.models)))[:MODELS_SHOWN]
    return msgspec.defstruct(
        "ChatSettings",
        [
            ("model", Literal[names], found.model),
            (
                "temperature",
                Annotated[
                    float,
                    msgspec.Meta(ge=0, le=2, description="0 to 2; 1 leaves it to the server"),
                ],
                1.0,
            ),
            ("instructions", str, found.system),
        ],
    )


def short_name(model: str) -> str:
    """Return a display name for a model that a server names by a path or a file.

    >>> short_name("/srv/models/gemma-3-270m.Q4_K_M.gguf")
    'gemma-3-270m.Q4_K_M'
    >>> short_name("meta-llama/llama-4")
    'llama-4'
    """
    last = model.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return last.removesuffix(".gguf") or model


def chat_with(found: Chosen) -> App:
    """Return the application: the chat is at `/`."""
    app = App()
    options = ChatOptions(
        app="swell-chat",
        title=found.title or short_name(found.model),
        settings=settings_class(found),
    )

    @app.chat("/", options)
    async def answer(turn: Turn) -> AsyncGenerator[Delta, None]:
        now = turn.settings
        model = Compatible(found.base_url, now.model, found.api_key)
        messages = turn.as_openai(system=now.instructions or None)
        temperature = None if now.temperature == 1 else now.temperature
        async with aclosing(model.stream(messages, temperature=temperature)) as deltas:
            async for delta in deltas:
                yield delta

    return app
