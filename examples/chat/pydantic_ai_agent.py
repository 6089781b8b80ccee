"""An agent of pydantic-ai: what it thinks, the tools it calls and what it says."""

from pydantic_ai import Agent, ModelRequest, ModelResponse, TextPart

from swell.chat import Turn, chat

agent = Agent("test", instructions="You are brief.")  # or "openai:gpt-5.4-mini"


@agent.tool_plain
def weather(city: str) -> str:
    return f"31 degrees in {city}"


@chat("/", title="Agent")
async def answer(turn: Turn):
    history = [
        ModelRequest.user_text_prompt(message.text)
        if message.role == "user"
        else ModelResponse([TextPart(message.text)])
        for message in turn.messages[:-1]
    ]
    async with agent.run_stream_events(turn.prompt, message_history=history) as events:
        async for event in events:
            yield event
