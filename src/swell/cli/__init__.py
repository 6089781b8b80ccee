"""The command `swell`: one module a command, found in `COMMANDS`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from swell.cli import (
    audit,
    backup,
    chat,
    check,
    config,
    db,
    demo,
    drain,
    feedback,
    pages,
    people,
    restore,
    run,
    status,
    users,
)
from swell.cli.command_error import CommandError
from swell.errors import SettingError

__all__ = ["main"]

COMMANDS = (
    run,
    pages,
    chat,
    demo,
    check,
    status,
    drain,
    config,
    db,
    feedback,
    audit,
    people,
    backup,
    restore,
    users,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: Arguments without the program's name; None takes the process's own.

    Returns:
        0 on success, 1 when the app could not be started, 2 when the command line,
        a setting or the environment is at fault.
    """
    parser = argparse.ArgumentParser(
        prog="swell", description="Chat apps for language models in Python alone."
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    commands = parser.add_subparsers(metavar="command")
    for module in COMMANDS:
        command = commands.add_parser(
            module.NAME,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(execute=module.execute)
    arguments = parser.parse_args(argv)
    if arguments.version:
        from swell import __version__

        print(f"swell {__version__}")
        return 0
    if not hasattr(arguments, "execute"):
        parser.print_help()
        return 2
    try:
        code: int = arguments.execute(arguments)
    except SettingError as error:
        print(f"swell: {error}", file=sys.stderr)
        return 2
    except CommandError as failure:
        print(f"swell: {failure}", file=sys.stderr)
        return failure.exit_code
    return code
