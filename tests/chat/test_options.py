"""The options of `@chat`: commands, mentions and a menu of the app's own, and the prompt box."""

from __future__ import annotations

import pytest

from swell import ui
from swell.chat import ChatOptions, Command, Turn
from swell.chat.app import ChatApp
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


async def picked(turn: Turn) -> str:
    return f"{turn.command} {turn.mentions}"


async def test_a_handler_learns_the_command_and_the_mentions_of_a_prompt() -> None:
    commands = ["sum", ui.chat_command("help", "Help me")]
    mentions = ["ann", ui.chat_mention("bob", "Bob Smith")]
    async with chatting(picked, commands=commands, mentions=mentions) as chat:
        card = chat.page.page["chat"]
        assert [one["name"] for one in card["slash_commands"]] == ["sum", "help"]
        assert [one["name"] for one in card["mentions"]] == ["ann", "bob"]
        await chat.send("/sum what @Bob Smith said to @ann")
        assert chat.messages[-1]["content"] == "sum ['ann', 'bob']"
        await chat.send("What is /sum, @annie?")
        assert chat.messages[-1]["content"] == "None []"


async def test_they_are_found_again_when_an_answer_is_made_anew() -> None:
    async with chatting(picked, commands=["sum"]) as chat:
        await chat.send("/sum it")
        await chat.regenerate()
        assert chat.messages[-1]["content"] == "sum []"
        assert chat.messages[-1]["branch"] == [2, 2]


async def test_the_menu_of_an_app_is_answered_by_the_app() -> None:
    chosen: list[Command] = []

    async def on_command(command: Command) -> str | None:
        chosen.append(command)
        return f"You chose {command.name}." if command.thread is None else None

    menu = [ui.command("about", "About", value="it")]
    async with chatting(picked, menu=menu, on_command=on_command) as chat:
        await chat.page.act("about", "it")
        assert chat.page.page["meta"]["notification_bar"]["text"] == "You chose about."
        await chat.send("Hello")
        await chat.page.act("about", "it")
    first, second = chosen
    assert (first.value, first.user.subject[:8], first.thread) == ("it", "browser:", None)
    assert second.thread is not None


async def test_what_the_prompt_box_does_is_said_once() -> None:
    async with chatting(
        picked,
        suggestions=["Hi", ui.chat_suggestion("tour", "Show me around", icon="Help")],
        submit_key="ctrl_enter",
        speech=True,
        images=["example.com"],
        placeholder="Ask",
        greeting="Hello there",
    ) as chat:
        card = chat.page.page["chat"]
        assert [one["label"] for one in card["suggestions"]] == ["Hi", "Show me around"]
        assert card["suggestions"][1]["icon"] == "Help"
        said = [
            card[name] for name in ("submit_key", "speech", "images", "placeholder", "greeting")
        ]
        assert said == ["ctrl_enter", True, ["example.com"], "Ask", "Hello there"]
        await chat.page.event("chat", "suggestion", card["suggestions"][1]["name"])
        await chat.done()
        assert chat.messages[0]["content"] == "Show me around"


def test_a_menu_without_an_answer_or_with_a_name_of_the_page_is_refused() -> None:
    with pytest.raises(TypeError, match="menu needs on_command"):
        ChatOptions(menu=[ui.command("about")])

    async def on_command(command: Command) -> None: ...

    options = ChatOptions(menu=[ui.command("settings")], on_command=on_command)
    with pytest.raises(ValueError, match="the name 'settings' of a menu command is taken"):
        ChatApp(picked, options, name="test")
