"""Steps that the tests share, through the hooks that Wave apps' tests use."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from .conftest import PATIENCE_MS

POLL_MS = 20


def box(page: Page, name: str = "chatbot") -> Locator:
    """Return the prompt box of a chatbot card."""
    return page.locator(f'textarea[data-test="{name}"]')


def whole(page: Page) -> None:
    """Wait for what comes once the box is there, such as what says that the server is away.

    A network or a server that goes away sooner takes it along until it is back.
    """
    page.wait_for_load_state("networkidle")


def send(page: Page, name: str = "chatbot") -> None:
    """Send what is typed: with Enter, or with the button where Enter begins a new line."""
    if page.evaluate("matchMedia('(pointer: coarse)').matches"):
        page.locator(f'[data-test="{name}-submit"]').tap()
    else:
        box(page, name).press("Enter")


def say(page: Page, text: str, name: str = "chatbot") -> None:
    """Type a prompt and send it."""
    box(page, name).fill(text)
    send(page, name)


def messages(page: Page, side: str | None = None) -> Locator:
    """Return the messages of one side (`user`, `assistant`) or of both, in their order."""
    return page.locator(f'[data-message="{side}"]' if side else "[data-message]")


def action(page: Page, name: str) -> Locator:
    """Return the button below the last answer, which is there once that is complete."""
    answer = messages(page, "assistant").last
    below = answer.locator("xpath=following-sibling::*[1][@role='group']")
    return below.get_by_role("button", name=name, exact=True)


def expect_messages(page: Page, *texts: str) -> None:
    """Wait until the messages are exactly these, in order."""
    expect(messages(page)).to_have_text(list(texts))


RECORD = """
(side) => {
  const texts = (window.__texts = []);
  const look = () => {
    const all = document.querySelectorAll(`[data-message="${side}"]`);
    const text = all.length ? all[all.length - 1].textContent.trim() : "";
    if (text && texts[texts.length - 1] !== text) texts.push(text);
  };
  new MutationObserver(look).observe(document.body,
    { childList: true, subtree: true, characterData: true });
}
"""


def record_texts(page: Page, side: str = "assistant") -> None:
    """Note each text that the last message of a side has in the DOM from now on."""
    page.evaluate(RECORD, side)


def recorded_texts(page: Page) -> list[str]:
    """Return the texts noted since `record_texts`."""
    texts: list[str] = page.evaluate("window.__texts")
    return texts


def wait_for_texts(page: Page, count: int) -> None:
    """Wait until so many different texts were noted."""
    until(page, lambda: len(recorded_texts(page)) >= count)


def until(page: Page, condition: Callable[[], bool], said: Callable[[], object] = str) -> None:
    """Wait until something is true while the page lives on; `said` explains why it is not."""
    for _ in range(PATIENCE_MS // POLL_MS):
        if condition():
            return
        page.wait_for_timeout(POLL_MS)
    raise AssertionError(f"not within {PATIENCE_MS} ms: {said()}")


REST = """
async (frames) => {
  const log = document.querySelector("[role=log]");
  const inView = (it) => {
    const { top, bottom } = it.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const look = () => JSON.stringify([
    log?.scrollTop,
    [...document.querySelectorAll("[data-message]")].filter(inView)
      .map((it) => Math.round(it.getBoundingClientRect().top)),
    document.getAnimations().filter((it) => it.effect.getComputedTiming().endTime !== Infinity)
      .map((it) => it.currentTime),
  ]);
  const loading = () => [...document.images].some((it) => inView(it) && !it.complete);
  let before = "";
  for (let count = 0, same = 0; same < frames; count++) {
    if (count > 1800) throw new Error(`the page does not come to rest: ${before}`);
    await new Promise(requestAnimationFrame);
    const now = look();
    same = now === before && !loading() ? same + 1 : 0;
    before = now;
  }
}
"""


def rest(page: Page, frames: int = 12) -> None:
    """Wait until nothing in view has moved, faded or loaded for so many frames."""
    page.evaluate(REST, frames)
