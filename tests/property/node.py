"""The process that runs the real web client: requests and answers, one JSON line each."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"

Command: TypeAlias = list[Any]
Seen: TypeAlias = tuple[tuple[str, int] | None, str]
EditOf: TypeAlias = tuple[str, str, str]
"""A file of the web client, a text that is in it once, and what to put there."""


class Report(msgspec.Struct):
    """What a tab did since the last report, and how it stands.

    Attributes:
        opened: Numbers of the sockets it wants.
        sent: Messages, each with the number of its socket.
        closed: Sockets that it gave up, with the code.
        seen: Each position and state it was in since, as JSON of the whole page.
        refused: Frames of changes that arrived and were refused.
        outbox: Prompts that the server has not acknowledged.
        failed: Prompts that were given up.
        mistakes: Exceptions that are no part of the protocol.
        status: The status that the user sees.
        next: When its next timer is due, in milliseconds.
    """

    opened: list[int] = []
    sent: list[tuple[int, str]] = []
    closed: list[tuple[int, int]] = []
    seen: list[Seen] = []
    refused: list[str] = []
    outbox: list[str] = []
    failed: list[str] = []
    mistakes: list[str] = []
    status: str = ""
    next: float | None = None


class Node:
    """One Node process with the web client, bundled once per set of edits."""

    def __init__(self) -> None:
        node = shutil.which("node")
        assert node is not None
        self._folder = tempfile.TemporaryDirectory(prefix="swell-property-")
        self._process = subprocess.Popen(
            [node, str(Path(__file__).with_name("node.mjs")), str(WEB), self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._decode = msgspec.json.Decoder(list[Report])

    def load(self, name: str, edits: Sequence[EditOf], tabs: int) -> None:
        """Begin anew with `tabs` tabs of the client as these edits make it."""
        self._ask({"load": {"name": name, "edits": edits}, "tabs": tabs})

    def do(self, jobs: list[tuple[int, list[Command]]]) -> list[Report]:
        """Do something to some tabs; return a report for each."""
        return self._decode.decode(self._ask({"do": jobs}))

    def close(self) -> None:
        """End the process."""
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
        self._folder.cleanup()

    def _ask(self, request: object) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        reply = msgspec.json.decode(self._process.stdout.readline(), type=dict[str, msgspec.Raw])
        if "error" in reply:
            raise RuntimeError(msgspec.json.decode(reply["error"], type=str))
        return bytes(reply["reports"])
