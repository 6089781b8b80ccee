"""Finding and importing the app that a command line names."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, NamedTuple

import swell
from swell.app import main
from swell.cli.command_error import BrokenAppError, CommandError
from swell.cli.fragment import add_fragment, is_fragment

__all__ = ["Target", "load_app", "parse_target"]

ASGIApp = Callable[..., Any]

_OURS = Path(swell.__file__).parent.parent / "h2o_wave"


class Target(NamedTuple):
    """An app as named on the command line.

    Attributes:
        name: The command line argument.
        file: The app's file, if it was found without importing anything.
        module: Dotted name to import it by.
        attribute: Name of the ASGI app in it, empty when none was given.
        roots: Folders that go to the front of `sys.path`, first one first.
    """

    name: str
    file: Path | None
    module: str
    attribute: str
    roots: tuple[Path, ...]


def parse_target(name: str, folder: Path) -> Target:
    """Work out what `app.py`, `dir/app.py`, `app`, `package.app` or `module:attribute` means.

    Args:
        name: The command line argument.
        folder: Where it was typed.

    Raises:
        CommandError: If there is no such file.
    """
    place, colon, attribute = name.rpartition(":")
    if not colon or not attribute.isidentifier():  # no colon, or the one of a drive letter
        place, attribute = name, ""
    path = folder / place
    if place.endswith(".py") or "/" in place or "\\" in place or path.is_file():
        if not path.is_file() and path.with_name(path.name + ".py").is_file():
            path = path.with_name(path.name + ".py")
        if not path.is_file():
            raise CommandError(f"there is no file {place!r} in {folder}")
        return _file_target(name, path.resolve(), attribute)
    if not all(part.isidentifier() for part in place.split(".")):
        raise CommandError(f"{name!r} is neither a Python file nor the name of a module")
    file = folder.joinpath(*place.split(".")).with_suffix(".py").resolve()
    if not file.is_file():
        return Target(name, None, place, attribute, (folder,))
    roots = dict.fromkeys((file.parent, folder))  # what lies beside the app can be imported too
    return Target(name, file, place, attribute, tuple(roots))


def _file_target(name: str, file: Path, attribute: str) -> Target:
    """A file inside packages is imported under its dotted name, so that `from . import x` works."""
    parts, root = [file.stem], file.parent
    while (root / "__init__.py").is_file() and root.name.isidentifier():
        parts.insert(0, root.name)
        root = root.parent
    roots = (file.parent,) if root == file.parent else (file.parent, root)
    return Target(name, file, ".".join(parts), attribute, roots)


def load_app(target: Target) -> ASGIApp:
    """Import the app's module and return its ASGI app.

    That is the attribute that was named; else the module's own `main`, if it can be called; else
    `swell.app.main`, which serves every `@app` of this process.

    Raises:
        CommandError: If it cannot be imported, has no app, or imports another `h2o_wave` than ours.
    """
    _check_wave(target)
    _check_name(target)
    for root in reversed(target.roots):
        sys.path.insert(0, str(root))
    if target.file is not None and not target.attribute and is_fragment(target.file):
        _check_imported_wave(target)
        add_fragment(main, target.file)
        return main
    module = _import(target)
    _check_imported_wave(target)
    if target.attribute:
        return _attribute(target, module)
    own: ASGIApp = getattr(module, "main", main)
    if own is not main and callable(own) and _looks_like_asgi(own):
        return own
    if not main.routes:
        raise CommandError(
            f"{target.name} has no app: put `@app('/')` above an `async def serve(q)`, or name an "
            f"ASGI app as in `swell run {target.module}:api`",
            1,
        )
    return main


def _attribute(target: Target, module: ModuleType) -> ASGIApp:
    found: ASGIApp | None = getattr(module, target.attribute, None)
    if not callable(found):
        said = "is not an ASGI app" if found is not None else "does not exist"
        raise CommandError(f"{target.attribute!r} in {target.module} {said}", 1)
    return found


def _looks_like_asgi(found: Any) -> bool:
    """A class or function named `main` is an entry point, unless it takes ASGI's arguments."""
    if isinstance(found, type):
        return False
    code = getattr(found, "__code__", None)
    return code is None or code.co_varnames[: code.co_argcount] == ("scope", "receive", "send")


def _import(target: Target) -> ModuleType:
    try:
        if target.file is None or "." in target.module:
            return importlib.import_module(target.module)
        # By its path: a module of the same name elsewhere must not be taken for it.
        spec = importlib.util.spec_from_file_location(target.module, target.file)
        assert spec is not None, "a .py file always has a loader"
        assert spec.loader is not None, "a .py file always has a loader"
        module = importlib.util.module_from_spec(spec)
        sys.modules[target.module] = module
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        if error.name and (target.module + ".").startswith(error.name + "."):
            raise CommandError(
                f"there is no file or module {target.name!r} in {target.roots[0]}"
            ) from None
        raise _broken(target, error) from None
    except Exception as error:
        raise _broken(target, error) from None
    return module


def _broken(target: Target, error: Exception) -> BrokenAppError:
    """Show the person's own frames of a traceback: theirs is the only code that they can mend."""
    frames: TracebackType | None = error.__traceback__
    while frames is not None and _is_plumbing(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)
    return BrokenAppError(f"{target.name} could not be loaded; the reason is above", error, frames)


def _is_plumbing(filename: str) -> bool:
    return filename == __file__ or "importlib" in filename


def _check_name(target: Target) -> None:
    """A file called like a package that it needs hides that package from everything."""
    top = target.module.partition(".")[0]
    if target.file is None or len(target.roots) > 1:
        return
    if top in sys.modules:
        raise CommandError(
            f"{target.file.name} has the name of the Python module {top!r}, which it would hide; "
            "rename the file"
        )


# ----------------------------------------------------------------- the other owner of `h2o_wave`


def _check_wave(target: Target) -> None:
    """Stop when the app means our `h2o_wave` and Python would find the one of H2O Wave."""
    if target.file is None or not _imports_wave(target.file):
        return
    try:
        version = importlib.metadata.version("h2o-wave")
    except importlib.metadata.PackageNotFoundError:
        spec = importlib.util.find_spec("h2o_wave")
        if spec is not None and spec.origin is not None and not _is_ours(spec.origin):
            raise _foreign_wave(target, f"the h2o_wave in {Path(spec.origin).parent}") from None
        return
    raise _foreign_wave(target, f"the package h2o-wave {version}")


def _check_imported_wave(target: Target) -> None:
    """The same for an app whose other files import it."""
    module = sys.modules.get("h2o_wave")
    origin = getattr(module, "__file__", None)
    if origin is not None and not _is_ours(origin):
        raise _foreign_wave(target, f"the h2o_wave in {Path(origin).parent}")


def _is_ours(origin: str) -> bool:
    return Path(origin).resolve().parent == _OURS.resolve()


def _foreign_wave(target: Target, what: str) -> CommandError:
    return CommandError(
        f"{target.name} imports h2o_wave, and in this environment that is not Swell's: {what} "
        "takes its place. Remove it and put Swell's files back:\n"
        "    pip uninstall --yes h2o-wave\n"
        "    pip install --force-reinstall --no-deps swell\n"
        "or use a virtual environment without h2o-wave."
    )


def _imports_wave(file: Path) -> bool:
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return False  # importing it shows the error better
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if any(name.partition(".")[0] == "h2o_wave" for name in names):
            return True
    return False
