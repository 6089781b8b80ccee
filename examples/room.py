"""One page that everybody sees. Open it in two tabs."""

from swell import Q, app, data, on, run_on, ui


@on("say")
async def say(q: Q, text: str) -> None:
    q.page["chat"].data += [text, True]
    # Others may speak meanwhile, so this answer is a row of its own, written once.
    q.page["chat"].data += [f"{text.count(' ') + 1} words.", False]


@app("/", mode="broadcast")
async def serve(q: Q) -> None:
    if not q.app.initialized:
        q.page["chat"] = ui.chatbot_card(
            box="1 1 -1 -1", name="say", data=data("content from_user", size=-200)
        )
        q.app.initialized = True
    await run_on(q)
    await q.page.save()
