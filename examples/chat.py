"""The smallest chat: it answers with what it was told."""

from swell import Q, app, data, ui


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.page["chat"] = ui.chatbot_card(
            box="1 1 -1 -1", name="prompt", data=data("content from_user", t="list")
        )
        q.client.initialized = True
    if q.args.prompt:
        q.page["chat"].data += [q.args.prompt, True]
        q.page["chat"].data += [f"You said: {q.args.prompt}", False]
    await q.page.save()
