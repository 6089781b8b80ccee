"""A count of visits that all processes share and all open pages show."""

import asyncio

from swell import Q, app, on, run_on, shared, ui

visits = shared("visits", int)


async def show(q: Q) -> None:
    async for count in visits.watch():
        q.page["visits"].content = f"**{count or 0}** visits"
        await q.page.save()


@on("@system.client_disconnect")
async def gone(q: Q) -> None:
    q.client.showing.cancel()


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.client.initialized = True
        q.page["visits"] = ui.markdown_card(box="1 1 -1 -1", title="Visits", content="")
        await visits.update(lambda count: (count or 0) + 1)
        q.client.showing = asyncio.create_task(show(q))
    await run_on(q)
    await q.page.save()
