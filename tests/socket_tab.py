"""A tab of a chat over a real socket, for tests of what lies between browsers and processes."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

__all__ = ["chat_tab", "prompt", "until"]


@contextlib.contextmanager
def chat_tab(netloc: str, cookie: str) -> Iterator[ClientConnection]:
    """Open the chat at `/` in a new tab; a process that drains is tried again.

    Args:
        netloc: Host name and port. The name does not have to exist: it stands for this machine.
        cookie: The cookie of the session.
    """
    while True:
        try:
            opened = connect(
                f"ws://{netloc}/_s/ws",
                origin=Origin(f"http://{netloc}"),
                additional_headers={"Cookie": cookie},
                sock=socket.create_connection(("127.0.0.1", int(netloc.rpartition(":")[2]))),
            )
            break
        except InvalidStatus:
            time.sleep(0.1)
    with opened as tab:
        tab.send(json.dumps({"t": "hello", "v": 1, "route": "/", "hash": ""}))
        until(tab, "welcome")
        yield tab


def until(tab: ClientConnection, part: str) -> str:
    """Return the next frame with a text."""
    while part not in (frame := str(tab.recv(timeout=60))):
        pass
    return frame


def prompt(tab: ClientConnection, text: str, id: str) -> None:
    """Send a prompt."""
    act = {"t": "act", "id": id, "name": "chat", "args": {"chat": text}}
    tab.send(json.dumps(act))
