"""The soak: `python -m tests.soak --clients 200 --minutes 60`; it fails if anything was wrong."""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from swell.auth.passwords import PasswordFile, User
from swell.chat.store import schema
from swell.chat.store.engines.postgres import connect
from tests.auth.browser import hashed
from tests.faults.proxy import FaultProxy
from tests.postgres import PostgresServer

from .client import Person, Seen
from .service import Service

DOORS = 4
"""Proxies that the sockets go through; a fault is one of a fourth of the people."""
SAMPLE_S, PROGRESS_S = 2.0, 300.0
CLIENTS, MINUTES, THINK_S, FAULTS_PER_S, KILL_EVERY_S = 200, 60.0, 5.0, 1.0, 180.0


class Soak:
    """One run.

    Args:
        url: An empty database of PostgreSQL.
        clients: How many people.
        minutes: How long.
        think_s: How long they pause between two things, on average.
        faults_per_s: How many faults of the network there are in a second.
        kill_every_s: How long until the next worker is killed, on average; 0 for never.
        seed: Of everything that is chosen.
    """

    def __init__(
        self,
        url: str,
        clients: int,
        minutes: float,
        seed: int,
        *,
        think_s: float = THINK_S,
        faults_per_s: float = FAULTS_PER_S,
        kill_every_s: float = KILL_EVERY_S,
    ) -> None:
        self._url = url
        self._clients, self._seconds, self._think_s = clients, minutes * 60, think_s
        self._faults, self._kill_every_s = faults_per_s, kill_every_s
        self._seed = seed
        self._choice = random.Random(seed)
        self.seen = Seen()
        self.samples: list[tuple[float, int]] = []
        self.faults = 0

    async def run(self, folder: Path) -> None:
        """Serve the app, and let people use it."""
        names = [f"user{number}" for number in range(self._clients)]
        users = PasswordFile(folder / "users.json")
        users.change(lambda found: found.update({name: User(hashed(), name) for name in names}))
        env = {
            "SWELL_PASSWORD_FILE": str(users.path),
            "SWELL_BEAT_INTERVAL_S": "5",
            "SWELL_BEAT_TIMEOUT_S": "5",
            "SWELL_UPLOAD_QUOTA_FILES": "100000",
        }
        process = await asyncio.to_thread(Service, folder / "app", self._url, env)
        doors = [FaultProxy(process.port, seed=self._seed + n) for n in range(DOORS)]
        people = [
            Person(
                name,
                process.port,
                doors[n % DOORS].port,
                self.seen,
                self._seed + n,
                self._think_s,
                process.stored,
            )
            for n, name in enumerate(names)
        ]
        background = [
            asyncio.create_task(self._measure(process)),
            asyncio.create_task(self._break(doors)),
            asyncio.create_task(self._kill(process)),
        ]
        try:
            until = time.monotonic() + self._seconds
            await asyncio.gather(*(one.live(until) for one in people))
            for task in background:
                assert not task.done(), task
                task.cancel()
            for door in doors:
                await asyncio.to_thread(heal, door)
            await asyncio.gather(*(one.check() for one in people))
            for one in people:
                await one.close()
            replaced, errors = process.errors()
            if errors:
                self.seen.diverged += [f"the log has {errors[:5]}"]
            if replaced != len(self.seen.kills):
                self.seen.diverged += [f"{replaced} of {len(self.seen.kills)} killed came back"]
            assert process.process.poll() is None, "the server has ended"
        finally:
            for door in doors:
                await asyncio.to_thread(door.stop)
            await asyncio.to_thread(process.kill)

    async def _measure(self, process: Service) -> None:
        begun = time.monotonic()
        while True:
            await asyncio.sleep(SAMPLE_S)
            self.samples.append((time.monotonic() - begun, process.memory()))
            if len(self.samples) % (PROGRESS_S // SAMPLE_S) == 0:
                print(f"after {time.monotonic() - begun:.0f} s", self.report(), "", sep="\n")
                sys.stdout.flush()

    async def _kill(self, process: Service) -> None:
        while self._kill_every_s:
            await asyncio.sleep(self._kill_every_s * (0.5 + self._choice.random()))
            if await asyncio.to_thread(process.kill_worker):
                self.seen.kills.append(time.monotonic())

    async def _break(self, doors: list[FaultProxy]) -> None:
        while self._faults:
            await asyncio.sleep(self._choice.expovariate(self._faults))
            door = self._choice.choice(doors)
            self.faults += 1
            match self._choice.randrange(6):
                case 0:
                    await asyncio.to_thread(door.cut)
                case 1:
                    await asyncio.to_thread(door.cut_after, self._choice.randrange(1, 4_000))
                case 2:
                    await asyncio.to_thread(door.blackhole)
                case 3:
                    door.delay(0.1 * self._choice.random(), jitter_s=0.05, stall=0.05, stall_s=0.3)
                case 4:
                    door.throttle(self._choice.choice([0, 20_000, 200_000]))
                case _:
                    await asyncio.to_thread(heal, door)

    # ------------------------------------------------------------------------------- report

    def lows(self) -> list[tuple[float, int]]:
        """Return the lowest memory of each minute: a password needs 64 MiB for a moment."""
        minutes: dict[int, list[tuple[float, int]]] = {}
        for when, rss in self.samples:
            minutes.setdefault(int(when // 60), []).append((when, rss))
        return [min(found, key=lambda one: one[1]) for found in minutes.values()]

    def slope(self) -> float:
        """Return how much the memory of a worker grows in an hour, in MB.

        It is the slope of a line through the lows of the second half, by least squares. In the
        first half what is bounded fills up: each page keeps its patches for `ring_s`, a closed tab
        its page for `reconnect_timeout_s`, and caches their number of entries.
        """
        lows = self.lows()
        later = lows[len(lows) // 2 :]
        if len(later) < 3:
            return 0.0
        slope, _ = statistics.linear_regression(*zip(*later, strict=True))
        return slope * 3600 / 1e6

    def report(self) -> str:
        """Return what there is to say."""
        seen = self.seen
        did = ", ".join(f"{name} {count}" for name, count in sorted(seen.did.items()))
        lines = [
            f"{self._clients} clients, {self._seconds / 60:g} minutes, seed {self._seed}",
            f"pauses of {self._think_s:g} s on average",
            f"{self.faults} faults of the network, {len(seen.kills)} workers killed; {did}",
            f"divergence {len(seen.diverged)}, foreign bytes {len(seen.foreign)}",
            f"ack p50 {part(seen.acks, 50):.3f} s, p99 {part(seen.acks, 99):.3f} s",
            f"answer p50 {part(seen.answers, 50):.3f} s, p99 {part(seen.answers, 99):.3f} s late",
        ]
        if lows := self.lows():
            course = " ".join(f"{rss / 1e6:.0f}" for _, rss in lows[:: max(1, len(lows) // 20)])
            lines.append(f"RSS {course} MB, slope of the second half {self.slope():+.2f} MB/h")
        return "\n".join([*lines, *seen.diverged[:10], *seen.foreign[:10]])


def heal(door: FaultProxy) -> None:
    """Undo what a proxy does, and cut what hangs in it."""
    door.delay(0.0)
    door.throttle(0)
    door.cut()


def part(values: list[float], percent: int) -> float:
    """Return a percentile; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)] if values else 0.0


async def soak(url: str, clients: int, minutes: float, seed: int, **more: float) -> Soak:
    """Run one in a temporary folder; the arguments are those of `Soak`."""
    made = Soak(url, clients, minutes, seed, **more)
    with tempfile.TemporaryDirectory(prefix="swell-soak-") as folder:
        await made.run(Path(folder))
    return made


def main() -> int:
    """Run one, print what there is to say, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--think-s", type=float, default=THINK_S)
    parser.add_argument("--faults-per-s", type=float, default=FAULTS_PER_S)
    parser.add_argument("--kill-every-s", type=float, default=KILL_EVERY_S)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = vars(parser.parse_args())
    server = PostgresServer()
    try:
        with connect(server.url()) as database:
            schema.upgrade(database)
            database.commit()
        done = asyncio.run(soak(server.url(), **given))
    finally:
        server.close()
    print(done.report(), flush=True)
    return 1 if done.seen.diverged or done.seen.foreign else 0


if __name__ == "__main__":
    sys.exit(main())
