"""Test kit: drive an app over the real protocol, in-process, without a server or a browser.

from swell.testing import connect

async with connect(serve) as client:
    await client.act("prompt", "Hi")
    assert client.page["chat"]["data"] == [["Hi", True], ["Hello", False]]
"""

from swell.live.ops import Append, Delete, Insert, Remove, Set

from .client import Client, HandlerError, Harness, connect, isolated, serving
from .clock import MovingClock, moving_clock
from .model import ScriptedModel

__all__ = [
    "Append",
    "Client",
    "Delete",
    "HandlerError",
    "Harness",
    "Insert",
    "MovingClock",
    "Remove",
    "ScriptedModel",
    "Set",
    "connect",
    "isolated",
    "moving_clock",
    "serving",
]
