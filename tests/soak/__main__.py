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
from tests.auth.browser import hashed
from tests.faults.chat.rig import ChatProcess
from tests.faults.proxy import FaultProxy

from .client import Person, Seen

DOORS = 4
"""Proxies that the sockets go through; a fault is one of a fourth of the people."""
SAMPLE_S = 2.0
CLIENTS, MINUTES, FAULTS_PER_S = 200, 60.0, 1.0


class Soak:
    """One run.

    Args:
        clients: How many people.
        minutes: How long.
        faults_per_s: How many faults there are in a second.
        seed: Of everything that is chosen.
    """

    def __init__(self, clients: int, minutes: float, faults_per_s: float, seed: int) -> None:
        self._clients, self._seconds, self._faults = clients, minutes * 60, faults_per_s
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
        database = folder / "chat.db"
        env = {
            "SWELL_PASSWORD_FILE": str(users.path),
            "SWELL_BEAT_INTERVAL_S": "5",
            "SWELL_PONG_TIMEOUT_S": "5",
            "SWELL_UPLOAD_QUOTA_FILES": "100000",
        }
        process = await asyncio.to_thread(
            ChatProcess, folder / "app", f"sqlite:///{database}", env, app="tests.soak.app"
        )
        doors = [FaultProxy(process.port, seed=self._seed + n) for n in range(DOORS)]
        people = [
            Person(name, process.port, doors[n % DOORS].port, self.seen, self._seed + n)
            for n, name in enumerate(names)
        ]
        background = [
            asyncio.create_task(self._measure(process)),
            asyncio.create_task(self._break(doors)),
        ]
        try:
            until = time.monotonic() + self._seconds
            await asyncio.gather(*(one.live(until) for one in people))
            for task in background:
                task.cancel()
            for door in doors:
                await asyncio.to_thread(heal, door)
            await asyncio.gather(*(one.check(process.stored) for one in people))
            for one in people:
                await one.close()
            process.stored.check()
            if errors := [line for line in process.log if "Traceback" in line or "ERROR" in line]:
                self.seen.diverged += [f"the log has {errors[:5]}"]
            assert process.process.poll() is None, "the server has ended"
        finally:
            for door in doors:
                await asyncio.to_thread(door.stop)
            await asyncio.to_thread(process.kill)

    async def _measure(self, process: ChatProcess) -> None:
        begun = time.monotonic()
        while True:
            await asyncio.sleep(SAMPLE_S)
            status = Path(f"/proc/{process.process.pid}/status").read_text()  # noqa: ASYNC240
            rss = int(status.partition("VmRSS:")[2].split()[0]) << 10
            self.samples.append((time.monotonic() - begun, rss))

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

    def slope(self) -> float:
        """Return how much the memory grows in an hour, in MB, after the first half."""
        later = self.samples[len(self.samples) // 2 :]
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
            f"{self.faults} faults; {did}",
            f"divergence {len(seen.diverged)}, foreign bytes {len(seen.foreign)}",
            f"ack p50 {part(seen.acks, 50):.3f} s, p99 {part(seen.acks, 99):.3f} s",
            f"answer p50 {part(seen.answers, 50):.3f} s, p99 {part(seen.answers, 99):.3f} s late",
        ]
        if self.samples:
            first, last = self.samples[0][1], self.samples[-1][1]
            lines.append(
                f"RSS {first / 1e6:.0f} to {last / 1e6:.0f} MB, slope {self.slope():+.1f} MB/h"
            )
        return "\n".join([*lines, *seen.diverged[:10], *seen.foreign[:10]])


def heal(door: FaultProxy) -> None:
    """Undo what a proxy does, and cut what hangs in it."""
    door.delay(0.0)
    door.throttle(0)
    door.cut()


def part(values: list[float], percent: int) -> float:
    """Return a percentile; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)] if values else 0.0


async def soak(clients: int, minutes: float, faults_per_s: float, seed: int) -> Soak:
    """Run one in a temporary folder."""
    made = Soak(clients, minutes, faults_per_s, seed)
    with tempfile.TemporaryDirectory(prefix="swell-soak-") as folder:
        await made.run(Path(folder))
    return made


def main() -> int:
    """Run one, print what there is to say, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--faults-per-s", type=float, default=FAULTS_PER_S)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = parser.parse_args()
    done = asyncio.run(soak(given.clients, given.minutes, given.faults_per_s, given.seed))
    print(done.report(), flush=True)
    return 1 if done.seen.diverged or done.seen.foreign else 0


if __name__ == "__main__":
    sys.exit(main())
