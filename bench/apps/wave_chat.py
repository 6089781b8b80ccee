"""A streaming chat in the API of H2O Wave; run unchanged by Wave and by Swell."""

import time

import reply

from h2o_wave import Q, app, data, main, ui  # noqa: F401  # `main` is what is served


async def say(q: Q, count: int, rate: int, number: int = 0) -> None:
    """Stream a reply as Wave's own examples do: assign the last row again, longer."""
    text = ""
    q.page["chat"].data += [text, False]
    async for token in reply.paced(reply.tokens(count, number), rate):
        text += token
        q.page["chat"].data[-1] = [text, False]
        await q.page.save()


async def time_saves(q: Q, length: int, count: int, rate: int) -> None:
    """Grow an answer that is `length` characters long, and note what each token costs."""
    text = ("".join(reply.tokens(1000)) * (1 + length // 5000))[:length]
    q.page["chat"].data += [text, False]
    await q.page.save()
    took, own = [], []
    async for token in reply.paced(reply.tokens(count), rate):
        text += token
        start = time.perf_counter_ns()
        q.page["chat"].data[-1] = [text, False]
        edited = time.perf_counter_ns()
        save = reply.Timed(q.page.save())
        await save
        took.append(time.perf_counter_ns() - start)
        own.append(edited - start + save.own_ns)
    reply.note(saves_ns=took, own_ns=own)


@app("/demo")
async def serve(q: Q) -> None:
    """Answer prompts such as `say 2000 100`."""
    if not q.client.ready:
        q.page["chat"] = ui.chatbot_card(
            box="1 1 12 10", name="chatbot", data=data("content from_user", t="list")
        )
        q.client.ready = True
        await q.page.save()
    if not q.args.chatbot:
        return
    q.page["chat"].data += [q.args.chatbot, True]
    command, numbers = reply.parse(q.args.chatbot)
    if command == "say":
        await say(q, *numbers)
    elif command == "save":
        await time_saves(q, *numbers)
    elif command == "rows" and len(numbers) > 1:
        said = reply.history(numbers[0], numbers[-1])
        q.page["chat"].data = [[text, i % 2 == 0] for i, text in enumerate(said)]
        await q.page.save()
    elif command == "rows":
        rows = [
            [f"row {i} of the history of this conversation", i % 2 == 0] for i in range(*numbers)
        ]
        q.page["chat"].data = rows
        await q.page.save()
        q.page["chat"].data += [reply.tokens(1)[-1], False]
        await q.page.save()
