"""The chat that the fault tests serve with `swell run`: numbered tokens, and each call on record.

What the handler does is in the prompt, as `name=value`: `tell` so many tokens, `pace` seconds
apart, `hold` before this token until the file `go` is there, and before the first token `call` a
tool that takes for ever, `ask` the user for a word, `swallow` being cancelled, `block` the event
loop for so many seconds, or `raise`.
"""

# ruff: noqa: ASYNC240  # a look at a file is quick

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from swell import ui
from swell.chat import RunLimits, ToolCall, Turn, Yieldable, chat
from swell.chat.store.engines import postgres
from swell.identity import Request
from tests.faults.chat import clock, deadly
from tests.faults.tokens import token

clock.install()
deadly.install()
postgres.STATEMENT_S = int(os.environ.get("FAULT_STATEMENT_S", postgres.STATEMENT_S))


def note(name: str, line: str) -> None:
    """Add a line to a file; it is there when this returns, whatever happens to the process."""
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, f"{line}\n".encode())
    os.close(file)


def person(request: Request) -> str:
    """Take what the browser calls itself for a name, so that two browsers can be one person's."""
    return request.headers["User-Agent"][0]


async def file_is_there(name: str) -> None:
    while not Path(name).exists():  # noqa: ASYNC110  # it comes from another process
        await asyncio.sleep(0.01)


LIMITS = RunLimits(
    flush_s=0.02,
    release_s=0.2,
    grace_s=1.0,
    per_user=50,
    prompts_per_minute=0,
    prompts_per_minute_per_address=0,
)


@chat("/", identify=person, limits=LIMITS)
async def answer(turn: Turn) -> AsyncIterator[Yieldable]:
    deadly.reach("handler.begin")
    note("calls", turn.prompt)
    deadly.reach("handler.called")
    wish = dict(word.split("=", 1) for word in turn.prompt.split() if "=" in word)
    try:
        async for said in _answer(turn, wish):
            yield said
            deadly.reach("handler.word")
        deadly.reach("handler.end")
    finally:
        note("ended", turn.prompt)


async def _answer(turn: Turn, wish: dict[str, str]) -> AsyncIterator[Yieldable]:
    if "ask" in wish:
        await turn.ask([ui.textbox("word", label=wish["ask"])])
    if "call" in wish:
        yield ToolCall(wish["call"], {}, id="c1")
        await asyncio.Event().wait()
    if "raise" in wish:
        yield token(0)
        raise ZeroDivisionError(f"secret of the handler: {wish['raise']}")
    if "swallow" in wish:
        yield token(0)
        while not Path("go").exists():
            try:
                await file_is_there("go")
            except asyncio.CancelledError:
                note("swallowed", wish["swallow"])
    if "block" in wish:
        yield token(0)
        await asyncio.sleep(0.2)  # so that the token is shown
        time.sleep(float(wish["block"]))  # noqa: ASYNC251  # that it should not is the subject
    for number in range(int(wish.get("tell", "0"))):
        if wish.get("hold") == str(number):
            await file_is_there("go")
        yield token(number)
        await asyncio.sleep(float(wish.get("pace", "0")))
