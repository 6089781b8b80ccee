"""Route: an app, by the path of its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from swell.query import Query

__all__ = ["Route"]


class Route(msgspec.Struct, frozen=True):
    """One app: its path, its handler, who shares its page, and when it takes actions over.

    Attributes:
        ack: `received`: an action is acknowledged before its handler runs; `handled`: when the
            handler says so or ends, unless it raises.
        user: Says who asks, see `App.add`; None for whom the setting `user_header` names.
        forgive: Called with what H2O Wave ignores on a page; None makes it an error.
    """

    path: str
    handler: Callable[[Query], Any]
    mode: str
    ack: str = "received"
    user: Callable[[Query], Any] | None = None
    forgive: Callable[[str], None] | None = None
