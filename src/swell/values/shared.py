"""Shared values as apps use them: typed, versioned, expiring and watched.

The truth is in a `Keeper`. A change is announced over the backplane. Announcements may be lost, so
watched values are read every few seconds as well.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar, overload

import msgspec

from swell.backplane.base import Backplane
from swell.errors import DECODE_ERRORS, LimitError, SharedValueError, StoreUnavailableError
from swell.logs import logger

from .base import NAME_MAX, VALUE_MAX_BYTES, Keeper

__all__ = ["Shared", "SharedValues", "Versioned"]

_log = logger("swell.values")

REREAD_S = 3.0
"""How often a watched value is read without an announcement, in seconds."""

ATTEMPTS = 100
"""How often `update` computes a value anew because others changed it first."""

T = TypeVar("T")


class Versioned(NamedTuple, Generic[T]):
    """A value with its version.

    Attributes:
        value: The value.
        version: For `compare_and_set`. It grows with every change.
    """

    value: T
    version: int


class SharedValues:
    """The values of one running application.

    Args:
        keeper: Where they are.
        backplane: Reaches the other processes.
    """

    def __init__(self, keeper: Keeper, backplane: Backplane) -> None:
        self.keeper = keeper
        self._backplane = backplane
        self.watched: dict[tuple[str, str], _Watched] = {}

    def announce(self, app: str, name: str) -> None:
        """Let those who watch a value read it, in every process."""
        if (watched := self.watched.get((app, name))) is not None:
            watched.changed.set()
        self._backplane.publish(_topic(app, name), b"!")

    def watch(self, app: str, name: str) -> _Watched:
        """Return the reader of a value, which all watchers of this process share."""
        key = (app, name)
        if key not in self.watched:
            self.watched[key] = _Watched(self.keeper, app, name)
            changed = self.watched[key].changed.set
            self.watched[key].unsubscribe = self._backplane.subscribe(
                _topic(app, name), lambda _: changed(), changed
            )
        return self.watched[key]

    def close(self) -> None:
        """End all watching, as the application ends."""
        for watched in self.watched.values():
            watched.end()
        self.watched.clear()

    def unwatch(self, watched: _Watched) -> None:
        """End the reader of a value if nothing watches it any more."""
        if not watched.waiting and self.watched.get(watched.key) is watched:
            del self.watched[watched.key]
            watched.end()


class _Watched:
    """Reads one value when it may have changed, for all who wait."""

    def __init__(self, keeper: Keeper, app: str, name: str) -> None:
        self.key = (app, name)
        self.waiting: set[asyncio.Event] = set()
        self.changed = asyncio.Event()
        self.unsubscribe: Callable[[], None] = lambda: None
        self.json: str | None = None
        self.version = -1
        self._keeper = keeper
        self.ended = False
        self._task = asyncio.create_task(self._read(), name="swell-shared-value")

    async def _read(self) -> None:
        warned = False
        while True:
            self.changed.clear()
            try:
                kept = await self._keeper.get(*self.key)
            except StoreUnavailableError as error:
                if not warned:
                    _log.warning("could not read the shared value %r: %s", self.key[1], error)
                warned = True
            else:
                warned = False
                version = 0 if kept is None else kept.version
                if version != self.version:
                    self.json, self.version = (None if kept is None else kept.value), version
                    for event in self.waiting:
                        event.set()
            try:
                async with asyncio.timeout(REREAD_S):
                    await self.changed.wait()
            except TimeoutError:
                pass

    def end(self) -> None:
        """Stop reading; those who wait end."""
        self.ended = True
        self.unsubscribe()
        self._task.cancel()
        for event in self.waiting:
            event.set()


class Shared(Generic[T]):
    """A value that all processes of an app share; make one with `swell.shared`.

    It is in the database if the setting `database_url` names PostgreSQL, else in the memory of the
    process. Each method works from every handler and hook while the app runs.

    Raises:
        StoreUnavailableError: From every method, when the database cannot be used.
        SharedValueError: From every method that returns a value, if it is not of the type: another
            version of the app has stored it.
    """

    def __init__(
        self, name: str, kind: type[T], values: Callable[[], SharedValues], app: Callable[[], str]
    ) -> None:
        if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
            raise ValueError(f"a name has 1 to {NAME_MAX} printable characters, got {name[:80]!r}")
        self.name = name
        self._decoder = _decoder(kind)  # type: ignore[arg-type]
        self._values = values
        self._app = app

    @overload
    async def get(self) -> T | None: ...

    @overload
    async def get(self, default: T) -> T: ...

    async def get(self, default: T | None = None) -> T | None:
        """Return the value; `default` if there is none, or if it has expired."""
        found = await self.read()
        return default if found is None else found.value

    async def read(self) -> Versioned[T] | None:
        """Return the value with its version; None if there is none, or if it has expired."""
        kept = await self._values().keeper.get(self._app(), self.name)
        return None if kept is None else Versioned(self._decode(kept.value), kept.version)

    async def set(self, value: T, *, expires_s: float | None = None) -> int:
        """Store a value, whatever it was before, and return its version.

        Args:
            value: The new value.
            expires_s: When it expires, in seconds from now; None for never.

        Raises:
            TypeError: If the value is not of the type.
            ValueError: If `expires_s` is not more than 0.
            LimitError: If it has more than 256 KiB of JSON, or the app has 10,000 values.
        """
        version = await self._put(value, expires_s, None)
        assert version is not None, "any version is fine"
        return version

    async def compare_and_set(
        self, version: int, value: T, *, expires_s: float | None = None
    ) -> bool:
        """Store a value if the stored one has this version; return whether it had.

        Args:
            version: As `read` returned it; 0 if there must be no value.
            value: The new value.
            expires_s: When it expires, in seconds from now; None for never.

        Raises:
            TypeError, ValueError, LimitError: As for `set`.
        """
        return await self._put(value, expires_s, version) is not None

    async def update(self, change: Callable[[T | None], T], *, expires_s: float | None = None) -> T:
        """Change the value and return it, without losing a change of another process.

        Args:
            change: Returns the new value for the old one, None if there is none. It may be called
                several times, so it must do nothing else.
            expires_s: When the new value expires, in seconds from now; None for never.

        Raises:
            TypeError, ValueError, LimitError: As for `set`. LimitError also if others changed the
                value first 100 times in a row.
        """
        for _ in range(ATTEMPTS):
            found = await self.read()
            new = change(None if found is None else found.value)
            version = 0 if found is None else found.version
            if await self.compare_and_set(version, new, expires_s=expires_s):
                return new
        raise LimitError(f"the shared value {self.name!r}", f"{ATTEMPTS} attempts to change it")

    async def delete(self) -> None:
        """Remove the value; nothing happens if there is none."""
        values, app = self._values(), self._app()
        await values.keeper.delete(app, self.name)
        values.announce(app, self.name)

    async def watch(self) -> AsyncGenerator[T | None]:
        """Yield the value now, and after every change; None while there is none.

        A slow reader gets the newest value and misses those in between. While the database cannot
        be used, nothing is yielded. Changes of other processes come over the backplane, or after
        at most 3 seconds without it. The iteration ends when the app stops.
        """
        values = self._values()
        watched = values.watch(self._app(), self.name)
        event, seen = asyncio.Event(), -1
        watched.waiting.add(event)
        try:
            while not watched.ended:
                if watched.version != seen:
                    seen, json = watched.version, watched.json
                    yield None if json is None else self._decode(json)
                    continue
                await event.wait()
                event.clear()
        finally:
            watched.waiting.discard(event)
            values.unwatch(watched)

    async def _put(self, value: T, expires_s: float | None, expected: int | None) -> int | None:
        if expires_s is not None and not expires_s > 0:
            raise ValueError(f"expires_s must be more than 0, got {expires_s}")
        values, app = self._values(), self._app()
        text = self._encode(value)
        version = await values.keeper.put(app, self.name, text, expires_s, expected)
        if version is not None:
            values.announce(app, self.name)
        return version

    def _encode(self, value: T) -> str:
        try:
            encoded = msgspec.json.encode(value)
            self._decoder.decode(encoded)
        except (TypeError, msgspec.MsgspecError) as error:
            shown = repr(value)[:80]
            raise TypeError(f"the shared value {self.name!r} cannot be {shown}: {error}") from None
        if len(encoded) > VALUE_MAX_BYTES:
            raise LimitError(
                f"the shared value {self.name!r}", f"{VALUE_MAX_BYTES:,} bytes of JSON"
            )
        return encoded.decode()

    def _decode(self, text: str) -> T:
        try:
            value: T = self._decoder.decode(text)
            return value
        except DECODE_ERRORS as error:
            raise SharedValueError(self.name, str(error)) from None


@functools.cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _topic(app: str, name: str) -> str:
    """Return a topic of bounded length."""
    return "shared/" + sha256(f"{app}\0{name}".encode()).hexdigest()
