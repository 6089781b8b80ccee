"""AuditKeeper: writes what the server refuses into the audit log, and purges old entries."""

from __future__ import annotations

import asyncio

from swell.errors import StoreUnavailableError
from swell.logs import logger
from swell.tasks import Tasks

from .log import AuditLog

__all__ = ["AuditKeeper"]

_log = logger("swell.audit")

PURGE_S = 3600.0
"""How often old entries are removed, in seconds."""

WAITING_MAX = 100
"""Refusals that wait to be written; further ones are only in the log of the process."""


class AuditKeeper:
    """Keeps the audit log of an application while it runs.

    Args:
        log: The audit log.
        keep_s: How long entries are kept, in seconds; 0 means forever.
    """

    def __init__(self, log: AuditLog, keep_s: float) -> None:
        self._audit = log
        self._keep_s = keep_s
        self._writing = Tasks()
        self._purging = Tasks()

    def start(self) -> None:
        """Begin to purge; needs a running event loop."""
        self._purging.start(self._purge(), name="swell-purge-audit")

    def refused(self, reason: str, address: str, about: str) -> None:
        """Write that a request was refused; the request does not wait for that.

        Args:
            reason: Why, as one word.
            address: Network address of the sender; empty for this machine.
            about: The address or the page that was asked for.
        """
        if len(self._writing) < WAITING_MAX:
            self._writing.start(
                self._audit.write("refused", address=address, object=about, reason=reason)
            )

    async def close(self) -> None:
        """Write what waits, and stop."""
        await self._purging.cancel(1.0)
        await self._writing.wait(1.0)
        await self._writing.cancel(1.0)

    async def _purge(self) -> None:
        while True:
            try:
                while await self._audit.purge(self._keep_s):
                    pass
            except StoreUnavailableError as error:
                _log.warning("could not remove old audit entries, retrying in an hour: %s", error)
            await asyncio.sleep(PURGE_S)
