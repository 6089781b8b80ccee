"""Stop the processes that serve an app on this machine, in order.

They take no more prompts, ask their pages to reconnect, and end when their answers have, at the
latest after the setting drain_s: the same as SIGTERM. Only processes of this account that
`swell run` started are found: no other machines, containers or ASGI servers."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import time
from pathlib import Path

from swell.cli.command_error import CommandError
from swell.cli.load import parse_target
from swell.cli.running import found

NAME = "drain"
HELP = "stop an app in order, on this machine"

LOOK_S = 0.1
"""Time between two looks whether the processes have ended, in seconds."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("app", help="the app as it was given to `swell run`")
    parser.add_argument(
        "--no-wait", action="store_true", help="do not wait until the processes have ended"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if os.name == "nt":
        raise CommandError("`swell drain` needs Linux or macOS; press Ctrl+C where the app runs")
    target = parse_target(arguments.app, Path.cwd())
    serving = found(target)
    if not serving:
        raise CommandError(
            f"no `swell run` of this account serves {arguments.app} on this machine", 1
        )
    for one in serving:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGTERM)
        print(f"process {one.pid} drains", flush=True)
    while not arguments.no_wait and not set(serving).isdisjoint(found(target)):
        time.sleep(LOOK_S)
    return 0
