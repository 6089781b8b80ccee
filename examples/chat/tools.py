"""A model that calls functions; one of them only when the person allows it."""

from openai import AsyncOpenAI  # OPENAI_API_KEY, and OPENAI_BASE_URL for another server

from swell.chat import Turn, chat
from swell.chat.tools import run_tools, tool


@tool
async def weather(city: str) -> dict:
    """Tell how warm it is in a city."""
    return {"city": city, "celsius": 31}


@tool(confirm="Send a postcard to {name}?")
def postcard(name: str, text: str) -> str:
    """Send somebody a postcard."""
    return f"{len(text)} characters are on their way to {name}"


@chat("/", title="Weather")
async def answer(turn: Turn):
    async with AsyncOpenAI() as model:
        async for step in run_tools(model, turn, [weather, postcard], model="gpt-5.4-mini"):
            yield step
