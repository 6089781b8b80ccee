"""A streaming chat in Chainlit, after its streaming example."""

import chainlit as cl
import reply


@cl.on_message
async def answer(prompt: cl.Message) -> None:
    """Stream a reply."""
    command, (count, rate, number) = reply.parse(prompt.content)
    if command == "rows":
        for text in reply.history(count, number):
            await cl.Message(content=text).send()
        return
    message = cl.Message(content="")
    async for token in reply.paced(reply.tokens(count, number), rate):
        await message.stream_token(token)
    await message.update()
