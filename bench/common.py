"""What all rows need: processes and what the kernel says of them, statistics, the machine."""

from __future__ import annotations

import contextlib
import json
import math
import os
import platform
import resource
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

BENCH = Path(__file__).parent
ROOT = BENCH.parent
APPS = BENCH / "apps"
ENVS = BENCH / ".envs"
RESULTS = BENCH / "results"
START_S = 60.0


# ------------------------------------------------------------------------------ processes


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                todo += map(int, task.read_text().split())
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the user and system time that processes have used, threads included.

    The clock of another process has nanoseconds; /proc/PID/stat only has hundredths of a second.
    """
    total = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):  # it has ended
            total += time.clock_gettime((~pid << 3) | 2)
    return total


def rss_bytes(pids: Iterable[int]) -> int:
    """Return the resident memory of processes, added up."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            total += pages * resource.getpagesize()
    return total


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def many_files() -> None:
    """Let this process and its children open as many sockets as the system permits."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Process:
    """A server under test, started in the background.

    Args:
        command: Program and arguments.
        log: Where its output goes.
        env: Added to this process's environment; an empty value removes a name.
        cwd: Where it runs.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path = APPS,
    ) -> None:
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env={k: v for k, v in {**os.environ, **(env or {})}.items() if v},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid

    def check(self) -> None:
        """Raise if the process has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it and what it started."""
        pids = tree(self.pid)
        self._process.terminate()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid in pids[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)


class Running:
    """A peer that is serving.

    Attributes:
        url: Address of its page.
        processes: Its servers; the first is the one that browsers talk to.
        notes: File into which its app writes what it measured.
    """

    def __init__(self, url: str, processes: list[Process], notes: Path) -> None:
        self.url = url
        self.processes = processes
        self.notes = notes

    @property
    def port(self) -> int:
        """Port of the page."""
        return int(self.url.split(":")[2].split("/")[0])

    def pids(self, *, server_only: bool = False) -> list[int]:
        """Return all processes of the peer, or those of its front server alone."""
        servers = self.processes[:1] if server_only else self.processes
        return [pid for process in servers for pid in tree(process.pid)]

    def read_notes(self) -> list[dict[str, Any]]:
        """Return what the app has noted."""
        if not self.notes.exists():
            return []
        return [json.loads(line) for line in self.notes.read_text().splitlines()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            process.stop()


def wait_for(url: str, *processes: Process, interval: float = 0.005) -> None:
    """Wait until a GET of `url` is answered with 200."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        for process in processes:
            process.check()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  # our own URL
                if answer.status == 200:
                    answer.read()
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(interval)
    raise RuntimeError(f"{url} was not served within {START_S:.0f} s")


# ----------------------------------------------------------------------------- statistics


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the lower median."""
    return percentile(values, 0.5)


@dataclass
class Result:
    """One cell of the table.

    Attributes:
        row: Name of the row's module.
        case: What was varied, such as `50 sessions`.
        peer: Whom it is about.
        value: What was measured; None when it was not, and `note` says why.
        unit: Unit of the value.
        limit: What ours must reach, None where nothing is promised.
        least: Whether the limit is a lower bound.
        note: Spread, samples, or why it was not measured.
        text: Shown in place of the value, such as `over 60,000`.
    """

    row: str
    case: str
    peer: str
    value: float | None
    unit: str
    limit: float | None = None
    least: bool = False
    note: str = ""
    text: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none or nothing was measured."""
        if self.limit is None:
            return None
        if self.value is None or math.isnan(self.value):
            return False if self.text else None
        return self.value >= self.limit if self.least else self.value <= self.limit


# -------------------------------------------------------------------------------- machine


def machine() -> dict[str, str]:
    """Describe this machine, as far as it concerns the figures."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "memory": f"{memory} MB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _busy() -> tuple[float, float]:
    """Return the machine's busy and total time since it started, in seconds of one core."""
    fields = [int(x) for x in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    tick = os.sysconf("SC_CLK_TCK")
    return (sum(fields) - fields[3] - fields[4]) / tick, sum(fields) / tick


def _ours() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = tree(os.getpid())
    known = cpu_seconds(children) + ended.ru_utime + ended.ru_stime
    return known + sum(_waited_for(pid) for pid in children if pid != os.getpid())


def _waited_for(pid: int) -> float:
    """Return the seconds that processes used which another one started and saw end.

    A browser does so with a process for each page.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended itself
        return 0.0
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Load:
    """How much of the machine others used while something was measured.

    Attributes:
        others: Share of all cores that was not idle and not ours, 0 to 1.
        average: The load average of one minute at the beginning and at the end, ours included.
    """

    others: float = math.nan
    average: tuple[float, float] = (math.nan, math.nan)
    _begin: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0), repr=False)

    @contextlib.contextmanager
    def watch(self) -> Iterator[Self]:
        """Note the load of the machine around a block."""
        before, ours = _busy(), _ours()
        average = os.getloadavg()[0]
        yield self
        after = _busy()
        busy, total = after[0] - before[0], after[1] - before[1]
        if total > 0:
            self.others = max(0.0, busy - (_ours() - ours)) / total
        self.average = (average, os.getloadavg()[0])
