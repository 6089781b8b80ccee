"""`SignIn`: what an application and its server use of the package."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import msgspec
from starlette.routing import BaseRoute

from swell.backplane.base import Backplane
from swell.chat.store.engines.base import Engine
from swell.errors import SignInError
from swell.identity import Identity
from swell.rights import Rights
from swell.server.identity import checked_subject
from swell.server.sessions import Session, SessionSigner
from swell.server.sign_in import Holder
from swell.settings.table import Settings

from .accounts import Account, Accounts
from .base import PasswordProvider, RemoteProvider, SignedIn, Tokens
from .clock import Clock
from .pages import Look
from .sealed import Sealer
from .sign_ins import Held, Lifetime, SignIns, StoredSignIn, sign_in_id
from .watch import Watch

__all__ = ["FRESH_S", "LOGIN", "SignIn"]


LOGIN = "/_auth/login"

FRESH_S = 2.0
"""How long a row is trusted from memory, in seconds."""

USE_S = 60.0
"""How often the use of a sign-in is stored, in seconds."""

_KNOWN_MAX = 10_000


Pages: TypeAlias = "Callable[[SignIn, SessionSigner, Sealer], Sequence[BaseRoute]]"


class SignIn:
    """Sign-in of the browsers of an application.

    Attributes:
        path: Address of the sign-in page, without the prefix.
        settings: Those of the application.
        accounts: The accounts.
        sign_ins: The sign-ins.
        password: The provider with passwords; None without it.
        remotes: The providers that browsers visit.

    Args:
        settings: Those of the application.
        engine: The database, open.
        password: The provider with passwords; None without it.
        remotes: The providers that browsers visit.
        title: Returns the title of the app.
        pages: Returns the routes of the pages.
        owned: Whether `close` closes the database.
        clock: The time of the database.
    """

    path = LOGIN

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        password: PasswordProvider | None = None,
        remotes: Sequence[RemoteProvider] = (),
        *,
        title: Callable[[], str] = lambda: "Swell",
        pages: Pages = lambda *_: (),
        owned: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.password = password
        self.remotes = tuple(remotes)
        self.accounts = Accounts(engine, clock)
        lifetime = Lifetime(
            settings.sign_in_idle_s, settings.sign_in_total_s, settings.sign_ins_keep_s
        )
        self.sign_ins = SignIns(engine, lifetime, clock)
        self._rights = Rights(settings)
        self._engine = engine
        self._owned = owned
        self._title = title
        self._pages = pages
        self._sealer: Sealer | None = None
        self._known: OrderedDict[str, tuple[float, Identity | None]] = OrderedDict()
        use_s = min(USE_S, settings.sign_in_idle_s / 4)
        self._watch = Watch(self.sign_ins, self._allows, self._forget, use_s)

    async def start(self, backplane: Backplane) -> None:
        """Begin to watch for sign-ins that end."""
        self._watch.start(backplane)

    async def close(self) -> None:
        """Stop, and disconnect."""
        await self._watch.close()
        for provider in (*self.remotes, *([self.password] if self.password else [])):
            await provider.close()
        if self._owned:
            await self._engine.close()

    def routes(self, signer: SessionSigner) -> Sequence[BaseRoute]:
        """Return the routes of the pages for sign-in, to be put before those of the app."""
        self._sealer = Sealer(signer.derived("tokens"))
        return self._pages(self, signer, self._sealer)

    def watch(self, holder: Holder) -> None:
        """Tell a part of the application when sign-ins end."""
        self._watch.add(holder)

    def look(self, prefix: str, locale: str) -> Look:
        """Return what all pages of sign-in have in common.

        Args:
            prefix: Where the server is mounted: empty or `/x`.
            locale: Language of the page.
        """
        return Look(prefix, self._title(), "", locale)

    def used(self, sign_in: str) -> None:
        """Note that a user did something, which prolongs the sign-in."""
        self._watch.used(sign_in)

    # ------------------------------------------------------------------------- who is signed in

    async def identity(self, session_id: str) -> Identity | None:
        """Return the user who is signed in with a session; None if there is none.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """
        if not session_id:
            return None
        id, now = sign_in_id(session_id), time.monotonic()
        known = self._known.get(id)
        if known is not None and now - known[0] < FRESH_S:
            return known[1]
        found = await self.sign_ins.find(id)
        identity = None
        if found is not None:
            stored, account = found
            if self._allows(Held(id, stored.subject, stored.provider, stored.sid)):
                identity = self._identity(stored, account)
                self._watch.used(id)
        self._known[id] = (now, identity)
        self._known.move_to_end(id)
        while len(self._known) > _KNOWN_MAX:
            self._known.popitem(last=False)
        return identity

    def _identity(self, stored: StoredSignIn, account: Account) -> Identity:
        tokens = self._tokens(stored)
        return Identity(
            account.subject,
            account.name,
            tokens.access if tokens else None,
            tokens.refresh if tokens else None,
            account.email,
            account.groups,
            () if account.role is None else (account.role,),
            stored.claims,
            stored.id,
        )

    def _tokens(self, stored: StoredSignIn) -> Tokens | None:
        if stored.tokens is None or self._sealer is None:
            return None
        opened = self._sealer.open(stored.tokens, stored.id)
        return None if opened is None else msgspec.json.decode(opened, type=Tokens)

    def _allows(self, held: Held) -> bool:
        """Return whether the provider of a sign-in lets it continue, and is still configured."""
        if self.password is not None and held.provider == self.password.name:
            return self.password.holds(held.subject, held.sid)
        return any(held.provider == remote.name for remote in self.remotes)

    def _forget(self, ids: Collection[str]) -> None:
        for id in ids:
            self._known.pop(id, None)

    # -------------------------------------------------------------------------- begin and end

    async def begin(
        self, session: Session, who: SignedIn, provider: str, *, address: str, agent: str
    ) -> Account:
        """Store that a user is signed in with a session, which must be a new one.

        Args:
            session: The session, whose cookie the browser gets with the answer.
            who: The user.
            provider: Name of the provider.
            address: Network address of the browser.
            agent: Its `User-Agent`.

        Raises:
            SignInError: If the account is disabled or the user may not use the app.
            StoreUnavailableError: If the database cannot be used.
        """
        checked_subject(f"the provider {provider}", who.subject)
        grant = self._rights.of(who)
        if not grant.allowed:
            raise SignInError(f"{who.subject!r} may not use the app: {grant.reason}")
        account = await self.accounts.keep(who, provider)
        if account.disabled is not None:
            raise SignInError(f"the account {account.subject!r} is disabled")
        id = sign_in_id(session.id)
        tokens = None
        if who.tokens is not None:
            assert self._sealer is not None, "the routes have been made"
            tokens = self._sealer.seal(msgspec.json.encode(who.tokens), id)
        await self.sign_ins.add(id, who, provider, tokens=tokens, address=address, agent=agent)
        return account

    async def end(self, ids: Collection[str]) -> None:
        """End sign-ins, in every process."""
        await self.sign_ins.end(ids)
        self._watch.ended(ids)

    async def end_all(self, subject: str, *, but: str = "") -> None:
        """End the sign-ins of an account, in every process.

        Args:
            subject: The account.
            but: Id of a sign-in that stays.
        """
        self._watch.ended(await self.sign_ins.end_all(subject, but=but))

    async def disable(self, subject: str) -> None:
        """Disable an account, and end its sign-ins in every process.

        Raises:
            NotFoundError: If there is no such account.
        """
        await self.accounts.disable(subject)
        await self.end_all(subject)
