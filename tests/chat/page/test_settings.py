"""The settings of a `@chat` app: a class becomes a form, kept with its thread."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

import msgspec
import pytest

from swell.chat import Turn
from swell.chat.page.settings import SettingsForm
from swell.live.wire import Act
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


def act(name: str, values: dict[str, Any]) -> Act:
    """Return what a browser sends when a button among controls is pressed."""
    return Act(str(uuid.uuid4()), {**values, name: True}, name)


class Settings(msgspec.Struct):
    model: Literal["small", "large"] = "small"
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.7
    brief: bool = False


async def test_settings_are_kept_with_their_thread() -> None:
    async def answer(turn: Turn) -> str:
        assert isinstance(turn.settings, Settings)
        return f"{turn.settings.model} {turn.settings.temperature:g}"

    async with chatting(answer, settings=Settings) as chat:
        await chat.page.act("settings")
        given: dict[str, Any] = {
            "setting-model": "large",
            "setting-temperature": "3",
            "setting-brief": True,
        }
        await chat.page.send(act("save_settings", given))
        assert "message_bar" in str(chat.page.page["panel"]["items"])
        await chat.page.send(act("save_settings", {**given, "setting-temperature": "1.5"}))
        assert "panel" not in chat.page.page
        await chat.send("Hello")
        assert chat.answer == "large 1.5"
        other = await chat.tab(address=chat.address)
        await other.send("Again")
        assert other.answer == "large 1.5"
        fresh = await chat.tab()
        await fresh.send("New")
        assert fresh.answer == "small 0.7"


def test_a_settings_class_that_cannot_be_shown_is_refused() -> None:
    class Odd(msgspec.Struct):
        made: dict[str, int] = {}

    class Bare(msgspec.Struct):
        name: str

    with pytest.raises(TypeError, match="no control"):
        SettingsForm(Odd)
    with pytest.raises(TypeError, match="default"):
        SettingsForm(Bare)
