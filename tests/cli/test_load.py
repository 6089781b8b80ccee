"""What a command line may call an app, and what is said when it cannot be had."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swell.app import main
from swell.cli.command_error import CommandError
from swell.cli.load import load_app, parse_target

APP = "from swell import app\n\n@app('/{route}')\nasync def serve(q): ...\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder; what is imported from it and added to `main` is undone."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(main, "routes", {})
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def load(folder: Path, name: str) -> Any:
    return load_app(parse_target(name, folder))


@pytest.mark.parametrize("name", ["chat1.py", "./chat1.py", "chat1", "chat1:main", "chat1.py:main"])
def test_an_app_can_be_named_in_many_ways(folder: Path, name: str) -> None:
    (folder / "chat1.py").write_text("from swell import main\n" + APP.format(route="one"))
    assert load(folder, name) is main
    assert list(main.routes) == ["/one"]


@pytest.mark.parametrize("name", ["deep/chat2.py", "deep/chat2", "deep.chat2", "deep.chat2:main"])
def test_an_app_in_a_folder_finds_what_lies_beside_it(folder: Path, name: str) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "beside2.py").write_text("ROUTE = 'two'")
    text = "from swell import main, app\nimport beside2\n"
    (folder / "deep" / "chat2.py").write_text(text + APP.format(route="two"))
    assert load(folder, name) is main
    assert list(main.routes) == ["/two"]


@pytest.mark.parametrize("name", ["pack3/chat3.py", "pack3.chat3"])
def test_an_app_in_a_package_may_import_relatively(folder: Path, name: str) -> None:
    (folder / "pack3").mkdir()
    (folder / "pack3" / "__init__.py").write_text("")
    (folder / "pack3" / "other3.py").write_text("")
    (folder / "pack3" / "chat3.py").write_text("from . import other3\n" + APP.format(route="three"))
    assert load(folder, name) is main
    assert sys.modules["pack3.chat3"].__package__ == "pack3"


def test_the_attribute_that_was_named_is_served(folder: Path) -> None:
    (folder / "chat4.py").write_text("async def api(scope, receive, send): ...\n")
    assert load(folder, "chat4.py:api").__name__ == "api"


def test_another_asgi_app_called_main_is_served(folder: Path) -> None:
    text = "from starlette.applications import Starlette\nmain = Starlette()\n"
    (folder / "chat5.py").write_text(text)
    assert type(load(folder, "chat5.py")).__name__ == "Starlette"


def test_a_function_called_main_is_not_an_asgi_app(folder: Path) -> None:
    text = "def main(): raise SystemExit\n"
    (folder / "chat6.py").write_text(text + APP.format(route="six"))
    assert load(folder, "chat6.py") is main


def test_lines_that_only_edit_the_page_are_an_app(folder: Path) -> None:
    (folder / "chat7.py").write_text("q.page['a'] = 1\n")
    assert load(folder, "chat7.py") is main
    assert list(main.routes) == ["/"]


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("missing.py", "there is no file 'missing.py'", 2),
        ("dir/missing", "there is no file 'dir/missing'", 2),
        ("missing_module", "there is no file or module 'missing_module'", 2),
        ("missing.module", "there is no file or module 'missing.module'", 2),
        ("what is this", "neither a Python file nor the name of a module", 2),
        ("empty8.py", "empty8.py has no app: put `@app('/')`", 1),
        ("empty8.py:api", "'api' in empty8 does not exist", 1),
        ("empty8.py:NUMBER", "'NUMBER' in empty8 is not an ASGI app", 1),
        ("broken8.py", "broken8.py could not be loaded", 1),
        ("syntax8.py", "syntax8.py could not be loaded", 1),
        ("needs8.py", "needs8.py could not be loaded", 1),
        ("json.py", "json.py has the name of the Python module 'json'", 2),
        ("swell.py", "swell.py has the name of the Python module 'swell'", 2),
    ],
)
def test_what_cannot_be_served_is_said(folder: Path, name: str, said: str, code: int) -> None:
    (folder / "empty8.py").write_text("NUMBER = 1\n")
    (folder / "broken8.py").write_text("def f():\n    raise RuntimeError('mine')\nf()\n")
    (folder / "syntax8.py").write_text("def f(:\n")
    (folder / "needs8.py").write_text("import not_installed_8\n")
    (folder / "json.py").write_text(APP.format(route="json"))
    (folder / "swell.py").write_text(APP.format(route="swell"))
    with pytest.raises(CommandError) as caught:
        load(folder, name)
    assert said in str(caught.value)
    assert caught.value.exit_code == code


def test_a_failing_import_shows_the_frames_of_the_app_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken9.py").write_text("def f():\n    raise RuntimeError('mine')\nf()\n")
    with pytest.raises(CommandError):
        load(folder, "broken9.py")
    shown = capsys.readouterr().err
    assert "RuntimeError: mine" in shown
    assert "broken9.py" in shown
    assert "importlib" not in shown
    assert "load.py" not in shown


# ----------------------------------------------------------------- the other owner of `h2o_wave`


@pytest.mark.parametrize(
    "line", ["from h2o_wave import app", "import h2o_wave", "import h2o_wave.ui as ui"]
)
def test_h2o_wave_installed_beside_swell_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    distribution(folder, "h2o_wave", "1.8.16")
    monkeypatch.syspath_prepend(str(folder))
    (folder / "chat10.py").write_text(f"def later():\n    {line}\n" + APP.format(route="ten"))
    with pytest.raises(CommandError) as caught:
        load(folder, "chat10.py")
    assert caught.value.exit_code == 2
    assert "h2o-wave 1.8.16" in str(caught.value)
    assert "pip uninstall --yes h2o-wave" in str(caught.value)
    assert "--force-reinstall --no-deps swell" in str(caught.value)


def test_an_app_that_does_not_use_it_does_not_mind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(folder, "h2o_wave", "1.8.16")
    monkeypatch.syspath_prepend(str(folder))
    (folder / "chat11.py").write_text("# not h2o_wave\n" + APP.format(route="eleven"))
    assert load(folder, "chat11.py") is main


def test_a_folder_called_h2o_wave_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "h2o_wave").mkdir()
    (folder / "h2o_wave" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(folder))
    forget_wave(monkeypatch)
    (folder / "chat12.py").write_text("import h2o_wave\n" + APP.format(route="twelve"))
    with pytest.raises(CommandError, match="not Swell's"):
        load(folder, "chat12.py")


def test_our_own_h2o_wave_is_welcome(folder: Path) -> None:
    (folder / "chat13.py").write_text("from h2o_wave import main, app\n" + APP.format(route="t"))
    assert load(folder, "chat13.py") is main


def forget_wave(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == "h2o_wave":
            monkeypatch.delitem(sys.modules, name)


def distribution(folder: Path, name: str, version: str) -> None:
    """Write what pip leaves behind for an installed package."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    importlib.invalidate_caches()
