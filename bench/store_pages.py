"""Does a person notice whether the store holds a handful of messages or a million?

python -m bench.store --keep FOLDER && python -m bench.store_pages FOLDER [--rounds 40]

Serves both files of `bench.store` with `swell run`, and in Chromium opens the app at the long
thread, searches all chats, and sends a prompt: on both in turn, each timed by the page's own clock,
from the navigation or the key until the DOM shows the outcome. Exits with 1 when a p95 is more than
twice that of the small file.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

from playwright.sync_api import Page

from bench.apps.person import WORD
from bench.browser import Chromium
from bench.common import Process, free_port, wait_for
from bench.store import Language, report

PATIENCE_MS = 30_000
WARM = 3
"""Rounds before those that count: they fill caches."""

# Notes when the page first shows what is waited for, after each change of the DOM.
WATCH = """
window.__watch = (begin, there) => {
  window.__took = 0;
  const look = () => {
    if (!there()) return;
    window.__took = performance.now() - begin;
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document,
    { childList: true, subtree: true, characterData: true, attributes: true });
  look();
};
window.__text = (selector) => [...document.querySelectorAll(selector)].at(-1)?.textContent ?? "";
"""
OPENED = """
__watch(0, () => document.querySelectorAll("[data-message]").length >= 20
  && document.querySelectorAll("nav a.thread").length >= 20);
"""
SEARCH = """
(word) => {
  const box = document.querySelector("input[type=search]");
  const before = __text("nav");
  box.value = word;
  const begin = performance.now();
  box.dispatchEvent(new Event("input", { bubbles: true }));
  __watch(begin, () => __text("nav") !== before);
}
"""
ARM = """
([number, word]) => addEventListener("keydown", () => {
  __watch(performance.now(), () => __text("[data-message=user]").includes(number)
    && __text("[data-message=assistant]").trim() === word
    && !document.querySelector("[data-test=chat-stop]"));
}, { capture: true, once: true })
"""


class Served:
    """One of the two files behind `swell run`, with a page open.

    Args:
        file: The database.
        page: An empty page.
        log: Where the server writes.
    """

    def __init__(self, file: Path, page: Page, log: Path) -> None:
        self.name = file.stem
        self.taken: dict[str, list[float]] = {}
        with closing(sqlite3.connect(file)) as connection:
            [[self._thread]] = connection.execute("SELECT id FROM threads WHERE n = 1")
        port = free_port()
        self.process = Process(
            [sys.executable, "-m", "swell", "run", "person.py", "--port", str(port)],
            log,
            {"SWELL_DATABASE_URL": f"sqlite:///{file}"},
        )
        self._url = f"http://127.0.0.1:{port}/"
        wait_for(self._url, self.process)
        self._page = page
        self._page.add_init_script(WATCH + OPENED)
        self._sent = 0

    def round(self, language: Language, *, counts: bool) -> None:
        """Do everything once."""
        page = self._page
        page.goto("about:blank")
        page.goto(f"{self._url}#t/{self._thread}")
        took = {"opening the app at such a thread": self._took()}
        for name, rank in (("a word in most messages", 0), ("a word in 1 of 20", 20)):
            page.evaluate(SEARCH, language.words[rank])
            took[f"searching all chats, {name}"] = self._took()
            page.evaluate(SEARCH, "")
            self._took()
        self._sent += 1
        prompt = f"prompt number {self._sent} of {self.name}."
        box = page.locator("textarea[data-test=chat]")
        box.fill(prompt)
        page.evaluate(ARM, [prompt, WORD])
        box.press("Enter")
        took["sending, until the answer is stored"] = self._took()
        if counts:
            for name, value in took.items():
                self.taken.setdefault(name, []).append(value)

    def _took(self) -> float:
        waited = 0
        while not (took := float(self._page.evaluate("window.__took || 0"))):
            waited += 20
            if waited > PATIENCE_MS:
                raise RuntimeError(f"nothing to be seen in the page of {self.name}")
            self._page.wait_for_timeout(20)
        return took


def run(folder: Path, rounds: int) -> bool:
    """Serve both, measure in turn and report."""
    language = Language(1)
    chromium = Chromium()
    with ExitStack() as stack:
        stack.callback(chromium.close)
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        both = []
        for name in ("small", "large"):
            page = stack.enter_context(chromium.blank())
            served = Served(folder / f"{name}.db", page, logs / f"{name}.log")
            stack.callback(served.process.stop)
            both.append(served)
        for turn in range(rounds + WARM):
            for served in both if turn % 2 else both[::-1]:
                served.round(language, counts=turn >= WARM)
        small, large = both
        return report(small.taken, large.taken)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.store_pages", description=__doc__)
    parser.add_argument("folder", type=Path, help="where `bench.store --keep` has put its files")
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    return 0 if run(arguments.folder.resolve(), arguments.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
