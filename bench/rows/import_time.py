"""How long `import swell` takes, above an empty interpreter."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from bench.common import Result, median
from bench.context import Context

BUDGET_MS = 250.0


def _once(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - start) * 1000


def measure(context: Context) -> Iterator[Result]:
    """Measure alternately, so that other load on the machine meets all alike."""
    codes = {"nothing": "", "asyncio": "import asyncio", "swell": "import swell"}
    taken: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(context.pick(15, 7)):
        for name, code in codes.items():
            taken[name].append(_once(code))
    nothing, asyncio, swell = (median(taken[name]) for name in codes)
    note = f"of which asyncio {asyncio - nothing:.0f}"
    yield Result("import_time", "import", "swell", swell - nothing, "ms", BUDGET_MS, note=note)
