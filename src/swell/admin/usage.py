"""Usage: what users have used in the last 24 hours."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select

from swell import ui
from swell.chat.store.engines.base import Tx
from swell.chat.store.ids import now
from swell.chat.store.tables import usage
from swell.chat.store.usage import DAY_S, HOUR_S, MICROS

from .tab import PER_PAGE, Admin, Tab, paging, table

__all__ = ["Usage"]

_T = usage.c
_SUMS = [func.sum(column) for column in (_T.prompts, _T.tokens, _T.micros)]
_PAGE = (
    select(_T.subject, _T.app, *_SUMS)
    .where(_T.step == HOUR_S, _T.start > bindparam("since"), _T.subject != "")
    .group_by(_T.subject, _T.app)
    .order_by(_SUMS[1].desc(), _SUMS[0].desc(), _T.subject, _T.app)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)


class Usage:
    """Prompts, tokens and money of users, the greatest use first.

    Args:
        admin: What the page manages.
    """

    name = "usage"

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    async def items(self, tab: Tab) -> list[Any]:
        """Return the list."""
        said, skip = tab.said, int(tab.before[-1] or 0)
        since = int(now()) - DAY_S - HOUR_S

        def read(tx: Tx) -> list[Any]:
            return tx.rows(_PAGE, since=since, most=PER_PAGE + 1, skip=skip)

        found = await self._admin.keeper.engine.read(read)
        if not found:
            return [ui.text(said["no_usage"])]
        heads = [said[head] for head in ("name", "app", "prompts", "tokens", "money")]
        rows = [
            (f"{app} {subject}", [subject, app, f"{prompts:,}", f"{tokens:,}", _money(micros)])
            for subject, app, prompts, tokens, micros in found[:PER_PAGE]
        ]
        following = str(skip + PER_PAGE) if len(found) > PER_PAGE else None
        return [
            ui.text(said["usage_hint"]),
            table("usage_choose", heads, rows, links=False),
            *paging(tab, following),
        ]

    async def act(self, tab: Tab, name: str, value: str) -> None:
        """Do nothing: there is nothing to change."""


def _money(micros: int) -> str:
    return f"{micros / MICROS:,.4f}"
