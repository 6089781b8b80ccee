"""Drives a server from a process of its own and prints what it saw, as JSON.

python -m bench.loadgen sessions  --peer swell --url http://... --pids 1,2 --count 50 ...
python -m bench.loadgen broadcast --peer swell --url http://... --pids 1 --count 1000 ...
python -m bench.loadgen idle      --peer swell --url http://... --pids 1 --count 5000
python -m bench.loadgen chorus    --peer swell --url http://... --pids 1 --count 150 ...
python -m bench.loadgen pair      --peer swell --url http://... --pids 1 --lane {...} --lane {...}
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
import time
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from bench.apps import reply
from bench.common import cpu_seconds, many_files, percentile, rss_bytes
from bench.peers import PEERS
from bench.peers.peer import Dialect
from bench.wire import Loop, Socket

PAINT_S = 60.0


def connect(loop: Loop, dialect: Dialect, url: str, count: int, *, paint: bool) -> list[Socket]:
    """Open pages, each painted by the app before the next batch is begun."""
    sockets: list[Socket] = []
    painted: set[int] = set()

    def look(one: Socket, message: bytes, _now: float) -> None:
        if (back := dialect.answer(message)) is not None:
            one.send(back)
        if dialect.painted(message):
            painted.add(one.index)

    while len(sockets) < count:
        for _ in range(min(50, count - len(sockets))):
            one = Socket(url, dialect.path, len(sockets))
            for message in dialect.hello():
                one.send(message)
            loop.add(one)
            sockets.append(one)
        deadline = time.monotonic() + PAINT_S
        while paint and len(painted) < len(sockets) and time.monotonic() < deadline:
            loop.run(time.monotonic() + 0.01, look)
        loop.run(time.monotonic() + 0.001, look)
    if paint and len(painted) < count:
        raise RuntimeError(f"only {len(painted)} of {count} pages were painted")
    return sockets


@dataclass(slots=True)
class Session:
    """A chat in which one reply after another is streamed.

    Attributes:
        socket: Its connection.
        sent: When the prompt was sent that is being answered; infinite before the first.
        seen: Tokens of this reply that have arrived.
    """

    socket: Socket
    sent: float = float("inf")
    seen: int = 0


def sessions(args: argparse.Namespace) -> dict[str, object]:
    """Stream in all sessions at once and measure how late each token is, and what it costs."""
    dialect, loop = _dialect(args.peer), Loop()
    ends = list(accumulate(map(len, reply.tokens(args.tokens))))
    made = [Session(s) for s in connect(loop, dialect, args.url, args.count, paint=True)]
    rate, length = float(args.rate), args.tokens / args.rate
    prompt = f"say {args.tokens} {args.rate}"
    begin = time.monotonic()
    # Spread over the length of a reply, so that beginnings and ends do not coincide.
    starts = [(begin + length * i / len(made), i) for i in range(len(made))]
    heapq.heapify(starts)
    late: list[float] = []
    delivered = frames = 0
    measuring = False

    def look(one: Socket, message: bytes, now: float) -> None:
        nonlocal delivered, frames
        if (back := dialect.answer(message)) is not None:
            one.send(back)
            return
        position = dialect.position(message)
        if position is None:
            return
        session = made[one.index]
        seen = bisect_right(ends, position)
        if measuring:
            frames += 1
            delivered += max(0, seen - session.seen)
            late.extend(now - session.sent - i / rate for i in range(session.seen, seen))
        session.seen = max(session.seen, seen)
        if session.seen == args.tokens:
            session.seen = 0
            session.sent = now
            one.send(dialect.prompt("chatbot", prompt))

    def run_until(end: float) -> None:
        while starts and starts[0][0] < end:
            at, index = heapq.heappop(starts)
            loop.run(at, look)
            made[index].sent = time.monotonic()
            made[index].socket.send(dialect.prompt("chatbot", prompt))
        loop.run(end, look)

    run_until(begin + length + 1.0)
    measuring = True
    start, cpu, own = time.monotonic(), cpu_seconds(args.pids), time.process_time()
    size = sum(session.socket.size for session in made)
    run_until(start + args.seconds)
    took, cpu, own = (
        time.monotonic() - start,
        cpu_seconds(args.pids) - cpu,
        time.process_time() - own,
    )
    size = sum(session.socket.size for session in made) - size
    end = time.monotonic()
    # Tokens that were due in the window and have not come are at least this late.
    due = 0
    for session in made:
        now_due = min(args.tokens, int((end - session.sent) * rate))
        late.extend(end - session.sent - i / rate for i in range(session.seen, now_due))
        due += max(0, now_due - session.seen)
    loop.close()
    return {
        "seconds": took,
        "delivered": delivered,
        "outstanding": due,
        "frames": frames,
        "bytes": size,
        "cpu": cpu,
        "client_cpu": own,
        "p50_ms": percentile(late, 0.5) * 1000,
        "p99_ms": percentile(late, 0.99) * 1000,
    }


def broadcast(args: argparse.Namespace) -> dict[str, object]:
    """Let everybody watch one page that changes, and count."""
    dialect, loop = _dialect(args.peer), Loop()
    made = connect(loop, dialect, args.url, args.count, paint=False)
    beats = 0

    def look(one: Socket, message: bytes, _now: float) -> None:
        nonlocal beats
        if (back := dialect.answer(message)) is not None:
            beats += 1
            one.send(back)

    loop.run(time.monotonic() + 0.5, look)
    made[0].send(dialect.prompt("go", f"go {int(args.rate * (args.seconds + 3))} {args.rate}"))
    loop.run(time.monotonic() + 1.5, look)
    beats = 0
    before = [(one.frames, one.size) for one in made]
    start, cpu, own = time.monotonic(), cpu_seconds(args.pids), time.process_time()
    loop.run(start + args.seconds, look)
    took, cpu, own = (
        time.monotonic() - start,
        cpu_seconds(args.pids) - cpu,
        time.process_time() - own,
    )
    frames = sum(one.frames - b[0] for one, b in zip(made, before, strict=True)) - beats
    size = sum(one.size - b[1] for one, b in zip(made, before, strict=True))
    loop.close()
    return {
        "seconds": took,
        "frames": frames,
        "bytes": size,
        "cpu": cpu,
        "client_cpu": own,
        "rate": frames / took / args.count,
    }


def idle(args: argparse.Namespace) -> dict[str, object]:
    """Open pages and leave them be; the server's memory before and after, per page."""
    dialect, loop = _dialect(args.peer), Loop()
    connect(loop, dialect, args.url, 50, paint=True)  # what is needed once is not per page
    before = rss_bytes(args.pids)
    connect(loop, dialect, args.url, args.count, paint=True)
    loop.run(time.monotonic() + 2, _ignore)
    after = rss_bytes(args.pids)
    loop.close()
    return {"bytes": (after - before) / args.count, "before": before, "after": after}


def chorus(args: argparse.Namespace) -> dict[str, object]:
    """Send one prompt in many pages within a second, and read until nothing more comes."""
    dialect, loop = _dialect(args.peer), Loop()
    made = connect(loop, dialect, args.url, args.count, paint=True)

    def look(one: Socket, message: bytes, _now: float) -> None:
        if (back := dialect.answer(message)) is not None:
            one.send(back)

    start = time.monotonic()
    for page in made:
        loop.run(start + page.index / len(made), look)
        page.send(dialect.prompt("chatbot", args.prompt[0]))
    end = time.monotonic() + args.seconds
    size = -1
    while time.monotonic() < end or size != sum(page.size for page in made):
        size = sum(page.size for page in made)
        loop.run(time.monotonic() + 1, look)
    loop.close()
    return {"bytes": size}


def pair(args: argparse.Namespace) -> dict[str, object]:
    """Stream in two pages in turns, and count what a token of each costs its server.

    The pages may be of one server or of two. What else the machine does meets both alike, since a
    turn takes a second and a half; the first of each only warms up.
    """
    dialect, loop = _dialect(args.peer), Loop()
    lanes = [json.loads(lane) for lane in args.lane]
    last = reply.tokens(args.tokens)[-1].encode()
    done: set[int] = set()

    def look(socket: Socket, message: bytes, _now: float) -> None:
        if (back := dialect.answer(message)) is not None:
            socket.send(back)
        if last in message:
            done.add(socket.index)

    pages = []
    for number, lane in enumerate(lanes):
        page = connect(loop, dialect, lane["url"], lane["others"] + 1, paint=True)[-1]
        page.index = -1 - number  # unlike those of the others
        pages.append(page)

    def say(page: Socket, prompt: str) -> None:
        done.discard(page.index)
        page.send(dialect.prompt("chatbot", prompt))

    def finish(page: Socket) -> None:
        deadline = time.monotonic() + 60
        while page.index not in done:
            if time.monotonic() > deadline:
                raise RuntimeError("an answer did not end")
            loop.run(time.monotonic() + 0.02, look)

    for page, lane in zip(pages, lanes, strict=True):
        for prompt in lane["before"]:
            say(page, prompt)
            finish(page)
    costs: list[list[float]] = [[] for _ in lanes]
    for turn in range(args.turns + 1):
        for page, lane, into in zip(pages, lanes, costs, strict=True):
            say(page, lane["prompt"])
            loop.run(time.monotonic() + 0.25, look)  # while the answer is begun
            cpu = cpu_seconds(lane["pids"])
            loop.run(time.monotonic() + args.seconds, look)
            cpu = cpu_seconds(lane["pids"]) - cpu
            finish(page)
            if turn:
                into.append(cpu / (args.seconds * args.rate))
    loop.close()
    return {"costs": costs}


def _ignore(_one: Socket, _message: bytes, _now: float) -> None:
    """Take a message and do nothing."""


def _dialect(name: str) -> Dialect:
    dialect = PEERS[name].dialect
    assert dialect is not None
    return dialect


COMMANDS = {f.__name__: f for f in (sessions, broadcast, idle, chorus, pair)}


def main() -> int:
    """Run one command."""
    many_files()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=list(COMMANDS))
    parser.add_argument("--peer", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--pids", required=True, type=lambda t: [int(x) for x in t.split(",")])
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=300)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("--lane", action="append", default=[])
    parser.add_argument("--prompt", action="append", default=[])
    args = parser.parse_args()
    json.dump(COMMANDS[args.what](args), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
