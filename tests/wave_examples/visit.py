"""Visit the page of an example in a browser: read it, then click what can be clicked."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, WebSocket

from .products import Example, Swell, Wave

__all__ = ["Visit", "visit"]

CLICKABLE = (
    "button:visible, [role=tab]:visible, [role=checkbox]:visible, input[type=checkbox]:visible"
)
CLICKS = 5
QUIET_S = 0.5
SETTLE_S = 4.0
UNSUPPORTED = re.compile(r"This version cannot show “\w*”")
# The last line of a traceback, or what a log line of level error says.
ERROR = re.compile(r"^(\w+\.)*\w*(Error|Exception)\b.*|.*\bERROR\b.*")
WARNING = re.compile(r".*\b\w*Warning: .*|.*\bWARNING\b.*")


@dataclass
class Visit:
    """What one product did with an example.

    Attributes:
        started: Whether the example started.
        text: Text of the page before the first click.
        errors: Errors of the server and of the example, with tracebacks' last lines.
        warnings: Warnings of the server and of the example.
        console: Errors in the browser.
        unsupported: Notices in the page that a card or component cannot be shown.
        clicked: Names of what was clicked.
        sent: What the browser sent because of the clicks.
    """

    started: bool = False
    text: str = ""
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    clicked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why the example does not work, or an empty text."""
        if not self.started:
            return "does not start: " + (self.errors[-1] if self.errors else "no address")
        if self.errors:
            return self.errors[-1]
        if self.unsupported:
            return self.unsupported[0]
        if self.console:
            return "browser: " + self.console[0]
        return "" if self.text.strip() else "empty page"


def _text(page: Page) -> str:
    return str(page.evaluate("document.body ? document.body.innerText : ''"))


def _settle(page: Page) -> str:
    """Wait until the text has not changed for a moment, and return it."""
    end = time.monotonic() + SETTLE_S
    seen, since = "", time.monotonic()
    while (now := time.monotonic()) < end:
        text = _text(page)
        if text != seen:
            seen, since = text, now
        elif now - since > QUIET_S and seen.strip():
            break
        page.wait_for_timeout(150)
    return seen


def _click_all(page: Page, address: str, found: Visit) -> None:
    for index in range(CLICKS):
        targets = page.locator(CLICKABLE)
        if index >= targets.count():
            break
        target = targets.nth(index)
        try:
            found.clicked.append(target.inner_text(timeout=1000).strip()[:40])
            target.click(timeout=1500)
        except Error:
            continue  # covered, disabled, or gone in the meantime: people cannot click it either
        text = _settle(page)
        found.unsupported += UNSUPPORTED.findall(text)
        if not page.url.startswith(address.rpartition("/")[0]):
            page.goto(address)
            _settle(page)


def visit(browser: Browser, product: Swell | Wave, example: Example) -> Visit:
    """Start an example in a product, visit its page, and end it."""
    found = Visit()
    address, processes = product.start(example)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sent: list[str] = []

    def console(message: ConsoleMessage) -> None:
        # Pictures of other hosts are missing where there is no network.
        if message.type == "error" and "ERR_NAME_NOT_RESOLVED" not in message.text:
            found.console.append(message.text[:300])

    def socket(opened: WebSocket) -> None:
        opened.on("framesent", lambda frame: sent.append(str(frame)[:300]))

    page.on("console", console)
    page.on("pageerror", lambda error: found.console.append(str(error)[:300]))
    page.on("websocket", socket)
    try:
        if address:
            found.started = True
            page.goto(address, timeout=20_000)
            found.text = _settle(page)
            found.unsupported += UNSUPPORTED.findall(found.text)
            sent.clear()
            broken = any(ERROR.match(line) for process in processes for line in process.log)
            # Nothing answers clicks on what a script has pushed.
            if example.is_app and not broken:
                _click_all(page, address, found)
            found.sent = sent[:40]
    except Error as error:
        found.console.append(str(error).splitlines()[0][:300])
    finally:
        context.close()
        for process in processes:
            process.stop()
    lines = [line.strip() for process in processes for line in process.log]
    found.errors += [line[:300] for line in lines if ERROR.match(line)]
    found.warnings += [line[:300] for line in lines if WARNING.match(line)]
    return found
