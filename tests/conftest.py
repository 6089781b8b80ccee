"""Fixtures for all tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import postgres, postgres_template
from tests.programs import program, pytest_sessionfinish, pytest_terminal_summary
from tests.seeds import pytest_addoption, pytest_runtest_makereport, seed, size

__all__ = [
    "postgres",
    "postgres_template",
    "program",
    "pytest_addoption",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "seed",
    "size",
]

ROOT = Path(__file__).parents[1]

# How long an example takes says what else the machine does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that drive a browser last.

    The browser's driver keeps an event loop running in this process from its first use on,
    and no other test that needs one can run beside it.
    """
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Swell runs on asyncio, which is what uvicorn runs on."""
    return "asyncio"


@dataclass(frozen=True)
class Built:
    """The two files that are published.

    Attributes:
        sdist: Source distribution, made from this checkout.
        wheel: Wheel, made from the source distribution on a machine without Node.
    """

    sdist: Path
    wheel: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the package as it is published."""
    place = tmp_path_factory.mktemp("built")
    build(ROOT, "--sdist", place)
    (sdist,) = place.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(place, filter="data")
    build(place / sdist.name.removesuffix(".tar.gz"), "--wheel", place, PATH=str(place / "none"))
    (wheel,) = place.glob("*.whl")
    return Built(sdist, wheel)


def build(source: Path, kind: str, into: Path, **environ: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(into)]
    run([*command, str(source)], **environ)


@pytest.fixture(scope="session")
def installed_swell(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own; return the folder of its programs."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    run([sys.executable, "-m", "venv", str(place)])
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
    run([*pip, "--disable-pip-version-check", str(built.wheel)])
    return programs


def run(command: list[str], **environ: str) -> None:
    """Run a command outside of this checkout's environment; show its output if it fails."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=ROOT.anchor,
        env=clean | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
