"""Faults between `@chat` and a real browser: the DOM has what the server has and the database.

Each prompt's calls of the handler are counted; see `tests/faults/chat` for the same without DOM.
"""

# ruff: noqa: F811  # fixtures are imported, and then asked for by their names

from __future__ import annotations

import random
import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.faults.chat.conftest import Serve, serve  # noqa: F401
from tests.faults.chat.rig import ChatProcess
from tests.faults.proxy import FaultProxy
from tests.faults.tokens import numbers, text
from tests.postgres import PostgresServer, new_database
from tests.seeds import Size

from .chat import messages, until, whole
from .conftest import NewPage

pytestmark = pytest.mark.e2e

READ = """all => all.map(one =>
    [one.dataset.message, (one.querySelector('.body')?.textContent ?? '').trim()])"""

NewUrl = Callable[[], str]
Said = list[tuple[str, str]]


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path, size: Size) -> NewUrl:
    """Give a function that returns the URL of a new database: PostgreSQL in the full run.

    What is shown does not hang on the database; `tests/faults/chat` runs over both.
    """
    if not size.full:
        return lambda: f"sqlite:///{tmp_path / 'chat.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    template: str = request.getfixturevalue("postgres_template")
    return lambda: new_database(server, template)


def box(page: Page) -> Locator:
    return page.locator('textarea[data-test="chat"]')


def say(page: Page, words: str) -> None:
    """Type and send; Enter does nothing while the answer to another tab's prompt is written."""
    box(page).fill(words)

    def sent() -> bool:
        box(page).press("Enter")
        return box(page).input_value() == ""

    until(page, sent, lambda: words)


def open_chat(page: Page, port: int, address: str = "") -> None:
    """Open the chat, and mark the document: a reload would lose the mark."""
    page.goto(f"http://127.0.0.1:{port}/{address}")
    expect(box(page)).to_be_visible()
    whole(page)
    page.evaluate("window.__loaded = true")


def shown(page: Page) -> Said:
    """Return who said what, as the person sees it."""
    found: list[list[str]] = messages(page).evaluate_all(READ)
    return [(side, words) for side, words in found]


def stored(page: Page, chat: ChatProcess) -> Said:
    """Return who said what in the thread that is open, from the database."""
    thread = page.url.partition("#t/")[2]
    return [(one.role, one.text.strip()) for one in chat.stored.messages(thread)]


def wait_for(page: Page, condition: Callable[[], bool], *, nudge: bool = False) -> None:
    """Wait until something is true, while the page lives on."""

    def met() -> bool:
        if nudge:
            come_back(page)
        return condition()

    until(page, met, lambda: shown(page))


def come_back(page: Page) -> None:
    """Tell the page that the network is there, as a browser does."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def stop_button(page: Page) -> Locator:
    return page.locator('[data-test="chat-stop"]')


def notice(page: Page) -> Locator:
    return page.get_by_text("Reconnecting")


def check(page: Page, chat: ChatProcess, *said: tuple[str, str]) -> None:
    """Require what was said, in the DOM, in the database, and in a tab that is opened now."""
    wait_for(page, lambda: shown(page) == list(said))
    # What sets the address is loaded after the box is there: a cut may take it, and it comes later.
    wait_for(page, lambda: "#t/" in page.url)
    wait_for(page, lambda: stored(page, chat) == list(said))  # the page is ahead of the store
    expect(stop_button(page)).to_have_count(0)
    other = page.context.new_page()
    open_chat(other, chat.port, "#" + page.url.partition("#")[2])
    wait_for(other, lambda: shown(other) == list(said))
    other.close()
    assert page.evaluate("window.__loaded"), "the page was loaded again"
    prompts = [words for side, words in said if side == "user"]
    assert [chat.notes("calls").count(prompt) for prompt in prompts] == [1] * len(prompts)


def turn(prompt: str, count: int) -> Said:
    """Return a prompt and an answer of so many tokens."""
    return [("user", prompt), ("assistant", text(count).strip())]


def has(page: Page, number: int) -> bool:
    """Whether the last answer has come to this token."""
    return f"⟦{number:06d}⟧" in (shown(page) or [("", "")])[-1][1]


def test_r1_an_answer_survives_any_number_of_cuts(
    serve: Serve, new_url: NewUrl, new_page: NewPage, seed: int, size: Size
) -> None:
    chat, count = serve(new_url()), size(300, 2000)
    points = sorted(random.Random(seed).sample(range(count), size(5, 50)))
    with FaultProxy(chat.port) as proxy:
        page = new_page(user_agent="anna")
        open_chat(page, proxy.port)
        prompt = f"tell={count} pace=0.005"
        say(page, prompt)
        for point in points:
            wait_for(page, partial(has, page, point), nudge=True)
            proxy.cut()
        wait_for(page, partial(has, page, count - 1), nudge=True)
        # The last cut may have come after the last word: then only the end is missing.
        wait_for(page, lambda: stop_button(page).count() == 0, nudge=True)
        expect(notice(page)).to_be_hidden()
        check(page, chat, *turn(prompt, count))


def test_r10_r11_bounced_keys_a_lost_ack_and_stop(
    serve: Serve, new_url: NewUrl, new_page: NewPage
) -> None:
    chat = serve(new_url())
    with FaultProxy(chat.port) as proxy:
        page = new_page(user_agent="anna")
        open_chat(page, proxy.port)
        proxy.cut_after(0)  # the ack is the first thing that comes back
        box(page).fill("bounced tell=3")
        box(page).press("Enter")
        box(page).press("Enter")
        wait_for(page, partial(has, page, 2), nudge=True)
        said = turn("bounced tell=3", 3)
        check(page, chat, *said)
        box(page).fill("double tell=4")
        page.locator('[data-test="chat-submit"]').dblclick()
        wait_for(page, partial(has, page, 3))
        said += turn("double tell=4", 4)
        check(page, chat, *said)
        for prompt in ("first tell=5000 pace=0.003", "second tell=5000 pace=0.003"):
            say(page, prompt)
            wait_for(page, partial(has, page, 20))
            stop_button(page).click()
            expect(stop_button(page)).to_have_count(0)
            expect(messages(page, "assistant").last).to_contain_text("Stopped")
            count = len(numbers(shown(page)[-1][1]))
            said += turn(prompt, count)
            assert chat.notes("ended").count(prompt) == 1
            check(page, chat, *said)


def test_r15_five_tabs_on_two_devices_one_of_them_offline_converge(
    serve: Serve, new_url: NewUrl, new_page: NewPage
) -> None:
    chat = serve(new_url())
    with FaultProxy(chat.port) as desk, FaultProxy(chat.port) as phone:
        first, other = new_page(user_agent="anna"), new_page(user_agent="anna")
        open_chat(first, desk.port)
        say(first, "begin tell=2")
        wait_for(first, partial(has, first, 1))
        address = "#" + first.url.partition("#")[2]
        tabs = [first, *(first.context.new_page() for _ in range(2))]
        away = [other, other.context.new_page()]
        for tab, port in zip(
            (*tabs[1:], *away), (*[desk.port] * 2, *[phone.port] * 2), strict=True
        ):
            open_chat(tab, port, address)
            wait_for(tab, partial(has, tab, 1))
        phone.offline()
        for number, tab in enumerate((*tabs, *away)):
            say(tab, f"from {number} tell={number + 1}")
            box(tab).fill(f"draft {number}")
        wait_for(first, lambda: len(shown(first)) == 8)
        assert len(chat.notes("calls")) <= 4
        phone.online()
        for tab in away:
            wait_for(tab, lambda tab=tab: len(shown(tab)) == 12, nudge=True)  # type: ignore[misc]
        for number, tab in enumerate((*tabs, *away)):
            expect(stop_button(tab)).to_have_count(0)
            wait_for(tab, lambda tab=tab: shown(tab) == stored(tab, chat))  # type: ignore[misc]
            expect(box(tab)).to_have_value(f"draft {number}")
        told = dict(zip(shown(first)[::2], shown(first)[1::2], strict=True))
        for number in range(5):
            prompt, answer = turn(f"from {number} tell={number + 1}", number + 1)
            assert told[prompt] == answer
        assert len(chat.notes("calls")) == len(set(chat.notes("calls"))) == 6


@pytest.mark.parametrize(
    ("missed", "env"),
    [
        (1, {"SWELL_RING_PATCHES": "20"}),  # it continues
        (200, {"SWELL_RING_PATCHES": "20"}),  # it gets a snapshot
        (3, {"SWELL_RECONNECT_TIMEOUT_S": "0.2"}),  # its page is gone
    ],
)
def test_r6_who_comes_back_finds_the_whole_answer(
    serve: Serve, new_page: NewPage, tmp_path: Path, missed: int, env: dict[str, str]
) -> None:
    chat = serve(f"sqlite:///{tmp_path / 'chat.db'}", env)
    with FaultProxy(chat.port) as proxy:
        page = new_page(user_agent="anna")
        open_chat(page, proxy.port)
        prompt = f"tell={5 + missed} hold=5 pace=0.002"
        say(page, prompt)
        wait_for(page, partial(has, page, 4))
        box(page).fill("draft")
        leave(page, proxy)
        page.wait_for_timeout(1000)  # more than a page is kept in the last case
        chat.go()
        wait_for(page, lambda: chat.notes("ended") == [prompt])
        come_home(page, proxy)
        wait_for(page, partial(has, page, 4 + missed))
        check(page, chat, *turn(prompt, 5 + missed))
        expect(box(page)).to_have_value("draft")


def test_r12_handlers_that_swallow_their_end_or_raise(
    serve: Serve, new_page: NewPage, tmp_path: Path
) -> None:
    chat = serve(f"sqlite:///{tmp_path / 'chat.db'}")
    page = new_page(user_agent="anna")
    open_chat(page, chat.port)
    say(page, "swallow=1")
    wait_for(page, partial(has, page, 0))
    stop_button(page).click()
    expect(stop_button(page)).to_have_count(0)  # though it continues automatically
    expect(messages(page, "assistant").last).to_contain_text("Stopped")
    said = turn("swallow=1", 1)
    check(page, chat, *said)
    say(page, "raise=here")
    failed = messages(page, "assistant").last
    expect(failed).to_contain_text("Something went wrong")
    expect(failed).not_to_contain_text("secret of the handler")
    expect(page.get_by_role("button", name="Retry", exact=True)).to_be_visible()
    check(page, chat, *said, *turn("raise=here", 1))
    say(page, "and on tell=3")
    wait_for(page, partial(has, page, 2))
    check(page, chat, *said, *turn("raise=here", 1), *turn("and on tell=3", 3))
    chat.go()


def test_r8_after_kill_9_the_answer_says_so_and_is_made_again_when_asked_for(
    serve: Serve, new_url: NewUrl, new_page: NewPage
) -> None:
    chat = serve(new_url())
    page = new_page(user_agent="anna")
    open_chat(page, chat.port)
    prompt = "tell=100 hold=50 pace=0.005"
    say(page, prompt)
    wait_for(page, partial(has, page, 49))
    box(page).fill("draft")
    chat.kill()
    expect(notice(page)).to_be_visible()
    chat.start()
    expect(notice(page)).to_be_hidden()
    expect(messages(page, "assistant").last).to_contain_text("interrupted")
    expect(box(page)).to_have_value("draft")
    cut = len(numbers(shown(page)[-1][1]))
    check(page, chat, *turn(prompt, cut))
    chat.go()
    page.get_by_role("button", name="Retry", exact=True).click()
    wait_for(page, partial(has, page, 99))
    assert shown(page) == turn(prompt, 100)
    assert chat.notes("calls") == [prompt, prompt]


def test_r21_a_prompt_that_cannot_be_stored_is_kept_and_sent_when_there_is_space(
    serve: Serve, new_page: NewPage, tmp_path: Path
) -> None:
    path = tmp_path / "chat.db"
    chat = serve(f"sqlite:///{path}")
    page = new_page(user_agent="anna")
    open_chat(page, chat.port)
    say(page, "before tell=2")
    wait_for(page, partial(has, page, 1))
    check(page, chat, *turn("before tell=2", 2))
    _, hard = resource.prlimit(chat.process.pid, resource.RLIMIT_FSIZE)
    used = max(file.stat().st_size for file in tmp_path.glob("chat.db*"))
    resource.prlimit(chat.process.pid, resource.RLIMIT_FSIZE, (used, hard))
    words = "no space tell=3 " + "x" * 9_000
    say(page, words)
    expect(page.get_by_text("Not sent.", exact=True)).to_be_visible()
    assert shown(page)[-1] == ("user", words)
    resource.prlimit(chat.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    page.get_by_role("button", name="Retry", exact=True).click()
    wait_for(page, partial(has, page, 2))
    check(page, chat, *turn("before tell=2", 2), *turn(words, 3))
    chat.stored.check()


def test_r24_a_prompt_typed_offline_is_sent_once_when_the_network_is_back(
    serve: Serve, new_url: NewUrl, new_page: NewPage
) -> None:
    chat = serve(new_url())
    with FaultProxy(chat.port) as proxy:
        page = new_page(user_agent="anna")
        open_chat(page, proxy.port)
        prompt = "tell=60 hold=20 pace=0.005"
        say(page, prompt)
        wait_for(page, partial(has, page, 19))
        leave(page, proxy)
        chat.go()
        wait_for(page, lambda: chat.notes("ended") == [prompt])
        come_home(page, proxy)
        said = turn(prompt, 60)
        check(page, chat, *said)
        leave(page, proxy)
        say(page, "typed offline tell=3")
        box(page).fill("draft")
        wait_for(page, lambda: shown(page)[-1] == ("user", "typed offline tell=3"))
        assert chat.notes("calls") == [prompt]
        come_home(page, proxy)
        wait_for(page, partial(has, page, 2))
        check(page, chat, *said, *turn("typed offline tell=3", 3))
        expect(box(page)).to_have_value("draft")


def leave(page: Page, proxy: FaultProxy) -> None:
    """Take the network away, as in an aeroplane."""
    page.context.set_offline(True)
    proxy.offline()  # Chromium keeps its open sockets
    expect(notice(page)).to_be_visible()


def come_home(page: Page, proxy: FaultProxy) -> None:
    """Bring the network back."""
    proxy.online()
    page.context.set_offline(False)
    expect(notice(page)).to_be_hidden()
