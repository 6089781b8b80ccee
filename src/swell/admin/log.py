"""Audit log: what happened, newest first."""

from __future__ import annotations

from typing import Any

from swell import ui
from swell.audit.events import EVENTS
from swell.audit.log import Entry

from .tab import PER_PAGE, Admin, Tab, paging, table, when

__all__ = ["Log"]


class Log:
    """The audit log of all apps of the database.

    Args:
        admin: What the page manages.
    """

    name = "log"

    def __init__(self, admin: Admin) -> None:
        self._audit = admin.audit

    async def items(self, tab: Tab) -> list[Any]:
        """Return the list."""
        said, event = tab.said, tab.chosen or None
        before = int(tab.before[-1]) if tab.before[-1] else None
        found = await self._audit.latest(
            before=before, limit=PER_PAGE + 1, event=event, about=tab.search or None
        )
        choices = [ui.choice("-", said["all_events"]), *(ui.choice(one) for one in EVENTS)]
        heads = [said[head] for head in ("time", "event", "name", "address", "object", "detail")]
        rows = [(str(one.n), _cells(one)) for one in found[:PER_PAGE]]
        following = str(found[PER_PAGE - 1].n) if len(found) > PER_PAGE else None
        return [
            ui.inline(
                [
                    ui.dropdown(
                        "log_event", said["event"], value=tab.chosen or "-", choices=choices
                    ),
                    ui.textbox("log_about", said["name_or_object"], value=tab.search),
                    ui.button("log_filter", said["find"]),
                ],
                align="end",
            ),
            table("log_choose", heads, rows, links=False) if rows else ui.text(said["none_found"]),
            *paging(tab, following),
        ]

    async def act(self, tab: Tab, name: str, value: str) -> None:
        """Show other entries."""
        del value
        if name == "filter":
            event = str(tab.q.args.log_event or "")
            tab.turn_to(chosen=event if event in EVENTS else "")
            tab.search = str(tab.q.args.log_about or "").strip()[:1000]


def _cells(one: Entry) -> list[str]:
    detail = ", ".join(f"{name}: {value}" for name, value in one.detail.items())
    cells = (one.subject, one.address, one.object, detail)
    return [when(one.at), one.event, *(cell or "-" for cell in cells)]
