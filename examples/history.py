"""A long conversation: the newest messages first, older ones when someone scrolls up."""

from swell import Q, app, data, on, run_on, ui

BATCH = 20
# Stands in for a database, oldest first.
STORE = [[f"Message number {n}.", n % 2 == 0] for n in range(1, 201)]


@on("prompt")
async def add(q: Q, text: str) -> None:
    for row in ([text, True], ["Noted.", False]):
        q.page["chat"].data += row


@on("prompt.scroll_up")
async def load_older(q: Q) -> None:
    end = q.client.oldest
    q.client.oldest = max(0, end - BATCH)
    q.page["chat"].prev_items = [
        {"content": content, "from_user": from_user}
        for content, from_user in STORE[q.client.oldest : end]
    ]


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.client.oldest = len(STORE) - BATCH
        q.page["chat"] = ui.chatbot_card(
            box="1 1 -1 -1",
            name="prompt",
            data=data("content from_user", t="list", rows=STORE[-BATCH:]),
            events=["scroll_up"],
        )
        q.client.initialized = True
    await run_on(q)
    await q.page.save()
