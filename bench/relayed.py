"""What does it cost to watch an answer at another process than the one that makes it?

python -m bench.relayed [--rounds 3] [--chats 10] [--watchers 4]

Two processes of one `@chat` app on one PostgreSQL. Each answer streams at 50 tokens a second to the
tab of who asked, at the first process, and to some more tabs of the same user: at the first process
too (*local*), or at the second one (*relayed*), in turn. CPU is user and system time of both
processes for each frame that reached any tab. Lag is from the tab of who asked to the others: when
a length of the text was seen there, and when here.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.postgres import PostgresServer
from tests.redis_server import RedisServer

from .common import ROOT, cpu_seconds, median, percentile, tree
from .peers.swell_chat import PEER, ChatWire
from .wire import Loop, Socket

APP = ROOT / "bench" / "apps" / "service_chat.py"
THREAD = re.compile(rb"#(t/[0-9a-f]{32})")
TOKENS = 600
WINDOW_S = 5.0
DIALECT = ChatWire()


@contextmanager
def service(
    database: str, backplane: str, app: Path = APP, **more: str
) -> Iterator[tuple[list[str], list[int]]]:
    """Serve an app with two processes; give their addresses and process ids."""
    environment = {
        **PEER.env,
        **more,
        "SWELL_DATABASE_URL": database,
        "SWELL_BACKPLANE": backplane,
        "SWELL_USER_HEADER": "x-user",
        "SWELL_PROMPTS_PER_MINUTE": "0",
        "SWELL_TAB_RATE_PER_S": "10000",
        "SWELL_TAB_BURST": "10000",
        "PATH": str(Path(sys.executable).parent),
    }
    with ExitStack() as stack:
        urls, pids = [], []
        for _ in range(2):
            command = [sys.executable, "-m", "swell", "run", str(app), "--port", "0"]
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            assert process.stdout is not None
            address = re.search(r"http://[^/ ]+", process.stdout.readline())
            assert address is not None, "it has not started"
            urls.append(address[0])
            pids.append(process.pid)
        yield urls, pids


class Round:
    """Some answers, each seen by who asked and by others.

    Args:
        asked: Address of the process that makes the answers.
        watched: Address of the process of the other tabs.
        chats: How many answers.
        watchers: How many other tabs each has.
    """

    def __init__(self, asked: str, watched: str, chats: int, watchers: int) -> None:
        self._watched, self._chats, self._watchers = watched, chats, watchers
        self._loop = Loop()
        self._sockets: list[tuple[Socket, int, bool]] = []  # of which chat, and who asked
        self._threads: dict[int, str] = {}
        self._painted: set[int] = set()
        self.frames = 0
        self.seen: dict[int, list[tuple[int, float]]] = {}  # by socket: lengths and times
        for chat in range(chats):
            self._open(asked, chat, "", asks=True)

    def _open(self, url: str, chat: int, address: str, *, asks: bool) -> None:
        one = Socket(url, DIALECT.path, len(self._sockets), {"X-User": f"user-{chat}"})
        [hello] = DIALECT.hello()
        one.send(hello.replace(b'"hash":""', f'"hash":"{address}"'.encode()))
        self._loop.add(one)
        self._sockets.append((one, chat, asks))

    def _look(self, one: Socket, message: bytes, now: float) -> None:
        if (back := DIALECT.answer(message)) is not None:
            one.send(back)
        if DIALECT.painted(message):
            self._painted.add(one.index)
        _, chat, asks = self._sockets[one.index]
        if asks and chat not in self._threads and (found := THREAD.search(message)):
            self._threads[chat] = found[1].decode()
        if message.startswith(b"["):
            self.frames += 1
            if (length := DIALECT.position(message)) is not None:
                self.seen.setdefault(one.index, []).append((length, now))

    def _until(self, done: str) -> None:
        deadline = time.monotonic() + 60
        counts = {"painted": lambda: len(self._painted), "threads": lambda: len(self._threads)}
        wanted = {"painted": len(self._sockets), "threads": self._chats}[done]
        while counts[done]() < wanted:
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {counts[done]()} of {wanted}: {done}")
            self._loop.run(time.monotonic() + 0.01, self._look)

    def measure(self, pids: list[int]) -> tuple[float, float, float]:
        """Return microseconds of CPU a frame, and the median and 99th percentile of the lag, ms."""
        self._until("painted")
        for one, chat, _ in list(self._sockets):
            one.send(DIALECT.prompt("chat", f"say {TOKENS} 50 {chat}"))
        self._until("threads")
        for chat, address in sorted(self._threads.items()):
            for _ in range(self._watchers):
                self._open(self._watched, chat, address, asks=False)
        self._until("painted")
        self._loop.run(time.monotonic() + 1.0, self._look)
        self.frames = 0
        self.seen.clear()
        before = cpu_seconds(pids)
        self._loop.run(time.monotonic() + WINDOW_S, self._look)
        used, frames = cpu_seconds(pids) - before, self.frames
        self._loop.close()
        lags = self._lags()
        return used / frames * 1e6, 1000 * median(lags), 1000 * percentile(lags, 0.99)

    def _lags(self) -> list[float]:
        """Return how much later the other tabs saw each length of the text."""
        found = []
        for one, chat, asks in self._sockets:
            if asks:
                continue
            asked = self.seen[next(o.index for o, c, a in self._sockets if c == chat and a)]
            watched = self.seen.get(one.index, [])
            lengths = [length for length, _ in watched]
            for length, at in asked[5:-5]:
                place = bisect_left(lengths, length)
                if place < len(watched):
                    found.append(watched[place][1] - at)
        return found


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chats", type=int, default=10)
    parser.add_argument("--watchers", type=int, default=4, help="of each answer")
    arguments = parser.parse_args()
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        print("this needs valkey-server or redis-server", file=sys.stderr)
        return 1
    postgres, redis = PostgresServer(), RedisServer(Path(program))
    heads = "CPU a frame, µs", "of local", "lag p50, ms", "lag p99, ms"
    print(f"| | {' | '.join(heads)} |\n| --- |{' ---: |' * len(heads)}")
    try:
        subprocess.run(
            [sys.executable, "-m", "swell", "db", "upgrade", "--url", postgres.url()],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for name, backplane in (("PostgreSQL", postgres.url()), (program, redis.url())):
            found: dict[str, list[tuple[float, float, float]]] = {"local": [], "relayed": []}
            with service(postgres.url(), backplane) as ((one, two), processes):
                for _ in range(arguments.rounds):
                    for case, watched in (("local", one), ("relayed", two)):
                        pids = [pid for process in processes for pid in tree(process)]
                        made = Round(one, watched, arguments.chats, arguments.watchers)
                        found[case].append(made.measure(pids))
            base = median([cpu for cpu, _, _ in found["local"]])
            for case, rounds in found.items():
                cpu, lag, late = (median(list(values)) for values in zip(*rounds, strict=True))
                print(
                    f"| {Path(name).name}, {case} | {cpu:.0f} | {cpu / base:.2f} |"
                    f" {lag:.1f} | {late:.1f} |",
                    flush=True,
                )
    finally:
        redis.close()
        postgres.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
