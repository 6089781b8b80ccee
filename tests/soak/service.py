"""Two workers on PostgreSQL, as `swell run --workers 2` starts them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.faults.chat.rig import ChatProcess

__all__ = ["Service"]

WORKERS = 2


class Service(ChatProcess):
    """A service whose workers can be killed, except the first: its memory is measured.

    Attributes:
        kept: Process id of the first worker.
    """

    def __init__(self, folder: Path, url: str, env: dict[str, str]) -> None:
        more = {**env, "SWELL_WORKERS": str(WORKERS)}
        super().__init__(folder, url, more, app="tests.soak.app")
        self.kept = self.workers()[0]

    def workers(self) -> list[int]:
        """Return the process ids of the workers, in the order of their start."""
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [
            int(child)
            for child in children
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def kill_worker(self) -> bool:
        """Kill a worker other than the first; return whether there was one."""
        others = [pid for pid in self.workers() if pid != self.kept]
        for pid in others[:1]:
            os.kill(pid, signal.SIGKILL)
        return bool(others)

    def memory(self) -> int:
        """Return how many bytes of the first worker are in RAM."""
        status = Path(f"/proc/{self.kept}/status").read_text()
        assert "VmRSS:" in status, "the first worker has ended"
        return int(status.partition("VmRSS:")[2].split()[0]) << 10

    def errors(self) -> tuple[int, list[str]]:
        """Return how many killed workers were replaced, and the other errors of the log."""
        lines = [line for line in self.log if "Traceback" in line or "ERROR" in line]
        # One of two, by whether it accepted requests already; both say that another is started.
        other = [line for line in lines if "ended with signal 9 (SIGKILL)" not in line]
        return len(lines) - len(other), other
