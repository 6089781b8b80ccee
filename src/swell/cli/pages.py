"""Serve pages that scripts, notebooks and other programs push, without an app.

They push with `from h2o_wave import site`; see docs/howto/site.md."""

from __future__ import annotations

import argparse

from swell.app import App
from swell.cli.command_error import CommandError
from swell.cli.flags import add_setting_flags, resolve
from swell.cli.serve import serve

NAME = "serve"
HELP = "serve pages that scripts and notebooks push, without an app"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_setting_flags(parser, without=["workers"])


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    settings = resolve(arguments).settings
    if settings.workers > 1:
        raise CommandError("`swell serve` is one process; unset SWELL_WORKERS")

    def load() -> App:
        app = App(settings)
        app.pages_alone = True
        return app

    return serve(load, settings, "the pages")
