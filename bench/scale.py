"""What does a hop between two processes cost?

python -m bench.scale [--rounds 3] [--seconds 4]

A process publishes and another one listens, over each backplane in turn: memory (both in one
process), Valkey or Redis, and PostgreSQL, each a new server on this machine. `make bench-scale`.

- *spread*: 500 messages a second, one at a time.
- *together*: 50 topics with 30 messages a second each, as a pacer sends them: 50 at a time.
- *flood*: as many as arrive, with at most 2,000 under way.

Messages have 120 bytes. CPU is user and system time, in microseconds a message: of the process that
publishes, of the one that listens, and of the server. Lag is from `publish` to the listener.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import struct
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgres import PostgresServer
from tests.redis_server import RedisServer

from swell.backplane.base import Backplane
from swell.backplane.memory import Hub, MemoryBackplane
from swell.backplane.open import open_backplane
from swell.settings.table import Settings

from .common import ROOT, cpu_seconds, median, percentile, tree

TOPICS = [f"bench/run/{number:032x}" for number in range(50)]
SIZE = 120
UNDER_WAY = 2_000
PHASES = ("spread", "together", "flood")


class Listening:
    """The process that listens: counts, and reports when it hears `end`."""

    def __init__(self, backplane: Backplane) -> None:
        self._backplane = backplane
        self._lags: list[float] = []
        self._gaps, self._cpu = 0, 0.0
        for topic in TOPICS:
            backplane.subscribe(topic, self._hear, self._gap)
        backplane.subscribe("begin", self._begin, self._gap)
        backplane.subscribe("end", self._end, self._gap)

    def _hear(self, message: bytes) -> None:
        (sent,) = struct.unpack_from("d", message)
        self._lags.append(time.monotonic() - sent)
        if len(self._lags) % 500 == 0:
            self._backplane.publish("ack", b"%d" % len(self._lags))

    def _gap(self) -> None:
        self._gaps += 1

    def _begin(self, _: bytes) -> None:
        self._lags.clear()
        self._gaps, self._cpu = 0, time.process_time()

    def _end(self, _: bytes) -> None:
        said = {
            "count": len(self._lags),
            "gaps": self._gaps,
            "cpu": time.process_time() - self._cpu,
            "p50": 1000 * median(self._lags),
            "p99": 1000 * percentile(self._lags, 0.99),
        }
        self._backplane.publish("result", json.dumps(said).encode())


class Publishing:
    """The process that publishes."""

    def __init__(self, backplane: Backplane) -> None:
        self._backplane = backplane
        self._acked = 0
        self._result: asyncio.Future[dict[str, float]]
        self._news = asyncio.Event()
        backplane.subscribe("ack", self._ack, lambda: None)
        backplane.subscribe("result", self._done, lambda: None)

    def _ack(self, message: bytes) -> None:
        self._acked = int(message)
        self._news.set()

    def _done(self, message: bytes) -> None:
        self._result.set_result(json.loads(message))

    def _publish(self, number: int) -> None:
        message = struct.pack("d", time.monotonic()) + b"x" * (SIZE - 8)
        self._backplane.publish(TOPICS[number % len(TOPICS)], message)

    async def phase(
        self, name: str, seconds: float, server_cpu: Callable[[], float]
    ) -> dict[str, float]:
        """Publish for some seconds; return what both sides and the server measured."""
        self._result = asyncio.get_running_loop().create_future()
        self._acked = 0
        self._backplane.publish("begin", b"")
        await asyncio.sleep(0.1)
        cpu, of_server, began = time.process_time(), server_cpu(), time.monotonic()
        count = await getattr(self, f"_{name}")(began + seconds)
        took = time.monotonic() - began
        await asyncio.sleep(0.5)  # topics may overtake each other
        self._backplane.publish("end", b"")
        found = await self._result
        assert (found["count"], found["gaps"]) == (count, 0), found
        return {
            "p50": found["p50"],
            "p99": found["p99"],
            "publishing": 1e6 * (time.process_time() - cpu) / count,
            "listening": 1e6 * found["cpu"] / count,
            "server": 1e6 * (server_cpu() - of_server) / count,
            "rate": count / took,
        }

    async def _spread(self, until: float) -> int:
        return await self._paced(until, 1, 1 / 500)

    async def _together(self, until: float) -> int:
        return await self._paced(until, len(TOPICS), 1 / 30)

    async def _paced(self, until: float, at_once: int, every: float) -> int:
        count, due = 0, time.monotonic()
        while due < until:
            for _ in range(at_once):
                self._publish(count)
                count += 1
            due += every
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        return count

    async def _flood(self, until: float) -> int:
        count = 0
        while time.monotonic() < until:
            while count - self._acked < UNDER_WAY:
                self._publish(count)
                count += 1
            self._news.clear()
            await self._news.wait()
        return count


@dataclass
class Peer:
    """One backplane under test."""

    name: str
    url: str
    pids: Callable[[], list[int]]
    found: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    async def measure(self, seconds: float) -> None:
        """Run every phase once."""
        hub, listener = Hub(), None
        if self.url == "memory":
            backplane: Backplane = MemoryBackplane(hub)
            other = MemoryBackplane(hub)
            await other.open()
            await backplane.open()
            Listening(other)
        else:
            backplane = await open_backplane(Settings(backplane=self.url))
            command = [sys.executable, "-m", "bench.scale", "--listen", self.url]
            listener = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
            assert listener.stdout is not None
            await listener.stdout.readline()
        publishing = Publishing(backplane)
        await backplane.ready()
        for phase in PHASES:
            measured = await publishing.phase(phase, seconds, lambda: cpu_seconds(self.pids()))
            if self.url == "memory":  # one process does both
                measured["listening"] = 0.0
            self.found.setdefault(phase, []).append(measured)
        await backplane.close()
        if listener is not None:
            listener.terminate()
            await listener.wait()

    def figure(self, phase: str, name: str) -> float:
        """Return the median of all rounds."""
        return median([one[name] for one in self.found[phase]])


async def listen(url: str) -> None:
    """Be the process that listens."""
    backplane = await open_backplane(Settings(backplane=url))
    Listening(backplane)
    await backplane.ready()
    print("ready", flush=True)
    await asyncio.Event().wait()


def table(peers: list[Peer]) -> str:
    """Return the result as Markdown."""
    heads = ["lag p50, ms", "lag p99, ms", "publishing, µs", "listening, µs", "server, µs"]
    heads += ["both processes", "messages a second"]
    lines = [f"| | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    for phase in PHASES:
        base = peers[0].figure(phase, "publishing")
        for peer in peers:
            lag, late, out, into, server, rate = (
                peer.figure(phase, name)
                for name in ("p50", "p99", "publishing", "listening", "server", "rate")
            )
            lines.append(
                f"| {phase}, {peer.name} | {lag:.2f} | {late:.2f} | {out:.1f} | {into:.1f} | "
                f"{server:.1f} | {(out + into) / base:.1f} of memory | {rate:,.0f} |"
            )
    return "\n".join(lines)


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each phase")
    parser.add_argument("--listen", metavar="URL", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.listen:
        asyncio.run(listen(arguments.listen))
        return 0
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        print("this needs valkey-server or redis-server", file=sys.stderr)
        return 1
    redis, postgres = RedisServer(Path(program)), PostgresServer()
    try:
        peers = [
            Peer("memory", "memory", list),
            Peer(Path(program).stem.partition("-")[0], redis.url(), lambda: [redis.pid]),
            Peer("PostgreSQL", postgres.url(), lambda: tree(postgres.pid)),
        ]
        for _ in range(arguments.rounds):
            for peer in peers:
                asyncio.run(peer.measure(arguments.seconds))
        print(table(peers))
    finally:
        redis.close()
        postgres.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
