"""Scripts of a page: they run where the setting `page_scripts` allows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Literal

from swell.logs import logger
from swell.schema.kinds import Record

__all__ = ["InlineScript", "Script", "Tracker", "page_scripts", "warn_skipped"]

page_scripts: ContextVar[bool] = ContextVar("page_scripts", default=False)
"""Whether scripts of the app run here."""

_log = logger("swell.page")
_warned: set[str] = set()


class Script(Record):
    """A script for the page, from an address. Each address is loaded once.

    Attributes:
        path: Address of the script.
        asynchronous: Run it as soon as it has arrived, in any order.
        cross_origin: How to ask for it: `anonymous` or `use-credentials`.
        referrer_policy: What its server gets to know of this page.
        integrity: Hash that the script must have, such as `sha384-...`.
        type: Media type; `text/javascript` when absent.
    """

    path: str
    asynchronous: bool | None = None
    cross_origin: str | None = None
    referrer_policy: str | None = None
    integrity: str | None = None
    type: str | None = None


class InlineScript(Record):
    """A script for the page, as text. It runs at each assignment.

    Attributes:
        content: The script.
        requires: Names of globals that it waits for, at most a second.
        targets: Ids or CSS selectors of elements that it waits for, at most a second.
    """

    content: str
    requires: Sequence[str] | None = None
    targets: Sequence[str] | None = None


class Tracker(Record):
    """Analytics of a page. Taken and unused: Swell loads none.

    Attributes:
        type: Taken and unused: `ga` or `gtag`.
        id: Taken and unused.
    """

    type: Literal["ga", "gtag"]
    id: str


def warn_skipped(tree: Mapping[str, Any]) -> None:
    """Log, once in a process, what of a meta card's scripts is left out."""
    if tree.get("tracker") is not None:
        _warn("meta_card(tracker=...) is left out: Swell loads no analytics")
    if (tree.get("script") or tree.get("scripts")) and not page_scripts.get():
        _warn(
            "meta_card(script=..., scripts=...) is left out: scripts of an app run only with the "
            "setting page_scripts (SWELL_PAGE_SCRIPTS=on)"
        )


def _warn(sentence: str) -> None:
    if sentence not in _warned:
        _warned.add(sentence)
        _log.warning("%s", sentence)
