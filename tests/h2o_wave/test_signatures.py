"""The names and signatures of the real `h2o-wave`, compared one by one.

The test installs it alone into `.cache/`, away from this environment, and asks it from another
process, which has the packages that it needs from here.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from swell import ui
from swell.wave import names as wave_names

ROOT = Path(__file__).parents[2]
WAVE = "1.8.16"

_ASK = """
import importlib, inspect, json
import h2o_wave
from h2o_wave import types, ui

def own(name):
    module = importlib.import_module("h2o_wave." + name)
    homes = {module.__name__, "h2o_wave.types"} if name == "ui" else {module.__name__}
    return [n for n, v in vars(module).items()
            if n[0] != "_" and (inspect.isclass(v) or inspect.isroutine(v))
            and v.__module__ in homes]

def shape(function):
    return [[p.name, p.kind.name, p.default is p.empty, repr(p.default)]
            for p in inspect.signature(function).parameters.values()]

modules = ["core", "db", "graphics", "routing", "server", "test", "types", "ui", "ui_ext"]
print(json.dumps({
    "version": h2o_wave.__version__,
    "names": [n for n in dir(h2o_wave) if not n.startswith("__")],
    "modules": {m: own(m) for m in modules},
    "ui": {n: shape(f) for n, f in vars(ui).items() if inspect.isfunction(f)},
    "constants": {n: {k: v for k, v in vars(c).items() if k.isupper()}
                  for n, c in vars(types).items()
                  if inspect.isclass(c) and c.__module__ == types.__name__
                  and not hasattr(c, "load")},
}))
"""


@pytest.fixture(scope="module")
def wave() -> dict[str, Any]:
    """Names and signatures of the real package."""
    folder = ROOT / ".cache" / f"h2o-wave-{WAVE}"
    done = folder / ".complete"  # written last: an install that was cut off is done again
    if not done.exists():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--no-deps"]
        install += ["--disable-pip-version-check", "--target", str(folder), f"h2o-wave=={WAVE}"]
        ran = subprocess.run(install, capture_output=True, text=True, check=False, timeout=600)
        if ran.returncode:
            pytest.fail(f"h2o-wave could not be installed: {ran.stderr}")
        done.touch()
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", _ASK],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told: dict[str, Any] = json.loads(ran.stdout)
    assert told["version"] == WAVE, "another h2o_wave answered than the one installed here"
    return told


def shape(function: Any) -> list[list[Any]]:
    """Return name, kind, whether required, and default of each parameter."""
    parameters = inspect.signature(function).parameters.values()
    return [[p.name, p.kind.name, p.default is p.empty, repr(p.default)] for p in parameters]


def test_every_signature_of_ui_is_waves(wave: dict[str, Any]) -> None:
    assert len(wave["ui"]) == 146
    ours = {name: shape(getattr(ui, name)) for name in wave["ui"]}
    for name, theirs in wave["ui"].items():
        assert ours[name][: len(theirs)] == theirs, f"ui.{name}"
        more = [(kind, needed) for _, kind, needed, _ in ours[name][len(theirs) :]]
        # What we add can only be given by name, and need not be.
        assert set(more) <= {("KEYWORD_ONLY", False)}, f"ui.{name}"


def test_every_public_name_of_the_package_can_be_imported(wave: dict[str, Any]) -> None:
    package = importlib.import_module("h2o_wave")
    assert sys.modules["h2o_wave"].app.__module__ == "h2o_wave.rules"  # ours, not the real one
    missing = [name for name in wave["names"] if not hasattr(package, name)]
    assert missing == []
    everything: dict[str, Any] = {}
    exec("from h2o_wave import *", everything)
    assert set(wave["names"]) - set(everything) == set()


@pytest.mark.parametrize(
    "module", ["core", "db", "graphics", "routing", "server", "test", "types", "ui", "ui_ext"]
)
def test_every_name_of_a_module_can_be_imported(wave: dict[str, Any], module: str) -> None:
    ours = importlib.import_module(f"h2o_wave.{module}")
    assert len(wave["modules"][module]) > 1
    assert [name for name in wave["modules"][module] if not hasattr(ours, name)] == []


def test_every_constant_has_waves_value(wave: dict[str, Any]) -> None:
    assert len(wave["constants"]) == 52
    for name, values in wave["constants"].items():
        ours = getattr(ui, name)
        assert {k: v for k, v in vars(ours).items() if k.isupper()} == values, name


def test_the_table_of_names_is_of_this_version() -> None:
    assert wave_names.WAVE_VERSION == WAVE
