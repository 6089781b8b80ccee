"""What does it cost to watch a broadcast page at another process than its owner?

python -m bench.shared_page [--rounds 3] [--watchers 1000] [--seconds 5]

Two processes of one app on one PostgreSQL. A note on a page changes 20 times a second. One tab is
connected to the owner of the page, and the others are connected to the owner as well (*local*), all
to the other process (*relayed*), or half to each (*halves*), in turn. CPU is user and system time
of both processes for each frame that reached any tab, without the backplane's server. Lag is from
the first tab to the others: when a note was seen there, and when here.
"""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.postgres import PostgresServer
from tests.redis_server import RedisServer

from .common import ROOT, cpu_seconds, many_files, median, percentile, tree
from .peers.swell import SwellWire
from .relayed import service
from .wire import Loop, Socket

APP = ROOT / "bench" / "apps" / "swell_broadcast.py"
RATE = 20
NOTE = re.compile(rb'"(\d{6}) ')
DIALECT = SwellWire()
SAMPLE = 50  # tabs whose lag is measured; all count for CPU


class Round:
    """One tab at the owner, and many others.

    Args:
        owner: Address of the owner.
        places: Addresses that the other tabs take turns with.
        watchers: How many others.
    """

    def __init__(self, owner: str, places: list[str], watchers: int) -> None:
        self._loop = Loop()
        self._sockets: list[Socket] = []
        self._painted: set[int] = set()
        self.frames = 0
        self.seen: dict[int, dict[int, float]] = {}
        self._open(owner)
        self._until_painted()
        for place in itertools.islice(itertools.cycle(places), watchers):
            self._open(place)
            if len(self._sockets) % 50 == 0:
                self._until_painted()
        self._until_painted()

    def _open(self, url: str) -> None:
        one = Socket(url, DIALECT.path, len(self._sockets), {"X-User": "bench"})
        [hello] = DIALECT.hello()
        one.send(hello)
        self._loop.add(one)
        self._sockets.append(one)

    def _look(self, one: Socket, message: bytes, now: float) -> None:
        if (back := DIALECT.answer(message)) is not None:
            one.send(back)
        if message.startswith(b"["):
            self.frames += 1
            if one.index <= SAMPLE and (found := NOTE.search(message)):
                self.seen.setdefault(one.index, {})[int(found[1])] = now
        if one.index not in self._painted and DIALECT.painted(message):
            self._painted.add(one.index)

    def _until_painted(self) -> None:
        deadline = time.monotonic() + 30
        while len(self._painted) < len(self._sockets):
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {len(self._painted)} of {len(self._sockets)} pages")
            self._loop.run(time.monotonic() + 0.01, self._look)

    def measure(self, pids: list[int], seconds: float) -> tuple[float, float, float, float]:
        """Return CPU a frame in microseconds, lag at the median and p99 in ms, share of frames."""
        self._sockets[0].send(DIALECT.prompt("go", f"go {int(RATE * (seconds + 3))} {RATE}"))
        self._loop.run(time.monotonic() + 1.5, self._look)
        self.frames = 0
        self.seen.clear()
        before, began = cpu_seconds(pids), time.monotonic()
        self._loop.run(began + seconds, self._look)
        used, frames, took = cpu_seconds(pids) - before, self.frames, time.monotonic() - began
        self._loop.run(time.monotonic() + 2.0, self._look)
        self._loop.close()
        first = self.seen.pop(0)
        lags = [
            at - first[number]
            for notes in self.seen.values()
            for number, at in notes.items()
            if number in first
        ]
        share = frames / (took * RATE * len(self._sockets))
        return 1e6 * used / frames, 1000 * median(lags), 1000 * percentile(lags, 0.99), share


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        print("this needs valkey-server or redis-server", file=sys.stderr)
        return 1
    many_files()
    postgres, redis = PostgresServer(), RedisServer(Path(program))
    heads = "CPU a frame, µs", "of local", "lag p50, ms", "lag p99, ms", "of the frames due"
    print(f"| | {' | '.join(heads)} |\n| --- |{' ---: |' * len(heads)}")
    roomy = {
        "SWELL_SOCKETS_PER_SESSION": "10000",
        "SWELL_TABS_PER_SESSION": "10000",
        "SWELL_CONNECTIONS_MAX": "10000",
        "SWELL_RECONNECT_TIMEOUT_S": "0",
        "PYTHONPATH": str(APP.parent),
    }
    try:
        upgrade = [sys.executable, "-m", "swell", "db", "upgrade", "--url", postgres.url()]
        subprocess.run(upgrade, check=True, stdout=subprocess.DEVNULL)
        for name, backplane in ((Path(program).name, redis.url()), ("PostgreSQL", postgres.url())):
            found: dict[str, list[tuple[float, float, float, float]]] = {}
            with service(postgres.url(), backplane, APP, **roomy) as ((one, two), processes):
                pids = [pid for process in processes for pid in tree(process)]
                for _ in range(arguments.rounds):
                    places = {"local": [one], "relayed": [two], "halves": [one, two]}
                    for case, at in places.items():
                        made = Round(one, at, arguments.watchers)
                        found.setdefault(case, []).append(made.measure(pids, arguments.seconds))
                        time.sleep(7.0)  # the owner gives up the page, so that the next is new
            base = median([cpu for cpu, *_ in found["local"]])
            for case, rounds in found.items():
                cpu, lag, late, share = (median(list(v)) for v in zip(*rounds, strict=True))
                print(
                    f"| {name}, {case} | {cpu:.1f} | {cpu / base:.2f} | {lag:.1f} | {late:.1f} |"
                    f" {share:.0%} |",
                    flush=True,
                )
    finally:
        redis.close()
        postgres.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
