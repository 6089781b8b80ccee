"""Write tests/weights.json: the seconds that each test file takes, from JUnit reports of pytest.

`make weigh` runs the tests and calls it. The order of the browser's files in `make test` follows
these numbers, so that both test processes end at the same time.
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "tests/weights.json"
LEAST_S = 3
"""Lighter files are left out: their place does not matter."""


def weights(reports: list[Path]) -> dict[str, int]:
    """Return the seconds of each file, heaviest first."""
    seconds: dict[str, float] = defaultdict(float)
    for report in reports:
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by pytest
            name = case.get("classname", "").replace(".", "/") + ".py"
            seconds[name] += float(case.get("time", 0))
    heaviest = sorted(seconds.items(), key=lambda item: -item[1])
    return {name: round(taken) for name, taken in heaviest if taken >= LEAST_S}


if __name__ == "__main__":
    found = weights([Path(report) for report in sys.argv[1:]])
    WEIGHTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"wrote {WEIGHTS.relative_to(ROOT)}: {sum(found.values())} s in {len(found)} files")
