"""The addresses under `/_auth/`: sign in with a password, sign out, where a user is signed in."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from swell.errors import SignInError, StoreUnavailableError
from swell.identity import Identity
from swell.locales import Words
from swell.logs import logger
from swell.server.limits import LogLimiter, RateLimiter, peer_of
from swell.server.locales import page_locale
from swell.server.security import own_origin, request_host, same_site_request, security_headers
from swell.server.sessions import SessionSigner

from .base import SignedIn
from .logo import LOGO
from .oidc.pending import PendingCookies
from .oidc.routes import OidcRoutes
from .pages import STYLE, Look, login_page, message_page, sessions_page, sign_out_page
from .requests import base_url, missing, prefix_of, read_form, safe_next, sender_of
from .sealed import Sealer
from .sign_in import SignIn
from .sign_ins import sign_in_id

__all__ = ["SignInRoutes", "sign_in_routes"]

_log = logger("swell.auth")
_seldom = LogLimiter(_log)

_CSS = Path(__file__).parent / "style.css"

NAME_RATE, NAME_BURST = 1 / 10, 20
"""Failed attempts for a name, a second and at once, from all addresses together."""

PAIR_RATE, PAIR_BURST = 1 / 30, 8
"""Failed attempts for a name from one address."""

ADDRESS_RATE, ADDRESS_BURST = 1 / 2, 30
"""Failed attempts from one address."""


def sign_in_routes(sign_in: SignIn, signer: SessionSigner, sealer: Sealer) -> list[BaseRoute]:
    """Return the routes under `/_auth/`; see `SignInRoutes`."""
    return SignInRoutes(sign_in, signer, sealer).routes()


class SignInRoutes:
    """Answers the requests under `/_auth/`.

    Args:
        sign_in: The sign-in of the application.
        signer: Makes sessions, and reads them from cookies.
        sealer: Encrypts what a browser keeps.
    """

    def __init__(self, sign_in: SignIn, signer: SessionSigner, sealer: Sealer) -> None:
        self._sign_in = sign_in
        self._signer = signer
        self._sealer = sealer
        self._settings = sign_in.settings
        self._names = RateLimiter(NAME_RATE, NAME_BURST)
        self._pairs = RateLimiter(PAIR_RATE, PAIR_BURST)
        self._addresses = RateLimiter(ADDRESS_RATE, ADDRESS_BURST)

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/_auth/login", self.login, methods=["GET"]),
            Route("/_auth/password", self.password, methods=["POST"]),
            Route("/_auth/logout", self.logout, methods=["GET", "POST"]),
            Route("/_auth/sessions", self.sessions, methods=["GET", "POST"]),
            Route("/_auth/signed-out", self.signed_out, methods=["GET"]),
            Route("/_auth/refresh", self.refresh, methods=["GET"]),  # as H2O Wave
            Route(STYLE, _style, methods=["GET"]),
            Route(LOGO, self.logo, methods=["GET"]),
            *(self._remote_routes() if self._sign_in.remotes else ()),
            Route("/_auth/{path:path}", missing, methods=["GET", "POST"]),
        ]

    def _remote_routes(self) -> list[BaseRoute]:
        return OidcRoutes(self, self._sign_in, PendingCookies(self._sealer)).routes()

    async def login(self, request: Request) -> Response:
        """Show the page to sign in; a browser that is signed in may sign out there."""
        return_to = safe_next(request.query_params.get("next", ""), prefix_of(request))
        try:
            who = await self.who(request)
        except StoreUnavailableError:
            return self.refusal(request, self.words(request).no_sign_in, 503)
        look = self._look(request)
        if who is not None:
            name = who.name or who.subject
            return self._page(request, sign_out_page(look, name=name, return_to=return_to))
        remotes = self._sign_in.remotes
        if self._settings.oidc_skip_login and len(remotes) == 1 and not self._sign_in.password:
            return RedirectResponse(
                f"{quote(prefix_of(request))}/_auth/start/{remotes[0].name}"
                f"?{urlencode({'next': return_to})}",
                303,
                {"cache-control": "no-store"},
            )
        return self._page(request, self._login(request, return_to))

    async def password(self, request: Request) -> Response:
        """Sign in with a name and a password."""
        provider = self._sign_in.password
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        if provider is None:
            return missing(request)
        return_to = safe_next(form.get("next", ""), prefix_of(request))
        words = self.words(request)
        name, password = form.get("name", ""), form.get("password", "")
        address = sender_of(request, self._settings).address
        peer = peer_of(address)
        if wait := await self._wait(name, peer, address):
            page = self._login(request, return_to, words.too_many_attempts, name)
            return self._page(request, page, 429, {"retry-after": str(int(wait) + 1)})
        try:
            who = await provider.check(name, password)
            if who is None:
                self.note(request, f"wrong name or password for {name[:100]!r}")
                return self._page(
                    request, self._login(request, return_to, words.wrong_password, name), 403
                )
            self._succeeded(name, peer)
            return await self.finish(request, who, provider.name, return_to=return_to)
        except (SignInError, StoreUnavailableError) as error:
            temporary = not isinstance(error, SignInError) or error.temporary
            self.note(request, str(error))
            why = words.no_sign_in if temporary else words.not_allowed
            page = self._login(request, return_to, why, name)
            return self._page(request, page, 503 if temporary else 403)

    async def finish(
        self, request: Request, who: SignedIn, provider: str, *, return_to: str
    ) -> Response:
        """Sign a browser in with a new session, and send it on.

        The session before is worthless from now on, as is a cookie that another site has planted.

        Args:
            request: The request that proved the user.
            who: The user.
            provider: Name of the provider.
            return_to: Address to continue at, as `safe_next` returns it.

        Raises:
            SignInError: If the user may not use the app.
            StoreUnavailableError: If the database cannot be used.
        """
        before, session = self._signer.of(request.scope), self._signer.new(who.subject)
        sender = sender_of(request, self._settings)
        await self._sign_in.begin(
            session, who, provider, address=sender.address, agent=sender.agent
        )
        if before is not None:
            await self._sign_in.end([sign_in_id(before.id)])
        _log.info("%s signed in with %s from %s", who.subject, provider, sender.address or "here")
        answer = RedirectResponse(return_to, 303, {"cache-control": "no-store"})
        answer.raw_headers.append(self._signer.header(request.scope, session))
        return answer

    async def logout(self, request: Request) -> Response:
        """Sign this browser out.

        A link does so if it names the sign-in, as `q.auth.sign_out_path` does; any other link leads
        to a button, since another site may have made it.
        """
        session = self._signer.of(request.scope)
        if request.method == "GET":
            named = request.query_params.get("id", "")
            if session is None or named != sign_in_id(session.id):
                return await self.login(request)
        elif isinstance(form := await self._form(request), Response):
            return form
        try:
            return await self._leave(request)
        except StoreUnavailableError:
            return self.refusal(request, self.words(request).no_sign_in, 503)

    async def signed_out(self, request: Request) -> Response:
        """Show that the user is signed out, after a visit to the provider."""
        look = self._look(request)
        return self._page(request, message_page(look, look.words.signed_out))

    async def refresh(self, request: Request) -> Response:
        """Refresh the tokens of the provider, if they expire soon."""
        headers = {"cache-control": "no-store"}
        try:
            who = await self.who(request)
        except StoreUnavailableError:
            return Response(status_code=503, headers=headers)
        tokens = await self._sign_in.fresh(who.sign_in) if who is not None else None
        return Response(status_code=401 if tokens is None else 204, headers=headers)

    async def sessions(self, request: Request) -> Response:
        """Show where a user is signed in, and sign out there."""
        try:
            who = await self.who(request)
            if who is None:
                to = f"{quote(prefix_of(request))}/_auth/login"
                return RedirectResponse(to, 303, {"cache-control": "no-store"})
            known = await self._sign_in.sign_ins.of(who.subject)
            if request.method == "POST":
                return await self._end(request, who, {one.id for one in known})
        except StoreUnavailableError:
            return self.refusal(request, self.words(request).no_sign_in, 503)
        page = sessions_page(
            self._look(request), name=who.name or who.subject, here=who.sign_in, sign_ins=known
        )
        return self._page(request, page)

    async def logo(self, request: Request) -> Response:
        """Send the logo of the app."""
        logo = self._sign_in.logo
        return missing(request) if logo is None else logo.answer()

    async def _end(self, request: Request, who: Identity, known: set[str]) -> Response:
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        asked, address = form.get("id", ""), sender_of(request, self._settings).address
        if asked == "all":
            await self._sign_in.end_all(who.subject, but=who.sign_in)
            self._sign_in.left(who.subject, address, "everywhere")
        elif asked in known - {who.sign_in}:
            await self._sign_in.end([asked])
            self._sign_in.left(who.subject, address, "elsewhere")
        if asked in ("all", who.sign_in):
            return await self._leave(request)
        to = f"{quote(prefix_of(request))}/_auth/sessions"
        return RedirectResponse(to, 303, {"cache-control": "no-store"})

    # ------------------------------------------------------------------------------- helpers

    async def _leave(self, request: Request) -> Response:
        """Sign a browser out, here and at its provider.

        It gets another session, and forgets the files in its cache.
        """
        session, onward = self._signer.of(request.scope), None
        if session is not None:
            back = f"{base_url(request)}/_auth/signed-out"
            address = sender_of(request, self._settings).address
            onward = await self._sign_in.leave(session.id, back, address)
        look = self._look(request)
        page = message_page(look, look.words.signed_out, onward=onward or "")
        answer = self._page(request, page)
        answer.headers["clear-site-data"] = '"cache"'
        answer.raw_headers.append(self._signer.header(request.scope, self._signer.new()))
        return answer

    async def who(self, request: Request) -> Identity | None:
        """Return the user who is signed in; None if there is none."""
        session = self._signer.of(request.scope)
        return await self._sign_in.identity(session.id) if session is not None else None

    async def _form(self, request: Request) -> dict[str, str] | Response:
        """Return the fields of a form of ours, or an answer that refuses it."""
        if not same_site_request(request.scope, self._settings):
            self.note(request, "a form came from another site")
            return self.refusal(request, self.words(request).foreign_form, 403)
        form = await read_form(request)
        if form is None:
            return self.refusal(request, self.words(request).sign_in_failed, 400)
        return form

    async def _wait(self, name: str, peer: str, address: str) -> float:
        """Return how long an attempt has to wait, in seconds; 0 if it may be made now.

        Guesses from elsewhere do not keep users out at an address from which they have signed in.
        """
        now = time.monotonic()
        for limiter, key in self._counted(name, peer):
            if wait := limiter.take(key, now):
                return 0.0 if limiter is self._names and await self._knows(name, address) else wait
        return 0.0

    async def _knows(self, name: str, address: str) -> bool:
        assert self._sign_in.password is not None, "passwords are checked"
        name, provider = name.strip().casefold(), self._sign_in.password.name
        try:
            return await self._sign_in.sign_ins.was_here(name, provider, address)
        except StoreUnavailableError:
            return False

    def _succeeded(self, name: str, peer: str) -> None:
        """Let an attempt not count."""
        for limiter, key in self._counted(name, peer):
            limiter.give(key)

    def _counted(self, name: str, peer: str) -> list[tuple[RateLimiter, str]]:
        name = name.strip().casefold()[:200]
        return [
            (self._addresses, peer),
            (self._pairs, f"{peer} {name}"),
            (self._names, name),
        ]

    def note(self, request: Request, reason: str) -> None:
        """Write to the log, seldom, that a sign-in was refused."""
        address = sender_of(request, self._settings).address or "this machine"
        _seldom.warning(f"{address} {reason}", "refused a sign-in from %s: %s", address, reason)
        self._sign_in.refused(sender_of(request, self._settings).address, reason)

    def _look(self, request: Request) -> Look:
        locale = page_locale(self._settings, request.headers.get("accept-language", ""))
        return self._sign_in.look(prefix_of(request), locale)

    def words(self, request: Request) -> Words:
        """Return the texts in the language of a browser."""
        return self._look(request).words

    def refusal(self, request: Request, why: str, status: int, return_to: str = "") -> Response:
        """Return a page that says why a sign-in failed."""
        page = message_page(self._look(request), why, return_to=return_to, alert=True)
        return self._page(request, page, status)

    def _login(self, request: Request, return_to: str, why: str = "", name: str = "") -> str:
        look = self._look(request)
        return login_page(
            look,
            return_to=return_to,
            with_password=self._sign_in.password is not None,
            remotes=self._sign_in.remotes,
            error=why,
            name=name,
        )

    def _page(
        self,
        request: Request,
        page: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        answer = HTMLResponse(page, status, headers)
        answer.headers["cache-control"] = "no-store"
        answer.headers["vary"] = "accept-language"
        answer.raw_headers.extend(page_headers(request, self._settings.hsts_max_age_s))
        return answer


def page_headers(
    request: Request, hsts_max_age_s: float = 0.0, form_action: str = ""
) -> list[tuple[bytes, bytes]]:
    """Return the headers of a page of sign-in: no script, and forms that go to this server only.

    Args:
        request: The request that it answers.
        hsts_max_age_s: As for `security_headers`.
        form_action: Origin to which an answer to a form may send the browser.
    """
    host = request_host(request.scope["headers"]) or ""
    own = own_origin(request.scope["scheme"], host) or "'self'"
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {own}",
            "img-src 'self' data: https:",
            f"form-action 'self' {form_action}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )
    https = request.scope["scheme"] == "https"
    return [
        (name, policy.encode("ascii") if name == b"content-security-policy" else value)
        for name, value in security_headers(host, https, hsts_max_age_s)
    ]


async def _style(request: Request) -> Response:
    headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
    del request
    return Response(_CSS.read_bytes(), media_type="text/css; charset=utf-8", headers=headers)
