"""`SignIn`: what an application and its server use of the package."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias
from urllib.parse import quote

from starlette.routing import BaseRoute

from swell.audit.events import AuditEvent
from swell.audit.log import AuditLog
from swell.backplane.base import Backplane
from swell.chat.store.engines.base import Engine
from swell.errors import SignInError, StoreUnavailableError
from swell.identity import Identity
from swell.logs import logger
from swell.observe import metrics
from swell.rights import Rights
from swell.server.identity import checked_subject
from swell.server.limits import audited_peer
from swell.server.sessions import Session, SessionSigner
from swell.server.sign_in import Holder
from swell.settings.table import Settings
from swell.tasks import Tasks

from .accounts import Account, Accounts
from .base import Ended, PasswordProvider, RemoteProvider, SignedIn, Tokens
from .clock import Clock
from .logo import LOGO, Logo
from .pages import Look
from .refresh import Refresher
from .sealed import Sealer
from .sign_ins import Held, Lifetime, SignIns, StoredSignIn, sign_in_id
from .watch import Watch

__all__ = ["FRESH_S", "LOGIN", "SignIn", "given_roles"]


_log = logger("swell.auth")

LOGIN = "/_auth/login"

FRESH_S = 2.0
"""How long a row is trusted from memory, in seconds."""

USE_S = 60.0
"""How often the use of a sign-in is stored, in seconds."""

RENEW_S = 5.0
"""How often it is checked which tokens have to be refreshed, in seconds."""

PROVIDER_S = 3.0
"""How long a request of a browser waits for fresh tokens, in seconds."""

AUDIT_S = 5.0
"""How long entries of the audit log may take at the end, in seconds."""

_KNOWN_MAX = 10_000


Pages: TypeAlias = "Callable[[SignIn, SessionSigner, Sealer], Sequence[BaseRoute]]"


def given_roles(role: str | None) -> tuple[str, ...]:
    """Return the roles that an administrator has given."""
    return () if role is None else (role,)


class SignIn:
    """Sign-in of the browsers of an application.

    Attributes:
        path: Address of the sign-in page, without the prefix.
        settings: Those of the application.
        engine: The database.
        accounts: The accounts.
        sign_ins: The sign-ins.
        password: The provider with passwords; None without it.
        remotes: The providers that browsers visit.
        logo: The logo on the pages; None for none.

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
        self.logo = Logo.of(settings)
        self.accounts = Accounts(engine, clock)
        lifetime = Lifetime(
            settings.sign_in_idle_s, settings.sign_in_total_s, settings.sign_ins_keep_s
        )
        self.sign_ins = SignIns(engine, lifetime, clock)
        self._rights = Rights(settings)
        self.engine = engine
        self._audit = AuditLog(engine)
        self._entries = Tasks()  # of the audit log
        self._owned = owned
        self._title = title
        self._pages = pages
        self._known: OrderedDict[str, tuple[float, Identity | None]] = OrderedDict()
        use_s = min(USE_S, settings.sign_in_idle_s / 4)
        self._watch = Watch(self.sign_ins, self._allows, self._has_other_role, self._forget, use_s)
        self._clock = clock or Clock()
        self._refresher: Refresher | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks = Tasks()

    async def start(self, backplane: Backplane) -> None:
        """Begin to watch for sign-ins that end."""
        self._loop = asyncio.get_running_loop()
        self._watch.start(backplane)
        if self.remotes:
            self._tasks.start(self._renew(), name="swell-renew-sign-ins")

    async def close(self) -> None:
        """Stop, and disconnect."""
        await self._tasks.cancel(1.0)
        if self._refresher is not None:
            await self._refresher.close()
        await self._watch.close()
        await self._entries.wait(AUDIT_S)
        for provider in (*self.remotes, *([self.password] if self.password else [])):
            await provider.close()
        if self._owned:
            await self.engine.close()

    def routes(self, signer: SessionSigner) -> Sequence[BaseRoute]:
        """Return the routes of the pages for sign-in, to be put before those of the app."""
        sealer = Sealer(signer.derived("tokens"))
        self._refresher = Refresher(
            self.engine, self._clock, sealer, self.remote, self._refused, self._renewed
        )
        return self._pages(self, signer, sealer)

    def remote(self, name: str) -> RemoteProvider | None:
        """Return the provider of this name that browsers visit; None if there is none."""
        return next((remote for remote in self.remotes if remote.name == name), None)

    def watch(self, holder: Holder) -> None:
        """Tell a part of the application when sign-ins end."""
        self._watch.add(holder)

    def look(self, prefix: str, locale: str) -> Look:
        """Return what all pages of sign-in have in common.

        Args:
            prefix: Where the server is mounted: empty or `/x`.
            locale: Language of the page.
        """
        logo = f"{quote(prefix)}{LOGO}" if self.logo is not None else ""
        return Look(prefix, self._title(), logo, locale)

    def refused(self, address: str, reason: str) -> None:
        """Write to the audit log that a browser could not sign in.

        Args:
            address: Its network address.
            reason: Why; not shown to the browser.
        """
        metrics.signed_in("failed")
        self._write("sign_in_failed", address=audited_peer(address), reason=reason)

    def left(self, subject: str, address: str, where: str = "here") -> None:
        """Write to the audit log that a user has signed out.

        Args:
            subject: The account.
            address: Network address of the browser that asked for it.
            where: `here`, `elsewhere` for one other browser, or `everywhere`.
        """
        self._write("sign_out", subject=subject, address=audited_peer(address), where=where)

    def _write(self, event: AuditEvent, **entry: str) -> None:
        self._entries.start(self._audit.write(event, **entry), name="swell-audit")

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
            if self._allows(Held(id, stored.subject, stored.provider, stored.sid, account.role)):
                tokens = self._tokens(stored)
                if tokens is None or (tokens := await self._current(id, tokens)) is not None:
                    identity = self._identity(stored, account, tokens)
        if identity is not None and not self._rights.of(identity).allowed:
            identity = None  # an allow-list has changed since the sign-in
        if identity is not None:
            self._watch.used(id)
        self._known[id] = (now, identity)
        self._known.move_to_end(id)
        while len(self._known) > _KNOWN_MAX:
            self._known.popitem(last=False)
        return identity

    def _identity(self, stored: StoredSignIn, account: Account, tokens: Tokens | None) -> Identity:
        return Identity(
            account.subject,
            account.name,
            tokens.access if tokens else None,
            tokens.refresh if tokens else None,
            account.email,
            account.groups,
            given_roles(account.role),
            stored.claims,
            stored.id,
        )

    def _tokens(self, stored: StoredSignIn) -> Tokens | None:
        return self._refresher.open(stored.id, stored.tokens) if self._refresher else None

    def _allows(self, held: Held) -> bool:
        """Return whether the provider of a sign-in lets it continue, and is still configured."""
        if self.password is not None and held.provider == self.password.name:
            return self.password.holds(held.subject, held.sid)
        return self.remote(held.provider) is not None

    def _has_other_role(self, held: Held) -> bool:
        """Return whether the role of an account has changed since its user was last asked for."""
        _, identity = self._known.get(held.id, (0.0, None))
        return identity is not None and identity.roles != given_roles(held.role)

    def _forget(self, ids: Collection[str]) -> None:
        for id in ids:
            self._known.pop(id, None)

    # ------------------------------------------------------------------------- fresh tokens

    async def fresh(self, sign_in: str) -> tuple[str, str | None] | None:
        """Return access token and refresh token of a sign-in; None if there are none.

        The access token has not expired. It may be called in any event loop.

        Args:
            sign_in: Its id.
        """
        assert self._refresher is not None, "the routes have been made"
        try:
            tokens = await self._refresher.fresh(sign_in)
        except (SignInError, StoreUnavailableError) as error:
            _log.warning("could not refresh the tokens of a sign-in: %s", error)
            return None
        return None if tokens is None else (tokens.access, tokens.refresh)

    async def _current(self, id: str, tokens: Tokens) -> Tokens | None:
        """Return the tokens to use, fresh ones if there are any; None ends the sign-in."""
        assert self._refresher is not None, "the tokens have been opened"
        if tokens.refresh is None or not self._refresher.stale(tokens):
            return tokens
        try:
            async with asyncio.timeout(PROVIDER_S):
                return await self._refresher.fresh(id)
        except TimeoutError:
            return tokens  # the refresh continues without this request
        except SignInError as error:
            _log.warning("could not refresh the tokens of a sign-in: %s", error)
            return tokens

    async def _renew(self) -> None:
        """Refresh the tokens of users who have pages open."""
        assert self._refresher is not None, "the routes have been made"
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                await self._refresher.renew(self._watch.held())
            except StoreUnavailableError:
                pass  # the database logs that; the next round tries again
            except Exception:
                _log.exception("could not refresh the tokens of sign-ins")

    async def _refused(self, id: str) -> None:
        """End a sign-in that its provider does not prolong."""
        found = await self.sign_ins.find(id)
        await self.sign_ins.end([id])
        self._in_loop(self._watch.ended, [id])
        if found is not None:
            said = {"object": found[0].subject, "provider": found[0].provider}
            self._in_loop(lambda _: self._write("signed_out", **said), [id])

    def _renewed(self, ids: Collection[str]) -> None:
        self._in_loop(self._forget, ids)

    def _in_loop(self, call: Callable[[Collection[str]], None], ids: Collection[str]) -> None:
        """Call a function in the event loop of the application."""
        if self._loop is None:
            call(ids)
        else:
            self._loop.call_soon_threadsafe(call, ids)

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
            assert self._refresher is not None, "the routes have been made"
            tokens = self._refresher.seal(id, who.tokens)
        await self.sign_ins.add(id, who, provider, tokens=tokens, address=address, agent=agent)
        return account

    async def end(self, ids: Collection[str]) -> None:
        """End sign-ins, in every process."""
        await self.sign_ins.end(ids)
        self._watch.ended(ids)

    async def leave(self, session_id: str, return_to: str, address: str = "") -> str | None:
        """End the sign-in of a session, in every process.

        Args:
            session_id: The session.
            return_to: Address to which the provider sends the browser back.
            address: Network address of the browser.

        Returns:
            The address at which the provider ends its session; None if there is none.
        """
        id = sign_in_id(session_id)
        found = await self.sign_ins.find(id)
        await self.end([id])
        if found is not None:
            self.left(found[0].subject, address)
        remote = None if found is None else self.remote(found[0].provider)
        if found is None or remote is None:
            return None
        return await remote.end_session(self._tokens(found[0]), return_to)

    async def end_all(self, subject: str, *, but: str = "") -> None:
        """End the sign-ins of an account, in every process.

        Args:
            subject: The account.
            but: Id of a sign-in that stays.
        """
        self._watch.ended(await self.sign_ins.end_all(subject, but=but))

    async def end_at(self, provider: str, what: Ended) -> None:
        """End the sign-ins that a provider has ended, in every process.

        Args:
            provider: Name of the provider.
            what: Which ones.
        """
        ids = await self.sign_ins.end_at(provider, what)
        self._watch.ended(ids)
        if ids:
            self._write("signed_out", object=what.subject or "", provider=provider)

    async def disable(self, subject: str) -> None:
        """Disable an account, and end its sign-ins in every process.

        Raises:
            NotFoundError: If there is no such account.
        """
        await self.accounts.disable(subject)
        await self.end_all(subject)
