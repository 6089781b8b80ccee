"""The addresses under `/_auth/` that belong to OpenID providers."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from swell.auth.base import RemoteProvider, SignedIn
from swell.auth.requests import base_url, missing, prefix_of, read_form, safe_next
from swell.auth.sign_in import SignIn
from swell.errors import SignInError, StoreUnavailableError
from swell.locales import Words

from .fetch import ProviderError
from .pending import PendingCookies

__all__ = ["OidcRoutes"]


class Pages(Protocol):
    """What all ways to sign in have in common; `SignInRoutes`."""

    async def finish(
        self, request: Request, who: SignedIn, provider: str, *, return_to: str
    ) -> Response:
        """Sign a browser in, and send it on."""
        ...

    def words(self, request: Request) -> Words:
        """Return the texts in the language of a browser."""
        ...

    def note(self, request: Request, reason: str) -> None:
        """Write to the log that a sign-in was refused."""

    def refusal(self, request: Request, why: str, status: int, return_to: str = "") -> Response:
        """Return a page that says why a sign-in failed."""
        ...


class OidcRoutes:
    """Sends browsers to providers, and answers when they or the providers come back.

    Args:
        pages: The other routes, which sign browsers in and make pages.
        sign_in: The sign-in of the application.
        pending: Where browsers keep sign-ins that they have begun.
    """

    def __init__(self, pages: Pages, sign_in: SignIn, pending: PendingCookies) -> None:
        self._pages = pages
        self._sign_in = sign_in
        self._pending = pending
        self._remotes = {remote.name: remote for remote in sign_in.remotes}

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/_auth/init", self.start, methods=["GET"]),  # as H2O Wave
            Route("/_auth/start/{name}", self.start, methods=["GET"]),
            Route("/_auth/callback", self.callback, methods=["GET"]),
            Route("/_auth/callback/{name}", self.callback, methods=["GET"]),
            Route("/_auth/backchannel/{name}", self.backchannel, methods=["POST"]),
        ]

    async def start(self, request: Request) -> Response:
        """Send a browser to a provider."""
        remote = self._remote(request)
        if remote is None:
            return missing(request)
        return_to = safe_next(request.query_params.get("next", ""), prefix_of(request))
        try:
            url, pending = await remote.start(callback_url(request, remote))
        except SignInError as error:
            return self._failed(request, remote, error, return_to)
        answer = RedirectResponse(url, 303, {"cache-control": "no-store"})
        kept = self._pending.keep(request.scope, remote.name, pending, return_to)
        answer.raw_headers.extend(kept)
        return answer

    async def callback(self, request: Request) -> Response:
        """Finish the sign-in of a browser that comes back from a provider."""
        params = dict(request.query_params)
        state = params.get("state", "")
        begun = self._pending.find(request.scope, state)
        named = request.path_params.get("name")
        remote = None if begun is None else self._remotes.get(begun.provider)
        if begun is None or remote is None or named not in (None, remote.name):
            error = ProviderError("expired", "the browser has not begun this sign-in")
            return self._failed(request, self._remote(request), error, "")
        try:
            who = await remote.finish(begun.pending, params, callback_url(request, remote))
            answer = await self._pages.finish(request, who, remote.name, return_to=begun.return_to)
        except (SignInError, StoreUnavailableError) as error:
            answer = self._failed(request, remote, error, begun.return_to)
        answer.raw_headers.append(self._pending.drop(request.scope, state))
        return answer

    async def backchannel(self, request: Request) -> Response:
        """End the sign-ins that a provider has ended (back-channel logout)."""
        remote = self._remote(request)
        if remote is None:
            return missing(request)
        headers = {"cache-control": "no-store"}
        form = await read_form(request)
        token = (form or {}).get("logout_token", "")
        try:
            ended = await remote.ended(token)
            await self._sign_in.end_at(remote.name, ended)
        except (SignInError, StoreUnavailableError) as error:
            self._pages.note(request, f"a logout of {remote.name} was not valid: {error}")
            temporary = not isinstance(error, SignInError) or error.temporary
            said = {"error": "temporarily_unavailable" if temporary else "invalid_request"}
            return JSONResponse(said, 503 if temporary else 400, headers)
        return Response(status_code=200, headers=headers)

    def _remote(self, request: Request) -> RemoteProvider | None:
        name = request.path_params.get("name")
        if name is None:  # an address of H2O Wave, which has one provider
            return next(iter(self._remotes.values()), None)
        return self._remotes.get(name)

    def _failed(
        self,
        request: Request,
        remote: RemoteProvider | None,
        error: SignInError | StoreUnavailableError,
        return_to: str,
    ) -> Response:
        self._pages.note(request, str(error))
        words = self._pages.words(request)
        title = "" if remote is None else remote.title
        if isinstance(error, StoreUnavailableError):
            return self._pages.refusal(request, words.no_sign_in, 503, return_to)
        if not isinstance(error, ProviderError):
            return self._pages.refusal(request, words.not_allowed, 403, return_to)
        said = {
            "cancelled": words.sign_in_cancelled,
            "expired": words.sign_in_expired,
            "provider_away": words.provider_away.format(provider=title),
        }.get(error.problem, words.provider_failed.format(provider=title))
        code = words.error_code.format(code=error.problem)
        status = 503 if error.temporary else 403
        return self._pages.refusal(request, f"{said} {code}", status, return_to)


def callback_url(request: Request, remote: RemoteProvider) -> str:
    """Return the address that a provider sends browsers back to."""
    return f"{base_url(request)}/_auth/callback/{remote.name}"
