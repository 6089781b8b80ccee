"""Several models, chosen by the person in the settings."""

import os
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from swell.chat import Turn, chat
from swell.models import Compatible

URL = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")


@dataclass
class Settings:
    model: Literal["llama3.2", "qwen3", "gemma3"] = "llama3.2"
    temperature: Annotated[float, Meta(ge=0, le=2)] = 0.7


@chat("/", title="Models", settings=Settings)
async def answer(turn: Turn):
    model = Compatible(URL, turn.settings.model)
    async for delta in model.stream(turn.as_openai(), temperature=turn.settings.temperature):
        yield delta
