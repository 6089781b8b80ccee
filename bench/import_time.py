"""How long `import swell` takes, beside an empty interpreter and an import of asyncio.

Run with `make bench`. Exits with 1 when the budget is not met.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

BUDGET_S = 0.25
RUNS = 15


def once(code: str) -> float:
    """Return the seconds that a new interpreter takes for `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> int:
    """Measure alternately, so that other load on the machine meets all alike."""
    codes = {"nothing": "", "asyncio": "import asyncio", "swell": "import swell"}
    taken: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(RUNS):
        for name, code in codes.items():
            taken[name].append(once(code))
    median = {name: statistics.median(times) for name, times in taken.items()}
    cost = median["swell"] - median["nothing"]
    print("| import | median of a new interpreter, ms | above nothing, ms |")
    print("| --- | --- | --- |")
    for name, seconds in median.items():
        print(f"| {name} | {seconds * 1000:.0f} | {(seconds - median['nothing']) * 1000:.0f} |")
    print(f"\nbudget {BUDGET_S * 1000:.0f} ms: {'met' if cost <= BUDGET_S else 'MISSED'}")
    return int(cost > BUDGET_S)


if __name__ == "__main__":
    sys.exit(main())
