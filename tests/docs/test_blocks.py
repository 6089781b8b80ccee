"""Every ```py block of docs/ and README.md, and every file of examples/, runs here.

- A block with `@app(` is a whole app. It is opened in a tab, and then everything on it is
  used: prompts, the card's events, Stop while an answer grows, buttons, links, commands.
- A block with `@chat(` is a whole chat. It is opened in a tab and gets a prompt, which has to be
  answered; what it asks is confirmed.
- Any other block is the body of a handler, with `q`, `ui` and `data` at hand.
- `<!-- shows: card.property -->` after a block says what must be on the page, and
  `<!-- prints: text -->` what it prints.
- `<!-- no-run: reason -->` before a block leaves it out. There is none, and a test counts.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from swell import Q, data, ui
from swell.app import App, current
from swell.testing import Client, connect, isolated, serving
from swell.testing.chat import ChatTab, chat_of

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"(?P<skip><!-- no-run: .+? -->\n+)?"
    r"^```py\n(?P<code>.*?)^```$"
    r"(?P<after>(?:\s*<!-- (?:shows|prints): .+? -->)*)",
    re.MULTILINE | re.DOTALL,
)
ALLOWED_TO_BE_LEFT_OUT = 0


@dataclass
class Block:
    """A piece of Python with the file and line it is from."""

    file: Path
    line: int
    code: str
    shows: list[str] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)

    @property
    def is_app(self) -> bool:
        return "@app(" in self.code

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"

    @property
    def is_chat(self) -> bool:
        return "@chat(" in self.code

    @property
    def makes_apps(self) -> bool:
        return "App(" in self.code

    def compiled(self) -> Any:
        """Compile with the lines of the file, so that a traceback leads there."""
        source = "\n" * self.line + self.code
        return compile(source, str(self.file), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)


def files() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks() -> Iterator[Block]:
    for file in files():
        text = file.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            if not found["skip"]:
                line = text.count("\n", 0, found.start("code"))
                shows = re.findall(r"<!-- shows: (.+?) -->", found["after"])
                prints = re.findall(r"<!-- prints: (.+?) -->", found["after"])
                yield Block(file, line, found["code"], shows, prints)
    for file in sorted((ROOT / "examples").glob("**/*.py")):
        yield Block(file, 0, file.read_text(encoding="utf-8"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def fresh_app() -> Iterator[None]:
    """Start each block with no handlers: apps register theirs for the whole process."""
    with isolated():
        yield


@pytest.mark.anyio
@pytest.mark.parametrize("block", list(blocks()), ids=str)
async def test_the_block_runs(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    if block.makes_apps:
        await run_apps(block)
    elif block.is_chat:
        await run_chat(block)
    elif block.is_app:
        await run_app(block)
    else:
        await run_body(block)
    printed = capsys.readouterr().out
    for text in block.prints:
        assert text in printed


def test_no_block_is_left_out() -> None:
    left_out = sum(len(re.findall("<!-- no-run:", file.read_text())) for file in files())
    assert left_out <= ALLOWED_TO_BE_LEFT_OUT


def test_python_is_marked_as_py_so_that_it_runs() -> None:
    for file in files():
        languages = set(re.findall(r"^```(\w*)$", file.read_text(), re.MULTILINE))
        assert languages <= {"py", "sh", "text", "nginx", "toml", ""}, file


async def run_body(block: Block) -> None:
    async def serve(q: Q) -> None:
        result = eval(block.compiled(), {"q": q, "ui": ui, "data": data})
        if inspect.isawaitable(result):
            await result
        await q.page.save()

    async with connect(serve) as client:
        assert client.page or "q.page" not in block.code
        check_shown(client, block)


async def run_app(block: Block) -> None:
    namespace: dict[str, Any] = {"__name__": "block", "__file__": str(block.file)}
    exec(block.compiled(), namespace)
    tests = [thing for name, thing in namespace.items() if name.startswith("test_")]
    [route] = current().routes.values()
    mode = route.mode or "unicast"
    async with connect(route.handler, mode=mode) as client:
        assert client.page, "the first page is empty"
        check_shown(client, block)
        if not tests:
            await use_everything(client)
    for test in tests:
        await test()


async def run_apps(block: Block) -> None:
    """Run the applications that a block makes, and look at all of their pages."""
    namespace: dict[str, Any] = {"__name__": "block"}
    exec(block.compiled(), namespace)
    made = [thing for thing in namespace.values() if isinstance(thing, App)]
    assert made, "the block makes no application"
    for app in made:
        assert app.routes
        for path, route in app.routes.items():
            if getattr(route.handler, "__self__", None) is not None:
                chat_of(app, path)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.lifespan(),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
        ):
            for path in app.routes:
                assert (await http.get(path)).status_code == 200


async def run_chat(block: Block) -> None:
    namespace: dict[str, Any] = {"__name__": "block"}
    exec(block.compiled(), namespace)
    tests = [thing for name, thing in namespace.items() if name.startswith("test_")]
    for test in tests:
        await test()
    if tests or not current().routes:
        return
    [path] = current().routes
    app = chat_of(current(), path)
    await app.start()
    try:
        async with serving(app.serve, ack="handled") as served:
            tab = ChatTab(await served.tab())
            asking = asyncio.create_task(tab.send("Hello"))
            await tab.page.until(lambda _: asking.done() or "ask-" in str(tab.messages))
            while not asking.done():
                names = re.findall(r"'name': '(ask-[^']+)'", str(tab.messages))
                await tab.page.act(names[-1] if "yes" not in str(names) else names[-2])
                await tab.page.until(lambda _: asking.done() or "ask-" in str(tab.messages))
            await asking
            assert (tab.status, bool(tab.messages[-1]["error"])) == ("done", False)
    finally:
        await app.stop()


def check_shown(client: Client, block: Block) -> None:
    for path in block.shows:
        value: Any = client.page
        for part in path.split("."):
            value = value[int(part) if part.isdigit() else part]
        assert value is not None


async def use_everything(client: Client) -> None:
    """Do what a person can do on the first page, each once."""
    for card in list(client.page.values()):
        if card["view"] == "chatbot":
            await chat(client, card)
        for command in card.get("commands", ()):
            await client.act(command["name"])
        for button in components(card, "button"):
            if button["name"].startswith("#"):
                await client.act("#", button["name"][1:])
            else:
                await client.act(button["name"], button.get("value", True), **entered(card))
    for kind, target in re.findall(r"\]\(([#?])([^)\s]+)\)", str(client.page)):
        await client.act("#" if kind == "#" else target, target if kind == "#" else True)


async def chat(client: Client, card: dict[str, Any]) -> None:
    name, events = card["name"], card.get("events", [])

    def now() -> dict[str, Any]:
        return next(card for card in client.page.values() if card.get("name") == name)

    def in_full() -> bool:
        return not now().get("generating")

    rows = len(now()["data"])
    await client.act(name, "Hello")
    await client.until(lambda _: in_full())
    assert len(now()["data"]) > rows, "the prompt is not on the page"
    if "stop" in events:
        prompt = asyncio.create_task(client.act(name, "Hello again"))
        await client.until(lambda _: now().get("generating"))
        await client.event(name, "stop")
        await prompt
        await client.until(lambda _: in_full())
    if "suggestion" in events:
        for suggestion in card["suggestions"]:
            await client.event(name, "suggestion", suggestion["name"])
    if "feedback" in events:
        vote = {"message": "An answer", "positive": True, "id": 0}
        await client.event(name, "feedback", vote)
    if "scroll_up" in events:
        await client.event(name, "scroll_up")
        assert now()["history"], "prev_items shows nothing"


def components(card: dict[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    """Yield the components of one kind, wherever they are on a card."""
    for item in [*card.get("items", ()), *card.get("secondary_items", ())]:
        for kind, inner in item.items():
            if kind == tag:
                yield inner
            elif isinstance(inner, dict):
                yield from components(inner, tag)


def entered(card: dict[str, Any]) -> dict[str, Any]:
    """Return the values that a browser submits for untouched inputs."""
    return {
        part["name"]: part.get("value", empty)
        for tag, empty in {"textbox": "", "checkbox": False, "dropdown": None}.items()
        for part in components(card, tag)
    }
