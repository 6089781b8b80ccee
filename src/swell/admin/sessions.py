"""Sessions: the browsers in which users are signed in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double, String, bindparam, select, tuple_

from swell import ui
from swell.auth.clock import Clock
from swell.chat.store.engines.base import Row, Tx
from swell.chat.store.tables import accounts, sign_ins
from swell.markdown import escape

from .tab import PER_PAGE, Admin, Question, Tab, paging, table, when

__all__ = ["Sessions"]

_T = sign_ins.c
_PAGE = (
    select(_T.id, _T.subject, accounts.c.name, _T.agent, _T.address, _T.created, _T.seen)
    .join(accounts, accounts.c.subject == _T.subject)
    .where(
        _T.ended.is_(None),
        _T.expires > bindparam("now", type_=Double),
        tuple_(_T.created, _T.id)
        < tuple_(bindparam("created", type_=Double), bindparam("id", type_=String)),
    )
    .order_by(_T.created.desc(), _T.id.desc())
    .limit(bindparam("most"))
)


class Sessions:
    """All sign-ins that hold, the latest first.

    Args:
        admin: What the page manages.
    """

    name = "sessions"

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._clock = Clock()

    async def items(self, tab: Tab) -> list[Any]:
        """Return the list."""
        said = tab.said
        if self._admin.keeper.sign_ins is None:
            return [ui.text(said["signed_in_elsewhere"])]
        rows = await self._page(tab.before[-1])
        if not rows:
            return [ui.text(said["none_found"])]
        heads = [said["name"], said["browser"], said["address"], said["since"], said["used"]]
        shown = [
            (row[0], [row[2] or row[1], row[3] or "-", row[4] or "-", when(row[5]), when(row[6])])
            for row in rows[:PER_PAGE]
        ]
        last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
        return [
            ui.text(said["sessions_hint"]),
            table("sessions_choose", heads, shown, links=True),
            *paging(tab, None if last is None else f"{last[5]!r} {last[0]}"),
        ]

    async def act(self, tab: Tab, name: str, value: str) -> None:
        """Ask whether to sign a user out in one browser."""
        if name == "choose" and (subject := await self._whose(value)) is not None:
            text = tab.said["ask_sign_out_one"].format(name=escape(subject))
            tab.question = Question(
                text, tab.said["sign_out"], lambda: self._sign_out(tab, subject, value)
            )

    async def _sign_out(self, tab: Tab, subject: str, id: str) -> str:
        await self._admin.keeper.end([id])
        await self._admin.audit.write(
            "signed_out", subject=tab.actor, address=tab.q.peer, object=subject
        )
        return tab.said["done_signed_out"]

    async def _whose(self, id: str) -> str | None:
        one = select(_T.subject).where(_T.id == bindparam("of"))
        row = await self._admin.keeper.engine.read(lambda tx: tx.row(one, of=id))
        return None if row is None else str(row[0])

    async def _page(self, before: str) -> list[Row]:
        created, _, id = before.partition(" ")

        def read(tx: Tx) -> list[Row]:
            return tx.rows(
                _PAGE,
                now=self._clock.now(tx),
                created=float(created or "inf"),
                id=id,
                most=PER_PAGE + 1,
            )

        return await self._admin.keeper.engine.read(read)
