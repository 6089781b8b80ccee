"""Query: the argument of a handler, one for each event."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, TypeAlias

from .expando import Expando
from .identity import ANON
from .page.page import AsyncPage
from .rules import Rules
from .site import AsyncSite

UNICAST = "unicast"
MULTICAST = "multicast"
BROADCAST = "broadcast"

Fresh: TypeAlias = Callable[[str], Awaitable[tuple[str, str | None] | None]]
"""Returns an access token and a refresh token of a sign-in; None if there are none."""


class Auth:
    """The user who sent the event. Without sign-in, all users are `anon`.

    Attributes:
        username: Name to show.
        subject: Stable id of the user; `q.user` is stored under it.
        access_token: Token of the identity provider, None without sign-in.
        refresh_token: Token to get a new access token with, None without sign-in.
        email: Address of the user, None if unknown.
        groups: Groups of the user at the identity provider.
        roles: What the user is here, such as `admin` or `member`; empty without sign-in.
        claims: What else the identity provider says about the user.
        sign_in: Id of the sign-in, if the user has signed in through Swell; else empty.
        sign_out_path: Address that signs this browser out, for a link or a redirect; empty if the
            user has not signed in through Swell.
        sign_ins_path: Address of the page with the browsers in which the user is signed in; empty
            as well.
        admin_path: Address of the page for administrators; empty for other users.
    """

    def __init__(
        self,
        username: str = ANON,
        subject: str = ANON,
        access_token: str | None = None,
        refresh_token: str | None = None,
        *,
        email: str | None = None,
        groups: tuple[str, ...] = (),
        roles: tuple[str, ...] = (),
        claims: Mapping[str, Any] | None = None,
        sign_in: str = "",
        prefix: str = "",
        fresh: Fresh | None = None,
    ) -> None:
        self._fresh = fresh
        self.email = email
        self.groups = groups
        self.roles = roles
        self.claims = claims or {}
        self.sign_in = sign_in
        # Only this user's pages know the id, so that no other site can make such a link.
        here = sign_in if ":" not in sign_in else ""  # else it stands for an account elsewhere
        self.sign_out_path = f"{prefix}/_auth/logout?id={here}" if here else ""
        self.sign_ins_path = f"{prefix}/_auth/sessions" if here else ""
        self.admin_path = f"{prefix}/_admin" if "admin" in roles else ""
        self.username = username
        self.subject = subject
        self.access_token = access_token
        self.refresh_token = refresh_token

    async def ensure_fresh_token(self) -> str | None:
        """Return an access token that has not expired, refreshed at the provider if need be.

        None without sign-in, if the provider gave no refresh token, or if it cannot be reached.
        """
        if self._fresh is None or not self.sign_in:
            return self.access_token
        found = await self._fresh(self.sign_in)
        if found is None:
            return None
        self.access_token, self.refresh_token = found
        return self.access_token

    def ensure_fresh_token_sync(self) -> str | None:
        """Like `ensure_fresh_token`, for code that does not wait.

        It blocks the thread that calls it: use it in functions that run with `q.run`.
        """
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self.ensure_fresh_token()).result()


class Query:
    """One submission or event, with everything a handler needs to answer it.

    Attributes:
        args: Values of controls that were submitted; see `docs/howto/forms.md`.
        events: Events by source, then name: `q.events.chatbot.stop`.
        page: The page to edit; `await q.page.save()` sends the edits.
        client: Kept as long as the browser tab, `Expando`.
        user: Kept for each user, shared by all of their tabs.
        app: Kept for the whole app.
        site: Other pages and uploads.
        auth: The user who sent the event.
        mode: `unicast`, `multicast` or `broadcast`.
        route: Route of the app, such as `/demo`.
        headers: HTTP headers of the browser's connection, each a list of values.
        action_id: Random id of the action, made by the browser; a retry has the same id. None for
            calls without an action.
        session_id: Id of the browser, the same in all of its tabs for the lifetime of its cookie.
            It does not authenticate a request.
        rules: The functions registered with `@on`; `run_on` looks them up.
        peer: Network address that the page connects from, of IPv6 its /64; empty for this machine.
        locale: Language of the page, such as `de`; see `docs/howto/languages.md`.
    """

    def __init__(
        self,
        site: AsyncSite,
        mode: str,
        auth: Auth,
        client_id: str,
        route: str,
        app_state: Expando,
        user_state: Expando,
        client_state: Expando,
        args: Expando,
        events: Expando,
        headers: dict[str, list[str]],
        page: AsyncPage,
        action_id: str | None = None,
        session_id: str = "",
        acknowledge: Callable[[bool], None] | None = None,
        locale: str = "en",
        peer: str = "",
        rules: Rules | None = None,
    ) -> None:
        self.peer = peer
        self.rules = rules
        self.mode = mode
        self.site = site
        self.page = page
        self.app = app_state
        self.user = user_state
        self.client = client_state
        self.args = args
        self.events = events
        self.route = route
        self.auth = auth
        self.headers = headers
        self.action_id = action_id
        self.session_id = session_id
        self.locale = locale
        self._client_id = client_id
        self._acknowledge = acknowledge

    def acknowledge(self, *, duplicate: bool = False) -> None:
        """Acknowledge this action now; the browser stops keeping it.

        For routes with `ack="handled"`, which otherwise acknowledge when the handler ends. To
        refuse instead, raise `RefusedError`. A second call does nothing.

        Args:
            duplicate: The action had been accepted before, so this call changed nothing.
        """
        if self._acknowledge is not None:
            self._acknowledge(duplicate)

    async def sleep(self, delay: float, result: Any = None) -> Any:
        """Wait `delay` seconds without blocking the event loop, then return `result`."""
        return await asyncio.sleep(delay, result)

    async def exec(
        self, executor: Executor | None, func: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Run a blocking function in `executor` and wait for its result.

        Args:
            executor: Where to run it; None for the default thread pool.
            func: What to run; a coroutine function is awaited directly.
            *args: Its arguments.
            **kwargs: Its keyword arguments.
        """
        if inspect.iscoroutinefunction(func):
            return await func(*args, **kwargs)
        call: Callable[[], Any] = functools.partial(func, *args, **kwargs)
        if executor is None or hasattr(executor, "_threads"):  # contexts do not cross processes
            call = functools.partial(contextvars.copy_context().run, call)
        return await asyncio.get_running_loop().run_in_executor(executor, call)

    async def run(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a blocking function in a thread and wait for its result."""
        return await self.exec(None, func, *args, **kwargs)


Q = Query
