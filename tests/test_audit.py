"""An audit passes only if every package was answered about."""

from __future__ import annotations

import json

import pytest
from tools.audit import Answer, of_npm, of_pip_audit, verdict

FINE = Answer(3, 0, [])


def test_what_pip_audit_has_no_answer_about_is_no_pass() -> None:
    output = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": []},
            {"name": "b", "skip_reason": "Dependency not found on PyPI"},
        ]
    }
    answer = of_pip_audit(json.dumps(output), "")
    assert answer == Answer(2, 1, [], "Dependency not found on PyPI")
    assert of_pip_audit("", "Traceback\nno route to host\n").reason == "no route to host"
    assert of_pip_audit("", "").reason


def test_vulnerabilities_are_named_with_the_release_that_fixes_them() -> None:
    flaw = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
    output = {"dependencies": [{"name": "a", "version": "1", "vulns": [flaw]}]}
    assert of_pip_audit(json.dumps(output), "").vulnerable == ["a 1: PYSEC-1, fixed in 2.0"]
    npm = {
        "vulnerabilities": {"left-pad": {"severity": "high", "range": "<2"}},
        "metadata": {"dependencies": {"total": 9}},
    }
    assert of_npm(json.dumps(npm), "") == Answer(9, 0, ["left-pad: high, <2"])


def test_a_registry_of_npm_that_does_not_answer_is_no_pass() -> None:
    assert of_npm('{"message": "405 Method Not Allowed"}', "").reason == "405 Method Not Allowed"
    assert of_npm("", "npm error audit endpoint returned an error").reason
    assert of_npm("{}", "").vulnerable == []


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (FINE, 0, "lock: 3 packages, 0 vulnerabilities"),
        (Answer(3, 1, [], "no route"), 2, "NOT AUDITED lock: no route"),
        (Answer(0, 0, [], "no route"), 2, "NOT AUDITED lock: no route"),
        (Answer(3, 0, ["a 1: X"]), 1, "VULNERABLE lock: a 1: X"),
        (Answer(3, 1, ["a 1: X"], "no route"), 1, "NOT AUDITED lock: no route"),
    ],
)
def test_the_exit_code_tells_a_pass_from_silence(
    answer: Answer, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdict({"other": FINE, "lock": answer}) == code
    assert said in capsys.readouterr().out
