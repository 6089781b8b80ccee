"""What `swell.chat` offers to apps; loading it loads the chat."""

from swell.chat.records import Limits, Message, Thread, Used, User
from swell.chat.requests import Edit, NewPrompt, Regenerate
from swell.parts import Card, Chart, File, Image, Part, Reasoning, Source, Table, Text, ToolCall

from .app import ChatApp
from .decorator import chat
from .options import ChatOptions, Command, Event
from .runs.attachment import Attachment
from .runs.handler import Handler, Yieldable
from .runs.run import RunLimits
from .runs.turn import Turn
from .thread_page import ThreadPage
from .tools import Tool, progress, run_tools, tool

__all__ = [
    "Attachment",
    "Card",
    "Chart",
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
