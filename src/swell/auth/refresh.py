"""Keeps the tokens of sign-ins fresh: one request to the provider at a time, in all processes.

A provider may replace the refresh token with each use, and take a second use of the old one for
theft. So a process claims the row of a sign-in before it asks, and the others wait for the result.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

import msgspec
from sqlalchemy import bindparam, null, select, text, update

from swell.chat.store.engines.base import Engine, Row, Tx
from swell.chat.store.statements import to_json
from swell.chat.store.tables import sign_ins
from swell.errors import SignInError, StoreUnavailableError
from swell.logs import logger

from .base import RemoteProvider, Tokens
from .clock import Clock
from .sealed import Sealer
from .sign_ins import fresh_until

__all__ = ["Refresher"]

_log = logger("swell.auth")

EARLY_S = 20.0
"""How long before it expires an access token is replaced, in seconds."""

ANSWER_S = 15.0
"""How long a provider may take, in seconds."""

CLAIM_S = ANSWER_S + 5.0
"""How long a process may take to refresh before another one tries, in seconds."""

WAIT_S = 30.0
"""How long a process waits for another one, in seconds."""

POLL_S = 0.1
AGAIN_S = 60.0
"""Time between two attempts at a provider that is away, in seconds."""

SAVE_ATTEMPTS = 5
"""How often tokens are saved that cannot be had again."""

_T = sign_ins.c
_HOLDS = (_T.id == bindparam("of")) & _T.ended.is_(None)
_FIND = select(_T.provider, _T.tokens).where(_HOLDS)
_CLAIM = (
    update(sign_ins)
    .where(_HOLDS, _T.refreshing.is_(None) | (_T.refreshing < bindparam("now")))
    .values(refreshing=bindparam("until_at"))
)
_RELEASE = (
    update(sign_ins)
    .where(_T.id == bindparam("of"), _T.refreshing == bindparam("claim"))
    .values(refreshing=null())
)
_SAVE = _RELEASE.values(tokens=bindparam("new"), fresh_until=bindparam("fresh"))
_STALE = """
    SELECT id FROM sign_ins WHERE id IN (SELECT value FROM {ids})
    AND ended IS NULL AND fresh_until < :before
"""
_STALE_OF = {
    "sqlite": text(_STALE.format(ids="json_each(:ids)")),
    "postgresql": text(_STALE.format(ids="json_array_elements_text(CAST(:ids AS json))")),
}


class Refresher:
    """Refreshes tokens.

    Its methods may be called in any event loop: `q.auth.ensure_fresh_token_sync` has its own.

    Args:
        engine: The database.
        clock: Its time.
        sealer: Encrypts tokens.
        provider: Returns a provider by its name; None if it is not configured any more.
        refused: Called with the id of a sign-in that a provider does not prolong.
        renewed: Called with the ids of sign-ins that have other tokens.
        now: Seconds since the epoch here, where `Tokens.expires` was computed.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        sealer: Sealer,
        provider: Callable[[str], RemoteProvider | None],
        refused: Callable[[str], Awaitable[None]],
        renewed: Callable[[Collection[str]], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._sealer = sealer
        self._provider = provider
        self._refused = refused
        self._renewed = renewed
        self._now = now
        self._running: set[asyncio.Task[Tokens | None]] = set()
        self._later: dict[str, float] = {}  # when to try again

    async def close(self) -> None:
        """Let running requests end: what they return may replace what is stored."""
        loop = asyncio.get_running_loop()
        if running := [task for task in self._running if task.get_loop() is loop]:
            await asyncio.wait(running, timeout=CLAIM_S)

    def seal(self, id: str, tokens: Tokens) -> str:
        """Return the tokens of a sign-in encrypted; its id is needed to open them."""
        return self._sealer.seal(msgspec.json.encode(tokens), id)

    def open(self, id: str, sealed: str | None) -> Tokens | None:
        """Return the tokens of a row; None if it has none that can be opened."""
        raw = None if sealed is None else self._sealer.open(sealed, id)
        return None if raw is None else msgspec.json.decode(raw, type=Tokens)

    def stale(self, tokens: Tokens) -> bool:
        """Return whether the access token expires soon, or has."""
        return tokens.expires is not None and tokens.expires - EARLY_S <= self._now()

    async def fresh(self, id: str) -> Tokens | None:
        """Return tokens of a sign-in of which the access token has not expired.

        None if the sign-in has ended, has no tokens, or has none that can be refreshed.

        Args:
            id: The sign-in.

        Raises:
            SignInError: If the provider cannot be reached; the sign-in stays.
            StoreUnavailableError: If the database cannot be used.
        """
        until = time.monotonic() + WAIT_S
        while True:
            row = await self._engine.read(lambda tx: tx.row(_FIND, of=id))
            tokens = None if row is None else self.open(id, row[1])
            if tokens is None or not self.stale(tokens):
                return tokens
            if tokens.refresh is None:
                return None
            claim, row = await self._engine.write(lambda tx: self._claim(tx, id))
            if row is not None:
                # The caller may be cancelled, the request must not be: its result would be lost.
                work = self._refresh(id, str(row[0]), self.open(id, row[1]), claim)
                task = asyncio.create_task(work, name="swell-refresh")
                self._running.add(task)
                task.add_done_callback(self._running.discard)
                return await asyncio.shield(task)
            if time.monotonic() > until:
                raise SignInError("the tokens of the sign-in could not be refreshed in time", True)
            await asyncio.sleep(POLL_S)

    async def renew(self, ids: Collection[str]) -> None:
        """Refresh those of these sign-ins whose tokens expire, so that a refusal ends them.

        Args:
            ids: Sign-ins that are in use here.
        """
        now = time.monotonic()
        self._later = {id: at for id, at in self._later.items() if at > now}
        asked = to_json(sorted(set(ids) - set(self._later)))
        before = self._now() + EARLY_S

        def read(tx: Tx) -> list[Row]:
            return tx.rows(_STALE_OF[tx.dialect], ids=asked, before=before)

        for (id,) in await self._engine.read(read):
            try:
                await self.fresh(id)
            except SignInError as error:
                self._later[id] = now + AGAIN_S
                _log.warning("could not refresh the tokens of a sign-in: %s", error.reason)

    # ------------------------------------------------------------------------------ the request

    def _claim(self, tx: Tx, id: str) -> tuple[float, Row | None]:
        now = self._clock.now(tx)
        claim = now + CLAIM_S
        if not tx.run(_CLAIM, of=id, now=now, until_at=claim):
            return claim, None
        return claim, tx.row(_FIND, of=id)

    async def _refresh(
        self, id: str, provider: str, tokens: Tokens | None, claim: float
    ) -> Tokens | None:
        """Refresh the tokens of a sign-in that this process has claimed."""
        asked = self._provider(provider)
        if tokens is None or asked is None or not self.stale(tokens):
            await self._release(id, claim)  # another process was quicker
            return tokens
        try:
            async with asyncio.timeout(ANSWER_S):
                fresh = await asked.refresh(tokens)
        except TimeoutError:
            await self._release(id, claim)
            raise SignInError(f"the provider {provider} did not answer in time", True) from None
        except BaseException:
            await self._release(id, claim)
            raise
        if fresh is None:
            _log.info("the provider %s does not prolong a sign-in, which ends", provider)
            await self._refused(id)
            return None
        await self._save(id, fresh, claim)
        self._renewed([id])
        return fresh

    async def _release(self, id: str, claim: float) -> None:
        await self._engine.write(lambda tx: tx.run(_RELEASE, of=id, claim=claim))

    async def _save(self, id: str, tokens: Tokens, claim: float) -> None:
        sealed, fresh = self.seal(id, tokens), fresh_until(tokens)

        def save(tx: Tx) -> int:
            return tx.run(_SAVE, of=id, claim=claim, new=sealed, fresh=fresh)

        for attempt in range(1, SAVE_ATTEMPTS + 1):
            try:
                await self._engine.write(save)
                return
            except StoreUnavailableError:
                if attempt == SAVE_ATTEMPTS:
                    raise
                await asyncio.sleep(attempt * POLL_S * 5)
