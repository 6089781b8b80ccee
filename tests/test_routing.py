"""`@on`, `run_on`, `handle_on`: which function answers, and with what.

Handlers register for the whole process, so each test gets empty registries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from swell import Q, handle_on, on, routing, run_on
from swell.testing import Client, connect, isolated

pytestmark = pytest.mark.anyio

Calls = list[Any]


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(routing, "_warned", False)
    with isolated():
        yield


@pytest.fixture
def calls() -> Calls:
    return []


def note(calls: Calls, name: str, arg: str | None = None, predicate: Any = None) -> None:
    """Register a handler that notes its name and the value."""

    @on(arg or name, predicate)
    async def handler(q: Q, value: Any) -> None:
        calls.append((name, value))


class App:
    """An app whose handler is `run_on`, and whether it found a handler."""

    def __init__(self, route: Any = run_on) -> None:
        self.found: bool | None = None
        self._route = route

    async def serve(self, q: Q) -> None:
        self.found = await self._route(q)


async def test_a_control_is_answered_by_the_function_of_its_name(calls: Calls) -> None:
    @on()
    async def go(q: Q) -> None:
        calls.append(("go", q.args.go))

    app = App()
    async with connect(app.serve) as client:
        assert app.found is False
        await client.act("go", 5)
        assert (calls, app.found) == ([("go", 5)], True)
        await client.act("other")
        assert (len(calls), app.found) == (1, False)


async def test_only_the_control_that_was_submitted_is_answered(calls: Calls) -> None:
    note(calls, "a")
    note(calls, "b")
    async with connect(App().serve) as client:
        await client.act("b", "x", a="also sent")
        assert calls == [("b", "x")]


@pytest.mark.parametrize("value", [False, "", 0, []])
async def test_any_value_but_none_counts(calls: Calls, value: Any) -> None:
    note(calls, "a")
    async with connect(App().serve) as client:
        await client.act("a", value)
        await client.act("a", None)
        assert calls == [("a", value)]


async def test_a_predicate_decides_even_about_none(calls: Calls) -> None:
    note(calls, "none", "a", lambda value: value is None)
    note(calls, "big", "a", lambda value: value > 10)
    note(calls, "rest", "a")
    async with connect(App().serve) as client:
        for value in (11, 5, None):
            await client.act("a", value)
    assert calls == [("big", 11), ("rest", 5), ("none", None)]


async def test_the_first_that_fits_is_the_only_one(calls: Calls) -> None:
    note(calls, "first", "a")
    note(calls, "second", "a")
    async with connect(App().serve) as client:
        await client.act("a")
    assert calls == [("first", True)]


async def test_a_handler_takes_as_many_arguments_as_it_wants(calls: Calls) -> None:
    @on("zero")
    async def zero() -> None:
        calls.append(())

    @on("one")
    async def one(q: Q) -> None:
        calls.append((type(q) is Q,))

    @on("two")
    async def two(q: Q, value: Any) -> None:
        calls.append((value,))

    @on("item_{id:int}")
    async def params(q: Q, id: int) -> None:
        calls.append((id,))

    @on("thing_{id:int}_{name}")
    async def value_and_params(q: Q, value: Any, id: int, name: str) -> None:
        calls.append((value, id, name))

    @on("lazy_{id}")
    async def lazy(q: Q) -> None:
        calls.append("lazy")

    async with connect(App().serve) as client:
        for name in ("zero", "one", "two", "item_7", "thing_8_x", "lazy_9"):
            await client.act(name, "v")
    assert calls == [(), (True,), ("v",), (7,), ("v", 8, "x"), "lazy"]


async def test_a_sync_handler_runs_too(calls: Calls) -> None:
    @on("a")
    def handler(q: Q) -> None:
        calls.append("a")

    async with connect(App().serve) as client:
        await client.act("a")
    assert calls == ["a"]


async def test_plain_names_come_before_patterns(calls: Calls) -> None:
    note(calls, "pattern", "{anything}", bool)
    note(calls, "plain", "a")
    async with connect(App().serve) as client:
        await client.act("a")
    assert calls == [("plain", True)]


async def test_a_name_that_fits_no_pattern_is_nobodys(calls: Calls) -> None:
    note(calls, "pattern", "item_{id:int}")
    app = App()
    async with connect(app.serve) as client:
        await client.act("item_x")
        assert (calls, app.found) == ([], False)


async def hash_to(client: Client, value: str | None) -> None:
    """Do what a browser does when its hash changes."""
    await client.act("#", value)


async def test_the_hash_is_matched_with_parameters(calls: Calls) -> None:
    @on("#")
    async def empty(q: Q) -> None:
        calls.append("empty")

    @on("#menu")
    async def menu(q: Q) -> None:
        calls.append("menu")

    @on("#menu/{item}")
    async def item(q: Q, item: str) -> None:
        calls.append(item)

    @on("#order/{id:int}/{part:path}")
    async def order(q: Q, id: int, part: str) -> None:
        calls.append((id, part))

    @on("#lazy/{id}")
    async def lazy() -> None:
        calls.append("lazy")

    app = App()
    async with connect(app.serve, hash="menu") as client:
        for value in ("menu/tea", "order/7/a/b", "lazy/1", "nothing", ""):
            await hash_to(client, value)
        assert calls == ["menu", "tea", (7, "a/b"), "lazy", "empty"]
        await hash_to(client, "order/x/a")
        assert app.found is False


async def test_a_lingering_hash_is_not_answered_again(calls: Calls) -> None:
    @on("#menu")
    async def menu(q: Q) -> None:
        calls.append("menu")

    note(calls, "a")
    async with connect(App().serve, hash="menu") as client:
        await client.act("a", 1, **{"#": "menu"})
    assert calls == ["menu", ("a", 1)]


async def test_events_are_answered_by_source_and_name(calls: Calls) -> None:
    note(calls, "stop", "chat.stop")
    note(calls, "scroll", "chat.scroll_up")
    note(calls, "other", "bot.stop")
    note(calls, "dots", "a.b.c")
    app = App()
    async with connect(app.serve) as client:
        await client.event("chat", "stop")
        await client.event("bot", "stop", {"x": 1})
        await client.event("a", "b.c", 0)
        assert calls == [("stop", True), ("other", {"x": 1}), ("dots", 0)]
        await client.event("chat", "stop", None)
        await client.event("chat", "unknown")
        assert (len(calls), app.found) == (3, False)


async def test_events_come_before_controls(calls: Calls) -> None:
    note(calls, "control", "chat")
    note(calls, "event", "chat.stop")
    async with connect(App().serve) as client:
        await client.event("chat", "stop")
    assert calls == [("event", True)]


async def test_predicates_of_events(calls: Calls) -> None:
    note(calls, "long", "chat.feedback", lambda value: len(value) > 3)
    note(calls, "any", "chat.feedback")
    async with connect(App().serve) as client:
        await client.event("chat", "feedback", "good")
        await client.event("chat", "feedback", "bad")
    assert calls == [("long", "good"), ("any", "bad")]


@pytest.mark.parametrize("arg", [".stop", "chat."])
async def test_half_an_event_is_refused(arg: str) -> None:
    with pytest.raises(ValueError, match=r"source\.event"):
        on(arg)(lambda: None)


async def test_a_predicate_is_a_function() -> None:
    with pytest.raises(ValueError, match="predicate must be callable"):
        on("a", predicate=5)  # type: ignore[arg-type]


async def test_the_function_stays_what_it_is() -> None:
    async def handler() -> None: ...

    assert on("a")(handler) is handler


async def test_handle_on_looks_at_every_argument(
    calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    note(calls, "a")
    note(calls, "b")
    note(calls, "stop", "chat.stop")

    @on("#menu")
    async def menu(q: Q) -> None:
        calls.append("menu")

    app = App(handle_on)
    async with connect(app.serve) as client:
        await client.act("b", True, a=False)  # a was not clicked
        await client.act("c", 1, **{"#": "menu"})
        await client.event("chat", "stop")
        assert calls == [("a", False), "menu", ("stop", True)]
        await client.act("nothing")
        assert app.found is False
    assert [record.message for record in caplog.records if "deprecated" in record.message] == [
        "handle_on() is deprecated; use run_on(), which also matches events"
    ]
