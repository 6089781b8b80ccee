"""Route: an app, by the path of its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import msgspec

from swell.identity import Identify
from swell.query import Query

__all__ = ["AckWhen", "Mode", "Route"]

Mode: TypeAlias = Literal["unicast", "multicast", "broadcast"]
"""Who shares a page: nobody, all tabs of a person, or everybody."""
AckWhen: TypeAlias = Literal["received", "handled"]
"""When an action is acknowledged."""


class Route(msgspec.Struct, frozen=True):
    """One app: its path, its handler, who shares its page, and when it takes actions over.

    Attributes:
        mode: Who shares the page; None for the setting `app_mode`, in an `App` alone.
        ack: `received`: an action is acknowledged before its handler runs; `handled`: when the
            handler says so or ends, unless it raises.
        identify: Says who asks, see `App`; None for whom the setting `user_header` names.
        forgive: Called with what H2O Wave ignores on a page; None makes it an error.
    """

    path: str
    handler: Callable[[Query], Any]
    mode: Mode | None = None
    ack: str = "received"
    identify: Identify | None = None
    forgive: Callable[[str], None] | None = None
