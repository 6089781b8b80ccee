"""A browser that looks: when words of an answer are in the DOM, and how many bytes came."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.apps.reply import FIRST, LAST, tokens
from bench.common import Running, median
from bench.peers.peer import Peer

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
READY_S = 40.0

# Looks after each change of the DOM, before the frame is painted. Times are milliseconds since
# 1970, which the app's own clock shows, too. Text is only read around the element that was found
# to hold the first word, so that looking costs little.
WATCH = r"""
() => {
  const now = () => performance.timeOrigin + performance.now();
  const seen = (window.__bench = { pressed: 0, first: 0, last: 0, marks: [] });
  let holder = null, first, last;
  window.__expect = (words) => { [first, last] = words; };
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    Object.assign(seen, { pressed: now(), first: 0, last: 0, marks: [] });
    holder = null;
  }, true);
  const find = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      if (walker.currentNode.data.includes(first)) return walker.currentNode;
    return null;
  };
  const look = () => {
    if (!seen.pressed || seen.last) return;
    if (!seen.first || !holder.isConnected || !holder.textContent.includes(first)) {
      const found = find();
      if (!found) return;
      seen.first ||= now();
      holder = found.parentElement;
      for (let i = 0; i < 3 && holder.parentElement !== document.body; i++)
        holder = holder.parentElement;
    }
    const text = holder.textContent, at = text.indexOf(first);
    seen.marks.push([now(), text.slice(at).replace(/\s+/g, "").length]);
    if (text.indexOf(last, at) >= 0) seen.last = now();
  };
  new MutationObserver(look).observe(document, {
    childList: true, subtree: true, characterData: true });
}
"""


@dataclass
class Seen:
    """What happened in the page after a prompt.

    Attributes:
        first_ms: From the key press to the first token in the DOM; None when it never came.
        last_lag_ms: How much later than due the last token was in the DOM; None likewise.
        growth_ms: By how much the median lag rose from the first quarter to the last one.
        handler_s: How long the app's handler took to say everything.
    """

    first_ms: float | None
    last_lag_ms: float | None
    growth_ms: float | None
    handler_s: float | None


class Chromium:
    """Headless Chromium."""

    def __init__(self) -> None:
        found = os.environ.get("SWELL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
        if not found:
            raise RuntimeError("no Chromium found; set SWELL_CHROMIUM to its path")
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=found, args=FLAGS)
        self._asked = 1000  # so that no reply's number begins another's

    @contextmanager
    def blank(self) -> Iterator[Page]:
        """Open an empty page in a context of its own, which has an empty cache."""
        context = self._browser.new_context(viewport={"width": 1280, "height": 800})
        try:
            yield context.new_page()
        finally:
            context.close()

    @contextmanager
    def open(self, peer: Peer, url: str, watch: str = WATCH) -> Iterator[Page]:
        """Open a peer's chat in a context of its own, ready for a prompt.

        Args:
            peer: Whose page it is.
            url: Of its page.
            watch: Script that watches it, none for what must not be disturbed.

        Raises:
            playwright.sync_api.TimeoutError: If there is no prompt box.
        """
        context = self._browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(READY_S * 1000)
        page = context.new_page()
        try:
            page.goto(url)
            page.locator(peer.box).first.wait_for(state="visible")
            page.wait_for_timeout(1000)  # some pages answer before they listen
            if watch:
                page.evaluate(watch)
            yield page
        finally:
            context.close()

    def ask(self, peer: Peer, page: Page, running: Running, prompt: str, patience: float) -> Seen:
        """Submit a prompt and wait for the last token of the answer.

        Args:
            peer: Whose page it is.
            page: Where to type.
            running: The server, for what its app notes.
            prompt: `say COUNT RATE`.
            patience: How long to wait, in seconds.
        """
        known = len(running.read_notes())
        self._asked += 1
        number = self._asked
        page.evaluate("(words) => __expect(words)", [f"{FIRST}{number}", f"{LAST}{number}"])
        peer.say(page, f"{prompt} {number}")
        deadline = time.monotonic() + patience
        seen = {}
        while time.monotonic() < deadline:
            page.wait_for_timeout(100)
            seen = page.evaluate("() => { const { marks, ...rest } = __bench; return rest; }")
            if seen["last"]:
                break
        notes = running.read_notes()[known:]
        begin = next((n["begin"] * 1000 for n in notes if "begin" in n), None)
        count, rate = map(int, prompt.split()[1:])
        due = None if begin is None else begin + (count - 1) * 1000 / rate
        took = next((n["took"] for n in notes if "took" in n), None)
        return Seen(
            seen["first"] - seen["pressed"] if seen["first"] else None,
            seen["last"] - due if seen["last"] and due is not None else None,
            self._growth(page, count, begin, rate) if seen["last"] and begin else None,
            took,
        )

    def _growth(self, page: Page, count: int, begin: float, rate: float) -> float | None:
        # White space is not counted: Markdown turns it into other elements.
        said = tokens(count, self._asked)
        ends = list(accumulate(len(token.strip()) for token in said))
        quarters: tuple[list[float], list[float]] = ([], [])
        for at, size in page.evaluate("() => __bench.marks"):
            token = bisect_right(ends, size) - 1
            late = at - begin - token * 1000 / rate
            if 0 <= token < count / 4:
                quarters[0].append(late)
            elif token >= count * 3 / 4:
                quarters[1].append(late)
        if not all(quarters):
            return None
        return median(quarters[1]) - median(quarters[0])

    def close(self) -> None:
        """End it."""
        self._browser.close()
        self._playwright.stop()


def count_payload(page: Page) -> list[int]:
    """Count what the browser has taken in, unpacked: a list of one number that grows."""
    total = [0]
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def frame(event: dict[str, Any]) -> None:
        data, opcode = event["response"]["payloadData"], event["response"]["opcode"]
        total[0] += len(data) * 3 // 4 if opcode == 2 else len(data.encode())

    def body(event: dict[str, Any]) -> None:
        total[0] += event["dataLength"]

    session.on("Network.webSocketFrameReceived", frame)
    session.on("Network.dataReceived", body)
    return total


class CountingProxy:
    """Passes TCP on and counts what flows towards the browser: every byte, as it travels.

    Args:
        port: Where the server listens.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self.size = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            for one in (browser, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair, counted in (((browser, server), False), ((server, browser), True)):
                threading.Thread(target=self._pump, args=(*pair, counted), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(262144):
                if counted:
                    self.size += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()

    def close(self) -> None:
        """Accept no more."""
        self._listener.close()
