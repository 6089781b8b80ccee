"""Route: an app, by the path of its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import msgspec

from swell.identity import Identify
from swell.query import Query

__all__ = ["AckWhen", "Mode", "Route"]

Mode: TypeAlias = Literal["unicast", "multicast", "broadcast"]
"""Who shares a page: one tab, all tabs of a user, or all users."""
AckWhen: TypeAlias = Literal["received", "handled"]
"""When an action is acknowledged."""


class Route(msgspec.Struct, frozen=True):
    """One route: its path, its handler, the mode of its page, and when it acknowledges actions.

    Attributes:
        mode: Who shares the page; None for the setting `app_mode`, in an `App` alone.
        ack: `received`: an action is acknowledged before its handler runs; `handled`: when the
            handler acknowledges it or ends, unless it raises.
        identify: Returns the user of a request, see `App`; None uses the setting `user_header`.
        forgive: Called with what H2O Wave ignores on a page; None makes it an error.
        relayed: Whether other processes relay its pages. Those of `@chat` are painted from the
            store in any process instead.
        admin: Whether only administrators see it: for all others there is no such route.
    """

    path: str
    handler: Callable[[Query], Any]
    mode: Mode | None = None
    ack: str = "received"
    identify: Identify | None = None
    forgive: Callable[[str], None] | None = None
    relayed: bool = True
    admin: bool = False
