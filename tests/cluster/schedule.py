"""One schedule: what a few tabs of one thread do while something breaks, chosen by a seed."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from websockets.exceptions import ConnectionClosed

from swell.live.wire import Act
from tests.faults.chat.rig import ChatTab, submission
from tests.faults.tokens import text

from .oracle import Seen, judge
from .report import report
from .rig import Cluster, Member

__all__ = ["FAULTS", "play"]

WAIT_S = 120.0
"""How long anything may take, in seconds: a busy machine needs less, and what hangs needs more."""

TOKENS_MAX = 60
"""An answer has fewer tokens."""

_QUESTION = re.compile(r'"(ask-[0-9a-f]+-)word"')


async def play(cluster: Cluster, seed: int, wait_s: float = WAIT_S) -> Schedule:
    """Play one schedule, and require that nothing is wrong when all is at rest.

    Raises:
        AssertionError: If something is.
    """
    schedule = Schedule(cluster, seed, wait_s)
    await schedule.play()
    return schedule


class Watcher(ChatTab):
    """A tab that looks at its screen after each frame.

    Attributes:
        wrong: Texts of answers that the handler cannot have begun with.
    """

    wrong: tuple[str, ...] = ()

    async def _ops(self, frame: bytes) -> None:
        await super()._ops(frame)
        for row in self.rows:
            if not row[1] and not text(TOKENS_MAX).startswith(row[0]):
                self.wrong = (*self.wrong, row[0])


class Schedule:
    """What happens by a seed.

    Attributes:
        steps: What has happened so far.
        seen: What the oracle compares with the store.
    """

    def __init__(self, cluster: Cluster, seed: int, wait_s: float) -> None:
        self._cluster = cluster
        self._seed = seed
        self._rng = random.Random(seed)
        self._wait_s = wait_s
        self._person = f"person {seed} {uuid.uuid4().hex[:6]}"
        self._tabs: list[Watcher] = []
        self._posted: list[tuple[ChatTab, Act]] = []
        self._answered: dict[str, tuple[ChatTab, str]] = {}  # by question
        self._stack = AsyncExitStack()
        self.steps: list[str] = []
        self.seen = Seen(self._person, cluster.watch.count())

    async def play(self) -> None:
        """Play it to its end, and judge; a failure gets a report while the tabs are open."""
        async with self._stack:
            try:
                await self._play()
            except BaseException as error:
                steps = ", ".join(self.steps)
                known = report(self.seen, self._cluster, self._tabs, self._answered)
                error.add_note(f"seed {self._seed}: {steps}\n{known}")
                raise

    async def _play(self) -> None:
        rng = self._rng
        await self._begin()
        for _ in range(rng.randrange(3)):
            await self._step()
        names = [name for name in FAULTS if rng.random() < 0.9]
        for name in rng.sample(names, rng.choice((1, 1, 1, 2))):
            await self._break(name)
        for _ in range(rng.randrange(3)):
            await self._step()
        await self._rest()

    async def _begin(self) -> None:
        """Open three tabs at one thread."""
        first = await self._open("")
        await self._prompt(first)
        await self._until(lambda: self._cluster.stored.threads(self._person))
        self.seen.thread = self._cluster.stored.threads(self._person)[0]
        for _ in range(2):
            await self._open(f"t/{self.seen.thread}")

    async def _open(self, address: str) -> Watcher:
        tab = Watcher(
            self._cluster.balancer.port,
            self._person,
            address=address,
            seed=self._rng.randrange(1 << 30),
        )
        self._tabs.append(await self._stack.enter_async_context(tab))
        return tab

    async def _until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(self._wait_s):
            while not condition():  # noqa: ASYNC110  # it is in other processes
                await asyncio.sleep(0.03)

    # --------------------------------------------------------------------------- people

    async def _step(self) -> None:
        """Let a user act in one of the tabs."""
        tab = self._rng.choice(self._tabs)
        step = self._rng.choices(list(STEPS), weights=list(STEPS.values()))[0]
        self.steps.append(step.__name__.strip("_"))
        await step(self, tab)
        await asyncio.sleep(self._rng.random() * 0.15)  # any moment will do

    async def _post(self, tab: ChatTab, act: Act) -> None:
        self._posted.append((tab, act))
        await tab.post(act)

    def _words(self) -> str:
        kind = self._rng.random()
        ask = "ask=word " if kind < 0.15 else ""
        tell, pace = self._rng.randrange(1, TOKENS_MAX), self._rng.choice((0, 0.01, 0.04))
        return f"{uuid.uuid4().hex[:8]} {ask}tell={tell} pace={pace}"

    async def _prompt(self, tab: ChatTab) -> None:
        act = submission(self._words())
        self.seen.prompts[act.id] = act.args["chat"]
        await self._post(tab, act)

    async def _event(self, tab: ChatTab, name: str, data: object) -> None:
        await self._post(tab, Act(str(uuid.uuid4()), {}, "chat", ("chat", name, data)))

    async def _stop(self, tab: ChatTab) -> None:
        self.seen.stops = True
        await self._event(tab, "stop", True)

    async def _edit(self, tab: ChatTab) -> None:
        prompts = [row[2] for row in tab.rows if row[1]]
        if prompts:
            self.seen.stops = True
            words = self._words()
            act = Act(
                str(uuid.uuid4()),
                {},
                "chat",
                ("chat", "edit", {"id": self._rng.choice(prompts), "content": words}),
            )
            self.seen.prompts[act.id] = words
            await self._post(tab, act)

    async def _regenerate(self, tab: ChatTab) -> None:
        answers = [row[2] for row in tab.rows if not row[1]]
        if answers:
            self.seen.stops = True
            await self._event(tab, "regenerate", {"id": self._rng.choice(answers)})

    async def _answer(self, tab: ChatTab) -> None:
        """Answer the question that a tab shows, again if the answer was refused."""
        for row in tab.rows:
            found = _QUESTION.search(str(row[5]).replace("'", '"')) if row[5] else None
            if found is None:
                continue
            before = self._answered.get(found[1])
            if before is None or before[1] in before[0].refused:
                name = found[1] + "submit"
                act = Act(str(uuid.uuid4()), {found[1] + "word": "yes", name: True}, name)
                self._answered[found[1]] = tab, act.id
                await self._post(tab, act)

    async def _lose(self, tab: ChatTab) -> None:
        tab.lose()

    async def _lose_all(self, tab: ChatTab) -> None:
        del tab
        self._cluster.balancer.cut()

    async def _resend(self, tab: ChatTab) -> None:
        """Send an action once more, from another tab at another process."""
        _, act = self._rng.choice(self._posted)
        if tab.online and (act.args.get("chat") or (act.event and act.event[1] == "edit")):
            with suppress(ConnectionClosed):  # its process was killed a moment ago
                await tab.send(act)

    # --------------------------------------------------------------------------- faults

    async def _break(self, name: str) -> None:
        """Break something, act, and mend it."""
        rng, cluster = self._rng, self._cluster
        owner = await asyncio.to_thread(cluster.owner, self.seen.thread)
        victim = owner if owner and rng.random() < 0.75 else rng.choice(cluster.members)
        self.steps.append(f"{name} {cluster.members.index(victim)}")
        self.seen.faults.add(name)
        async with FAULTS[name](self, victim):
            for _ in range(rng.randrange(3)):
                await self._step()
            longest = rng.choice((0.1, 0.1, 1.0, 3.0))
            await asyncio.sleep(longest * rng.random())  # any moment will do
        self.steps.append("mended")

    @asynccontextmanager
    async def _kill(self, victim: Member) -> AsyncIterator[None]:
        await asyncio.to_thread(victim.kill)
        yield
        if self._rng.random() < 0.5:
            await self._cluster.taken_over(victim, self._wait_s)
        await asyncio.to_thread(victim.start)

    @asynccontextmanager
    async def _freeze(self, victim: Member) -> AsyncIterator[None]:
        victim.signal(signal.SIGSTOP)
        self._cluster.balancer.avoided.add(victim.port)
        yield
        if self._rng.random() < 0.8:
            await self._cluster.taken_over(victim, self._wait_s)
        self._cluster.balancer.avoided.discard(victim.port)
        victim.signal(signal.SIGCONT)

    @asynccontextmanager
    async def _drain(self, victim: Member) -> AsyncIterator[None]:
        victim.signal(signal.SIGTERM)
        yield
        code = await asyncio.to_thread(victim.process.wait, self._wait_s)
        assert code == 0, f"exit code {code}"
        await asyncio.to_thread(victim.start)

    @asynccontextmanager
    async def _cut_database(self, victim: Member) -> AsyncIterator[None]:
        victim.database.offline()
        yield
        if self._rng.random() < 0.6:
            await self._cluster.taken_over(victim, self._wait_s)
        victim.database.online()

    @asynccontextmanager
    async def _stall_database(self, victim: Member) -> AsyncIterator[None]:
        victim.database.stall()
        yield
        if self._rng.random() < 0.6:
            await self._cluster.taken_over(victim, self._wait_s)
        victim.database.unstall()

    @asynccontextmanager
    async def _blink_database(self, victim: Member) -> AsyncIterator[None]:
        """Reset the connections after some more bytes: in the middle of anything."""
        victim.database.cut_after(self._rng.randrange(1, 3000))
        yield

    @asynccontextmanager
    async def _cut_backplane(self, victim: Member) -> AsyncIterator[None]:
        victim.backplane.offline()
        yield
        victim.backplane.online()

    @asynccontextmanager
    async def _stall_backplane(self, victim: Member) -> AsyncIterator[None]:
        victim.backplane.stall()
        yield
        victim.backplane.unstall()

    @asynccontextmanager
    async def _restart_backplane(self, _: Member) -> AsyncIterator[None]:
        await asyncio.to_thread(self._cluster.redis.kill)
        yield
        await asyncio.to_thread(self._cluster.redis.start)

    @asynccontextmanager
    async def _restart_database(self, _: Member) -> AsyncIterator[None]:
        await asyncio.to_thread(self._cluster.postgres.kill)
        yield
        await asyncio.to_thread(self._cluster.postgres.start)

    @asynccontextmanager
    async def _flush_all(self, _: Member) -> AsyncIterator[None]:
        self._cluster.redis.client.flushall()
        yield

    # ----------------------------------------------------------------------------- rest

    async def _rest(self) -> None:
        """Wait until all is done and every tab shows it, then judge."""
        stored, thread = self._cluster.stored, self.seen.thread
        await self._settle()
        async with asyncio.timeout(self._wait_s):
            while stored.rows(
                "SELECT 1 FROM runs WHERE state IN ('accepted', 'running') AND thread_id = ?",
                thread,
            ):
                for tab in self._tabs:
                    await self._answer(tab)
                await asyncio.sleep(0.05)
        await self._settle()
        for tab in self._tabs:
            self.seen.note(tab)
            assert not tab.wrong, f"a tab has shown {tab.wrong[:2]}"
            if tab.thread != thread:  # acknowledged, and lost before the tab heard where it is
                await tab.open(f"t/{thread}")
        await self._open(f"t/{thread}")
        await judge(self.seen, self._cluster, [*self._tabs], self._wait_s)

    async def _settle(self) -> None:
        """Wait until each action is acknowledged or refused."""
        for tab, act in self._posted:
            await tab.until(lambda tab=tab: tab.online and "chat" in tab.state.cards, self._wait_s)  # type: ignore[misc]
            await tab.acked(act.id, self._wait_s)


STEPS: dict[Callable[[Schedule, ChatTab], Awaitable[None]], int] = {
    Schedule._prompt: 6,
    Schedule._stop: 2,
    Schedule._edit: 2,
    Schedule._regenerate: 2,
    Schedule._answer: 2,
    Schedule._lose: 2,
    Schedule._lose_all: 1,
    Schedule._resend: 3,
}

FAULTS = {
    "kill": Schedule._kill,
    "freeze": Schedule._freeze,
    "drain": Schedule._drain,
    "cut database": Schedule._cut_database,
    "stall database": Schedule._stall_database,
    "blink database": Schedule._blink_database,
    "cut backplane": Schedule._cut_backplane,
    "stall backplane": Schedule._stall_backplane,
    "restart backplane": Schedule._restart_backplane,
    "restart database": Schedule._restart_database,
    "flush all": Schedule._flush_all,
}
