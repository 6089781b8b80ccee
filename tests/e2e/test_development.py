"""Exceptions of an app in the browser: whole under `swell run --reload`, an id without it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .apps import ECHO
from .chat import box, expect_messages, messages, say
from .conftest import NewPage, Run

HANDLER = """
from swell import Q, app, data, main, ui

@app('/')
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.client.initialized = True
        q.page['chat'] = ui.chatbot_card('1 1 8 8', 'chatbot', data('content from_user', t='list'))
        await q.page.save()
    if q.args.chatbot:
        price(q.args.chatbot)

def price(text: str) -> int:
    return {'tea': 3}[text]
"""

ANSWERS = """
from swell.chat import Turn, chat

@chat('/', store=None)
{prefix}def answer(turn: Turn):
    yield 'Let me see. '
    raise ValueError('no <b>price</b> for ' + turn.prompt)
"""

TOOL = """
from swell.chat import Turn, chat
from swell.chat import run_tools, tool
from swell.models import Compatible, ToolCallDelta

@tool
def weather(city: str) -> str:
    'Look at the sky.'
    return {'Bonn': 'rain'}[city]

asked = []

class Model(Compatible):
    async def stream(self, *given, **params):
        asked.append(str(given))
        if len(asked) == 1:
            yield ToolCallDelta('c1', 'weather', {'city': 'Ulm'})
        else:
            yield 'It ' + ('knows' if 'KeyError' in asked[-1] else 'does not know') + ' why.'

@chat('/', store=None)
async def answer(turn: Turn):
    async for part in run_tools(Model('http://127.0.0.1:9', 'm'), turn, [weather]):
        yield part
"""


def line_of(source: str, code: str) -> int:
    return 1 + source.split("\n").index(next(s for s in source.split("\n") if code in s))


def shown(source: str, code: str, function: str) -> str:
    return f"(app.py, line {line_of(source, code)}, in {function})"


RAISES = "{'tea': 3}[text]"


def test_a_handler_that_raises_is_shown_with_its_line(run: Run, page: Page) -> None:
    page.goto(run(HANDLER, "--reload").url)
    say(page, "milk")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("KeyError: 'milk' " + shown(HANDLER, RAISES, "price"))
    expect(notice).to_contain_text("Error id")


def test_without_reload_a_handler_that_raises_shows_an_id(run: Run, page: Page) -> None:
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: frames.append(str(f))))
    page.goto(run(HANDLER).url)
    say(page, "milk")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong while answering.")
    assert [frame for frame in frames if "handler_failed" in frame]
    assert not [frame for frame in frames if "KeyError" in frame or "app.py" in frame]


@pytest.mark.parametrize("prefix", ["async ", ""], ids=["async", "sync"])
def test_an_answer_that_raises_is_shown_with_its_line(run: Run, page: Page, prefix: str) -> None:
    source = ANSWERS.replace("{prefix}", prefix)
    page.goto(run(source, "--reload").url)
    say(page, "milk", "chat")
    where = shown(source, "raise ValueError", "answer")
    said = f"ValueError: no <b>price</b> for milk {where}"
    expect(messages(page, "assistant")).to_contain_text(said)
    page.reload()
    expect(messages(page, "assistant")).to_contain_text(said)


def test_without_reload_an_answer_that_raises_shows_an_id(run: Run, page: Page) -> None:
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: frames.append(str(f))))
    page.goto(run(ANSWERS.replace("{prefix}", "async ")).url)
    say(page, "milk", "chat")
    broken = messages(page, "assistant")
    expect(broken).to_contain_text(re.compile(r"Something went wrong while answering. \(Error \w+"))
    assert [frame for frame in frames if "handler_failed" in frame]
    assert not [frame for frame in frames if "ValueError" in frame or "app.py" in frame]


@pytest.mark.parametrize("flags", [("--reload",), ()], ids=["development", "production"])
def test_a_tool_that_raises_shows_its_line_in_development_only(
    run: Run, page: Page, flags: tuple[str, ...]
) -> None:
    page.goto(run(TOOL, *flags).url)
    say(page, "Weather?", "chat")
    expect(messages(page, "assistant")).to_contain_text("It does not know why.")  # the model
    step = page.locator("[data-part=tool_call]")
    step.locator("summary").click()
    where = shown(TOOL, "{'Bonn': 'rain'}[city]", "weather")
    if flags:
        expect(step).to_contain_text(f"KeyError: 'Ulm' {where}")
    else:
        expect(step).to_contain_text("The tool failed.")
        expect(step).not_to_contain_text("KeyError")


def test_an_app_that_cannot_start_again_says_why_in_open_tabs(
    start: Run, new_page: NewPage, tmp_path: Path
) -> None:
    page = new_page()
    file = tmp_path / "app.py"
    page.goto(start(ECHO, "--reload").url)
    box(page).fill("kept")
    file.write_text(ECHO + "\nprice = {'tea': 3}['milk']\n")
    notice = page.get_by_role("alert")
    line = len(ECHO.split("\n")) + 1
    expect(notice).to_have_text(f"KeyError: 'milk' (app.py, line {line})")
    expect(page.locator("pre")).to_contain_text("price = {'tea': 3}['milk']")
    file.write_text(ECHO + "\nprice = (\n")
    expect(notice).to_have_text(f"SyntaxError: '(' was never closed (app.py, line {line})")
    hook = "async def begin():\n    raise OSError('no disk')\n"
    source = ECHO.replace("@app('/')", f"{hook}\n@app('/', on_startup=begin)")
    file.write_text(source)
    where = shown(source, "raise OSError", "begin")
    expect(notice).to_have_text(f"OSError: no disk {where}")
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    problems[:] = [one for one in problems if "status of 500" not in one]
    file.write_text(ECHO)
    expect(box(page)).to_have_value("kept")
    box(page).press("Enter")
    expect_messages(page, "kept", "You said: kept")
