"""The client needs no browser newer than those of `docs/explain/browsers.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from swell.server.static import WEB_DIR

from .conftest import ROOT

SOURCES = ROOT / "web" / "src"
POLICY = {"chrome": "111", "edge": "111", "firefox": "115", "safari": "16.4"}

NEWER = {
    r"URL\.(canParse|parse)\b": "Chrome 120, Safari 17",
    r"Array\.fromAsync\b": "Chrome 121",
    r"Promise\.(withResolvers|try)\b": "Chrome 119, Firefox 121",
    r"(Object|Map)\.groupBy\b": "Chrome 117, Firefox 119",
    r"\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(": "Chrome 122",
    r"\bIterator\.(from|prototype)\b": "Chrome 122, Firefox 131",
    r"AbortSignal\.any\b": "Chrome 116, Firefox 124",
    r"\.(isWellFormed|toWellFormed)\(": "Firefox 119",
    r"\b(RegExp\.escape|Error\.isError|Uint8Array\.fromBase64|Math\.sumPrecise)\b": "2025",
    r"\.(moveBefore|setHTMLUnsafe|checkVisibility)\(": "Safari 17.4 and later",
    r"\blight-dark\(": "Chrome 123, Firefox 120",
    r"@starting-style\b": "Chrome 117, Firefox 129",
    r"@scope\b": "Chrome 118, Firefox 146",
    r"\b(anchor-name|position-anchor|interpolate-size)\s*:": "Chrome 125 and later",
    r"\ballow-discrete\b": "Chrome 117, Firefox 129",
    r":popover-open\b": "Chrome 114, Firefox 125",
}
"""Features that a supported browser may lack, and since when they are there."""

FALLBACK = re.compile(r"^(dist|frame)-")
"""Files of the diagram frame: a diagram that it cannot draw is shown as its source."""


def newer(text: str) -> Iterator[str]:
    """Name the features in a text that a supported browser may lack."""
    for pattern, since in NEWER.items():
        if found := re.search(pattern, text):
            yield f"{found[0]} ({since})"


def files(folder: Path, *endings: str) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.name.endswith(endings)]


def test_the_lint_knows_a_newer_feature() -> None:
    assert list(newer("if (URL.canParse(text)) {")) == ["URL.canParse (Chrome 120, Safari 17)"]


def test_the_sources_use_nothing_newer() -> None:
    found = {
        path.relative_to(SOURCES).as_posix(): list(newer(path.read_text()))
        for path in files(SOURCES, ".ts", ".svelte", ".css")
        if not path.name.endswith(".test.ts")
    }
    assert {name: names for name, names in found.items() if names} == {}


def test_the_built_files_use_nothing_newer() -> None:
    found = {
        path.name: list(newer(path.read_text()))
        for path in files(WEB_DIR / "assets", ".js", ".css")
        if not FALLBACK.match(path.name)
    }
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize("file", ["vite.config.ts", "tools/early.ts", "tools/diagram.ts"])
def test_every_build_compiles_for_the_versions_of_the_docs(file: str) -> None:
    text = (ROOT / "web" / file).read_text()
    found = re.search(r"target: \[(.*)\]", text)
    assert found is not None
    targets = dict(re.findall(r'"([a-z]+)([\d.]+)"', found[1]))
    assert targets == POLICY
    docs = (ROOT / "docs/explain/browsers.md").read_text()
    assert all(f"| {version} |" in docs for version in POLICY.values())


def test_popovers_are_replaced_where_they_are_missing() -> None:
    assert 'import("./ui/popover-polyfill")' in (SOURCES / "main.ts").read_text()
