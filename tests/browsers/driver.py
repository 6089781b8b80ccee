"""Drives Firefox by WebDriver BiDi and WebKitGTK by WebDriver, with the same few words."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

START_S = 60.0
SIZE = (1100, 800)
KEYS = {
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "PageUp": "\ue00e",
    "PageDown": "\ue00f",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowUp": "\ue013",
    "ArrowDown": "\ue015",
    "Control": "\ue009",
}
"""Keys by their names in the browser, and the characters that WebDriver has for them."""

Actions = Sequence[dict[str, Any]]


class Tab(ABC):
    """One tab of a browser, driven by real input."""

    @abstractmethod
    def go(self, url: str) -> None:
        """Load a page and wait until it is there."""

    @abstractmethod
    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""

    @abstractmethod
    def act(self, actions: Actions) -> None:
        """Perform input: sources of the WebDriver standard."""

    def wait(self, script: str, seconds: float = 30.0) -> Any:
        """Wait until an expression is true, and return its value."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if value := self.run(script):
                return value
            time.sleep(0.05)
        raise AssertionError(f"never true in {seconds:.0f} s: {script}")

    def click(self, selector: str) -> None:
        """Click the middle of the last element that matches."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})].at(-1)"
        self.wait(f"!!{found}")
        x, y = self.run(
            f"(() => {{ const b = {found}.getBoundingClientRect();"
            " return [Math.round(b.x + b.width / 2), Math.round(b.y + b.height / 2)]; })()"
        )
        self.act([_mouse(_to(x, y), {"type": "pointerDown", "button": 0}, _UP)])

    def type(self, text: str) -> None:
        """Press the keys of a text, one after the other."""
        self.act([_keys(*(step for char in text for step in _stroke(char)))])

    def press(self, *names: str) -> None:
        """Press a key, the last one, while those before it are held."""
        *held, key = (KEYS.get(name, name) for name in names)
        down = [{"type": "keyDown", "value": one} for one in held]
        up = [{"type": "keyUp", "value": one} for one in held]
        self.act([_keys(*down, *_stroke(key), *up)])

    def wheel(self, by: int) -> None:
        """Turn the wheel over the middle of the conversation, by so many pixels."""
        step = {"type": "scroll", "x": 600, "y": 300, "deltaX": 0, "deltaY": by, "duration": 0}
        self.act([{"type": "wheel", "id": "wheel", "actions": [{**step, "origin": "viewport"}]}])


_UP = {"type": "pointerUp", "button": 0}


def _to(x: int, y: int) -> dict[str, Any]:
    return {"type": "pointerMove", "x": x, "y": y, "duration": 0, "origin": "viewport"}


def _mouse(*steps: dict[str, Any]) -> dict[str, Any]:
    kind = {"pointerType": "mouse"}
    return {"type": "pointer", "id": "mouse", "parameters": kind, "actions": list(steps)}


def _keys(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "key", "id": "keys", "actions": list(steps)}


def _stroke(char: str) -> list[dict[str, Any]]:
    return [{"type": "keyDown", "value": char}, {"type": "keyUp", "value": char}]


class _Firefox(Tab):
    def __init__(self, call: Callable[[str, dict[str, Any]], Any]) -> None:
        self._call = call
        contexts = call("browsingContext.getTree", {})["contexts"]
        self._context = contexts[0]["context"]
        width, height = SIZE
        viewport = {"width": width, "height": height}
        call("browsingContext.setViewport", {"context": self._context, "viewport": viewport})

    def go(self, url: str) -> None:
        target = {"context": self._context, "url": url, "wait": "complete"}
        self._call("browsingContext.navigate", target)

    def run(self, script: str) -> Any:
        answer = self._call(
            "script.evaluate",
            {
                "expression": f"JSON.stringify({script})",
                "target": {"context": self._context},
                "awaitPromise": False,
            },
        )
        if answer["type"] != "success":
            raise AssertionError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    def act(self, actions: Actions) -> None:
        self._call("input.performActions", {"context": self._context, "actions": actions})


class _WebKit(Tab):
    def __init__(self, address: str, binary: str) -> None:
        self._address = address
        options = {"binary": binary, "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = f"/session/{self._call('/session', wanted)['sessionId']}"
        width, height = SIZE
        size = {"x": 0, "y": 0, "width": width, "height": height}
        self._call(f"{self._session}/window/rect", size)

    def _call(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self._address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=START_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def go(self, url: str) -> None:
        self._call(f"{self._session}/url", {"url": url})

    def run(self, script: str) -> Any:
        body = {"script": f"return JSON.stringify({script})", "args": []}
        return json.loads(self._call(f"{self._session}/execute/sync", body) or "null")

    def act(self, actions: Actions) -> None:
        self._call(f"{self._session}/actions", {"actions": actions})


@contextlib.contextmanager
def firefox(program: Path, folder: Path) -> Iterator[Tab]:
    """Start Firefox with a new profile."""
    command = [str(program), "--headless", "--no-remote", "--profile", str(folder)]
    with _started([*command, "--remote-debugging-port=0"]) as lines:
        listening = (re.search(r"WebDriver BiDi listening on (ws://\S+)", line) for line in lines)
        address = next(found[1] for found in listening if found is not None)
        with connect(f"{address}/session", max_size=None) as link:
            count = iter(range(1_000_000))

            def call(method: str, params: dict[str, Any]) -> Any:
                number = next(count)
                link.send(json.dumps({"id": number, "method": method, "params": params}))
                while (answer := json.loads(link.recv(timeout=START_S))).get("id") != number:
                    pass
                if answer["type"] == "error":
                    raise AssertionError(f"{method}: {answer['message']}")
                return answer["result"]

            call("session.new", {"capabilities": {}})
            yield _Firefox(call)


@contextlib.contextmanager
def webkit(program: Path, xvfb: Path) -> Iterator[Tab]:
    """Start WebKitGTK's small browser on a virtual screen."""
    browser = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))
    display = f":{free_port() % 1000 + 100}"
    screen = [str(xvfb), display, "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    port = free_port()
    env = {"DISPLAY": display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    with (
        _started(screen),
        _started([str(program), f"--port={port}"], {**env, "LIBGL_ALWAYS_SOFTWARE": "1"}),
    ):
        address = f"http://127.0.0.1:{port}"
        for _ in range(int(START_S * 10)):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/status"):
                break
            time.sleep(0.1)
        yield _WebKit(address, browser)


@contextlib.contextmanager
def _started(command: list[str], env: dict[str, str] | None = None) -> Iterator[Iterator[str]]:
    """Run a program, and give the lines that it prints."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
        process.stdout.close()


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


__all__ = ["Tab", "firefox", "free_port", "webkit"]
