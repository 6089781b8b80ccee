"""A streaming chat in Chainlit, after its streaming example."""

import chainlit as cl
import reply


@cl.on_message
async def answer(prompt: cl.Message) -> None:
    """Stream a reply."""
    _, (count, rate, number) = reply.parse(prompt.content)
    message = cl.Message(content="")
    async for token in reply.paced(reply.tokens(count, number), rate):
        await message.stream_token(token)
    await message.update()
