"""Show every setting, its value and where the value comes from."""

from __future__ import annotations

import argparse

from swell.cli.flags import add_setting_flags, resolve
from swell.settings.reference import settings_markdown
from swell.settings.table import settings_table, show

NAME = "config"
HELP = "show every setting, its value and where it comes from"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_setting_flags(parser)
    parser.add_argument(
        "--markdown", action="store_true", help="print the reference page of the settings instead"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if arguments.markdown:
        print(settings_markdown(), end="")
        return 0
    settings, sources = resolve(arguments)
    lines = []
    for row in settings_table():
        value = getattr(settings, row.name)
        shown = "(hidden)" if row.secret and value is not None else show(value) or "(none)"
        lines.append((row.name, shown, sources.get(row.name, "default")))
    name_width = max(len(name) for name, _, _ in lines)
    value_width = min(40, max(len(shown) for _, shown, _ in lines))
    for name, shown, source in lines:
        print(f"{name:<{name_width}}  {shown:<{value_width}}  {source}")
    return 0
