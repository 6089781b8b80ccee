"""An answer that the model cut says so in one line, and Continue asks for the rest."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.models.upstream import Reply, Upstream, chat_stream, upstream

from .chat import messages
from .conftest import ROOT, Run
from .test_hello_chat import answer, button, say


@contextmanager
def serving(*replies: Reply) -> Iterator[Upstream]:
    """Serve a provider's replies in a thread: the browser is driven from this one."""
    started, ended = threading.Event(), asyncio.Event()
    found: list[Upstream] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with upstream(*replies) as server:
            found.append(server)
            started.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(30)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def test_an_answer_of_the_longest_length_is_continued(run: Run, page: Page) -> None:
    cut = Reply(chat_stream("The tide comes", finish="length"))
    rest = Reply(chat_stream(" in twice a day."))
    with serving(cut, rest) as server:
        env = {
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "key",
            "SWELL_MODEL": "small",
        }
        page.goto(run((ROOT / "examples/chat/openai_compatible.py").read_text(), env=env).url)
        say(page, "Tell me about tides")
        expect(answer(page)).to_contain_text("The tide comes")
        line = page.locator("[data-part=incomplete]")
        expect(line.locator("p")).to_have_count(1)
        box = line.bounding_box()
        assert box is not None
        assert box["height"] < 60
        button(page, "Continue").click()
        expect(messages(page)).to_have_count(4)
        expect(answer(page)).to_contain_text("in twice a day.")
        expect(button(page, "Continue")).to_have_count(0)
        said = server.requests[-1].body["messages"]
        assert [one["role"] for one in said[-3:]] == ["user", "assistant", "user"]
        assert said[-2]["content"] == "The tide comes"
        page.reload()
        expect(line).to_have_count(1)
        expect(button(page, "Continue")).to_have_count(0)
