"""Ask the docs: the page and its handlers. Start it with `swell demo`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache

from swell import Q, app, data, on, run_on, ui
from swell.demo import answer, search
from swell.demo.model import Model
from swell.errors import ModelError

SUGGESTIONS = {
    "start": ("How do I write my first chat app?", "A page, a prompt and an answer"),
    "stream": ("How do I stream an answer?", "Word by word, as it is made"),
    "stop": ("How does the stop button work?", "Cancel what is being made"),
    "theme": ("How do I change the theme?", "Fifteen themes, or your own colours"),
}
EARLIER_TURNS = 6  # earlier turns that the model gets


@cache
def index() -> search.Index:
    """The search index, built for the first visitor."""
    return search.Index(search.load_pages(search.docs_dir()))


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.client.initialized = True
        q.client.theme = "light"
        q.client.turns = []
        paint(q)
    await run_on(q)
    await q.page.save()


def paint(q: Q) -> None:
    """Put the cards on the page."""
    q.page["meta"] = ui.meta_card(
        box="", title="Ask the docs", theme=q.client.theme, layouts=layouts(reading=False)
    )
    q.page["header"] = ui.header_card(
        box="header", title="Swell", subtitle="Ask the docs", items=buttons(q, reading=False)
    )
    q.page["chat"] = ui.chatbot_card(
        box="chat",
        name="ask",
        data=data("content from_user", t="list"),
        placeholder="What would you like to know about Swell?",
        events=["stop", "suggestion"],
        text_commands=["#docs/"],
        suggestions=[
            ui.chat_suggestion(name, label, caption=caption)
            for name, (label, caption) in SUGGESTIONS.items()
        ],
    )


def layouts(*, reading: bool) -> list[ui.Layout]:
    """The chat fills the page. A page being read is beside it, or over it on a small screen."""
    header = ui.zone("header")
    if not reading:
        return [ui.layout("xs", height="100vh", zones=[header, ui.zone("chat", size="1")])]
    page = ui.zone("page", size="1")
    both = ui.zone("both", direction="row", size="1", zones=[ui.zone("chat", size="1"), page])
    return [
        ui.layout("xs", height="100vh", zones=[header, page]),
        ui.layout("l", height="100vh", zones=[header, both]),
    ]


def buttons(q: Q, *, reading: bool) -> list[ui.Component]:
    """The buttons of the header. A name with # goes to that address instead of submitting."""
    theme = ui.button("theme", "Dark" if q.client.theme == "light" else "Light")
    return [ui.button("#chat", "Back to the chat", primary=True), theme] if reading else [theme]


@on("theme")
async def change_theme(q: Q) -> None:
    q.client.theme = "h2o-dark" if q.client.theme == "light" else "light"
    q.page["meta"].theme = q.client.theme
    q.page["header"].items = buttons(q, reading=bool(q.client.reading))


@on("#docs/{path:path}")
async def open_page(q: Q, path: str) -> None:
    page = index().pages.get(path)
    text = page.text if page else "There is no such page. [All pages](#docs/index) are listed here."
    q.page["page"] = ui.markdown_card(box="page", title="", content=text)
    read(q, True)


@on("#chat")
async def close_page(q: Q) -> None:
    del q.page["page"]
    read(q, False)


def read(q: Q, reading: bool) -> None:
    q.client.reading = reading
    q.page["meta"].layouts = layouts(reading=reading)
    q.page["header"].items = buttons(q, reading=reading)


@on("ask")
async def ask(q: Q, question: str) -> None:
    await answer_in_turn(q, question)


@on("ask.suggestion")
async def ask_suggestion(q: Q, name: str) -> None:
    if name in SUGGESTIONS:
        await answer_in_turn(q, SUGGESTIONS[name][0])


@on("ask.stop")
@on("@system.client_disconnect")
async def stop(q: Q) -> None:
    if q.client.run:
        q.client.run.cancel()


async def answer_in_turn(q: Q, question: str) -> None:
    """Answer in a separate task, which the stop button can cancel."""
    async with asyncio.TaskGroup() as tasks:
        earlier = q.client.run
        q.client.run = tasks.create_task(stream_answer(q, question, earlier))


async def stream_answer(q: Q, question: str, earlier: asyncio.Task[None] | None) -> None:
    """Show the question, then the answer as it grows."""
    if earlier and not earlier.done():
        earlier.cancel()
        await asyncio.wait([earlier])
    chat = q.page["chat"]
    chat.suggestions = None
    chat.data += [question, True]
    chat.data += ["", False]
    chat.generating = True
    text = ""
    try:
        await q.page.save()
        async with aclosing(make_answer(question, q.client.turns)) as pieces:
            async for piece in pieces:
                text += piece
                chat.data[-1] = [text, False]  # only the new characters travel
                await q.page.save()
    except ModelError as error:
        chat.data[-1] = [f"{text}\n\n{error}".strip(), False]
    finally:  # also when stopped: the text so far stays
        q.client.turns = [*q.client.turns, (question, text)][-EARLIER_TURNS:]
        chat.generating = False
        await q.page.save()


async def make_answer(question: str, turns: list[tuple[str, str]]) -> AsyncGenerator[str, None]:
    """Quote the pages, or let the configured model answer from them."""
    hits = index().search(question)
    model = Model.from_environ(os.environ)
    pieces = model.stream(question, hits, turns) if model else answer.words(answer.compose(hits))
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece
