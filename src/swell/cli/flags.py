"""Flags that set a setting, made from the table in `swell.settings.table`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from swell.settings.load import Resolved, misspelt_names, resolve_settings
from swell.settings.table import settings_table


def add_setting_flags(parser: argparse.ArgumentParser, *, without: Sequence[str] = ()) -> None:
    """Add a flag for every setting that has one.

    Args:
        parser: The command's parser.
        without: Settings whose flags have another meaning in this command.
    """
    for row in settings_table():
        if row.flag and row.name not in without:
            shown = f"{row.help} (default: {row.default or 'none'}; environment: {row.env})"
            parser.add_argument(
                row.flag,
                dest=row.name,
                metavar=row.name.rpartition("_")[2].upper(),
                help=shown.replace("`", "").replace("%", "%%"),
            )


def resolve(arguments: argparse.Namespace) -> Resolved:
    """Return the settings of this command line and this process's environment.

    Raises:
        SettingError: If a value cannot be used.
    """
    flags: dict[str, Any] = {
        row.name: getattr(arguments, row.name, None) for row in settings_table() if row.flag
    }
    for name, meant in misspelt_names(os.environ).items():
        print(f"swell: {name} is not a setting; did you mean {meant}?", file=sys.stderr)
    return resolve_settings(os.environ, flags)
