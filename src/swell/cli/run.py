"""Start an app: `swell run app.py`, `swell run package.module` or `swell run module:attribute`."""

from __future__ import annotations

import argparse
from pathlib import Path

from swell.cli.command_error import CommandError
from swell.cli.flags import add_setting_flags, resolve
from swell.cli.load import parse_target
from swell.cli.running import marked
from swell.cli.serve import start
from swell.cli.workers import start_workers

NAME = "run"
HELP = "start an app and serve it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "app",
        help="a file such as app.py, a module such as app or package.app, or module:attribute",
    )
    add_setting_flags(parser)
    parser.add_argument(
        "--reload",
        action="store_true",
        help="start again whenever a Python file beside the app changes; for development",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    settings = resolve(arguments).settings
    if arguments.reload and settings.workers > 1:
        raise CommandError("--reload works with one process; leave out --workers (SWELL_WORKERS)")
    target = parse_target(arguments.app, Path.cwd())
    with marked(target):
        if settings.workers > 1:
            return start_workers(target, settings)
        return start(target, settings, reload=arguments.reload)
