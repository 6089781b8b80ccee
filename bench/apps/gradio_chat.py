"""A streaming chat in Gradio, after its ChatInterface guide: the text so far is yielded."""

import os

import gradio as gr
import reply


async def answer(prompt, _history):
    """Stream a reply."""
    _, (count, rate, number) = reply.parse(prompt)
    text = ""
    async for token in reply.paced(reply.tokens(count, number), rate):
        text += token
        yield text


gr.ChatInterface(answer, concurrency_limit=None).launch(
    server_name="127.0.0.1", server_port=int(os.environ["PORT"]), quiet=True
)
