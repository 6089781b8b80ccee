"""The interface of what keeps shared values, and its bounds."""

from __future__ import annotations

from typing import NamedTuple, Protocol

__all__ = ["NAMES_MAX", "NAME_MAX", "VALUE_MAX_BYTES", "Keeper", "Kept"]

NAME_MAX = 200
"""Longest name of a value, in code points."""

VALUE_MAX_BYTES = 256 * 1024
"""Largest value, in bytes of JSON."""

NAMES_MAX = 10_000
"""Most values of an app."""


class Kept(NamedTuple):
    """A value as it is kept.

    Attributes:
        value: JSON.
        version: Grows with each change, also when the value was deleted in between.
    """

    value: str
    version: int


class Keeper(Protocol):
    """Keeps the values of apps by name.

    Raises:
        StoreUnavailableError: From every method, when the database cannot be used.
    """

    async def get(self, app: str, name: str) -> Kept | None:
        """Return a value; None if there is none, or if it has expired."""
        ...

    async def put(
        self,
        app: str,
        name: str,
        value: str,
        expires_s: float | None = None,
        expected: int | None = None,
    ) -> int | None:
        """Store a value, and return its version.

        Args:
            app: Name of the app.
            name: Name of the value.
            value: JSON.
            expires_s: When it expires, in seconds from now by the clock of the keeper; None for
                never.
            expected: The version that it must have, 0 if there must be none; None for any.

        Returns:
            None if the version is another one: nothing was stored.

        Raises:
            LimitError: If the app has `NAMES_MAX` other values.
        """
        ...

    async def delete(self, app: str, name: str) -> None:
        """Remove a value; a missing one is no error."""
