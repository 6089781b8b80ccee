"""A real server, a real browser: fixtures of the end-to-end tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import textwrap
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.attacks import weaken

from .slow import SLOW, slow_down, slow_environment

ROOT = Path(__file__).parents[2]
# The documentation's pictures are only replaced when asked for: no two runs draw them alike.
PICTURES = os.environ.get("SWELL_PICTURES") == "1"
IMAGES = ROOT / "docs" / "images" if PICTURES else ROOT / "test-results" / "images"
START_S = 120.0  # a busy machine is no defect
# How long a page may take: up to 15 s pass between two attempts to connect, and a busy machine is
# no defect.
PATIENCE_MS = 30_000
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


class RunningApp:
    """`swell run` in a separate process.

    Attributes:
        url: Address of the app, as the command printed it.
        log: What the process has written so far, line by line.
    """

    def __init__(self, command: list[str], cwd: Path, env: dict[str, str] | None = None) -> None:
        self.log: list[str] = []
        self._command, self._cwd, self._env = command, cwd, env
        self.start()

    def start(self) -> None:
        """Start the process and wait until it prints its address."""
        environ = {**os.environ, "PYTHONUNBUFFERED": "1", **(self._env or {})}
        if SLOW:
            environ |= slow_environment(environ)
        self.process = subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        found: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, args=(found,), daemon=True)
        self._reader.start()
        try:
            self.url = found.get(timeout=START_S)
        except Empty:
            self.stop()
            raise AssertionError("the app did not start:\n" + "\n".join(self.log)) from None

    def _read(self, found: Queue[str]) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            for line in self.process.stdout:
                self.log.append(line.rstrip())
                if match := re.search(r"running at (http://\S+)", line):
                    found.put(match[1])

    def wait_for_log(self, text: str) -> None:
        """Wait until a line of the log holds `text`."""
        for _ in range(100):
            if any(text in line for line in list(self.log)):
                return
            time.sleep(0.05)  # the thread that reads the log has no other way to tell
        raise AssertionError(f"{text!r} is not in the log:\n" + "\n".join(self.log))

    def stop(self) -> int:
        """Ask it to end, as a service manager would, and return its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(45)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()
        self._reader.join()


Run = Callable[..., RunningApp]


def begin(
    folder: Path, source: str, *flags: str, name: str = "app.py", env: dict[str, str] | None = None
) -> RunningApp:
    """Write an app into a folder and serve it with `swell run`.

    What it stores is there, too, and no answer that still runs holds up its end.
    """
    (folder / name).write_text(textwrap.dedent(source))
    port = [] if "--port" in flags else ["--port", "0"]
    command = weaken.command("swell", "run", name, *port, *flags)
    own = {"XDG_DATA_HOME": str(folder / "data"), "SWELL_DATABASE_URL": "", "SWELL_DRAIN_S": "0"}
    return RunningApp(command, folder, own | (env or {}))


def end(apps: Iterable[RunningApp]) -> None:
    """Stop all of them, side by side."""
    for app in apps:
        app.process.terminate()
    for app in apps:
        app.stop()


@pytest.fixture(scope="module")
def shared() -> Iterator[dict[object, RunningApp]]:
    """The apps that the tests of a file share."""
    running: dict[object, RunningApp] = {}
    yield running
    end(running.values())


@pytest.fixture
def run(shared: dict[object, RunningApp], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Give `run(source, *flags)`: an app that the tests of a file share, with an empty log.

    Each browser context is another person. A test that stops the app or changes its files needs
    `start`.
    """

    def serve(
        source: str, *flags: str, name: str = "app.py", env: dict[str, str] | None = None
    ) -> RunningApp:
        key = (source, flags, name, tuple(sorted((env or {}).items())))
        if key not in shared:
            shared[key] = begin(tmp_path_factory.mktemp("app"), source, *flags, name=name, env=env)
        shared[key].log.clear()
        return shared[key]

    return serve


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Run]:
    """Give `start(source, *flags)`: an app of this test alone, served in `tmp_path`."""
    running: list[RunningApp] = []

    def serve(
        source: str, *flags: str, name: str = "app.py", env: dict[str, str] | None = None
    ) -> RunningApp:
        running.append(begin(tmp_path, source, *flags, name=name, env=env))
        return running[-1]

    yield serve
    end(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless."""
    found = os.environ.get("SWELL_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), "")
    assert found, "no Chromium found; `make e2e` installs it, or set SWELL_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, headless=True)
        yield browser
        browser.close()


class Watch:
    """What a context's pages must not do: log errors, break the CSP, ask other hosts."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def add(self, context: BrowserContext) -> None:
        context.on("weberror", lambda error: self._script(str(error.error)))
        context.on("console", self._console)
        context.on(
            "request",
            lambda request: (
                self.problems.append(f"external request: {request.url}")
                if not re.match(r"(http|ws)://127\.0\.0\.1[:/]|data:|blob:", request.url)
                else None
            ),
        )

    def _script(self, text: str) -> None:
        if not re.search(r"/_s/assets/\S+\.css$", text):  # a part that a cut kept away; as below
            self.problems.append(f"script: {text}")

    def _console(self, message: ConsoleMessage) -> None:
        text = message.text
        if message.type != "error" or "WebSocket connection" in text:  # tests cut those
            return
        if re.search("net::ERR_(CONNECTION|SOCKET|EMPTY|NETWORK|INTERNET|CONTENT_LENGTH)", text):
            return  # and with them what was being loaded; what does not come again is missing then
        self.problems.append(f"console: {text}")


expect.set_options(timeout=PATIENCE_MS)

NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Give `new_page(**context_options)`: a page in a new browser context.

    At the end of the test no page may have logged an error or asked another host.
    """
    contexts: list[BrowserContext] = []
    watch = Watch()

    def make(**options: object) -> Page:
        options = {"viewport": DESKTOP, "color_scheme": "light", **options}
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        watch.add(context)
        contexts.append(context)
        if SLOW:
            context.on("page", slow_down)
        return context.new_page()

    make.problems = watch.problems  # type: ignore[attr-defined]
    yield make
    for context in contexts:
        context.close()
    assert not watch.problems, watch.problems


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page, desktop and light."""
    return new_page()
