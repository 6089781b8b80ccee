"""Type, Stop, follow, leave the end, read upwards, reload and outlive a crash, by real input."""

from __future__ import annotations

import json
import math
import time

import pytest

from tests.e2e.conftest import Run, RunningApp
from tests.e2e.test_scrolling import APP

from .driver import Tab, free_port

BOX = 'textarea[data-test="chat"]'
STOP = '[data-test="chat-stop"]'
LOG = "document.querySelector('[role=log]')"
LAST = "[...document.querySelectorAll('[data-message]')].at(-1)"
TO_END = f"{LOG}.scrollHeight - {LOG}.clientHeight - {LOG}.scrollTop"
PROMPT_TOP = (
    "[...document.querySelectorAll('[data-message=user]')].at(-1).getBoundingClientRect().top"
    f" - {LOG}.getBoundingClientRect().top"
)


@pytest.fixture
def chat(start: Run) -> RunningApp:
    return start(APP, "--port", str(free_port()))


def ask(tab: Tab, text: str) -> None:
    """Type a prompt into the box and send it."""
    tab.wait(f"!document.querySelector('{STOP}') && !!document.querySelector('{BOX}')")
    tab.click(BOX)
    tab.type(text)
    tab.press("Enter")


def at_rest(tab: Tab) -> float:
    """Wait until a scroll that takes its time has ended; return where the view is."""
    place, same = math.nan, 0
    for _ in range(200):
        before, place = place, float(tab.run(f"{LOG}.scrollTop"))
        same = same + 1 if before == place else 0
        if same == 4:  # a busy machine draws it in jerks
            return place
        time.sleep(0.25)
    raise AssertionError("the view does not come to rest")


def shown(tab: Tab, words: str) -> None:
    """Wait until the last message has these words."""
    tab.wait(f"({LAST}?.textContent ?? '').includes({json.dumps(words)})")


def test_a_prompt_stays_at_the_top_and_stop_stops(tab: Tab, chat: RunningApp) -> None:
    tab.go(chat.url)
    ask(tab, "400/1")
    shown(tab, "w399.")
    ask(tab, "30000/5")
    shown(tab, "w420.")  # of this answer: the one before it had fewer
    assert abs(tab.run(PROMPT_TOP) - 24) <= 1
    tab.click(STOP)
    tab.wait(f"!document.querySelector('{STOP}')")
    shown(tab, "Stopped")
    assert abs(tab.run(PROMPT_TOP) - 24) <= 1


def test_a_rich_answer_at_once_and_a_reload(tab: Tab, chat: RunningApp) -> None:
    tab.go(chat.url)
    ask(tab, "400/1")
    shown(tab, "w399.")
    ask(tab, "rich")
    shown(tab, "The end.")
    assert abs(tab.run(PROMPT_TOP) - 24) <= 1
    tab.run("void (window.__old = true, location.reload())")
    tab.wait(f"!window.__old && ({LAST}?.textContent ?? '').includes('The end.')")
    tab.wait(f"{TO_END} < 2")
    assert tab.run("document.querySelector('.latest') === null")


@pytest.mark.parametrize("way", ["wheel", "PageUp", "ArrowUp"])
def test_the_reader_leaves_the_end_while_words_come(tab: Tab, chat: RunningApp, way: str) -> None:
    tab.go(chat.url)
    ask(tab, "30000/5")
    tab.wait("!!document.querySelector('.latest')")
    tab.click(".latest")
    tab.wait(f"{TO_END} < 2 && !document.querySelector('.latest')")
    tab.run(f"{LOG}.focus()")
    if way == "wheel":
        tab.wheel(-120)
    else:
        tab.press(way)
    tab.wait("!!document.querySelector('.latest')")
    tab.wait(f"{TO_END} > 200")
    before = at_rest(tab)
    count = tab.run(f"{LAST}.textContent.length")
    tab.wait(f"{LAST}.textContent.length > {count + 200}")
    assert abs(tab.run(f"{LOG}.scrollTop") - before) <= 1
    tab.click(STOP)
    tab.wait(f"!document.querySelector('{STOP}')")


def test_an_answer_goes_on_over_a_reload_and_a_crash(tab: Tab, chat: RunningApp) -> None:
    tab.go(chat.url)
    ask(tab, "30000/5")
    shown(tab, "w100.")
    tab.wait("location.hash.startsWith('#t/')")
    tab.run("location.reload()")
    shown(tab, "w400.")
    chat.kill()
    tab.wait("document.body.textContent.includes('Reconnecting')", 60)
    chat.start()
    shown(tab, "w400.")
    tab.wait(f"!document.querySelector('{STOP}')", 60)
