"""Leases on shared pages in PostgreSQL: one process of an app owns a page as long as it lives.

A process lives while it writes its heartbeat; see `swell.chat.store.processes`. The epoch of a page
is random and new with each owner, so frames of an owner that was replaced reach no tab: the rows
need no fencing number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import bindparam, delete, select, update

from swell.chat.store import processes
from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.processes import BEAT_S
from swell.chat.store.statements import inserting
from swell.chat.store.tables import page_owners
from swell.chat.store.tables import processes as _processes
from swell.errors import StoreUnavailableError
from swell.logs import logger
from swell.tasks import Tasks

__all__ = ["PageLeases"]

_log = logger("swell.server")

_T = page_owners.c
_PAGE = (_T.app == bindparam("of_app")) & (_T.address == bindparam("of_address"))
_ADD = inserting(page_owners, ignore=True)
_OWNER = select(_T.process).where(_PAGE).with_for_update()
_TAKE = update(page_owners).where(_PAGE).values(process=bindparam("by"))
_RELEASE = delete(page_owners).where(_PAGE, _T.process == bindparam("by"))
_HELD = select(_T.address).where(_T.app == bindparam("of_app"), _T.process == bindparam("by"))
_LEAVE = delete(page_owners).where(_T.app == bindparam("of_app"), _T.process == bindparam("by"))
_CLEAR = delete(page_owners).where(
    _T.app == bindparam("of_app"), _T.process.not_in(select(_processes.c.id))
)


class PageLeases:
    """The shared pages that this process owns, and the heartbeat that keeps them.

    Attributes:
        process: Id of this process.
        lost: Called with the addresses of pages that other processes own from now on.

    Args:
        engine: The database.
        process: Id of this process.
        app: Name of the app.
    """

    def __init__(self, engine: Engine, process: str, app: str) -> None:
        self.process = process
        self.lost: Callable[[set[str]], None] = lambda _: None
        self._engine = engine
        self._app = app
        self._list = f"pages of {app}"  # of processes, apart from those of chats
        self._held: set[str] = set()
        self._tasks = Tasks()

    async def open(self) -> None:
        """Write the first heartbeat, and one every `BEAT_S` from then on."""
        await self._engine.write(self._join)
        self._tasks.start(self._live(), name="swell-page-leases")

    async def close(self) -> None:
        """Give up all pages."""
        await self._tasks.cancel(1.0)
        try:
            await self._engine.write(self._leave)
        except StoreUnavailableError as error:
            _log.warning("could not release the shared pages of this process: %s", error)

    async def claim(self, address: str) -> str:
        """Return the process that owns a page: this one, if none that lives does."""
        owner = await self._engine.write(lambda tx: self._claim(tx, address))
        if owner == self.process:
            self._held.add(address)
        return owner

    async def release(self, address: str) -> None:
        """Give up a page."""
        self._held.discard(address)
        await self._engine.write(
            lambda tx: tx.run(_RELEASE, of_app=self._app, of_address=address, by=self.process)
        )

    async def beat(self) -> None:
        """Write a heartbeat, and report the pages that other processes have taken."""
        before = set(self._held)
        found = await self._engine.write(self._beat)
        lost = (before & self._held) - found
        if lost:
            self._held -= lost
            self.lost(lost)

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self.beat()
            except StoreUnavailableError:
                pass  # the database logs that; the next one tries again
            except Exception:
                _log.exception("the heartbeat for shared pages failed")

    # ---------------------------------------------------------------------------- transactions

    def _join(self, tx: Tx) -> None:
        processes.bury(tx, self._list)
        processes.join(tx, self.process, self._list)
        tx.run(_CLEAR, of_app=self._app)

    def _leave(self, tx: Tx) -> None:
        tx.run(_LEAVE, of_app=self._app, by=self.process)
        processes.leave(tx, self.process)

    def _claim(self, tx: Tx, address: str) -> str:
        if tx.run(_ADD, app=self._app, address=address, process=self.process):
            return self.process
        row = tx.row(_OWNER, of_app=self._app, of_address=address)
        owner = str(row[0]) if row is not None else ""
        if owner and (owner == self.process or processes.alive(tx, owner)):
            return owner
        if not tx.run(_TAKE, of_app=self._app, of_address=address, by=self.process):
            tx.run(_ADD, app=self._app, address=address, process=self.process)
        return self.process

    def _beat(self, tx: Tx) -> set[str]:
        if processes.beat(tx, self.process, self._list, draining=False) is None:
            processes.join(tx, self.process, self._list)  # it was taken for gone
        return {row[0] for row in tx.rows(_HELD, of_app=self._app, by=self.process)}
