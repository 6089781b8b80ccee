"""An answer that grows word by word, and a stop button that ends it."""

import asyncio

from swell import Q, app, data, on, run_on, ui

ANSWER = """\
Here is how to make tea.

1. Boil fresh water.
2. Warm the pot.
3. Steep the leaves for **three** minutes, or two for green tea.

Then wait a moment. Tea is better when nobody hurries.
"""


async def stream(q: Q, prompt: str, earlier: asyncio.Task[None] | None) -> None:
    if earlier and not earlier.done():  # one answer at a time
        earlier.cancel()
        await asyncio.wait([earlier])
    chat = q.page["chat"]
    chat.data += [prompt, True]
    chat.data += ["", False]
    chat.generating = True
    text = ""
    try:
        for word in ANSWER.split(" "):
            text += word + " "
            chat.data[-1] = [text, False]
            await q.page.save()
            await q.sleep(0.05)
    finally:  # reached at the end, and when stopped
        chat.generating = False
        await q.page.save()


@on("prompt")
async def answer(q: Q, prompt: str) -> None:
    async with asyncio.TaskGroup() as tasks:
        earlier = q.client.answering
        q.client.answering = tasks.create_task(stream(q, prompt, earlier))


@on("prompt.stop")
@on("@system.client_disconnect")
async def stop(q: Q) -> None:
    if q.client.answering:
        q.client.answering.cancel()


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.page["chat"] = ui.chatbot_card(
            box="1 1 -1 -1",
            name="prompt",
            data=data("content from_user", t="list"),
            placeholder="Ask how to make tea",
            events=["stop"],
        )
        q.client.initialized = True
    await run_on(q)
    await q.page.save()
