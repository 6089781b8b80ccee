"""The interface of what connects a broker with those of other processes."""

from __future__ import annotations

from typing import Protocol

from swell.identity import Identity
from swell.live.connection import Connection
from swell.live.wire import Act, Hello

from .identity import Caller
from .route import Route

__all__ = ["Elsewhere"]


class Elsewhere(Protocol):
    """Connects tabs of this process with pages of others, and the other way round.

    Attributes:
        process: Id of this process, part of the ids of its clients.
    """

    process: str

    async def take(
        self, connection: Connection, hello: Hello, caller: Caller, identity: Identity
    ) -> bool:
        """Attach a connection to its page if another process owns that; return whether it does.

        Raises:
            ProtocolError: If that process refuses the hello, or cannot be reached.
        """

    def act(self, connection: Connection, act: Act) -> bool:
        """Pass an action on; return False if the connection has no page of another process."""

    def left(self, connection: Connection) -> None:
        """Forget a connection that has closed."""

    def end_others(self, route: Route, session_id: str, subject: str) -> None:
        """End the connections that a browser has to a route for users other than `subject`."""

    def drain(self) -> None:
        """Leave the pages of this process to the others."""
