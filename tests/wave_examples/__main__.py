"""`python -m tests.wave_examples FOLDER`: run Wave's examples and write a table of the outcome."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from .products import Example, Swell, Wave
from .visit import Visit, visit

WORD = re.compile(r"[^\W\d_]{2,}")


def main() -> None:
    """Run the examples that are asked for."""
    options = _options()
    found = [Example(path) for path in sorted(options.folder.resolve().glob("*.py"))]
    chosen = [
        example for example in found if example.is_program and re.search(options.only, example.name)
    ]
    chosen = chosen[:: options.every]
    rows: list[dict[str, Any]] = []
    swell = Swell(options.folder.resolve(), options.packages)
    wave = (
        Wave(options.folder.resolve(), options.oracle_packages, options.oracle)
        if options.oracle
        else None
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("SWELL_CHROMIUM"), args=["--no-sandbox"]
        )
        try:
            for example in chosen:
                ours = visit(browser, swell, example)
                theirs = visit(browser, wave, example) if wave else None
                row = _row(example, ours, theirs)
                rows.append(row)
                print(f"{row['outcome']:8} {example.name:40} {row['reason'][:150]}", flush=True)
                _write(options.out, rows)  # at once: a run can be ended at any time
        finally:
            browser.close()
            swell.close()
            if wave:
                wave.close()


def _row(example: Example, ours: Visit, theirs: Visit | None) -> dict[str, Any]:
    reason = ours.reason
    outcome = "fails" if reason else "works"
    if theirs is not None and reason and theirs.reason and not theirs.started:
        outcome, reason = "fails in both", theirs.reason
    elif theirs is not None and not reason:
        missing = _words(theirs) - _words(ours)
        outcome = "differs" if missing else "equal"
        reason = "without the words: " + ", ".join(sorted(missing)[:12]) if missing else ""
    kind = "app" if example.is_app else "script"
    row = {"example": example.name, "kind": kind, "outcome": outcome, "reason": reason}
    return row | {"swell": asdict(ours), "wave": asdict(theirs) if theirs else None}


def _words(visited: Visit) -> set[str]:
    """Return the words of a page; digits are left out, as many examples draw random numbers."""
    return {word.casefold() for word in WORD.findall(visited.text)}


def _write(out: Path, rows: list[dict[str, Any]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "examples.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    outcomes = Counter(row["outcome"] for row in rows)
    reasons = Counter(row["reason"] for row in rows if row["reason"])
    lines = ["# Wave's examples", "", "| Outcome | Examples |", "|---|---|"]
    lines += [f"| {outcome} | {count} |" for outcome, count in outcomes.most_common()]
    lines += ["", "| Examples | Reason |", "|---|---|"]
    lines += [f"| {count} | {_cell(reason)} |" for reason, count in reasons.most_common()]
    lines += ["", "| Example | Kind | Outcome | Reason |", "|---|---|---|---|"]
    lines += [
        f"| {row['example']} | {row['kind']} | {row['outcome']} | {_cell(row['reason'])} |"
        for row in rows
    ]
    (out / "examples.md").write_text("\n".join(lines) + "\n")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.wave_examples", description=__doc__)
    parser.add_argument("folder", type=Path, help="py/examples of a checkout of h2oai/wave")
    parser.add_argument("--only", default="", help="run the examples whose names match")
    parser.add_argument("--every", type=int, default=1, help="run each n-th example")
    parser.add_argument("--packages", type=Path, help="folder with packages that examples import")
    parser.add_argument("--oracle", type=Path, help="virtual environment with h2o-wave")
    parser.add_argument("--oracle-packages", type=Path, help="the same for that environment")
    parser.add_argument("--out", type=Path, default=Path("test-results/wave"))
    return parser.parse_args()


main()
