"""Changes of bytes: of those that are kept, and of those that others have begun with."""

from __future__ import annotations

import random
from collections.abc import Sequence

__all__ = ["LONGEST", "changed"]

LONGEST = 4096
"""Most bytes of one try."""


def changed(choice: random.Random, known: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Return bytes that differ a little, or much, from some that are known."""
    made = bytearray(choice.choice(known))
    for _ in range(1 << choice.randrange(5)):
        at = choice.randrange(len(made) + 1)
        end = at + choice.randrange(1, 9)
        match choice.randrange(8):
            case 0:
                made[at:end] = b""
            case 1:
                made[at:at] = choice.randbytes(choice.randrange(1, 9))
            case 2 | 3:
                made[at:at] = choice.choice(tokens) if tokens else b"\0"
            case 4:
                made[at:at] = made[at : at + choice.randrange(64)] * choice.randrange(1, 9)
            case 5:
                other = choice.choice(known)
                made[at:] = other[choice.randrange(len(other) + 1) :]
            case 6 if at < len(made):
                made[at] ^= 1 << choice.randrange(8)
            case _:
                made[at:end] = bytes([choice.randrange(256)]) * choice.randrange(1, 200)
    return bytes(made[:LONGEST])
