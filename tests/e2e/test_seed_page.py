"""What the documentation page that Swell started from shows, in both spellings of imports.

With `SWELL_PAGES=page.md` the code blocks of such a page are driven as they stand there.
"""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .apps import CYCLIC, STOPPABLE
from .chat import box, expect_messages, messages, record_texts, recorded_texts, say, wait_for_texts
from .conftest import Run

PACKAGES = ["swell", "h2o_wave"]


def blocks(page: Path) -> list[str]:
    """Return the Python code blocks of a Markdown page."""
    return re.findall(r"^```py[^\n]*\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def check_stop(page: Page) -> None:
    """Prompt an app that streams word by word, stop it, and prompt it again."""
    expect(box(page)).to_be_visible()
    record_texts(page)
    say(page, "Hello there")
    stop = page.get_by_role("button", name="Stop generating")
    expect(stop).to_be_visible()
    wait_for_texts(page, 3)
    stop.click()
    expect(stop).to_be_hidden()
    text = messages(page, "assistant").last.inner_text().strip()
    texts = recorded_texts(page)
    assert len(texts) >= 3, texts
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert messages(page, "user").all_inner_texts() == ["Hello there"]
    say(page, "Once more")
    expect(messages(page, "user")).to_have_text(["Hello there", "Once more"])
    expect(messages(page, "assistant")).to_have_count(2)
    expect(stop).to_be_hidden()
    # A whole answer later, the one that was stopped is as it was.
    assert messages(page, "assistant").first.inner_text().strip() == text
    assert len(messages(page, "assistant").last.inner_text().split()) > len(text.split())


@pytest.mark.parametrize(("package", "extra"), [("swell", ""), ("h2o_wave", ", generating=True")])
def test_a_fragment_shows_its_two_messages(run: Run, page: Page, package: str, extra: str) -> None:
    app = run(CYCLIC.format(package=package, extra=extra))
    page.goto(app.url)
    expect_messages(page, "Is anybody there?", "Yes. Ask me something.")
    expect(page.get_by_role("button", name="Stop generating")).to_have_count(1 if extra else 0)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_streamed_answer_can_be_stopped_and_the_next_prompt_works(
    run: Run, page: Page, package: str
) -> None:
    page.goto(run(STOPPABLE.format(package=package)).url)
    check_stop(page)


PAGES = [Path(name) for name in os.environ.get("SWELL_PAGES", "").split(os.pathsep) if name]
BLOCKS = [(f"{path.stem}-{i}", code) for path in PAGES for i, code in enumerate(blocks(path), 1)]


if BLOCKS:

    @pytest.mark.parametrize("package", PACKAGES)
    @pytest.mark.parametrize("code", [c for _, c in BLOCKS], ids=[n for n, _ in BLOCKS])
    def test_the_blocks_of_a_given_page_work_as_they_stand_there(
        run: Run, page: Page, code: str, package: str
    ) -> None:
        page.goto(run(code.replace("from h2o_wave import", f"from {package} import")).url)
        if "@app(" in code:
            check_stop(page)
        else:
            expect(messages(page, "user")).to_have_count(1)
            expect(messages(page, "assistant")).to_have_count(1)
