"""Fixtures for all tests."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import postgres, postgres_template
from tests.programs import program, pytest_sessionfinish, pytest_terminal_summary
from tests.seeds import FIXED, pytest_addoption, pytest_runtest_makereport, seed, size

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
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=FIXED
)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that drive a browser last, also where several processes share them.

    The browser's driver keeps an event loop running in this process from its first use on,
    and no other test that needs one can run beside it. A process takes whole groups, in order: a
    file, or that part of it that drives a browser. Of those the slowest come first, so that the
    processes end at the same time; `make weigh` measures them.
    """

    def drives(item: pytest.Item) -> bool:
        return "browser" in getattr(item, "fixturenames", ())

    def name(item: pytest.Item) -> str:
        return item.path.relative_to(ROOT).as_posix()

    weights: dict[str, int] = json.loads((ROOT / "tests/weights.json").read_text(encoding="utf-8"))
    items.sort(
        key=lambda item: (
            (1, -weights.get(name(item), 0), name(item)) if drives(item) else (0, 0, "")
        )
    )
    for item in items:
        group = f"{name(item)}{' in a browser' if drives(item) else ''}"
        item.add_marker(pytest.mark.xdist_group(group))


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
    place, first = shared_folder(tmp_path_factory, "built")
    with first() as needed:
        if needed:
            build_both(place)
    (sdist,) = place.glob("*.tar.gz")
    (wheel,) = place.glob("*.whl")
    return Built(sdist, wheel)


def build_both(place: Path) -> None:
    build(ROOT, "--sdist", place)
    (sdist,) = place.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(place, filter="data")
    build(place / sdist.name.removesuffix(".tar.gz"), "--wheel", place, PATH=str(place / "none"))


def build(source: Path, kind: str, into: Path, **environ: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(into)]
    run([*command, str(source)], **environ)


@pytest.fixture(scope="session")
def installed_swell(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a new environment; return the folder of its programs."""
    place, first = shared_folder(tmp_path_factory, "installed")
    programs = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    with first() as needed:
        if needed:
            run([sys.executable, "-m", "venv", str(place / "venv")])
            pip = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
            run([*pip, "--disable-pip-version-check", str(built.wheel)])
    return programs


def shared_folder(
    factory: pytest.TempPathFactory, name: str
) -> tuple[Path, Callable[[], AbstractContextManager[bool]]]:
    """Return a folder that all processes of this run share, and a lock around filling it.

    The lock gives True to the first process that enters and leaves it without an error.
    """
    base = factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    place.mkdir(exist_ok=True)
    done = place / ".done"

    @contextmanager
    def first() -> Iterator[bool]:
        with (place / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield not done.exists()
            done.touch()

    return place, first


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
