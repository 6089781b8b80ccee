"""The public test kit, as the tests of an app use it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import swell
from swell import Q, app, data, main, on, ui
from swell.chat import Turn
from swell.errors import AskTimeoutError
from swell.live.wire import Act
from swell.testing import (
    Append,
    HandlerError,
    Insert,
    ScriptedModel,
    Set,
    connect,
    isolated,
    moving_clock,
    serving,
)
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio

SOURCE = Path(swell.__file__).parent.parent


class ChatApp:
    """A chat over a model that says what the test tells it to."""

    def __init__(self, model: ScriptedModel) -> None:
        self.model = model

    async def serve(self, q: Q) -> None:
        if not q.client.initialized:
            q.client.initialized = True
            q.page["chat"] = ui.chatbot_card(
                "1 1 4 8", "prompt", data("content from_user", t="list"), events=["stop"]
            )
        elif q.events.prompt:
            q.client.stopped = True
        elif q.args.prompt:
            await self.answer(q)
        await q.page.save()

    async def answer(self, q: Q) -> None:
        chat = q.page["chat"]
        chat.data += [q.args.prompt, True]
        chat.data += ["", False]
        text = ""
        stream = self.model.stream()
        async for token in stream:
            text += token
            chat.data[-1] = [text, False]
            await q.page.save()
            if q.client.stopped:
                break
        await stream.aclose()  # type: ignore[attr-defined]


async def test_a_chat_streams_only_the_new_characters() -> None:
    async with connect(ChatApp(ScriptedModel(["Hel", "lo", "!"])).serve) as client:
        client.take_ops()  # the first render is not under test
        await client.act("prompt", "Hi")
        assert client.page["chat"]["data"] == [["Hi", True], ["Hello!", False]]
        path: list[str | int] = ["chat", "data", 1, "content"]
        ops = client.take_ops()
        assert ops[:2] == [
            Insert(["chat", "data"], 0, [[0, ["Hi", True]]]),
            Insert(["chat", "data"], 1, [[1, ["", False]]]),
        ]
        assert ops[2:] == [Set(path, "Hel"), Append(path, 3, "lo"), Append(path, 5, "!")]
        assert client.take_ops() == []


async def test_a_held_model_says_as_much_as_the_test_releases() -> None:
    model = ScriptedModel(["one ", "two ", "three "], held=True)
    async with connect(ChatApp(model).serve) as client:
        answer = asyncio.create_task(client.act("prompt", "Count"))
        model.release(2)
        await client.until(lambda page: page["chat"]["data"][1:] == [["one two ", False]])
        assert model.said == ["one ", "two "]
        await client.event("prompt", "stop")
        model.release()
        await answer
        assert client.page["chat"]["data"][-1] == ["one two three ", False]
        assert model.closed == 1  # the handler left the stream before its end


async def test_a_model_that_ends_was_not_cut_off() -> None:
    model = ScriptedModel(["a", "b"])
    assert [token async for token in model.stream()] == ["a", "b"]
    assert [token async for token in model.stream()] == ["a", "b"]
    assert (model.said, model.closed) == (["a", "b", "a", "b"], 0)


async def test_ops_that_were_taken_do_not_change_any_more() -> None:
    async def serve(q: Q) -> None:
        if q.args.more:
            q.page["form"].items = [ui.textbox("city", value="B")]
            await q.page.save()
            q.page["form"].city.value = "Bonn"
            await q.page.save()
            return
        q.page["form"] = ui.form_card("1 1 1 1", [])
        await q.page.save()

    async with connect(serve) as client:
        client.take_ops()
        await client.act("more")
        first, second = client.take_ops()
        assert isinstance(first, Set)
        assert first.value == [{"textbox": {"name": "city", "value": "B"}}]
        assert isinstance(second, Append)


async def test_an_error_of_the_handler_is_an_error_of_the_test() -> None:
    async def serve(q: Q) -> None:
        if q.args.fail:
            raise ValueError("why")

    async with connect(serve) as client:
        with pytest.raises(HandlerError) as failed:
            await client.act("fail")
        assert client.error == failed.value.error
        await client.act("fine")
        assert client.error is None


async def test_several_tabs_of_several_browsers() -> None:
    async def serve(q: Q) -> None:
        q.app.tabs = (q.app.tabs or 0) + 1
        q.page["n"] = ui.markdown_card("1 1 1 1", "Tabs", str(q.app.tabs))
        await q.page.save()

    async with serving(serve) as running:
        tabs = [await running.tab("browser") for _ in range(2)]
        tabs.append(await running.tab("another"))
        assert [tab.page["n"]["content"] for tab in tabs] == ["1", "2", "3"]
        assert len({tab.position for tab in tabs}) == 3


async def test_a_connection_is_lost_and_found() -> None:
    async with connect(ChatApp(ScriptedModel(["x"])).serve) as client:
        await client.act("prompt", "Hi")
        before, position = client.page, client.position
        await client.drop()
        with pytest.raises(RuntimeError, match="not connected"):
            await client.act("prompt", "again")
        with pytest.raises(RuntimeError, match="not connected"):
            await client.settle()
        await client.open()
        assert (client.page, client.position) == (before, position)
        assert client.welcomes == ["snapshot", "resumed"]


async def test_an_action_may_be_sent_by_hand() -> None:
    async with connect(ChatApp(ScriptedModel([])).serve) as client:
        ack = await client.send(Act("my-id", {"prompt": "Hi"}, "prompt"))
        assert (ack.id, ack.st) == ("my-id", "ok")


async def test_waiting_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swell.testing.client._TIMEOUT_S", 0.01)
    async with connect(ChatApp(ScriptedModel([])).serve) as client:
        with pytest.raises(TimeoutError):
            await client.until(lambda page: False)


async def test_what_a_test_registers_stays_with_it() -> None:
    async def serve(q: Q) -> None: ...

    before = dict(main.routes)
    with isolated() as own:
        app("/only-here")(serve)
        on("only_here")(serve)
    assert main.routes == before
    assert list(own.routes) == ["/only-here"]


TEST_OF_AN_APP = """
import pytest
from swell import Q, ui

async def serve(q: Q) -> None:
    q.page["hi"] = ui.markdown_card("1 1 1 1", "Hi", q.args.name or "nobody")
    await q.page.save()

@pytest.mark.anyio
async def test_it(swell_connect) -> None:
    async with swell_connect(serve) as client:
        await client.act("name", "Ada")
        assert client.page["hi"]["content"] == "Ada"
"""


def test_the_fixture_of_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "test_app.py").write_text(TEST_OF_AN_APP)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "swell.testing.plugin", "-p", "anyio"],
        cwd=tmp_path,
        # Named here instead of found: whether Swell is installed must not matter.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "2 passed" in result.stdout or "1 passed" in result.stdout, result.stdout


async def test_a_scripted_stream_is_an_async_iterator() -> None:
    assert isinstance(ScriptedModel([]).stream(), AsyncIterator)


@pytest.mark.anyio
async def test_a_page_too_large_for_one_frame_arrives_in_parts() -> None:
    async def serve(q: Q) -> None:
        text = "word " * 30_000
        q.page["big"] = ui.markdown_card("1 1 4 4", "Big", text)
        q.page["more"] = ui.markdown_card("1 1 4 4", "More", text)
        await q.page.save()

    async with serving(serve, mode="broadcast") as harness:
        first = await harness.tab("ann")
        second = await harness.tab("bob")
        assert second.page == first.page
        assert len(second.page["more"]["content"]) == 150_000


async def test_questions_are_answered_by_the_names_of_the_handler() -> None:
    async def answer(turn: Turn) -> str:
        asked = await turn.ask(ui.textbox("city", "City?"), ui.checkbox("soon", "Soon?"))
        sure = await turn.confirm(f"{asked.city}?")
        return f"{asked.city} {asked.soon} {sure}"

    async with chatting(answer) as chat:
        await chat.send("Go", wait=False)
        assert [next(iter(item)) for item in await chat.asked()] == [
            *("textbox", "checkbox", "button"),
        ]
        with pytest.raises(ValueError, match=r"no 'town', only city, soon, submit"):
            await chat.fill(town="Rome")
        await chat.fill(city="Rome", soon=True)
        await chat.confirm(False)
        await chat.done()
        assert chat.answer == "Rome True False"


async def test_a_clock_that_is_moved_ends_what_waits() -> None:
    async def answer(turn: Turn) -> str:
        try:
            return "yes" if await turn.confirm("Sure?", timeout_s=600) else "no"
        except AskTimeoutError:
            return "too late"

    with moving_clock() as clock:
        async with chatting(answer) as chat:
            await chat.send("Go", wait=False)
            await chat.asked()
            clock.move(599)
            await chat.page.event("chat", "search", {"query": "x"})
            assert await chat.asked()
            clock.move(2)
            await chat.done()
            assert chat.answer == "too late"
        with pytest.raises(ValueError, match="only goes forward"):
            clock.move(-1)
