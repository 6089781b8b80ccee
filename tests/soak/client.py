"""A person who uses the chat, and notices whatever is wrong."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from swell.live.wire import Act, Err, ServerMessage, Welcome
from tests.attacks.rig import Response, exchange, request
from tests.auth.browser import PASSWORD
from tests.faults.chat.rig import ChatTab, Shown, Stored, submission

from .story import answer, foreign, prompt

__all__ = ["Person", "Seen"]

_FINISHED = {"done", "stopped", "interrupted"}
_WAIT_S = 180.0
ENDS_S = 5.0
"""How long a sign-in may hold in another worker after its end, in seconds."""
TAKEN_OVER_S = 30.0
"""How long after the death of a worker its answers may end as interrupted, in seconds."""


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
        kills: When a worker was killed, in seconds of `time.monotonic`.
    """

    did: Counter[str] = field(default_factory=Counter)
    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    tabs: dict[str, str] = field(default_factory=dict)
    kills: list[float] = field(default_factory=list)

    def killed_since(self, begun: float) -> bool:
        """Return whether a worker was killed after a moment, or shortly before it.

        Its answers are ended when its lease is over.
        """
        return any(when > begun - TAKEN_OVER_S for when in self.kills)


class SoakTab(ChatTab):
    """A tab that looks for what is of others in every frame."""

    def __init__(self, port: int, person: str, cookie: str, seen: Seen, seed: int) -> None:
        super().__init__(port, person, seed=seed)
        self._cookie = cookie
        self._seen = seen
        self._hash = ""
        self.errors: list[Err] = []
        self.pages = 0  # that it has had: one after the other
        self._page: str | None = None

    async def _message(self, message: ServerMessage) -> None:
        if isinstance(message, Welcome) and message.client != self._page:
            self._page, self.pages = message.client, self.pages + 1
        if isinstance(message, Err):
            self.errors.append(message)
        await super()._message(message)

    @property
    def address(self) -> str:
        """Location hash, which the user changes, and the page by its redirects."""
        return self._hash

    async def open(self, address: str) -> None:
        """Go to an address; empty for a new chat."""
        self._hash = address
        await self.post(Act(str(uuid.uuid4()), {"#": address}, "#"))

    @property
    def chats(self) -> list[str]:
        """The ids of the chats in the list, as it is shown."""
        rows = self.state.cards.get("threads", {}).get("items") or []
        return [row["id"] for row in rows]

    async def _receive(self, frame: bytes) -> None:
        if others := foreign(self.person, frame):
            self._seen.foreign.append(f"{self.person} got something of {sorted(others)}")
        before = self._redirect
        await super()._receive(frame)
        if self._redirect not in (None, before):
            self._hash = str(self._redirect).removeprefix("#")

    @property
    def _redirect(self) -> str | None:
        redirect: str | None = self.state.cards.get("meta", {}).get("redirect")
        return redirect


class Person:
    """One of many, in a browser.

    Args:
        name: Name of the account.
        port: Port of the server itself, for HTTP.
        door: Port that sockets go through.
        seen: What all have seen.
        seed: Of their choices.
        think_s: How long they pause between two things, on average.
        stored: The database.
    """

    def __init__(
        self,
        name: str,
        port: int,
        door: int,
        seen: Seen,
        seed: int,
        think_s: float,
        stored: Stored,
    ) -> None:
        self.name = name
        self._port, self._door = port, door
        self._seen = seen
        self._choice = random.Random(seed)
        self._think_s = think_s
        self._stored = stored
        self._asked = ""  # the last prompt
        self._number = 0
        self._cookie = ""
        self._stack = AsyncExitStack()
        self.tab: SoakTab

    async def live(self, until: float) -> None:
        """Come within the first twentieth, and do this and that until `time.monotonic` is there."""
        await asyncio.sleep(self._choice.random() * (until - time.monotonic()) / 20)
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
                if not self.tab.online:  # as on a machine that is too slow for the traffic
                    self._seen.did["stayed offline"] += 1
                    continue
                look = await asyncio.to_thread(self._look)
                self._seen.diverged.append(f"{self.name}: {thing.__name__} never ended ({look})")
            except Exception as error:
                self._seen.diverged.append(f"{self.name}: {thing.__name__} failed: {error!r}")
            self._seen.did[thing.__name__.strip("_")] += 1
            await asyncio.sleep(2 * self._think_s * self._choice.random())

    async def check(self) -> None:
        """Require that the page shows what is stored, and what is stored was said once."""
        tab = self.tab
        with suppress(TimeoutError):
            await tab.until(lambda: tab.online, _WAIT_S)
            await tab.done()
        if tab.thread:
            kept = await asyncio.to_thread(self._stored.messages, tab.thread)
            shown = tab.shown
            if shown != kept[-len(shown) :]:
                self._seen.diverged.append(f"{self.name}: {shown} is not what is stored: {kept}")
        said = Counter(await asyncio.to_thread(self._stored.prompts, self.name))
        for text, times in said.items():
            if times > 1:
                self._seen.diverged.append(f"{self.name}: {text!r} was taken {times} times")
            if others := foreign(self.name, text.encode()):
                self._seen.foreign.append(f"{self.name} has prompts of {others}")

    async def close(self) -> None:
        """Close the tab."""
        await self._stack.aclose()

    def _look(self) -> str:
        """What there is to say about the tab, when it is not as it should be."""
        tab = self.tab
        since = [f"{time.monotonic() - when:.0f}" for when in self._seen.kills]
        kept = self._stored.rows(
            "SELECT m.thread_id, m.status, m.deleted FROM parts p JOIN messages m"
            " ON m.id = p.message_id WHERE p.body LIKE ?",
            f'%"{self._asked}"%',
        )
        runs = self._stored.rows(
            "SELECT id, state, owner, created, ended FROM runs WHERE thread_id = ? ORDER BY number",
            tab.thread,
        )
        return (
            f"asked: {self._asked}, stored: {kept}, in the thread:"
            f" {self._stored.messages(tab.thread)[-3:]}, its runs: {runs[-3:]},"
            f" online: {tab.online},"
            f" generating: {tab.generating}, address: {tab.address},"
            f" waiting: {list(tab._outbox.values())}, shown: {tab.shown[-3:]},"
            f" closes: {tab.closes[-5:]}, welcomes: {tab.welcomes[-5:]},"
            f" errors: {tab.errors}, client: {tab.id}, position: {tab.position}, kills ago: {since}"
        )

    # ------------------------------------------------------------------------- what they do

    async def _ask(self) -> None:
        tab, tokens = self.tab, self._choice.randrange(1, 40)
        self._number += 1
        text = self._asked = prompt(self.name, self._number, tokens)
        begun, pages = time.monotonic(), tab.pages
        action = await tab.post(submission(text))
        await tab.until(lambda: action not in tab._outbox, _WAIT_S)
        if action in tab.refused:
            self._seen.did["refused"] += 1
            return
        self._seen.acks.append(time.monotonic() - begun)
        await self._find(text, pages)
        await tab.until(lambda: self._answer(text) is not None, _WAIT_S)
        got = self._answer(text)
        assert got is not None
        if not self._right(got, text, begun):
            self._seen.diverged.append(f"{self.name}: {got} does not answer {text!r}")
        if got.status == "done":
            self._seen.answers.append(time.monotonic() - begun - 0.01 * tokens)

    def _answer(self, text: str) -> Shown | None:
        """Return the answer to a prompt, once it is finished."""
        shown = self.tab.shown
        at = next((n for n, one in enumerate(shown) if one.text == text), len(shown))
        found = shown[at + 1] if at + 1 < len(shown) else None
        return found if found is not None and found.status in _FINISHED else None

    def _right(self, got: Shown, text: str, begun: float) -> bool:
        """Return whether an answer is that to a prompt; part of it, if its end has a reason."""
        expected = "".join(answer(self.name, text))
        if got.status == "done":
            return got.text == expected
        if got.status == "interrupted":
            # A worker that gets no CPU for longer than its lease loses its answers, too.
            killed = self._seen.killed_since(begun)
            self._seen.did["interrupted" if killed else "interrupted without a kill"] += 1
        return expected.startswith(got.text)

    async def _find(self, text: str, pages: int) -> None:
        """Open the chat of a prompt that the server has taken, as the user would.

        A page that is lost between the ack and the address of a new chat, as with its worker,
        leaves the tab without either; the chat is the first in the list.
        """
        tab = self.tab
        await tab.until(
            lambda: (
                any(one.text == text for one in tab.shown)
                or (tab.pages > pages and tab.online and not tab.address and tab.chats)
            ),
            _WAIT_S,
        )
        if not tab.address:
            self._seen.did["looked for"] += 1
            await tab.open(f"t/{tab.chats[0]}")
            await tab.until(lambda: any(one.text == text for one in tab.shown), _WAIT_S)

    async def _stop(self) -> None:
        tab = self.tab
        self._number += 1
        text = self._asked = prompt(self.name, self._number, 200)
        begun, pages = time.monotonic(), tab.pages
        action = await tab.post(submission(text))
        await tab.until(lambda: action not in tab._outbox, _WAIT_S)
        if action in tab.refused:
            self._seen.did["refused"] += 1
            return
        await self._find(text, pages)
        await tab.event("stop")
        await tab.until(lambda: self._answer(text) is not None, _WAIT_S)
        got = self._answer(text)
        if got is None or not self._right(got, text, begun):
            self._seen.diverged.append(f"{self.name}: {got} begins no answer to {text!r}")

    async def _lose(self) -> None:
        self.tab.lose()

    async def _new(self) -> None:
        tab = self.tab
        await tab.open("")
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
        until = time.monotonic() + ENDS_S
        answer = await self._http("GET /")
        while answer.status != 303 and time.monotonic() < until:
            await asyncio.sleep(0.2)  # until the other worker has heard of it
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
        while True:
            seed = self._choice.randrange(1 << 30)
            self.tab = SoakTab(self._door, self.name, self._cookie, self._seen, seed)
            try:
                await self._stack.enter_async_context(self.tab)
            except TimeoutError:
                self._seen.did["slow opening"] += 1
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
        while True:
            try:
                answer = await exchange(self._port, request(self._port, line, *lines) + body)
            except TimeoutError:
                self._seen.did["slow request"] += 1
                continue
            if answer.status:
                return answer
            self._seen.did["lost request"] += 1  # with the worker that had it
            await asyncio.sleep(0.1)
