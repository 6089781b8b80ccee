"""The README's snippets, pasted word by word, answer on a machine where nothing is set up."""

from __future__ import annotations

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from swell.models.local import local_servers

from .chat import messages
from .conftest import ROOT, Run

README = (ROOT / "README.md").read_text()
SNIPPETS = re.findall(r"^```py\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_commands_that_do_everything_come_first() -> None:
    assert README.index("make demo") < README.index("make test") < README.index("pip install")


@pytest.fixture(scope="module")
def models_here() -> bool:
    """Whether a server of models runs on this machine; asked outside of the browser's loop."""
    with ThreadPoolExecutor(1) as pool:
        return bool(pool.submit(asyncio.run, local_servers()).result())


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_pasted_snippet_answers(run: Run, page: Page, models_here: bool, number: int) -> None:
    assert not [name for name in os.environ if name.startswith("OPENAI_")]
    page.goto(run(SNIPPETS[number]).url)
    box = page.get_by_role("textbox", name="Type your message")
    box.fill("Hello from the README")
    box.press("Enter")
    answer = messages(page, "assistant").last
    if "local_model" not in SNIPPETS[number]:
        expect(answer).to_contain_text("You said: Hello from the README")
    elif not models_here:
        expect(answer).to_contain_text("No model was found on this machine. Start one of Ollama")
    else:
        expect(answer).to_have_text(re.compile(r"\w"))
