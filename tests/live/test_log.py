"""Log: how far back a client may come from."""

from __future__ import annotations

import pytest

from swell.live.log import Log, op_size
from swell.live.ops import Append, Op


def token(i: int) -> list[Op]:
    return [Append(["c", "data", 0, "text"], i, "x")]


def add(log: Log, ops: list[Op], now: float) -> None:
    log.add(ops, sum(map(op_size, ops)), now)


def filled(log: Log, count: int) -> Log:
    for i in range(count):
        add(log, token(i), float(i))
    return log


def test_patches_are_numbered_from_one_without_gaps() -> None:
    log = Log(10, 10_000, 100)
    assert (log.seq, log.oldest) == (0, 1)
    filled(log, 3)
    assert [patch.seq for patch in log.after(0)] == [1, 2, 3]
    assert (log.seq, log.oldest) == (3, 1)


def test_what_came_after_a_position_is_returned_in_order() -> None:
    log = filled(Log(10, 10_000, 100), 5)
    assert [patch.seq for patch in log.after(2)] == [3, 4, 5]
    assert [patch.ops for patch in log.after(3)] == [token(3), token(4)]
    assert log.after(5) == []


def test_a_new_log_covers_nothing_but_its_beginning() -> None:
    log = Log(10, 10_000, 100)
    assert [seq for seq in range(-3, 4) if log.covers(seq)] == [0]


def test_it_keeps_at_most_so_many_patches() -> None:
    log = filled(Log(3, 10_000, 100), 5)
    assert log.oldest == 3
    assert [seq for seq in range(-1, 8) if log.covers(seq)] == [2, 3, 4, 5]


def test_it_keeps_at_most_so_many_bytes() -> None:
    size = op_size(*token(0))
    log = filled(Log(9, 2 * size + 1, 100), 5)
    assert log.oldest == 4


def test_a_patch_larger_than_the_ring_leaves_nobody_behind_it() -> None:
    log = filled(Log(9, 1000, 100), 3)
    big: list[Op] = [Append(["c", "data", 0, "text"], 0, "x" * 1000)]
    add(log, big, 3)
    assert [seq for seq in range(-1, 6) if log.covers(seq)] == [4]
    add(log, token(9), 4)
    assert [seq for seq in range(-1, 7) if log.covers(seq)] == [4, 5]


@pytest.mark.parametrize(("age", "oldest"), [(10.0, 1), (2.0, 3), (0.0, 5)])
def test_it_keeps_patches_for_so_long(age: float, oldest: int) -> None:
    assert filled(Log(9, 10_000, age), 5).oldest == oldest


def test_old_patches_go_also_when_no_other_comes() -> None:
    log = filled(Log(10, 10_000, 100), 3)
    kept = log.expire(2.0)
    assert (kept, log.oldest) == (3 * op_size(token(0)[0]), 1)
    assert (log.expire(101.5), log.oldest) == (op_size(token(2)[0]), 3)
    assert (log.expire(500.0), log.oldest) == (0, 4)
    assert [seq for seq in range(5) if log.covers(seq)] == [3]
