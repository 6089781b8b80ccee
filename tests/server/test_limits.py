"""Who is counted as one peer, how often a peer may do something, and how often that is logged."""

from __future__ import annotations

import logging

import pytest

from swell.server.limits import (
    LogLimiter,
    RateLimiter,
    address_of,
    is_this_machine,
    peer_of,
)

LOCAL = ("127.0.0.1", "::1")


def scope(client: str | None, *forwarded_for: str) -> dict[str, object]:
    return {
        "client": None if client is None else (client, 1234),
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded_for],
    }


@pytest.mark.parametrize(
    ("client", "forwarded_for", "trusted", "address"),
    [
        ("203.0.113.7", (), LOCAL, "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.1",), LOCAL, "203.0.113.7"),  # anybody can send the header
        ("127.0.0.1", ("198.51.100.1",), LOCAL, "198.51.100.1"),
        ("127.0.0.1", ("6.6.6.6, 198.51.100.1",), LOCAL, "198.51.100.1"),
        ("127.0.0.1", ("6.6.6.6", "198.51.100.1"), LOCAL, "198.51.100.1"),
        ("10.0.0.2", ("198.51.100.1, 10.0.0.9",), ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.2", ("10.0.0.5, 10.0.0.9",), ("10.0.0.0/8",), "10.0.0.5"),
        ("127.0.0.1", ("198.51.100.1:4711",), LOCAL, "198.51.100.1"),
        ("::1", ("[2001:db8::7]:4711",), LOCAL, "2001:db8::7"),
        ("::ffff:127.0.0.1", ("198.51.100.1",), LOCAL, "198.51.100.1"),
        ("::ffff:203.0.113.7", (), LOCAL, "203.0.113.7"),
        ("127.0.0.1", ("_hidden",), LOCAL, "unknown"),
        ("127.0.0.1", (" ",), LOCAL, "127.0.0.1"),
        ("127.0.0.1", (), LOCAL, "127.0.0.1"),
        ("testclient", (), LOCAL, "unknown"),
        (None, ("198.51.100.1",), LOCAL, ""),
    ],
)
def test_only_a_trusted_proxy_names_the_address_behind_it(
    client: str | None, forwarded_for: tuple[str, ...], trusted: tuple[str, ...], address: str
) -> None:
    assert address_of(scope(client, *forwarded_for), trusted) == address


def test_an_ipv6_address_counts_as_its_network_of_64_bits() -> None:
    assert peer_of("2001:db8:1:2:3:4:5:6") == peer_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert peer_of("2001:db8:1:3::9") == "2001:db8:1:3::/64"
    assert peer_of("203.0.113.7") == "203.0.113.7"


def test_this_machine_is_known_by_its_loopback_addresses() -> None:
    assert all(map(is_this_machine, ("127.0.0.1", "127.9.9.9", "::1", "")))
    assert not any(map(is_this_machine, ("203.0.113.7", "2001:db8::1", "unknown")))


def test_each_key_has_its_burst_and_then_its_rate() -> None:
    limiter = RateLimiter(rate=2.0, burst=3)
    assert [limiter.take("ann", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert limiter.take("bob", 0.0) == 0.0
    assert limiter.take("ann", 0.5) == 0.0


def test_a_token_can_be_put_back_and_a_key_never_has_more_than_its_burst() -> None:
    limiter = RateLimiter(rate=1.0, burst=2)
    for _ in range(5):
        assert limiter.take("ann", 0.0) == 0.0
        limiter.give("ann")
    limiter.give("ann")
    limiter.give("nobody")
    assert [limiter.take("ann", 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_a_limiter_remembers_a_bounded_number_of_keys() -> None:
    limiter = RateLimiter(rate=1.0, burst=1, keys_max=100)
    for number in range(10_000):
        limiter.take(str(number), 0.0)
        assert limiter.take("busy", 0.0) == (1.0 if number else 0.0)
    assert len(limiter) == 100


def test_one_line_of_a_kind_is_logged_in_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    limiter = LogLimiter(logging.getLogger("swell.test"))
    for now in (0.0, 1.0, 2.0, 59.0, 60.0, 61.0):
        limiter.warning("refused", "refused %s", "203.0.113.7", now=now)
    limiter.warning("other", "something else", now=61.0)
    assert caplog.messages == [
        "refused 203.0.113.7",
        "refused 203.0.113.7 (3 more since the last such line)",
        "something else",
    ]
