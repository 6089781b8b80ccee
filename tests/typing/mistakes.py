"""Mistakes that a type checker should find: each line with one ends in `# mistake`.

Nothing here is run; `test_typing.py` runs mypy and pyright on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from swell import Q, app, data, main, on, ui
from swell.app import App
from swell.chat import ChatOptions, File, Reasoning, RunLimits, Source, ToolCall, Turn, chat
from swell.identity import Identity, Request
from swell.settings.table import Settings


@dataclass
class Options:
    """The settings of a chat."""

    model: str = "small"
    temperature: float = 0.5


# ------------------------------------------------------------------ the nine of the first reading


@chat("/1")
async def parts(turn: Turn) -> AsyncIterator[Reasoning]:
    yield Reasoning("Let me see.", secnds=2)  # mistake
    yield Reasoning("Let me see.", seconds="two")  # mistake


@chat("/2")
async def files(turn: Turn) -> AsyncIterator[File]:
    yield File(nam="a.csv", url="/a.csv")  # mistake


@chat("/3")  # mistake
async def yields_a_number(turn: Turn) -> AsyncIterator[float]:
    yield 3.5


@chat("/4")  # mistake
def takes_a_number(turn: int) -> int:
    return turn


@app("/5", mode="unicst")  # mistake
async def misspelt_mode(q: Q) -> None: ...


@app("/6")  # mistake
async def takes_nothing() -> None: ...


@app("/7")
async def page(q: Q) -> None:
    q.page["c"] = 5  # mistake
    q.page["c"].datta = 3  # mistake
    q.page["c"] = ui.pixel_art_card("1 1 1 1", "Title", data("a"), [])  # mistake
    q.page["c"] = ui.chatbot_crd("1 1 1 1", "chat", data("content from_user"))  # mistake


# ------------------------------------------------------------------------- more of the same kinds


@chat("/8", titel="Docs")  # mistake
async def misspelt_option(turn: Turn) -> str:
    return turn.prompt


@chat("/9", suggestions=[1, 2])  # mistake
async def wrong_option(turn: Turn) -> str:
    return turn.prompt


@chat("/10", limits=RunLimits(per_usr=3))  # mistake
async def misspelt_limit(turn: Turn) -> str:
    return turn.prompt


@chat("/11", identify=lambda request: request.heders)  # mistake
async def misspelt_header(turn: Turn) -> str:
    return turn.prompt


@chat("/12", identify=lambda request: 7)  # mistake
async def a_number_for_a_name(turn: Turn) -> str:
    return turn.prompt


@chat("/13", submit_key="shift_enter")  # mistake
async def unknown_key(turn: Turn) -> str:
    return turn.prompt


@chat("/14", settings=Options)
async def settings(turn: Turn[Options]) -> AsyncIterator[str]:
    yield turn.settings.modl  # mistake
    temperature: str = turn.settings.temperature  # mistake
    yield temperature


@chat("/15")
async def turns(turn: Turn) -> AsyncIterator[str]:
    yield turn.promt  # mistake
    yield turn.user.subjct  # mistake
    yield turn.messages[-1].txt  # mistake
    sure: str = await turn.confirm("Sure?", no="No", yess="Yes")  # mistake
    yield sure
    turn.suggest(["Why?", "How?"])  # mistake


@chat("/16")  # mistake
def yields_objects(turn: Turn) -> Iterator[Options]:
    yield Options()


@chat("/17")
async def sources(turn: Turn) -> AsyncIterator[Source | ToolCall]:
    yield Source(titel="Docs", url="/docs")  # mistake
    yield ToolCall("1", "search", state="finished")  # mistake


@app("/18", ack="later")  # mistake
async def misspelt_ack(q: Q) -> None: ...


@app("/19")
async def more(q: Q) -> None:
    q.page["chat"] = ui.chatbot_card("1 1 1 1", "chat")  # mistake
    q.page["chat"] = ui.chatbot_card("1 1 1 1", 7, data("content from_user"))  # mistake
    q.page["form"] = ui.form_card("1 1 1 1", [ui.textbox("name", labl="Name")])  # mistake
    q.page["form"] = ui.form_card("1 1 1 1", ["name"])  # mistake
    q.page["chat"].generatin = True  # mistake
    q.pages["chat"].generating = True  # mistake
    data("content from_user", t="lst")  # mistake
    rows = data("content from_user", t="list")
    q.page["chat"].data = rows.knd  # mistake
    q.page.save(1)  # mistake


@on(7)  # mistake
async def a_number_for_an_event(q: Q) -> None: ...


def person(request: Request) -> Identity:
    return Identity(subjct=request.header("X-User") or "")  # mistake


other = App(Settings(prot=8000))  # mistake
other.settings = {"port": 8000}  # mistake
other.chat("/", ChatOptions(title=5))  # mistake
main.serve_folder("/docs", 5)  # mistake
