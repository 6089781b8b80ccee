"""The examples of whole chats do what they say; `tests/docs` only sees that they run."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from swell.live.wire import Act
from swell.testing import isolated, serving
from swell.testing.chat import ChatTab, chat_of
from tests.chat.runs.pdf import pdf
from tests.chat.runs.test_turn import controls
from tests.conftest import ROOT
from tests.models.upstream import Reply, chat_stream, upstream

pytestmark = pytest.mark.anyio

EXAMPLES = sorted((ROOT / "examples" / "chat").glob("*.py"))
LINES_MAX = 25
LINES_OF = {"dashboard.py": 40}


@asynccontextmanager
async def example(name: str) -> AsyncIterator[ChatTab]:
    """Serve an example as it is, in memory only, and open a tab."""
    file = ROOT / "examples" / "chat" / name
    with isolated() as own:
        exec(
            compile(file.read_text(), str(file), "exec", dont_inherit=True), {"__name__": "example"}
        )
        app = chat_of(own)
        await app.start()
        try:
            async with serving(app.serve, ack="handled") as served:
                yield ChatTab(await served.tab())
        finally:
            await app.stop()


def pressed(name: str, **values: Any) -> Act:
    return Act(str(uuid.uuid4()), {**values, name: True}, name)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_is_short_and_listed(file: Any) -> None:
    assert len(file.read_text().splitlines()) <= LINES_OF.get(file.name, LINES_MAX)
    assert f"(chat/{file.name})" in (ROOT / "examples" / "README.md").read_text()


def test_hello_has_five_lines_at_most() -> None:
    hello = (ROOT / "examples" / "chat" / "hello.py").read_text()
    assert len([line for line in hello.splitlines() if line.strip()]) <= 5


async def test_hello() -> None:
    async with example("hello.py") as tab:
        await tab.send("Hi")
        assert tab.texts == ["Hi", "You said: Hi"]


async def test_dashboard() -> None:
    async with example("dashboard.py") as tab:
        await tab.send("Measure")
        page = tab.page.page
        form = {next(iter(one)): next(iter(one.values())) for one in page["inputs"]["items"]}
        assert len(page["load"]["data"]) == len(form["table"]["rows"]) == 6
        assert (form["progress"]["value"], page["meta"]["side_panel"]["title"]) == (1, "Result")
        await tab.page.act("steps", 9)
        form = {next(iter(one)): next(iter(one.values())) for one in page["inputs"]["items"]}
        assert form["progress"]["caption"] == "steps: 9"


@pytest.mark.parametrize(
    ("button", "said"), [("yes", "It is booked."), ("no", "Nothing is booked.")]
)
async def test_ask(button: str, said: str) -> None:
    async with example("ask.py") as tab:
        await tab.send("Plan a trip", wait=False)
        await tab.page.until(lambda _: controls(tab))
        city, month, send = controls(tab)
        await tab.page.send(pressed(send, **{city: "Oslo", month: "June"}))
        await tab.page.until(lambda _: f"{button}" in "".join(controls(tab)))
        assert "Where to? Oslo  \\nWhen? June" in str(tab.messages[-1]["parts"])
        assert "Book Oslo?" in str(tab.messages[-1]["parts"])
        assert "480 euros" in str(tab.messages[-1])
        [chosen] = [name for name in controls(tab) if name.endswith(f"-{button}")]
        await tab.page.send(pressed(chosen))
        await tab.done()
        assert tab.answer.endswith(said)


@pytest.mark.parametrize(
    ("name", "content"),
    [("notes.md", b"Swell is green"), ("paper.pdf", pdf("Swell is", "green"))],
)
async def test_attachments(name: str, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async with upstream(Reply(chat_stream("Green."))) as model:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{model.url}/v1")
        async with example("attachments.py") as tab:
            await tab.send("What colour?")
            assert tab.answer == "Attach a text or a PDF first."
            await tab.attach("What colour is Swell?", [(name, content)])
            await tab.send("Really?")
            assert (tab.answer, tab.status) == ("Green.", "done")
    told = [request.body["messages"] for request in model.requests]
    assert [messages[-1]["content"] for messages in told] == [
        f"What colour is Swell?\n\n[file: {name}]",
        "Really?",
    ]
    for messages in told:  # later questions are about the document, too
        assert messages[0]["role"] == "system"
        assert re.search(rf"<{name}>\nSwell is\s+green", messages[0]["content"])


@pytest.mark.parametrize(
    ("content", "installed", "reason"),
    [
        (pdf("Words"), False, "this app cannot read PDF; `pip install pypdf` lets it"),
        (b"%PDF-1.4 and no more", True, "it is no PDF, or a damaged one"),
    ],
)
async def test_a_pdf_that_cannot_be_read_is_named(
    content: bytes, installed: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not installed:
        monkeypatch.setitem(sys.modules, "pypdf", None)
    async with example("attachments.py") as tab:
        await tab.attach("What does it say?", [("paper.pdf", content)])
        assert tab.status == "failed"
        assert tab.messages[-1]["error"] == f"“paper.pdf” could not be read: {reason}."


async def test_multi_model(monkeypatch: pytest.MonkeyPatch) -> None:
    async with upstream(Reply(chat_stream("Hello."))) as model:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{model.url}/v1")
        async with example("multi_model.py") as tab:
            await tab.send("Hi")
            await tab.page.act("settings")
            chosen = {"setting-model": "qwen3", "setting-temperature": "1.5"}
            await tab.page.send(pressed("save_settings", **chosen))
            await tab.send("And you?")
            assert tab.texts == ["Hi", "Hello.", "And you?", "Hello."]
    asked = [(request.body["model"], request.body["temperature"]) for request in model.requests]
    assert asked == [("llama3.2", 0.7), ("qwen3", 1.5)]
