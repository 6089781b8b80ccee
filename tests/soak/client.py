"""A person who uses the chat, and notices whatever is wrong."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from swell.live.wire import Act
from tests.attacks.rig import Response, exchange, request
from tests.auth.browser import PASSWORD
from tests.faults.chat.rig import ChatTab, Stored, submission

from .story import answer, foreign, prompt

__all__ = ["Person", "Seen"]

_FINISHED = {"done", "stopped"}
_WAIT_S = 90.0


@dataclass
class Seen:
    """What all people together have seen.

    Attributes:
        did: How often they did each thing.
        acks: How long each prompt waited for its ack, in seconds.
        answers: How long each answer took more than its tokens need, in seconds.
        diverged: Where a page was not what it had to be.
        foreign: What a user got of others.
        addresses: Addresses of files, by person, for others to try.
        tabs: Ids of tabs, by person, for others to try.
    """

    did: Counter[str] = field(default_factory=Counter)
    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    tabs: dict[str, str] = field(default_factory=dict)


class SoakTab(ChatTab):
    """A tab that looks for what is of others in every frame."""

    def __init__(self, port: int, person: str, cookie: str, seen: Seen, seed: int) -> None:
        super().__init__(port, person, seed=seed)
        self._cookie = cookie
        self._seen = seen

    async def _receive(self, frame: bytes) -> None:
        if others := foreign(self.person, frame):
            self._seen.foreign.append(f"{self.person} got something of {sorted(others)}")
        await super()._receive(frame)


class Person:
    """One of many, in a browser.

    Args:
        name: Name of the account.
        port: Port of the server itself, for HTTP.
        door: Port that sockets go through.
        seen: What all have seen.
        seed: Of their choices.
    """

    def __init__(self, name: str, port: int, door: int, seen: Seen, seed: int) -> None:
        self.name = name
        self._port, self._door = port, door
        self._seen = seen
        self._choice = random.Random(seed)
        self._number = 0
        self._cookie = ""
        self._stack = AsyncExitStack()
        self.tab: SoakTab

    async def live(self, until: float) -> None:
        """Sign in, and do this and that until a moment of `time.monotonic`."""
        await self._sign_in()
        things = {
            self._ask: 55,
            self._stop: 8,
            self._lose: 10,
            self._new: 8,
            self._reload: 6,
            self._file: 6,
            self._try_others: 5,
            self._sign_out_and_in: 2,
        }
        while time.monotonic() < until:
            (thing,) = self._choice.choices(list(things), list(things.values()))
            try:
                await thing()
            except TimeoutError:
                self._seen.diverged.append(f"{self.name}: {thing.__name__} never ended")
            self._seen.did[thing.__name__.strip("_")] += 1
            await asyncio.sleep(self._choice.random() * 2)

    async def check(self, stored: Stored) -> None:
        """Require that the page shows what is stored, and what is stored was said once."""
        tab = self.tab
        with suppress(TimeoutError):
            await tab.until(lambda: tab.online, _WAIT_S)
            await tab.done()
        if tab.thread:
            kept = await asyncio.to_thread(stored.messages, tab.thread)
            shown = tab.shown
            if shown != kept[-len(shown) :]:
                self._seen.diverged.append(f"{self.name}: {shown} is not what is stored: {kept}")
        said = Counter(await asyncio.to_thread(stored.prompts, self.name))
        for text, times in said.items():
            if times > 1:
                self._seen.diverged.append(f"{self.name}: {text!r} was taken {times} times")
            if others := foreign(self.name, text.encode()):
                self._seen.foreign.append(f"{self.name} has prompts of {others}")

    async def close(self) -> None:
        """Close the tab."""
        await self._stack.aclose()

    # ------------------------------------------------------------------------- what they do

    async def _ask(self) -> None:
        tab, tokens = self.tab, self._choice.randrange(1, 40)
        self._number += 1
        text = prompt(self.name, self._number, tokens)
        begun = time.monotonic()
        action = await tab.post(submission(text))
        await tab.until(lambda: action not in tab._outbox, _WAIT_S)
        if action in tab.refused:
            self._seen.did["refused"] += 1
            return
        self._seen.acks.append(time.monotonic() - begun)
        expected = "".join(answer(self.name, text))

        def answered() -> bool:
            shown = tab.shown
            at = next((n for n, one in enumerate(shown) if one.text == text), None)
            return at is not None and at + 1 < len(shown) and shown[at + 1].status in _FINISHED

        await tab.until(answered, _WAIT_S)
        self._seen.answers.append(time.monotonic() - begun - 0.01 * tokens)
        shown = tab.shown
        at = next(n for n, one in enumerate(shown) if one.text == text)
        if shown[at + 1].text != expected:
            self._seen.diverged.append(f"{self.name}: {shown[at + 1]} instead of {expected!r}")

    async def _stop(self) -> None:
        tab = self.tab
        self._number += 1
        text = prompt(self.name, self._number, 200)
        action = await tab.post(submission(text))
        await tab.until(lambda: action not in tab._outbox, _WAIT_S)
        await tab.event("stop")
        await tab.until(lambda: not tab._outbox, _WAIT_S)
        await tab.until(lambda: not {"pending", "streaming"} & set(tab.statuses), _WAIT_S)
        expected = "".join(answer(self.name, text))
        if action not in tab.refused and not expected.startswith(tab.shown[-1].text):
            self._seen.diverged.append(f"{self.name}: {tab.shown[-1]} begins no {expected!r}")

    async def _lose(self) -> None:
        self.tab.lose()

    async def _new(self) -> None:
        tab = self.tab
        tab._opened = ""
        await tab.post(Act(f"new-{self.name}-{self._choice.random()}", {"#": ""}, "#"))
        await tab.until(lambda: not tab._outbox and not tab.rows, _WAIT_S)

    async def _reload(self) -> None:
        """Close the tab, and open its thread again in another one."""
        address = self.tab.address
        await self._open()
        await self.tab.until(lambda: self.tab.online, _WAIT_S)
        if address:
            await self.tab.open(address)

    async def _file(self) -> None:
        """Upload a file, send it, and fetch it back."""
        tab = self.tab
        if tab.id is None or not tab.online:
            return
        content = prompt(self.name, 0, 0).encode()
        form = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        body = form + content + b"\r\n--b--\r\n"
        sent = await self._http(
            "POST /_f/",
            "Content-Type: multipart/form-data; boundary=b",
            f"Swell-Client: {tab.id}",
            body=body,
        )
        if sent.status != 200:
            self._seen.did[f"upload {sent.status}"] += 1
            return
        address = sent.body.split(b'"')[3].decode()
        self._seen.addresses[self.name] = address
        self._seen.tabs[self.name] = tab.id
        mine = await self._http(f"GET {address}")
        if mine.status == 200 and mine.body != content:
            self._seen.diverged.append(f"{self.name}: the file is {mine.body!r}")

    async def _try_others(self) -> None:
        """Ask for a file and a tab of another user."""
        known = [name for name in self._seen.addresses if name != self.name]
        if not known:
            return
        other = self._choice.choice(known)
        answer = await self._http(f"GET {self._seen.addresses[other]}")
        if answer.status != 404 or foreign(self.name, answer.body):
            self._seen.foreign.append(f"{self.name} got a file of {other}: {answer.raw[:200]!r}")
        stolen = SoakTab(self._door, self.name, self._cookie, self._seen, 0)
        stolen.id = self._seen.tabs[other]
        with suppress(TimeoutError):
            async with asyncio.timeout(5), stolen:
                if stolen.id == self._seen.tabs[other]:
                    self._seen.foreign.append(f"{self.name} got the tab of {other}")

    async def _sign_out_and_in(self) -> None:
        """Sign out; what was open must end, and what is asked then be refused."""
        old = self._cookie
        await self._close_tab()
        if (await self._form("/_auth/logout")).status != 200:
            return
        self._cookie = old
        answer = await self._http("GET /")
        if answer.status != 303:
            self._seen.foreign.append(f"{self.name} is signed out, and gets {answer.status}")
        self._cookie = ""
        await self._sign_in()

    # ----------------------------------------------------------------------------- browser

    async def _sign_in(self) -> None:
        while True:
            answer = await self._form(
                "/_auth/password", name=self.name, password=PASSWORD, next="/"
            )
            if answer.status == 303:
                break
            self._seen.did[f"sign-in {answer.status}"] += 1
            await asyncio.sleep(1 + 4 * self._choice.random())
        await self._open()

    async def _open(self) -> None:
        await self._close_tab()
        self.tab = SoakTab(
            self._door, self.name, self._cookie, self._seen, self._choice.randrange(1 << 30)
        )
        while True:
            try:
                await self._stack.enter_async_context(self.tab)
            except TimeoutError:
                self._seen.did["slow opening"] += 1
                await self._close_tab()
            else:
                return

    async def _close_tab(self) -> None:
        await self._stack.aclose()

    async def _form(self, path: str, **fields: str) -> Response:
        kind = "Content-Type: application/x-www-form-urlencoded"
        answer = await self._http(f"POST {path}", kind, body=urlencode(fields).encode())
        self._cookie = answer.headers.get("set-cookie", "").split(";")[0] or self._cookie
        return answer

    async def _http(self, line: str, *headers: str, body: bytes = b"") -> Response:
        number = int(self.name.removeprefix("user"))
        lines: list[Any] = [
            f"Origin: http://127.0.0.1:{self._port}",
            f"X-Forwarded-For: 198.51.{number // 250}.{number % 250 + 1}",
            *headers,
        ]
        lines += [f"Cookie: {self._cookie}"] if self._cookie else []
        lines += [f"Content-Length: {len(body)}"] if body else []
        return await exchange(self._port, request(self._port, line, *lines) + body)
