"""Runs: the answers that are being made now, in all processes."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import bindparam, select

from swell import ui
from swell.chat.store.engines.base import Row, Tx
from swell.chat.store.statements import ACTIVE
from swell.chat.store.tables import processes, runs, threads, users
from swell.markdown import escape

from .tab import PER_PAGE, Admin, Question, Tab, paging, table, when

__all__ = ["Runs"]

_OF_APP = (
    select(
        runs.c.id,
        runs.c.thread_id,
        users.c.subject,
        runs.c.state,
        runs.c.created,
        runs.c.started,
        processes.c.host,
        processes.c.pid,
    )
    .join(threads, threads.c.id == runs.c.thread_id)
    .join(users, users.c.id == threads.c.user_id)
    .outerjoin(processes, processes.c.id == runs.c.owner)
    .where(ACTIVE, users.c.app == bindparam("app"))
)
_PAGE = _OF_APP.where(runs.c.id > bindparam("after")).order_by(runs.c.id).limit(bindparam("most"))
_ONE = _OF_APP.where(runs.c.id == bindparam("of"))


class Runs:
    """Answers that wait or are being made, the oldest first.

    Args:
        admin: What the page manages.
    """

    name = "runs"

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    async def items(self, tab: Tab) -> list[Any]:
        """Return the list."""
        said, found = tab.said, []
        for app, chat in self._admin.chats.items():
            page = partial(_page, app=app, after=tab.before[-1])
            found += [(row[0], app, row) for row in await chat.engine.read(page)]
        found.sort(key=lambda one: one[0])
        refresh = ui.buttons([ui.button("runs_again", said["refresh"])])
        if not found:
            return [ui.text(said["no_runs"]), refresh]
        heads = [said["name"], said["app"], said["state"], said["created"], said["process"]]
        rows = [
            (
                f"{app} {id}",
                [row[2], app, said[f"run_{row[3]}"], when(row[5] or row[4]), _host(row)],
            )
            for id, app, row in found[:PER_PAGE]
        ]
        return [
            ui.text(said["runs_hint"]),
            table("runs_choose", heads, rows, links=True),
            *paging(tab, found[PER_PAGE - 1][0] if len(found) > PER_PAGE else None),
            refresh,
        ]

    async def act(self, tab: Tab, name: str, value: str) -> None:
        """Ask whether to stop an answer."""
        app, _, id = value.rpartition(" ")
        chat = self._admin.chats.get(app)
        if name != "choose" or chat is None:
            return
        row = await chat.engine.read(lambda tx: tx.row(_ONE, app=app, of=id))
        if row is None:
            tab.notice = tab.said["run_ended"]
            return
        thread_id, subject = row[1], row[2]

        async def stop() -> str:
            await chat.stop_thread(thread_id)
            await self._admin.audit.write(
                "stopped", subject=tab.actor, address=tab.q.peer, object=thread_id, user=subject
            )
            return tab.said["done_stopped"]

        text = tab.said["ask_stop"].format(name=escape(subject))
        tab.question = Question(text, tab.said["stop"], stop)


def _page(tx: Tx, app: str, after: str) -> list[Row]:
    return tx.rows(_PAGE, app=app, after=after, most=PER_PAGE + 1)


def _host(row: Row) -> str:
    return f"{row[6]} {row[7]}" if row[6] is not None else "-"
