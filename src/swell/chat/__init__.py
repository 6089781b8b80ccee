"""A complete chat app around one function.

from swell.chat import Turn, chat

@chat("/")
async def answer(turn: Turn):
    async for token in model(turn.messages):
        yield token
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .public import (
        Attachment,
        Card,
        Chart,
        ChatApp,
        ChatOptions,
        Command,
        Edit,
        Event,
        File,
        Handler,
        Image,
        Limits,
        Message,
        NewPrompt,
        Part,
        Reasoning,
        Regenerate,
        RunLimits,
        Source,
        Table,
        Text,
        Thread,
        ThreadPage,
        Tool,
        ToolCall,
        Turn,
        Used,
        User,
        Yieldable,
        chat,
        progress,
        run_tools,
        tool,
    )
    from .store import Store

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
    """Return a public name; the chat is loaded with the first one, not with this package."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "Store":
        from . import store

        found = store.Store  # with SQLAlchemy
    else:
        from . import public

        found = getattr(public, name)
    globals()[name] = found
    return found
