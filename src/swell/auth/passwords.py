"""Users with passwords, in a file: for small teams without an identity provider."""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from swell.errors import SettingError, SignInError
from swell.logs import logger

from .base import SignedIn

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = [
    "NAME",
    "PASSWORD_MAX",
    "PASSWORD_MIN",
    "PasswordFile",
    "Passwords",
    "User",
    "clean_name",
]

_log = logger("swell.auth")

T = TypeVar("T")

NAME = "password"
"""Name of the provider."""

PASSWORD_MIN = 12
"""Shortest new password, in code points."""

PASSWORD_MAX = 1000
"""Longest password that is checked, in code points."""

NAME_MAX = 100
"""Longest name of a user, in code points."""

HASHES_AT_ONCE = 2
"""Passwords that are checked at the same time; each takes 64 MiB."""

WAITING_MAX = 100
"""Passwords that wait to be checked; more are refused."""


class User(msgspec.Struct, frozen=True, omit_defaults=True):
    """A user in the file.

    Attributes:
        password: Argon2 hash.
        name: Name to show.
        email: Address.
        groups: Groups, as an identity provider would name them.
        disabled: Whether the user may not sign in.
    """

    password: str
    name: str = ""
    email: str | None = None
    groups: tuple[str, ...] = ()
    disabled: bool = False

    @property
    def stamp(self) -> str:
        """Stands for the password: a new one ends the sign-ins with the old one."""
        return sha256(self.password.encode()).hexdigest()[:16]


def clean_name(name: str) -> str:
    """Return a name as the file has it: names that differ in case are the same.

    >>> clean_name(" Ada ")
    'ada'

    Raises:
        ValueError: If it cannot be the name of a user.
    """
    name = unicodedata.normalize("NFC", name).strip().casefold()
    if not 0 < len(name) <= NAME_MAX or not name.isprintable() or " " in name:
        raise ValueError(f"a name has 1 to {NAME_MAX} printable characters, without spaces")
    if name == "anon" or name.startswith(("browser:", "api:")):
        raise ValueError(f"the name {name!r} stands for no user")
    return name


class PasswordFile:
    """The file with the users: JSON, an object for each name, for the eyes of this account only.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._users: dict[str, User] = {}
        self._read: tuple[int, int, int] | None = None

    def users(self) -> dict[str, User]:
        """Return the users by name; the file is read again when it has changed.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is not such a file, or other accounts may change it.
        """
        found = self.path.stat()
        read = (found.st_ino, found.st_mtime_ns, found.st_size)
        if read != self._read:
            if os.name != "nt" and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise ValueError(f"other accounts may change it; run `chmod 600 {self.path}`")
            self._users = msgspec.json.decode(self.path.read_bytes(), type=dict[str, User])
            self._read = read
        return self._users

    def change(self, edit: Callable[[dict[str, User]], T]) -> T:
        """Change the users and write the file, whole or not at all.

        Args:
            edit: Changes the users by name, and returns something.

        Raises:
            OSError: If it cannot be written.
            ValueError: See `users`.
        """
        with _alone(self.path.parent):
            try:
                users = dict(self.users())
            except FileNotFoundError:
                users = {}
            result = edit(users)
            self._write(users)
        return result

    def _write(self, users: dict[str, User]) -> None:
        text = msgspec.json.format(msgspec.json.encode(dict(sorted(users.items()))), indent=2)
        # made with mode 0600
        handle, draft = tempfile.mkstemp(prefix=f"{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text + b"\n")
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(draft).unlink()
            raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other commands from changing a file in a folder at the same time; not on Windows."""
    if os.name == "nt":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def hash_password(password: str) -> str:
    """Return the Argon2 hash of a new password.

    Raises:
        ValueError: If it is too short or too long.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise ValueError(f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters")
    return _hasher().hash(_normal(password))


class Passwords:
    """The provider that checks names and passwords.

    Args:
        path: The file with the users.

    Raises:
        SettingError: If the file cannot be read, or `argon2-cffi` is not installed.
    """

    name = NAME
    title = ""

    def __init__(self, path: Path) -> None:
        self._file = PasswordFile(path)
        self._checks = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0
        self._known: dict[str, User] = {}
        source = f"SWELL_PASSWORD_FILE={path}"
        try:
            self._unknown = _hasher().hash(secrets.token_hex())  # that no password has
        except ImportError as error:
            needed = f"it needs `pip install 'swell[passwords]'` ({error})"
            raise SettingError("password_file", source, needed) from None
        try:
            self._known = self._file.users()
        except FileNotFoundError:
            needed = f"there is no such file; `swell users add NAME --file {path}` makes it"
            raise SettingError("password_file", source, needed) from None
        except (OSError, ValueError) as error:
            raise SettingError("password_file", source, str(error)) from None

    async def close(self) -> None:
        """Release nothing."""

    async def check(self, name: str, password: str) -> SignedIn | None:
        """Return the user of a name if the password is right.

        It takes the same time for names that are not in the file.

        Raises:
            SignInError: If too many passwords wait to be checked.
        """
        try:
            name = clean_name(name)
        except ValueError:
            name = ""
        user = self._users().get(name)
        if self._waiting >= WAITING_MAX:
            raise SignInError("too many passwords wait to be checked", True)
        self._waiting += 1
        try:
            async with self._checks:
                stored = self._unknown if user is None else user.password
                right = await asyncio.to_thread(_matches, stored, password[: PASSWORD_MAX + 1])
        finally:
            self._waiting -= 1
        if user is None or user.disabled or not right:
            return None
        return SignedIn(name, user.name or name, user.email, user.groups, sid=user.stamp)

    def holds(self, subject: str, sid: str | None) -> bool:
        """Return whether a user is in the file, not disabled, and has the same password."""
        user = self._users().get(subject)
        return user is not None and not user.disabled and user.stamp == sid

    def _users(self) -> dict[str, User]:
        """Return the users; those of the last time while the file cannot be read."""
        try:
            self._known = self._file.users()
        except (OSError, ValueError) as error:
            _log.warning("could not read the password file, using what was read before: %s", error)
        return self._known


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


def _matches(stored: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """Return a password as every keyboard writes it."""
    return unicodedata.normalize("NFC", password)
