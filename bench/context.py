"""What a row gets to measure with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bench.browser import Chromium
from bench.common import ROOT, Result, Running
from bench.peers.peer import Peer


@dataclass
class Context:
    """One run of the bench.

    Attributes:
        peers: Whom to measure; ours first.
        quick: Measure less long and less often; targets are judged all the same.
        kept: What a row found that another one needs, too.
    """

    peers: list[Peer]
    quick: bool = False
    kept: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def pick(self, full: int, quick: int) -> int:
        """Return how many, by whether this is a quick run."""
        return quick if self.quick else full

    def among(self, names: Iterable[str]) -> list[Peer]:
        """Return those of the peers that are named."""
        return [peer for peer in self.peers if peer.name in set(names)]

    def speaking(self) -> list[Peer]:
        """Return the peers whose wire the bench speaks."""
        return [peer for peer in self.peers if peer.dialect is not None]

    def load(
        self, what: str, peer: Peer, running: Running, *args: object, front: bool = False
    ) -> Any:
        """Run the load generator in its own process and return what it saw.

        Args:
            what: Its command.
            peer: Whose wire to speak.
            running: Which server.
            args: Further arguments.
            front: Count only the server that browsers talk to, not the app behind it.
        """
        pids = ",".join(map(str, running.pids(server_only=front)))
        fixed = ["--peer", peer.name, "--url", running.url, "--pids", pids]
        command = [sys.executable, "-m", "bench.loadgen", what, *fixed, *map(str, args)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
        if ran.returncode:
            raise RuntimeError(ran.stderr[-2000:])
        return json.loads(ran.stdout)

    @cached_property
    def chromium(self) -> Chromium:
        """The browser, started when it is first needed."""
        return Chromium()

    def close(self) -> None:
        """End the browser, if one was started."""
        if "chromium" in self.__dict__:
            self.chromium.close()


Measure = Callable[[Context], Iterable[Result]]


def missing(row: str, case: str, unit: str, peers: Iterable[str], why: str) -> list[Result]:
    """Return cells that say why nothing was measured."""
    return [Result(row, case, name, None, unit, note=why) for name in peers]


def others(context: Context) -> list[str]:
    """Return the names of the peers whose wire the bench does not speak."""
    return [peer.name for peer in context.peers if peer.dialect is None]
