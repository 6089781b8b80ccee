"""Fuzz for as long as one likes: `python -m tests.fuzz --seconds 300 [TARGET ...]`.

With the package `atheris` it follows the paths through the code; without it, it changes what it
knows. What breaks something is kept in `corpus`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .mutate import LONGEST, changed

READERS = ["swell", "python_multipart"]
"""Packages whose paths atheris follows."""


def keep(name: str, data: bytes, error: BaseException) -> None:
    """Write what has broken a target into the corpus."""
    from .targets import CORPUS

    place = CORPUS / name / hashlib.sha256(data).hexdigest()[:16]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    print(f"{name}: {error!r}\n{data!r}\nkept in {place}", flush=True)


def keeping(name: str) -> Callable[[bytes], None]:
    """Return a target that keeps what breaks it."""
    from .targets import TARGETS

    run = TARGETS[name].run

    def one(data: bytes) -> None:
        try:
            run(data)
        except Exception as error:
            keep(name, data, error)
            raise

    return one


def plain(name: str, seconds: float, seed: int) -> int:
    """Fuzz one target without atheris; return how many tries there were."""
    from .targets import TARGETS

    target, choice, run = TARGETS[name], random.Random(seed), keeping(name)
    known, tries = [*target.seeds, *target.kept(name)], 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        tries += 1
        run(changed(choice, known, target.tokens))
    return tries


def quoted(token: bytes) -> str:
    """Return a line of a dictionary, as libFuzzer reads it."""
    escaped = "".join(rf"\x{byte:02x}" for byte in token)
    return f'"{escaped}"\n'


def followed(name: str, seconds: float, seed: int) -> None:
    """Fuzz one target with atheris, which ends this process."""
    import tempfile

    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=READERS):
        from .targets import TARGETS

    with tempfile.TemporaryDirectory() as folder:
        known = TARGETS[name]
        for number, data in enumerate([*known.seeds, *known.kept(name)]):
            Path(folder, f"{number}").write_bytes(data)
        Path(folder, "tokens").write_text("".join(map(quoted, known.tokens)))
        arguments = [
            f"-max_total_time={int(seconds)}",
            f"-max_len={LONGEST}",
            f"-seed={seed}",
            f"-dict={folder}/tokens",
            "-verbosity=0",
        ]
        run = keeping(name)
        atheris.Setup([sys.argv[0], *arguments, folder], run)
        atheris.Fuzz()


def main() -> int:
    """Fuzz each target in a process, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help="names; all when left out")
    parser.add_argument("--seconds", type=float, default=300, help="altogether")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with_atheris = importlib.util.find_spec("atheris") is not None
    if given.one:
        if with_atheris:
            followed(given.one, given.seconds, given.seed)
        print(f"{given.one}: {plain(given.one, given.seconds, given.seed):,} tries")
        return 0
    from .targets import TARGETS

    names = given.targets or list(TARGETS)
    print(f"seed {given.seed}, {'atheris' if with_atheris else 'without atheris'}", flush=True)
    failed = []
    for name in names:
        seconds = str(given.seconds / len(names))
        command = [sys.executable, "-m", "tests.fuzz", "--one", name, "--seconds", seconds]
        done = subprocess.run([*command, "--seed", str(given.seed)])
        print(f"{name}: {'nothing found' if done.returncode == 0 else 'FAILED'}", flush=True)
        failed += [name] if done.returncode else []
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
