"""A service of several people: a chat with endpoints, a shared page, a folder, a mounted app.

The header `X-Login` says who is signed in, as a proxy would; a request without it is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.responses import PlainTextResponse

from swell import Q, main, ui
from swell.app import app
from swell.chat import Turn, Yieldable, chat
from swell.identity import Request

main.identify = lambda request: who(request)
main.mount("/status", PlainTextResponse("up\n"))
docs = Path("docs")
docs.mkdir(exist_ok=True)
(docs / "a.txt").write_text("for all")
main.serve_folder("/docs", docs)


def who(request: Request) -> str | None:
    """Return who is signed in."""
    return request.header("X-Login")


@app("/board", mode="broadcast")
async def board(q: Q) -> None:
    """Show a page that all share."""
    q.page["form"] = ui.form_card("1 1 4 4", items=[ui.text("For all who are signed in")])
    await q.page.save()


@chat("/", attachments=True, openai=True, ag_ui=True)
async def answer(turn: Turn) -> AsyncIterator[Yieldable]:
    """Say the prompt back, with who asks; or ask, or wait."""
    if turn.prompt == "Ask":
        await turn.ask(ui.textbox("city", "City"))
    elif turn.prompt == "Wait":
        yield "Begun"
        await asyncio.Event().wait()
    else:
        yield f"{turn.user.subject} says {turn.prompt}"
