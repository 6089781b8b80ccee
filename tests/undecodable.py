"""Bytes of MessagePack that nothing reads: the ways in which decoding fails."""

from __future__ import annotations

import msgspec

__all__ = ["UNDECODABLE", "too_deep"]

DEEP = b"\x91" * 5_000
"""A list in a list, and so on."""


class _Bytes(bytes):
    def __repr__(self) -> str:
        return f"{bytes(self[:12])!r}, {len(self)} bytes"


UNDECODABLE = tuple(
    map(
        _Bytes,
        (
            b"",  # nothing
            b"\xc1",  # a type that there is not
            b"\xa1\xff",  # a text that is not UTF-8
            b"\xdd\xff\xff\xff\xff",  # a list that ends early
            b"\x93\x01\x02\x03",  # something else
            DEEP,
            b"\x82\xa1a" + DEEP,  # under a name that no message has
        ),
    )
)


def too_deep(*fields: object) -> bytes:
    """Return a message with these fields, and one more that is nested too deep to be skipped."""
    return bytes([0x90 + len(fields) + 1, *b"".join(map(msgspec.msgpack.encode, fields)), *DEEP])
