"""A page that shows what it got, under the names that it came with."""

from __future__ import annotations

from contextlib import suppress

from swell import Q, app, data, ui


@app("/")
async def serve(q: Q) -> None:
    """Keep each name and value of a query as a row of a map."""
    if not q.client.initialized:
        q.client.initialized = True
        rows = data("content from_user", t="map")
        q.page["seen"] = ui.chatbot_card("1 1 4 8", data=rows, name="chat")
    for name in q.args:
        with suppress(KeyError):  # a name that means something else to a browser
            q.page["seen"].data[name] = [f"{name}: {q.args[name]!s:.100}", True]
    await q.page.save()
