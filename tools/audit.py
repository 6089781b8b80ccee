"""Ask databases of vulnerabilities about all locked packages: `make audit`.

Three sources: the registries of Python and npm, and OSV. One that cannot be reached has not
answered, which is a failure, not a pass: the exit code is 2 when packages are left that no source
has answered about, and 1 when a source knows a vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("dev", "fuzz", "model", "node", "sdks", "supply", "virtualenv")
TIMEOUT_S = 300


class Answer(NamedTuple):
    """What a source says.

    Attributes:
        asked: How many packages it was asked about.
        unknown: How many of these it did not answer about.
        vulnerable: A line for each vulnerability.
        reason: Why it did not answer; empty if it did.
    """

    asked: int
    unknown: int
    vulnerable: list[str]
    reason: str = ""


def of_pip_audit(output: str, error: str) -> Answer:
    """Return what `pip-audit --format json` says."""
    try:
        found: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        return Answer(0, 0, [], _last(error) or "it gave no answer")
    skipped = [one["skip_reason"] for one in found if "skip_reason" in one]
    vulnerable = [
        f"{one['name']} {one['version']}: {flaw['id']}, fixed in "
        f"{', '.join(flaw['fix_versions']) or 'no release'}"
        for one in found
        for flaw in one.get("vulns", ())
    ]
    return Answer(len(found), len(skipped), vulnerable, skipped[0] if skipped else "")


def of_npm(output: str, error: str) -> Answer:
    """Return what `npm audit --json` says."""
    try:
        found: dict[str, Any] = json.loads(output)
    except ValueError:
        return Answer(0, 0, [], _last(error) or "it gave no answer")
    if "vulnerabilities" not in found:
        return Answer(0, 0, [], str(found.get("message") or found.get("error") or _last(error)))
    vulnerable = [
        f"{name}: {one['severity']}, {one['range']}"
        for name, one in found["vulnerabilities"].items()
    ]
    return Answer(found["metadata"]["dependencies"]["total"], 0, vulnerable)


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip()[:120] if lines else ""


def _run(command: list[str], folder: Path) -> tuple[str, str]:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    return done.stdout, done.stderr


def _python(lock: str) -> Answer:
    """Ask about a lock file: the registry first, then OSV."""
    answer, known = Answer(0, 0, []), []
    for service in ("pypi", "osv"):
        command = [
            *("pip-audit", "--format", "json", "--progress-spinner", "off", "--disable-pip"),
            *("--vulnerability-service", service, "--require-hashes"),
            *("--requirement", f"requirements/{lock}.txt"),
        ]
        answer = of_pip_audit(*_run(command, ROOT))
        known += answer.vulnerable
        if not answer.reason:
            return answer
        print(
            f"{lock}.txt, {service}: {answer.unknown or 'all'} packages without an answer: "
            f"{answer.reason}"
        )
    return answer._replace(vulnerable=known)


def verdict(answers: dict[str, Answer]) -> int:
    """Print what is known, and return the exit code."""
    for name, answer in answers.items():
        for line in answer.vulnerable:
            print(f"VULNERABLE {name}: {line}")
    silent = [name for name, answer in answers.items() if answer.reason]
    for name, answer in answers.items():
        if not answer.reason:
            print(f"{name}: {answer.asked} packages, {len(answer.vulnerable)} vulnerabilities")
    for name in silent:
        print(f"NOT AUDITED {name}: {answers[name].reason}")
    if any(answer.vulnerable for answer in answers.values()):
        return 1
    return 2 if silent else 0


def main() -> int:
    """Ask about everything; return 0 only if every package was answered about."""
    answers = {f"requirements/{lock}.txt": _python(lock) for lock in LOCKS}
    npm = ["npm", "audit", "--json", "--audit-level", "none"]
    answers["web/package-lock.json"] = of_npm(*_run(npm, ROOT / "web"))
    return verdict(answers)


if __name__ == "__main__":
    sys.exit(main())
