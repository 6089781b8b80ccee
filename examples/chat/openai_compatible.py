"""Chat with a model of Ollama, vLLM, llama.cpp or a provider; OPENAI_BASE_URL says where it is."""

import os

from swell.chat import Turn, chat
from swell.models import Compatible

model = Compatible(
    os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1"),
    os.environ.get("MODEL", "llama3.2"),
    os.environ.get("OPENAI_API_KEY"),
)


@chat("/", title="Local chat")
async def answer(turn: Turn):
    async for delta in model.stream(turn.as_openai("You are brief.")):
        yield delta
