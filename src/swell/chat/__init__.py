"""A complete chat app around one function.

from swell.chat import Turn, chat

@chat("/")
async def answer(turn: Turn):
    async for token in model(turn.messages):
        yield token
"""

from typing import TYPE_CHECKING, Any

from swell.chat.records import Limits, Message, Thread, Used, User
from swell.chat.requests import Edit, NewPrompt, Regenerate
from swell.parts import Card, File, Image, Part, Reasoning, Source, Table, Text, ToolCall

from .app import ChatApp
from .decorator import chat
from .options import ChatOptions, Command, Event
from .runs.attachment import Attachment
from .runs.handler import Handler, Yieldable
from .runs.run import RunLimits
from .runs.turn import Turn
from .thread_page import ThreadPage
from .tools import Tool, progress, run_tools, tool

if TYPE_CHECKING:
    from .store import Store

__all__ = [
    "Attachment",
    "Card",
    "ChatApp",
    "ChatOptions",
    "Command",
    "Edit",
    "Event",
    "File",
    "Handler",
    "Image",
    "Limits",
    "Message",
    "NewPrompt",
    "Part",
    "Reasoning",
    "Regenerate",
    "RunLimits",
    "Source",
    "Store",
    "Table",
    "Text",
    "Thread",
    "ThreadPage",
    "Tool",
    "ToolCall",
    "Turn",
    "Used",
    "User",
    "Yieldable",
    "chat",
    "progress",
    "run_tools",
    "tool",
]


def __getattr__(name: str) -> Any:
    if name != "Store":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .store import Store  # with SQLAlchemy

    return Store
