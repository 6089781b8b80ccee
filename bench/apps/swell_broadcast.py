"""One page for everybody, changed so many times a second; painted anew by each tab that opens."""

import reply

from swell import Q, app, main, ui  # noqa: F401  # `main` is what is served

TEXT = "a note of sixty bytes, as an ordinary page would show them"


@app("/demo", mode="broadcast")
async def serve(q: Q) -> None:
    """Paint; on `go`, change the note."""
    if q.args.go:
        _, (count, rate) = reply.parse(q.args.go)
        async for number in reply.paced([f"{i:06d}" for i in range(count)], rate):
            q.page["note"].content = f"{number} {TEXT}"
            await q.page.save()
    elif not q.events["@system"]:
        q.page["note"] = ui.markdown_card(box="1 1 4 4", title="Note", content="")
        await q.page.save()
