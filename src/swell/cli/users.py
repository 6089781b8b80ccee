"""Manage the users who sign in with a password: `swell users add NAME`.

They are in the file of the setting password_file. A password comes from a prompt, or from the first
line of the standard input; it is never an argument, which other users of the machine can read.
Running apps read the file again when it has changed, and sign out users who were disabled or have
another password."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from swell.cli.command_error import CommandError
from swell.cli.flags import resolve
from swell.errors import SettingError

if TYPE_CHECKING:
    from swell.auth.passwords import User

NAME = "users"
HELP = "manage the users who sign in with a password"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(metavar="action", required=True)
    for name, about in (
        ("add", "add a user"),
        ("passwd", "give a user another password"),
        ("disable", "sign a user out, and refuse the password from now on"),
        ("enable", "accept the password of a user again"),
        ("remove", "remove a user from the file"),
        ("list", "list the users"),
    ):
        action = actions.add_parser(name, help=about, description=about)
        action.set_defaults(action=name)
        if name != "list":
            action.add_argument("name", help="name of the user, such as an e-mail address")
        else:
            action.add_argument("--json", action="store_true", help="write JSON")
        if name == "add":
            action.add_argument("--display", default="", help="name to show, such as 'Ada'")
            action.add_argument("--email", help="e-mail address")
            action.add_argument(
                "--group", action="append", default=[], help="a group of the user; may be repeated"
            )
        action.add_argument("--file", help="the file (default: the setting password_file)")


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from swell.auth.passwords import PasswordFile, User, clean_name

    file = PasswordFile(_path(arguments))
    try:
        if arguments.action == "list":
            _list(file.users(), as_json=arguments.json)
            return 0
        name = clean_name(arguments.name)
        hashed = _hash_new(name) if arguments.action in ("add", "passwd") else ""

        def edit(users: dict[str, User]) -> None:
            known = users.get(name)
            if arguments.action == "add":
                if known is not None:
                    raise CommandError(f"{name} is in the file already; see `swell users passwd`")
                groups = tuple(arguments.group)
                users[name] = User(hashed, arguments.display, arguments.email, groups)
                return
            if known is None:
                raise CommandError(f"{name} is not in {file.path}")
            if arguments.action == "remove":
                del users[name]
                return
            users[name] = User(
                hashed or known.password,
                known.name,
                known.email,
                known.groups,
                {"disable": True, "enable": False}.get(arguments.action, known.disabled),
            )

        file.change(edit)
    except FileNotFoundError:
        raise CommandError(f"there is no file {file.path}; `swell users add` makes it") from None
    except OSError as error:
        raise CommandError(f"{file.path} cannot be used: {error.strerror}", 1) from None
    except ValueError as error:
        raise CommandError(str(error)) from None
    done = {"add": "added", "passwd": "changed the password of", "remove": "removed"}
    print(f"{done.get(arguments.action, f'{arguments.action}d')} {name}")
    return 0


def _path(arguments: argparse.Namespace) -> Path:
    given = arguments.file or resolve(arguments).settings.password_file
    if given is None:
        needed = "it names no file; set SWELL_PASSWORD_FILE, or give --file"
        raise SettingError("password_file", "the environment", needed)
    return Path(given).expanduser()


def _hash_new(name: str) -> str:
    """Return the hash of a password that is entered."""
    from swell.auth.passwords import hash_password

    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for {name}: ")
        if getpass.getpass("Again: ") != password:
            raise CommandError("the two passwords differ; nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        return hash_password(password)
    except ImportError as error:
        raise CommandError(f"it needs `pip install 'swell[passwords]'` ({error})") from None


def _list(users: dict[str, User], *, as_json: bool) -> None:
    rows = [
        {
            "name": name,
            "display": user.name,
            "email": user.email,
            "groups": list(user.groups),
            "disabled": user.disabled,
        }
        for name, user in users.items()
    ]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for name, user in users.items():
        told = (name, user.name, user.email, ",".join(user.groups), "disabled" * user.disabled)
        print("  ".join(filter(None, told)))
