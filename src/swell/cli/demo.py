"""Start the demo, a chat over Swell's own documentation. It needs no key and no network."""

from __future__ import annotations

import argparse
from pathlib import Path

import swell.demo
from swell.cli.flags import add_setting_flags, resolve
from swell.cli.load import parse_target
from swell.cli.serve import start

NAME = "demo"
HELP = "start the demo, a chat over the documentation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_setting_flags(parser, without=["workers"])
    parser.add_argument(
        "--reload", action="store_true", help="start again whenever the demo's own code changes"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    target = parse_target("app.py", Path(swell.demo.__file__).parent)
    return start(target, resolve(arguments).settings, reload=arguments.reload)
