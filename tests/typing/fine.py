"""What apps may write, without one complaint of a type checker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, assert_type

from swell import Data, Q, app, data, main, on, run_on, ui
from swell.app import App
from swell.chat import Card, ChatOptions, Command, Message, Part, Text, Turn, Yieldable, chat
from swell.identity import Identity, Request


@dataclass
class Options:
    """The settings of a chat."""

    model: str = "small"


@chat("/settings", settings=Options, title="Chat", suggestions=["Hi", ui.chat_suggestion("a", "A")])
async def with_settings(turn: Turn[Options]) -> AsyncIterator[str]:
    assert_type(turn.settings, Options)
    assert_type(turn.command, str | None)
    assert_type(turn.messages, list[Message])
    assert_type(await turn.confirm("Sure?"), bool)
    yield turn.settings.model


@chat()
async def plain(turn: Turn) -> str:
    return turn.prompt


@chat("/sync")
def sync(turn: Turn) -> Iterator[str]:
    yield turn.prompt


@chat("/mixed")
async def mixed(turn: Turn) -> AsyncIterator[str | Part]:
    yield "Hello"
    yield Text("Hello")
    yield Card([ui.text("Hello")])


@chat("/any")
async def chunks(turn: Turn) -> AsyncIterator[Yieldable]:
    yield {"choices": []}
    yield None


@chat("/stream")
async def stream(turn: Turn) -> Any:
    return turn.as_openai()


class Bot:
    """A handler may be a method, or an object that can be called."""

    async def answer(self, turn: Turn) -> AsyncIterator[str]:
        yield turn.prompt

    async def __call__(self, turn: Turn) -> str:
        return turn.prompt


chat("/method")(Bot().answer)
chat("/object")(Bot())


async def chosen(command: Command) -> str | None:
    return f"{command.name} of {command.user.subject}"


def person(request: Request) -> Identity | None:
    name = request.header("X-User")
    return Identity(name, request.cookies.get("name", name)) if name else None


async def slowly(request: Request) -> str | None:
    return request.header("X-User")


options = ChatOptions(
    identify=person,
    commands=["sum", ui.chat_command("help", "Help")],
    mentions=["ann"],
    menu=[ui.command("about", "About")],
    on_command=chosen,
    images=["example.com"],
)
other = App(identify=slowly)
other.chat("/", options)(plain)


@other.page("/page", mode="broadcast")
async def other_page(q: Q) -> None: ...


@app("/page")
async def page(q: Q) -> None:
    if await run_on(q):
        return
    rows = data("content from_user", t="list")
    assert_type(rows, Data)
    assert_type(data("a", rows=[[1]], pack=True), str)
    q.page["chat"] = ui.chatbot_card(box="1 1 4 8", name="chat", data=rows)
    q.page["raw"] = {"view": "markdown", "box": "1 1 1 1", "title": "A", "content": "B"}
    q.page["chat"].data += ["Hello", False]
    q.page["chat"].data[-1] = ["Hello!", False]
    q.page["chat"].data[-1].content = "Hello!"
    q.page["form"].items[0].textbox.value = "Oslo"
    q.page["form"].city.value = "Oslo"
    q.page["meta"] = ui.meta_card("", notification_bar=ui.notification_bar("Saved"))
    q.client.count = (q.client.count or 0) + 1
    name: str = q.args.name
    q.page["text"] = ui.markdown_card("1 1 1 1", name, ui.NotificationBarType.ERROR)
    del q.page["text"]
    await q.page.save()


@on()
async def button(q: Q) -> None: ...


@on("#menu/{name}")
async def menu(q: Q, name: str) -> None: ...


main.serve_folder("/docs", "docs")
