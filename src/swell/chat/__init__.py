"""A whole chat product around one function.

from swell.chat import Turn, chat

@chat("/")
async def answer(turn: Turn):
    async for token in model(turn.messages):
        yield token
"""

from swell.chat.records import Message, Thread, User
from swell.chat.store.store import Store
from swell.parts import Card, File, Image, Part, Reasoning, Source, Table, Text, ToolCall

from .app import ChatApp, chat
from .runs.admission import Used
from .runs.attachment import Attachment
from .runs.run import RunLimits
from .runs.turn import Turn
from .tools.tools import Tool, progress, run_tools, tool

__all__ = [
    "Attachment",
    "Card",
    "ChatApp",
    "File",
    "Image",
    "Message",
    "Part",
    "Reasoning",
    "RunLimits",
    "Source",
    "Store",
    "Table",
    "Text",
    "Thread",
    "Tool",
    "ToolCall",
    "Turn",
    "Used",
    "User",
    "chat",
    "progress",
    "run_tools",
    "tool",
]
