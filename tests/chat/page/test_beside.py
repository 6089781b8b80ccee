"""The app's cards beside the conversation: shown, changed by answers and by the user, kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from swell import ui
from swell.chat import Card, Event, ThreadPage, Turn, User
from swell.testing.chat import ChatTab, chatting

pytestmark = pytest.mark.anyio


def layout(page: ThreadPage) -> None:
    page["limits"] = ui.form_card(
        "page", [ui.slider("threshold", value=3), ui.text("untouched", name="said")]
    )


def said(tab: ChatTab) -> str:
    """Return the text on the card."""
    return str(tab.page.page["limits"]["items"][1]["text"]["content"])


async def answer(turn: Turn) -> AsyncIterator[Any]:
    yield "Hello"
    turn.page["limits"].items[1].text.content = turn.prompt
    await turn.page.save()


async def threshold(event: Event) -> None:
    event.page["limits"].items[1].text.content = f"{event.name} {event.value}"


async def test_a_new_conversation_has_the_cards_of_the_app() -> None:
    async with chatting(answer, page=layout) as chat:
        assert said(chat) == "untouched"
    async with chatting(answer, page={"limits": ui.form_card("page", [])}) as chat:
        assert chat.page.page["limits"]["items"] == []


async def test_a_layout_may_look_at_the_user() -> None:
    async def of(page: ThreadPage, user: User) -> None:
        page["who"] = ui.markdown_card("page", "Who", user.subject)

    async with chatting(answer, page=of, identify=lambda _: "ann") as chat:
        assert chat.page.page["who"]["content"] == "ann"


async def test_an_answer_changes_them_in_every_tab_of_the_thread() -> None:
    async with chatting(answer, page=layout) as chat:
        await chat.send("one")
        other = await chat.server.tab(address=chat.address)
        assert (said(chat), said(other)) == ("one", "one")
        await other.send("two")
        await chat.page.until(lambda _: said(chat) == "two")


async def test_what_a_handler_has_not_saved_is_saved_when_it_ends() -> None:
    async def forgets(turn: Turn) -> str:
        turn.page["limits"].items[1].text.content = "at the end"
        return "Hello"

    async with chatting(forgets, page=layout) as chat:
        await chat.send("one")
        assert said(chat) == "at the end"


async def test_each_thread_has_its_cards() -> None:
    async with chatting(answer, page=layout) as chat:
        await chat.send("one")
        first = chat.address
        await chat.open("")
        assert said(chat) == "untouched"
        await chat.open(first)
        assert said(chat) == "one"


async def test_a_user_changes_them() -> None:
    async with chatting(answer, page=layout, on={"threshold": threshold}) as chat:
        await chat.send("one")
        await chat.page.act("threshold", 7)
        assert said(chat) == "threshold 7"
        other = await chat.server.tab(address=chat.address)
        assert said(other) == "threshold 7"


async def test_what_a_user_did_before_the_first_prompt_goes_with_the_thread() -> None:
    async def quiet(_: Turn) -> str:
        return "Hello"

    async with chatting(quiet, page=layout, on={"threshold": threshold}) as chat:
        await chat.page.act("threshold", 7)
        await chat.send("one")
        assert said(chat) == "threshold 7"
        await chat.page.act("threshold", 8)
        other = await chat.server.tab(address=chat.address)
        assert said(other) == "threshold 8"


async def test_a_refused_first_prompt_loses_nothing() -> None:
    def refuse(*_: object) -> str:
        return "Not today"

    async with chatting(answer, page=layout, on={"threshold": threshold}, admit=refuse) as chat:
        await chat.page.act("threshold", 7)
        assert (await chat.send("one", wait=False)).st == "err"
        assert said(chat) == "threshold 7"


async def test_they_outlive_a_restart(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/chat.db"
    async with chatting(answer, store=url, page=layout, on={"threshold": threshold}) as chat:
        await chat.send("one")
        await chat.page.act("threshold", 7)
        address = chat.address
        await chat.server.restart()
        again = await chat.server.tab(address=address)
        assert said(again) == "threshold 7"
        await again.page.act("threshold", 8)
        assert said(again) == "threshold 8"


async def test_a_handler_may_show_a_notice_and_learns_who_and_where() -> None:
    seen: list[Event] = []

    async def note(event: Event) -> str:
        seen.append(event)
        return "Noted"

    async with chatting(answer, page=layout, on={"threshold": note}) as chat:
        await chat.send("one")
        await chat.page.act("threshold", 7, other="x")
        (event,) = seen
        assert (event.kind, event.value, event.args.other, event.message) == ("", 7, "x", None)
        assert event.thread is not None
        assert chat.page.page["meta"]["notification_bar"]["text"] == "Noted"


async def test_a_button_in_an_answer_reaches_its_handler_with_the_message() -> None:
    seen: list[Event] = []

    async def buys(_: Turn) -> AsyncIterator[Any]:
        yield "Books"
        yield Card([ui.button("buy", "Buy", value="7")])

    async def buy(event: Event) -> None:
        seen.append(event)

    async with chatting(buys, on={"buy": buy}) as chat:
        await chat.send("one")
        assert chat.status == "done"
        await chat.page.act("buy", "7", **{"@message": chat.messages[-1]["id"]})
        (event,) = seen
        assert event.message is not None
        assert (event.value, event.message.text) == ("7", "Books")
        assert event.args["@message"] is None


async def test_a_button_works_while_its_answer_is_made() -> None:
    seen: list[Event] = []
    go = asyncio.Event()

    async def buys(_: Turn) -> AsyncIterator[Any]:
        yield "Books"
        yield Card([ui.button("buy", "Buy")])
        await go.wait()

    async def buy(event: Event) -> None:
        seen.append(event)

    async with chatting(buys, on={"buy": buy}) as chat:
        await chat.send("one", wait=False)
        await chat.page.until(lambda _: bool(chat.messages[-1]["parts"]))
        await chat.page.act("buy", True, **{"@message": chat.messages[-1]["id"]})
        assert seen[0].message is not None
        assert seen[0].message.text == "Books"
        go.set()
        await chat.done()


async def test_a_message_of_another_user_cannot_be_named() -> None:
    async def buys(_: Turn) -> AsyncIterator[Any]:
        yield Card([ui.button("buy", "Buy")])

    called: list[Event] = []

    async def buy(event: Event) -> None:
        called.append(event)

    async with chatting(buys, on={"buy": buy}) as chat:
        await chat.send("one")
        other = await chat.server.tab("another browser")
        await other.send("mine")
        theirs = chat.messages[-1]["id"]
        await other.page.act("buy", True, **{"@message": theirs})
        assert called == []


async def test_a_panel_that_an_answer_opens_stays_closed_once_the_user_has_closed_it() -> None:
    async def opens(turn: Turn) -> str:
        turn.page["meta"].side_panel = ui.side_panel("Details", [ui.text("More")], closable=True)
        return "See there"

    async with chatting(opens, page=layout) as chat:
        await chat.send("one")
        panel = chat.page.page["meta"]["side_panel"]
        assert (panel["title"], panel["events"]) == ("Details", ["dismissed"])
        await chat.page.event(panel["name"], "dismissed", True)
        assert "side_panel" not in chat.page.page["meta"]
        other = await chat.server.tab(address=chat.address)
        assert "side_panel" not in other.page.page["meta"]


@pytest.mark.parametrize("name", ["chat", "threads", "meta", "panel", "places"])
async def test_the_cards_of_the_chat_are_not_the_app_s(name: str) -> None:
    async def takes(turn: Turn) -> str:
        turn.page[name] = ui.markdown_card("page", "Mine", "Now")
        return "no"

    async with chatting(takes, page=layout) as chat:
        await chat.send("one")
        assert chat.status == "failed"


async def test_a_reader_of_a_shared_thread_sees_the_conversation_only() -> None:
    async with chatting(answer, page=layout, identify=lambda _: "ann") as chat:
        await chat.send("one")
        thread_id = chat.address.removeprefix("t/")
        user = await chat.server.app.store.visitor("ann")
        token = await chat.server.app.store.share(user.id, thread_id)
        reader = await chat.server.tab("another browser", f"s/{token}")
        assert reader.texts == ["one", "Hello"]
        assert "limits" not in reader.page.page


async def test_a_phone_shows_either_the_conversation_or_the_cards() -> None:
    def names(tab: ChatTab) -> list[str]:
        narrow = tab.page.page["meta"]["layouts"][0]["zones"][0]["zones"]
        return [zone["name"] for zone in narrow]

    async with chatting(answer, page=layout) as chat:
        assert names(chat) == ["sidebar", "places", "chat"]
        await chat.page.act("places", "cards")
        assert names(chat) == ["sidebar", "places", "page"]
        await chat.page.act("places", "talk")
        assert names(chat) == ["sidebar", "places", "chat"]


async def test_many_saves_are_few_writes() -> None:
    async def streams(turn: Turn) -> str:
        for number in range(200):
            turn.page["limits"].items[1].text.content = str(number)
            await turn.page.save()
        return "done"

    async with chatting(streams, page=layout) as chat:
        store, writes = chat.server.app.store, 0
        put = store.put_thread_page

        async def counted(*given: Any) -> bool:
            nonlocal writes
            writes += 1
            return await put(*given)

        store.put_thread_page = counted  # type: ignore[assignment, method-assign]
        await chat.send("one")
        assert said(chat) == "199"
        assert writes < 20


async def test_a_large_page_is_refused_and_the_rest_stays() -> None:
    async def grows(turn: Turn) -> str:
        turn.page["limits"].items[1].text.content = "x" * 20_000_000
        try:
            await turn.page.save()
        except Exception as error:
            return type(error).__name__
        return "no"

    async with chatting(grows, page=layout) as chat:
        await chat.send("one")
        assert (chat.answer, said(chat)) == ("LimitError", "untouched")


async def test_without_cards_a_turn_has_a_page_that_shows_nothing() -> None:
    async with chatting(answer) as chat:
        await chat.send("one")
        assert (chat.answer, chat.status) == ("Hello", "done")


async def test_a_tab_that_lost_its_connection_has_them_when_it_is_back() -> None:
    go = asyncio.Event()

    async def waits(turn: Turn) -> AsyncIterator[str]:
        yield "Hello"
        await go.wait()
        turn.page["limits"].items[1].text.content = "away"
        await turn.page.save()

    async with chatting(waits, page=layout) as chat:
        await chat.send("one", wait=False)
        await chat.drop_at("Hello")
        go.set()
        await chat.back()
        await chat.done()
        await chat.page.until(lambda _: said(chat) == "away")
