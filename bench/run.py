"""Measures the rows, prints a table and keeps it under `bench/results`.

python -m bench [--rows ROW,...] [--peers PEER,...] [--quick] [--keep] [--install-only]

Exits with 1 when a target of ours is missed.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import importlib.metadata
import json
import math
import os
import shutil
import subprocess
import sys
import time
from typing import Any

from bench.common import RESULTS, ROOT, Load, Result, machine, many_files
from bench.context import Context, missing
from bench.peers import PEERS
from bench.rows import ROWS


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = ", ".join
    parser.add_argument("--rows", default="", help=f"of {names(ROWS)}; all when left out")
    parser.add_argument("--peers", default="", help=f"of {names(PEERS)}; all when left out")
    parser.add_argument("--quick", action="store_true", help="measure less long")
    parser.add_argument("--keep", action="store_true", help="keep what else the last run found")
    parser.add_argument("--install-only", action="store_true", help="only install the peers")
    args = parser.parse_args()
    rows, peers = _chosen(parser, args.rows, ROWS), _chosen(parser, args.peers, PEERS)
    many_files()
    for name in peers:
        PEERS[name].install()
    if args.install_only:
        return 0
    context = Context([PEERS[name] for name in peers], args.quick)
    about: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": "python -m bench " + " ".join(sys.argv[1:]),
        "commit": _commit(),
        "quick": args.quick,
        "machine": machine(),
        "versions": {name: PEERS[name].version() for name in peers},
        "libraries": _extras(),
    }
    results: list[Result] = []
    loads: dict[str, Load] = {}
    if args.keep:
        results, loads, before = _kept(rows, peers)
        about["kept"] = sorted({result.row for result in results})
        about["quick"] |= bool(results) and before["quick"]
        about["versions"] = {**before["versions"], **about["versions"]}
    try:
        for row in rows:
            print(f"measuring {row} ...", file=sys.stderr, flush=True)
            begin = time.monotonic()
            loads[row] = Load()
            with loads[row].watch():
                results += _measure(row, context)
            took = time.monotonic() - begin
            print(f"  took {took:.0f} s, {_share(loads[row])}", file=sys.stderr, flush=True)
            _keep(about, results, loads)
    finally:
        context.close()
    print((RESULTS / "latest.md").read_text())
    return int(any(result.met is False for result in results))


def _chosen(parser: argparse.ArgumentParser, text: str, known: dict[str, Any]) -> list[str]:
    chosen = text.split(",") if text else list(known)
    for name in chosen:
        if name not in known:
            parser.error(f"there is no {name!r}; there are {', '.join(known)}")
    return chosen


def _measure(row: str, context: Context) -> list[Result]:
    """Measure one row; what fails is told in the table and does not stop the others."""
    results: list[Result] = []
    everybody = context.peers
    context.peers = [peer for peer in everybody if peer.rows is None or row in peer.rows]
    try:
        for result in ROWS[row](context):
            results.append(result)
            shown = f"{_value(result)} {result.unit} ({result.note})"
            print(f"  {result.case}, {result.peer}: {shown}", file=sys.stderr, flush=True)
    except Exception as error:
        why = f"failed: {str(error).strip().splitlines()[-1]}"
        print(f"  {why}", file=sys.stderr, flush=True)
        results += missing(row, "all", "", [peer.name for peer in context.peers], why)
    finally:
        context.peers = everybody
    return results


def _kept(
    rows: list[str], peers: list[str]
) -> tuple[list[Result], dict[str, Load], dict[str, Any]]:
    """Return what the last run found that is not measured now, the loads, and what run it was."""
    found = json.loads((RESULTS / "latest.json").read_text())
    results = [
        Result(**{name: value for name, value in result.items() if name != "met"})
        for result in found["results"]
        if result["row"] not in rows or result["peer"] not in peers
    ]
    loads = {
        row: Load(load["others"], (load["average"][0], load["average"][1]))
        for row, load in found["load"].items()
        if row not in rows
    }
    return results, loads, found


def _extras() -> dict[str, str]:
    return {
        name: importlib.metadata.version(name)
        for name in ("uvicorn", "starlette", "websockets", "msgspec", "playwright")
    }


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    command = [git, "describe", "--always", "--dirty"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return asked.stdout.strip() or "unknown"


# ------------------------------------------------------------------------------- the table


def _keep(about: dict[str, Any], results: list[Result], loads: dict[str, Load]) -> None:
    """Write what there is so far: a run that is interrupted has not been for nothing."""
    RESULTS.mkdir(exist_ok=True)
    load = {row: {"others": one.others, "average": one.average} for row, one in loads.items()}
    found = [{**dataclasses.asdict(result), "met": result.met} for result in results]
    document = {**about, "load": load, "results": found}
    (RESULTS / "latest.json").write_text(json.dumps(document, indent=1) + "\n")
    (RESULTS / "latest.md").write_text(table(about, results, loads))


def table(about: dict[str, Any], results: list[Result], loads: dict[str, Load]) -> str:
    """Return the results as Markdown."""
    there = {result.peer for result in results}
    peers = [name for name in PEERS if name in there]
    results = sorted(results, key=lambda result: list(ROWS).index(result.row))
    host = about["machine"]
    where = f"{host['cores']} cores of {host['processor']}, {host['memory']}, {host['system']}"
    lines = [
        "# Results",
        "",
        f"{about['date']}, commit {about['commit']}{', quick run' if about['quick'] else ''}",
        *([f"Kept from the run before: {', '.join(about['kept'])}."] if about.get("kept") else []),
        "",
        f"Machine: {where}, Python {host['python']}; server, client and browser share it.",
        "",
        "Versions: " + ", ".join(f"{k} {v}" for k, v in about["versions"].items()) + ".",
        "",
        "| row | case | unit | target | " + " | ".join(peers) + " |",
        "| --- | --- | --- | --- |" + " --- |" * len(peers),
    ]
    cells: dict[tuple[str, str], dict[str, Result]] = {}
    for result in results:
        cells.setdefault((result.row, result.case), {})[result.peer] = result
    for (row, case), by_peer in cells.items():
        unit = next(iter(by_peer.values())).unit
        values = [shown(by_peer[name]) if name in by_peer else "-" for name in peers]
        limit = next((target(r) for r in by_peer.values() if r.limit is not None), "")
        lines.append(f"| {row} | {case} | {unit} | {limit} | " + " | ".join(values) + " |")
    missed = [r for r in results if r.met is False]
    lines += ["", f"Targets missed: {len(missed)}."]
    lines += [f"- {r.row}, {r.case}: {_value(r)} {r.unit}, target {target(r)}" for r in missed]
    lines += ["", "Notes (how far values spread, at what load, or why there is none):", ""]
    lines += [f"- {r.row}, {r.case}, {r.peer}: {r.note}" for r in results if r.note]
    lines += ["", "Load of others while a row was measured:", ""]
    lines += [f"- {row}: {_share(load)}" for row, load in loads.items()]
    return "\n".join(lines) + "\n"


def target(result: Result) -> str:
    """Return the target in words, nothing where there is none."""
    if result.limit is None:
        return ""
    return f"{'at least' if result.least else 'at most'} {_number(result.limit)}"


def shown(result: Result) -> str:
    """Return the value as the table shows it, and whether it reaches its target."""
    mark = {True: " (met)", False: " **MISSED**", None: ""}[result.met]
    return _value(result) + mark


def _value(result: Result) -> str:
    if result.value is None or math.isnan(result.value):
        return result.text or "-"
    return _number(result.value)


def _number(value: float) -> str:
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{2 if abs(value) >= 1 else 4}f}".rstrip("0").rstrip(".")


def _share(load: Load) -> str:
    before, after = load.average
    cores = os.cpu_count() or 1
    return (
        f"{load.others:.0%} of {cores} cores used by others, "
        f"load average {before:.1f} before and {after:.1f} after"
    )
