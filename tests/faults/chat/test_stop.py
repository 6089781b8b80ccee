"""Stop at any moment of an answer, and handlers that do not end, block everybody, or raise."""

from __future__ import annotations

import pytest

from tests.faults.proxy import FaultProxy
from tests.faults.tokens import numbers, text

from .rig import ChatProcess, ChatTab, Shown, error_ids, logged, same, until

pytestmark = pytest.mark.anyio


async def test_r11_stop_in_the_middle_keeps_what_was_said_and_adds_nothing(
    chat: ChatProcess, person: str
) -> None:
    async with ChatTab(chat.port, person) as tab:
        await tab.submit(f"{person} tell=5000 pace=0.002")
        await tab.until(lambda: len(numbers(tab.text)) > 20)
        await tab.stop()
        said = tab.shown
        assert (tab.statuses, tab.generating) == (["stopped"], False)
        assert said[-1].text == text(len(numbers(said[-1].text)))
        assert chat.stored.messages(tab.thread) == said
        assert chat.notes("ended").count(f"{person} tell=5000 pace=0.002") == 1
        await tab.stop()  # twice does no harm, nor does stopping what has ended
        await tab.ask("next tell=3")
        await tab.stop()
        assert tab.shown == [*said, Shown("user", "next tell=3", ""), done(3)]
        await same(tab, chat)


async def test_r11_stop_before_the_start_and_from_another_tab_ends_all_that_waits(
    chat: ChatProcess, person: str
) -> None:
    async with ChatTab(chat.port, person) as tab:
        first, second = f"{person} 1 tell=5 hold=2", f"{person} 2 tell=5"
        chat.hold()
        await tab.submit(first)
        await tab.until(lambda: tab.text == text(2))
        await tab.acked(await tab.submit(second))  # waits for the first one
        async with ChatTab(chat.port, person, address=tab.address) as other:
            await other.until(lambda: len(other.rows) == 4)
            await other.stop()
            await tab.until(lambda: tab.statuses == ["stopped", "stopped"])
            assert [one.text for one in tab.shown] == [first, text(2), second, ""]
            assert chat.notes("calls").count(second) == 0
            assert chat.notes("ended").count(first) == 1
            chat.go()
            await other.ask("next tell=3")
            assert other.shown[-1] == done(3)
            await tab.until(lambda: tab.shown == other.shown)
            await same(tab, chat)
            await same(other, chat)
    chat.hold()


async def test_r11_stop_in_a_tool_call(chat: ChatProcess, person: str) -> None:
    async with ChatTab(chat.port, person) as tab:
        await tab.submit(f"{person} call=search tell=5")
        await tab.until(lambda: "search" in str(tab.rows[-1:]))
        await tab.stop()
        assert tab.shown[-1] == Shown("assistant", "", "stopped")
        assert chat.notes("ended").count(f"{person} call=search tell=5") == 1
        await tab.ask("next tell=3")
        assert tab.shown[-1] == done(3)
        await same(tab, chat)


async def test_r11_stop_that_was_pressed_while_the_network_was_away(
    chat: ChatProcess, person: str
) -> None:
    with FaultProxy(chat.port) as proxy:
        async with ChatTab(proxy.port, person) as tab:
            await tab.submit(f"{person} tell=5000 pace=0.002")
            await tab.until(lambda: len(numbers(tab.text)) > 20)
            proxy.offline()
            seen = len(numbers(tab.text))
            action = await tab.event("stop")
            proxy.online()
            await tab.acked(action)
            await tab.done()
            assert tab.statuses == ["stopped"]
            assert len(numbers(tab.text)) >= seen
            assert tab.text == text(len(numbers(tab.text)))
            assert chat.notes("ended").count(f"{person} tell=5000 pace=0.002") == 1
            await tab.ask("next tell=3")
            assert tab.shown[-1] == done(3)
            await same(tab, chat)


async def test_r12_a_handler_that_swallows_its_end_is_left_alone_and_reported(
    chat: ChatProcess, person: str
) -> None:
    chat.hold()
    async with ChatTab(chat.port, person) as tab, ChatTab(chat.port, f"not {person}") as other:
        await tab.submit(f"swallow={person}")
        await tab.until(lambda: tab.text == text(1))
        await tab.stop()
        assert tab.shown[-1] == Shown("assistant", text(1), "stopped")
        assert chat.notes("swallowed") == [person]
        await tab.ask("next tell=3")  # the user continues while it is still running
        await other.ask("others tell=3")
        await logged(chat, "'answer' has not stopped")
        assert f"swallow={person}" not in chat.notes("ended")
        chat.go()
        await until(lambda: f"swallow={person}" in chat.notes("ended"))
        assert [one.text for one in tab.shown[1::2]] == [text(1), text(3)]
        for one in (tab, other):
            await same(one, chat)
    chat.hold()
    chat.log.clear()


async def test_r12_a_handler_that_blocks_everybody_is_named_in_the_log(
    chat: ChatProcess, person: str
) -> None:
    async with ChatTab(chat.port, person) as tab, ChatTab(chat.port, f"not {person}") as other:
        await tab.submit(f"{person} block=3 tell=3")
        await tab.until(lambda: tab.text == text(1))
        await logged(chat, "time.sleep(")  # the line that is to blame
        [line] = [line for line in chat.log if "time.sleep(" in line]
        assert "the event loop has been blocked for" in line
        assert "app.py, line" in line
        await other.ask("others tell=3")
        await tab.done()
        assert [one.shown[-1] for one in (other, tab)] == [
            done(3),
            Shown("assistant", text(1) + text(3), "done"),
        ]
        for one in (tab, other):
            await same(one, chat)
            assert one.connections == 1
        assert chat.notes("calls").count(f"{person} block=3 tell=3") == 1


async def test_r12_a_handler_that_raises_shows_an_id_and_nothing_else(
    chat: ChatProcess, person: str
) -> None:
    async with ChatTab(chat.port, person) as tab, ChatTab(chat.port, f"not {person}") as other:
        await tab.ask(f"raise={person}")
        await other.ask("others tell=3")
        assert tab.shown[-1] == Shown("assistant", text(1), "failed")
        [error_id] = error_ids(tab.rows[-1][7])
        await logged(chat, error_id)
        assert "secret of the handler" in "\n".join(chat.log)
        assert "secret of the handler" not in str(tab.state.to_json())
        assert "Traceback" not in str(tab.state.to_json())
        await tab.ask("next tell=3")
        assert tab.shown[-1] == done(3)
        for one in (tab, other):
            await same(one, chat)


def done(count: int) -> Shown:
    """Return an answer of so many tokens that has ended."""
    return Shown("assistant", text(count), "done")


async def test_r12_stop_of_a_handler_that_blocks_everybody_comes_as_soon_as_it_can(
    chat: ChatProcess, person: str
) -> None:
    async with ChatTab(chat.port, person) as tab:
        await tab.submit(f"{person} block=1 tell=5000 pace=0.01")
        await tab.until(lambda: tab.text == text(1))
        await tab.stop()
        assert tab.statuses == ["stopped"]
        assert chat.notes("ended").count(f"{person} block=1 tell=5000 pace=0.01") == 1
        await same(tab, chat)
