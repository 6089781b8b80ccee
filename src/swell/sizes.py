"""Sizes in bytes, as the browser writes them; keep in step with `web/src/i18n/format.ts`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_UNITS = ("byte", "kB", "MB", "GB", "TB")


def size(count: int) -> str:
    """Return a number of bytes as `1 byte`, `1.2 MB` or `120 MB`.

    Units are powers of 1,000; below 100 there is one decimal.

    >>> size(1), size(999), size(12_345_678), size(26_214_400)
    ('1 byte', '999 bytes', '12.3 MB', '26.2 MB')
    """
    step, value = 0, Decimal(count)
    while step < len(_UNITS) - 1 and value >= (1000 if step == 0 else Decimal("999.5")):
        step, value = step + 1, value / 1000
    if step == 0:
        return f"{count:,} byte" + ("" if count == 1 else "s")
    digit = Decimal("0.1") if value < Decimal("99.95") else Decimal(1)
    said = f"{value.quantize(digit, ROUND_HALF_UP):,}".removesuffix(".0")
    return f"{said} {_UNITS[step]}"
