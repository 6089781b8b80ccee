"""Finds or fetches what `make` needs beyond Python. Uses the standard library only.

python tools/bootstrap.py venv        make .venv
python tools/bootstrap.py node        find Node and npm, or put them into .venv
python tools/bootstrap.py chromium    find Chromium, or install it, and print its path
python tools/bootstrap.py headless    the same, and prefer the build without windows: it is faster
python tools/bootstrap.py programs    install the servers that tests start, where that may be done
python tools/bootstrap.py browsers    install the browsers that `make browsers` drives
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/sbin")
"""Where Debian puts servers; not everybody has them on PATH."""

PROGRAMS = {
    "caddy": "caddy",
    "curl": "curl",
    "haproxy": "haproxy",
    "nginx": "nginx-light",
    "openssl": "openssl",
    "pgbouncer": "pgbouncer",
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "redis-server": "redis-server",
    "systemd-analyze": "systemd",
}
"""Servers that tests start and programs that they run, and Debian's packages that have them."""

NPM_PROGRAMS = {"oidc-provider": ROOT / "tests/auth/provider"}
"""Servers that tests start with Node, and the folders whose lock files name their packages."""

OTHER_BROWSERS = {
    "firefox-esr": "firefox-esr",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
}
"""What `make browsers` drives beside Chromium, and Debian's packages that have it."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEADLESS = "chromium-headless-shell"
"""Chromium without windows: its program, and Debian's package that has it."""


LOCKED = ("--require-hashes", "--requirement")
"""Before a file of `make lock`: pip installs nothing without a hash of it."""


def say(text: str) -> None:
    """Tell the person something; standard output is for answers."""
    print(text, file=sys.stderr, flush=True)


def run(*command: str) -> bool:
    """Run a command, its output going to the person; say whether it succeeded."""
    say("+ " + " ".join(command))
    return subprocess.run(command, cwd=ROOT, stdout=sys.stderr).returncode == 0


def apt_install(package: str) -> bool:
    """Install a Debian package where that is possible without asking anybody."""
    if shutil.which("apt-get") is None or os.name != "posix" or os.geteuid() != 0:
        return False
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    return run("apt-get", "update", "--quiet") and run(
        "apt-get", "install", "--quiet", "--yes", "--no-install-recommends", package
    )


def make_venv() -> int:
    """Make .venv by whichever way this Python has; Debian ships it without `ensurepip`."""
    if (VENV / "bin" / "pip").exists():
        return 0
    shutil.rmtree(VENV, ignore_errors=True)
    debian_package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if importlib.util.find_spec("ensurepip") is None:
        say("This Python cannot make virtual environments by itself.")
        if not apt_install(debian_package):
            return make_venv_with_virtualenv(debian_package)
    return 0 if run(sys.executable, "-m", "venv", str(VENV)) else 1


def make_venv_with_virtualenv(debian_package: str) -> int:
    """Make .venv through the package virtualenv, fetched by the machine's pip."""
    place = ROOT / ".cache" / "virtualenv"
    wanted = ["--target", str(place), *LOCKED, "requirements/virtualenv.txt"]
    if importlib.util.find_spec("pip") is not None and run(
        sys.executable, "-m", "pip", "install", "--quiet", *wanted
    ):
        os.environ["PYTHONPATH"] = str(place)
        return 0 if run(sys.executable, "-m", "virtualenv", str(VENV)) else 1
    say(f"Install what is missing, then run make again:\n    sudo apt install {debian_package}")
    return 1


def find_node() -> int:
    """See that Node and npm can be used, from the machine or from .venv."""
    sys.path.insert(0, str(ROOT))
    import hatch_build

    if hatch_build.node_on_path():
        return 0
    say(f"No Node {hatch_build.NODE_LEAST} with npm was found; it comes as a Python package.")
    python = str(VENV / "bin" / "python")
    command = (python, "-m", "pip", "install", "--quiet", *LOCKED, "requirements/node.txt")
    return 0 if run(*command) else 1


def find_chromium() -> int:
    """Print the path of Chromium."""
    wanted = os.environ.get("SWELL_CHROMIUM", "")
    found = shutil.which(wanted) if wanted else first_browser()
    if found is None and not wanted and apt_install("chromium"):
        found = first_browser()
    if found is None:
        if wanted:
            say(f"SWELL_CHROMIUM names {wanted!r}, which cannot be run.")
        else:
            say("The browser tests need Chromium. Install it (Debian: `sudo apt install chromium`)")
            say("or name one: SWELL_CHROMIUM=/path/to/chrome make test")
        return 1
    print(found)
    return 0


def find_headless() -> int:
    """Print the path of Chromium's build without windows, or of Chromium where there is none."""
    if not os.environ.get("SWELL_CHROMIUM") and (shutil.which(HEADLESS) or apt_install(HEADLESS)):
        print(shutil.which(HEADLESS))
        return 0
    return find_chromium()


def find_programs() -> int:
    """Install the servers that tests start; without the rights to, tests that need one say so."""
    install(PROGRAMS)
    sys.path.insert(0, str(ROOT))
    import hatch_build

    for name, folder in NPM_PROGRAMS.items():
        try:
            hatch_build.install_packages(folder)
        except RuntimeError as error:
            say(f"{name} is missing, tests that need it will not run: {error}")
    return 0


def find_browsers() -> int:
    """Install the browsers of `make browsers`, which needs all of them."""
    return 0 if install(OTHER_BROWSERS) else 1


def install(programs: dict[str, str]) -> bool:
    """Install what is missing; say what could not be, and whether everything is there."""
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    there = True
    for name, package in programs.items():
        if shutil.which(name, path=search) is None and not apt_install(package):
            say(f"{name} is missing, tests that need it will not run: sudo apt install {package}")
            there = False
    return there


def first_browser() -> str | None:
    """Return the path of the first browser that is installed."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


COMMANDS = {
    "venv": make_venv,
    "node": find_node,
    "chromium": find_chromium,
    "headless": find_headless,
    "programs": find_programs,
    "browsers": find_browsers,
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(COMMANDS[sys.argv[1]]())
