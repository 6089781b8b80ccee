"""Limits by peer: its address, its rates, and rate-limited log lines.

A peer is the source address of a connection, or the one named by a trusted proxy. For IPv6 it is
the /64 network, because providers assign whole networks.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeAlias

from swell.live.connection import Bucket

__all__ = [
    "KEYS_MAX",
    "LogLimiter",
    "RateLimiter",
    "address_of",
    "audited_peer",
    "is_proxy",
    "is_this_machine",
    "peer_of",
]

KEYS_MAX = 10_000
"""Peers that a limiter remembers; the least recently active is forgotten first."""

UNKNOWN = "unknown"
"""All peers whose address makes no sense, together."""

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


# ----------------------------------------------------------------------------------- addresses


def address_of(scope: Mapping[str, Any], trusted_proxies: tuple[str, ...]) -> str:
    """Return the address of the user behind an ASGI connection.

    That is the peer of the connection. If the peer is a trusted proxy, it is the last address in
    `X-Forwarded-For` that is not a trusted proxy: entries before it are not trustworthy.

    Args:
        scope: Scope of a request or of a WebSocket.
        trusted_proxies: The setting of that name.

    Returns:
        An IP address, `unknown` for other text, or empty if the server has no peer, as with a Unix
        socket.
    """
    client = scope.get("client")
    if not client:
        return ""
    networks = _networks(trusted_proxies)
    found = _ip(str(client[0]))
    if found is None:
        return UNKNOWN
    if not _trusted(found, networks):
        return str(found)
    for text in reversed(_forwarded_for(scope)):
        hop = _ip(text)
        if hop is None:
            return UNKNOWN
        found = hop
        if not _trusted(hop, networks):
            break
    return str(found)


def peer_of(address: str) -> str:
    """Return what an address is counted as: itself, or its IPv6 network of 64 bits."""
    found = _ip(address)
    if isinstance(found, ipaddress.IPv6Address) and not found.is_loopback:
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return address


def audited_peer(address: str) -> str:
    """Return an address for the audit log: as `peer_of`, and empty for this machine."""
    return "" if is_this_machine(address) else peer_of(address)


def is_this_machine(address: str) -> bool:
    """Return whether an address is this machine's, where all users may come through a proxy."""
    found = _ip(address)
    return not address or (found is not None and found.is_loopback)


def is_proxy(address: str, trusted_proxies: tuple[str, ...]) -> bool:
    """Return whether many users may share an address: a trusted proxy's, or this machine's."""
    found = _ip(address)
    return is_this_machine(address) or (
        found is not None and _trusted(found, _networks(trusted_proxies))
    )


def _forwarded_for(scope: Mapping[str, Any]) -> list[str]:
    """Return the hops of all headers of that name, the first one first."""
    found = [value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    return [hop for hop in b",".join(found).decode("latin-1").split(",") if hop.strip()]


def _ip(text: str) -> _Address | None:
    """Read an address as proxies write it: with a port, in brackets, with a zone."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _trusted(address: _Address, networks: tuple[_Network, ...]) -> bool:
    return any(address in network for network in networks)


@functools.lru_cache(maxsize=16)
def _networks(trusted_proxies: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(map(ipaddress.ip_network, trusted_proxies))


# --------------------------------------------------------------------------------------- rates


class RateLimiter:
    """A token bucket for each key: `burst` at once, then `rate` a second.

    Args:
        rate: Tokens a second.
        burst: Tokens that a key has at first, and at most.
        keys_max: Keys that are remembered.
    """

    def __init__(self, rate: float, burst: float, keys_max: int = KEYS_MAX) -> None:
        self._rate, self._burst, self._keys_max = rate, burst, keys_max
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """Take a token of a key; return 0, or the seconds until there is one.

        Args:
            key: Whose token.
            now: Seconds of a monotonic clock.
        """
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, self._burst, now)
            if len(self._buckets) > self._keys_max:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(now)

    def give(self, key: str) -> None:
        """Put a token of a key back."""
        if (bucket := self._buckets.get(key)) is not None:
            bucket.give()

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._buckets)


class LogLimiter:
    """Logs one line of a kind in a while, and with the next one how many were left out.

    Args:
        log: Where to.
        every_s: Least time between two lines of a kind, in seconds.
    """

    def __init__(self, log: logging.Logger, every_s: float = 60.0) -> None:
        self._log = log
        self._every_s = every_s
        self._said: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def warning(self, kind: str, message: str, *args: object, now: float | None = None) -> None:
        """Log a warning; see `log`."""
        self.log(logging.WARNING, kind, message, *args, now=now)

    def log(
        self, level: int, kind: str, message: str, *args: object, now: float | None = None
    ) -> None:
        """Log a line, unless one of its kind was logged a short while ago.

        Args:
            level: As for `logging`.
            kind: Lines of one kind count together, such as a setting and a peer.
            message: As for `logging`.
            args: As for `logging`.
            now: Seconds of a monotonic clock; the present when left out.
        """
        more = self.more(kind, time.monotonic() if now is None else now)
        if more is not None:
            self._log.log(level, f"{message}{more}", *args)

    def more(self, kind: str, now: float) -> str | None:
        """Return what to add to a line that is due now, or None if it is to be left out."""
        at, left_out = self._said.get(kind, (now - self._every_s, 0))
        if now - at < self._every_s:
            self._said[kind] = (at, left_out + 1)
            return None
        self._said[kind] = (now, 0)
        self._said.move_to_end(kind)
        if len(self._said) > KEYS_MAX:
            self._said.popitem(last=False)
        return f" ({left_out} more since the last such line)" if left_out else ""


class SeldomWarnings(logging.Filter):
    """A filter for the logger of a library that warns of whatever a peer sends: once a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._limiter = LogLimiter(logging.getLogger())

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a warning pass if none like it has passed for a while."""
        if record.levelno != logging.WARNING:
            return True
        more = self._limiter.more(str(record.msg), time.monotonic())
        record.msg = f"{record.msg}{more}"
        return more is not None
