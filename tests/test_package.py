"""The package as people install it: what is in it, how big it is, and that it starts."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import tarfile
import threading
import urllib.request
import zipfile
from pathlib import Path

import pytest

import swell
from swell.server.static import WEB_DIR, ClientBundle
from tests.conftest import ROOT, Built

PACKAGES_MAX = 16
INSTALLED_MAX_BYTES = 52_500_000  # a ratchet; bytecode included, and 1 MB of charts
FIRST_LOAD_MAX_BYTES = 68_000  # a ratchet; `make size` has the table
FIRST_LOAD_MAX_REQUESTS = 6
CHUNK_MIN_BYTES = 1_000

APP = """
from h2o_wave import Q, app, main, ui

@app('/hello')
async def serve(q: Q): ...
"""


@pytest.mark.package
def test_the_wheel_has_both_packages_and_the_built_client(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"swell", "h2o_wave", f"swell-{swell.__version__}.dist-info"}
    assert "swell/py.typed" in names
    assert "swell/web/manifest.json" in names
    assert f"swell/web/assets/{ClientBundle.load().js}" in names
    assert "swell/demo/docs/index.md" in names
    assert not [
        name for name in names if "__pycache__" in name or name.endswith((".ts", ".svelte"))
    ]


@pytest.mark.package
def test_the_source_distribution_has_the_sources_and_the_built_client(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = ["hatch_build.py", "LICENSE", "README.md", "web/package-lock.json", "web/src/main.ts"]
    assert set(needed) <= names
    assert "src/swell/web/manifest.json" in names
    assert not [name for name in names if "node_modules" in name]


@pytest.mark.package
def test_what_is_installed_is_small(installed_swell: Path) -> None:
    python = installed_swell / "python"
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"],
        capture_output=True,
        check=True,
    )
    packages = {one["name"].lower() for one in json.loads(listed.stdout)} - {"pip", "setuptools"}
    assert "swell" in packages
    assert len(packages) <= PACKAGES_MAX, packages
    (site,) = installed_swell.parent.glob("lib/python*/site-packages")
    tools = re.compile(r"(pip|setuptools|pkg_resources|_distutils_hack|distutils-precedence)\b")
    size = sum(
        path.stat().st_size
        for top in site.iterdir()
        if not tools.match(top.name)
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file()
    )
    assert size <= INSTALLED_MAX_BYTES, size


@pytest.mark.package
def test_it_starts_away_from_the_checkout(installed_swell: Path, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    process = subprocess.Popen(
        [installed_swell / "swell", "run", "app.py", "--port", "0"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    giving_up = threading.Timer(60, process.kill)
    giving_up.start()
    try:
        assert process.stdout is not None
        found = re.search(r"running at (http://[\d.:]+)(/hello)", process.stdout.readline())
        assert found is not None
        with urllib.request.urlopen(found[1] + found[2]) as answer:
            assert answer.status == 200
            html = answer.read().decode()
        script = re.search(r'src="(/_s/assets/[^"]+\.js)"', html)
        assert script is not None
        with urllib.request.urlopen(found[1] + script[1]) as answer:
            assert answer.headers["content-type"].startswith("text/javascript")
        process.terminate()
        rest, _ = process.communicate(timeout=60)
    finally:
        giving_up.cancel()
        process.kill()
        process.communicate()
    assert (process.returncode, rest) == (0, "")


def test_a_chat_page_loads_little() -> None:
    bundle = ClientBundle.load()
    size = sum(
        len(gzip.compress((WEB_DIR / "assets" / name).read_bytes(), 9))
        for name in bundle.first_load()
    )
    assert size <= FIRST_LOAD_MAX_BYTES, size
    assert 1 + len(bundle.first_load()) <= FIRST_LOAD_MAX_REQUESTS


def test_a_chat_page_needs_nothing_beyond_its_first_load() -> None:
    manifest = json.loads((WEB_DIR / "manifest.json").read_text())
    later = [key for key, chunk in manifest.items() if chunk.get("isDynamicEntry")]
    assert not [key for key in later if "Chatbot" in key]
    assert later, "other cards are chunks of their own"


def test_no_script_is_too_small_to_be_asked_for() -> None:
    """Of the client: diagrams have mermaid's own files, and merged ones load twice as much."""
    manifest = json.loads((WEB_DIR / "manifest.json").read_text())
    files = {chunk["file"] for chunk in manifest.values() if chunk["file"].endswith(".js")}
    sizes = {name: (WEB_DIR / name).stat().st_size for name in files}
    assert len(sizes) > 30
    small = [name for name, size in sizes.items() if size < CHUNK_MIN_BYTES]
    assert [name for name in small if "rolldown-runtime" not in name] == []  # the bundler's own


def test_the_version_is_written_once() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert swell.__version__ not in text.replace(f">={swell.__version__}", "")
