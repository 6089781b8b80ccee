"""How many connections there may be, which of them make room for others, and their deadlines."""

from __future__ import annotations

import asyncio
import errno
import logging
import sys

import pytest

from swell.server.tcp import Deadlines, Stage, TcpConnections, connections_allowed
from swell.settings.table import Settings

pytestmark = pytest.mark.anyio

SETTINGS = Settings(
    header_timeout_s=10, body_timeout_s=30, body_bytes_per_s=1000, keep_alive_s=5, slow_reader_s=20
)


class Fake:
    """A connection that remembers whether it was given up."""

    def __init__(self, stage: Stage, peer: str = "", opened_at: float = 0.0) -> None:
        self._stage, self.peer, self.opened_at = stage, peer, opened_at
        self.given_up = False

    def stage(self) -> Stage:
        return self._stage

    def check(self, now: float) -> None: ...

    def give_up(self) -> None:
        self.given_up = True


def full(*connections: Fake) -> TcpConnections:
    tcp = TcpConnections(SETTINGS, len(connections))
    assert all(map(tcp.add, connections))
    return tcp


def test_who_asked_for_nothing_makes_room_and_the_peer_with_most_of_them_first() -> None:
    many = [Fake(Stage.WAITING, "198.51.100.1", number) for number in range(3)]
    one = Fake(Stage.WAITING, "203.0.113.7", -1.0)
    tcp = full(one, *reversed(many))
    assert tcp.add(Fake(Stage.WAITING))
    assert [fake.given_up for fake in (one, *many)] == [False, True, False, False]
    assert len(tcp) == 4


@pytest.mark.parametrize("stage", [Stage.SENDING, Stage.UNUSED])
def test_what_is_at_work_makes_room_only_if_its_peer_has_many(stage: Stage) -> None:
    few = [Fake(stage, f"198.51.100.{number % 2}") for number in range(16)]
    assert not full(*few).add(Fake(Stage.WAITING))
    many = [Fake(stage, "198.51.100.1", number) for number in range(16)]
    assert full(*many).add(Fake(Stage.WAITING))
    assert [fake.given_up for fake in many] == [True] + 15 * [False]


def test_what_somebody_would_miss_stays_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    used = [Fake(Stage.USED, "198.51.100.1") for _ in range(20)]
    tcp = full(*used)
    assert not any(tcp.add(Fake(Stage.WAITING)) for _ in range(100))
    assert not any(fake.given_up for fake in used)
    assert caplog.messages == ["refused a connection: all 20 are in use (setting connections_max)"]


async def test_that_the_system_has_no_more_files_is_one_line_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waiting = [Fake(Stage.WAITING) for _ in range(100)]
    tcp = full(*waiting)
    loop = asyncio.get_running_loop()
    tcp.start()
    for _ in range(2000):
        context = {
            "message": "socket.accept() out of system resource",
            "exception": OSError(errno.EMFILE, "Too many open files"),
        }
        loop.call_exception_handler(context)
    tcp.stop()
    loop.set_exception_handler(None)
    assert all(fake.given_up for fake in waiting)  # one at a time, until there are files again
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == [
        "cannot accept connections for a second: Too many open files",
        "closed connections that asked for nothing: all 100 are open (setting connections_max)",
    ]


class FewFiles:
    """Stands for the module `resource`, with its limits."""

    RLIMIT_NOFILE, RLIM_INFINITY = 7, -1

    def __init__(self, soft: int, hard: int) -> None:
        self.soft, self.hard = soft, hard

    def getrlimit(self, _kind: int) -> tuple[int, int]:
        return self.soft, self.hard

    def setrlimit(self, _kind: int, limits: tuple[int, int]) -> None:
        self.soft, self.hard = limits


def test_the_bound_leaves_a_quarter_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    files = FewFiles(256, 1024)
    monkeypatch.setitem(sys.modules, "resource", files)
    monkeypatch.setattr(sys, "platform", "linux")
    assert connections_allowed(100) == 100
    assert files.soft == 256  # which was enough
    assert connections_allowed(0) == 768
    assert files.soft == 1024  # as far as it may be raised
    assert connections_allowed(5000) == 768
    files.hard = files.RLIM_INFINITY
    assert connections_allowed(0) == 10_000
    assert connections_allowed(5000) == 5000


def test_the_head_of_a_request_has_a_deadline_whatever_trickles_in() -> None:
    deadlines = Deadlines(SETTINGS, 0.0)
    assert not deadlines.late(Stage.WAITING, 0, 9.9)
    assert deadlines.late(Stage.WAITING, 0, 10.0)
    deadlines.answered(20.0)
    assert not deadlines.late(Stage.WAITING, 0, 34.9)
    assert deadlines.late(Stage.WAITING, 0, 35.0)


def test_the_body_of_a_request_earns_its_time() -> None:
    deadlines = Deadlines(SETTINGS, 0.0)
    deadlines.arrived(1, 0.0)
    assert deadlines.late(Stage.SENDING, 0, 30.1)
    deadlines.arrived(99_999, 30.0)
    assert not deadlines.late(Stage.SENDING, 0, 129.0)
    deadlines.held(10.0)  # the application did not read it
    assert not deadlines.late(Stage.SENDING, 0, 139.0)
    assert deadlines.late(Stage.SENDING, 0, 140.1)


def test_a_reader_who_takes_nothing_is_given_up_and_a_slow_one_is_not() -> None:
    deadlines = Deadlines(SETTINGS, 0.0)
    assert not deadlines.late(Stage.USED, 1000, 1.0)
    assert not deadlines.late(Stage.USED, 999, 20.9)
    assert not deadlines.late(Stage.USED, 999, 40.8)
    assert deadlines.late(Stage.USED, 999, 41.0)
