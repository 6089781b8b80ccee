"""Ids that sort by time, and a clock that never stands still."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time

__all__ = ["ID_CHARS", "new_id", "now", "token_hash"]

ID_CHARS = 32
"""How long ids are."""

_lock = threading.Lock()
_last_ms = 0
_sequence = 0
_last_time = 0.0


def new_id() -> str:
    """Return a UUID of version 7 as 32 hexadecimal digits.

    Ids of one process sort in the order in which they were made, also when the clock goes back:
    48 bits of milliseconds, 12 bits that count within one, 62 random bits.

    >>> first, second = new_id(), new_id()
    >>> first < second, len(first), first[12]
    (True, 32, '7')
    """
    global _last_ms, _sequence
    with _lock:
        ms = max(time.time_ns() // 1_000_000, _last_ms)
        if ms > _last_ms:
            _sequence = secrets.randbits(10)
        else:
            _sequence += 1
            if _sequence > 0xFFF:
                ms, _sequence = ms + 1, 0
        _last_ms = ms
        sequence = _sequence
    high = ms << 16 | 0x7000 | sequence
    low = 0b10 << 62 | secrets.randbits(62)
    return f"{high:016x}{low:016x}"


def now() -> float:
    """Return the time in seconds since the epoch, later than any that it returned before."""
    global _last_time
    with _lock:
        _last_time = max(time.time(), _last_time + 1e-6)
        return _last_time


def token_hash(token: str) -> str:
    """Return what the store keeps of the token of a read-only link: a reader cannot open one."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
