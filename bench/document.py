"""Puts the latest results into `docs/explain/performance.md`, between its markers.

python -m bench.document

The page is about our own figures; the table beside the peers is in `bench/results/latest.md`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

from bench.common import RESULTS, ROOT, Result
from bench.rows import ROWS
from bench.run import shown, target

PAGE = ROOT / "docs" / "explain" / "performance.md"


def main() -> int:
    """Replace the tables."""
    document = json.loads((RESULTS / "latest.json").read_text())
    command = [sys.executable, "-m", "bench.hotpath"]
    stages = subprocess.check_output(command, cwd=ROOT, text=True).strip()
    text = PAGE.read_text()
    for name, table in (("results", results(document)), ("hotpath", stages)):
        marked = rf"(<!-- begin {name}[^\n]*-->\n).*?(<!-- end {name} -->)"
        text, count = re.subn(marked, rf"\g<1>\n{table}\n\n\g<2>", text, flags=re.DOTALL)
        if count != 1:
            raise RuntimeError(f"{PAGE} needs the markers of {name!r} once")
    PAGE.write_text(text)
    return 0


def results(document: dict[str, Any]) -> str:
    """Return our own column as Markdown, and where it was measured."""
    host = document["machine"]
    kind = ", a quick run" if document["quick"] else ""
    where = f"{host['cores']} cores of {host['processor']}, Python {host['python']}"
    lines = [
        f"Measured {document['date'][:10]} at {document['commit']}{kind}: {where}.",
        "",
        "| row | case | unit | target | measured | of the cores used by others |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for found in sorted(document["results"], key=lambda one: list(ROWS).index(one["row"])):
        found.pop("met")
        result = Result(**found)
        if result.peer != "swell":
            continue
        others = f"{document['load'][result.row]['others']:.0%}"
        case = f"{result.row} | {result.case} | {result.unit} | {target(result)}"
        lines.append(f"| {case} | {shown(result)} | {others} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
