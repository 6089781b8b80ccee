"""The public test kit, as the tests of an app use it."""

from __future__ import annotations

import asyncio

import pytest

from swell import Q, app, data, main, on, ui
from swell.live.wire import Act
from swell.testing import (
    Append,
    HandlerError,
    Insert,
    ScriptedModel,
    Set,
    connect,
    isolated,
    serving,
)

pytestmark = pytest.mark.anyio


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
