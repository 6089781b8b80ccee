"""Broker: clients, the connections they have, and the handlers that answer them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from swell.cards.scripts import page_scripts
from swell.development import report
from swell.errors import (
    AttachmentError,
    LimitError,
    ProtocolError,
    RefusedError,
    SignInError,
    StoreUnavailableError,
)
from swell.expando import Expando
from swell.identity import ANON, Identify, Identity
from swell.live.connection import Connection
from swell.live.wire import (
    CLOSE_FORBIDDEN,
    CLOSE_FULL,
    CLOSE_MALFORMED,
    CLOSE_OTHER_PERSON,
    CLOSE_SERVER_ERROR,
    CLOSE_SIGNED_OUT,
    CLOSE_TOO_MANY,
    CLOSE_VERSION,
    PROTOCOL_VERSION,
    Ack,
    Act,
    Drain,
    End,
    Err,
    Hello,
)
from swell.locales import words_of
from swell.logs import logger
from swell.page.page import AsyncPage
from swell.query import UNICAST, Query
from swell.rights import ADMIN
from swell.rules import Rules
from swell.schema.kinds import forgiving
from swell.settings.table import Settings
from swell.site import AsyncSite, serve_locally
from swell.tasks import Tasks

from .admission import Admission
from .attachments import check_uploads, submission, upload_ids
from .client import (
    ANONYMOUS,
    Client,
    Greeting,
    TabConnection,
    client_id,
    shared_address,
    signed_part,
)
from .elsewhere import Elsewhere
from .files import FileStore
from .identity import Caller, Identities, owner_key, public_session
from .links import Links
from .pages import Pages
from .push.local import LocalSite
from .push.pages import PushedPages
from .route import Route
from .sign_in import Members, SignIn

_log = logger("swell")

SEEN_MAX = 1000  # ids of actions remembered per client
LEFT_MAX = 10_000  # ids of actions remembered of clients that are gone

_RETRY_MS = 250
_CANCEL_S = 5.0
RECONNECTS_PER_S = 50  # tabs of a draining process that move to others per second
FILES_MAX = 100  # files that an action names and that are looked for in other processes
HOOK_GRACE_S = 5.0  # how much longer than drain_s a function for on_drain may take


class Broker:
    """Knows every client and runs their handlers.

    Attributes:
        settings: Bounds and times.
        greeting: Makes the answer to a hello.
        elsewhere: Connects it with other processes; None if there are none.
        pushed: Pages that programs push.
        users: `q.user` by subject.
        local: What programs push: pages, files, streams, cached values.

    Args:
        settings: Bounds and times.
        routes: Apps by path.
        app_state: `q.app`.
        build: Id of the web client that is served.
        files: Where uploads are kept; None without a server.
        rules: What `@on` has registered for the app, for `run_on`.
        sign_in: Sign-in through Swell; None without it.
        members: Accounts of users who sign in elsewhere; None without them.
        identify: Returns the user on pages that are not of an app.
        waits: Whether tabs of a page that is not there wait for it: it may be pushed again.
        refused: Writes into the audit log that a user was refused; see `App.refused`.
    """

    def __init__(
        self,
        settings: Settings,
        routes: dict[str, Route],
        app_state: Expando,
        build: str,
        files: FileStore | None = None,
        rules: Rules | None = None,
        sign_in: SignIn | None = None,
        members: Members | None = None,
        *,
        identify: Identify | None = None,
        waits: bool = False,
        refused: Callable[[str, Mapping[str, Any], str], None] = lambda *_: None,
    ) -> None:
        self.pages = Pages(settings)
        self.pushed = PushedPages(self.pages, routes, settings, identify)
        self._waits = waits
        self._refused = refused
        self.identities = Identities(settings, app_state, sign_in, members)
        self._sign_in = sign_in
        self._files = files
        self._rules = rules
        self.clients: dict[str, Client] = {}
        self.draining = False
        self.drained = False
        self._to_others = False
        self._empty = asyncio.Event()  # set when the last tab has left a draining process
        self.settings = settings
        self.greeting = Greeting(settings, build)
        self.elsewhere: Elsewhere | None = None
        self._routes = routes
        self._app_state = app_state
        self.users: dict[str, Expando] = {}
        self._left: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._build = build
        self._per_session: dict[str, dict[str, Client]] = {}
        self._tasks = Tasks()
        self._janitor = Tasks()
        self._all: set[Connection] = set()
        self._admission = Admission(settings)
        self.local = LocalSite(self.pushed, files, settings)
        self._end_local: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Start expiring clients that are gone; needs a running event loop."""
        if not self._janitor:
            self.local.start()
            self._end_local = serve_locally(self.local)
            self._janitor.start(self._expire(), name="swell-janitor")
            if self._files is not None and self._files.shared is not None:
                self._janitor.start(self._tend(), name="swell-uploads")

    # ------------------------------------------------------------------ connections

    @property
    def sockets(self) -> int:
        """How many connections are open."""
        return len(self._all)

    def connect(self, connection: Connection) -> None:
        """Remember a connection that has been accepted."""
        self._all.add(connection)

    def disconnect(self, connection: Connection) -> None:
        """Forget a connection; its client stays for `reconnect_timeout_s`."""
        self._all.discard(connection)
        if self.draining and not self._all:
            self._empty.set()
        if self.elsewhere is not None:
            self.elsewhere.left(connection)
        self.detach(connection)

    def detach(self, connection: TabConnection) -> None:
        """Take a connection that has closed from its client."""
        client = self.clients.get(connection.client)
        if client is None:
            return
        if isinstance(connection, Connection):
            client.page.unwatch(connection)
        client.connections.discard(connection)
        if not client.connections:
            client.gone_at = time.monotonic()

    async def identify(self, hello: Hello, caller: Caller) -> Identity:
        """Return the user who sends `hello`, to pass to `hello` at once.

        Raises:
            ProtocolError: If no user is signed in and the route needs one.
        """
        route = self._routes.get(hello.route)
        if route is None:
            code = CLOSE_SERVER_ERROR if self._waits else CLOSE_FORBIDDEN
            raise ProtocolError(code, "unknown route")
        try:
            identity = await self.identities.of(route, caller)
        except SignInError as error:
            if route.admin:
                raise ProtocolError(CLOSE_FORBIDDEN, "unknown route") from None
            code = CLOSE_SERVER_ERROR if error.temporary else CLOSE_SIGNED_OUT
            if code == CLOSE_SIGNED_OUT:
                if self._sign_in is None or route.identify is not None:
                    self._refused("identity", caller.scope, route.path)
                self.end_others(route, caller.session_id, "")
            raise ProtocolError(code, error.reason) from None
        if route.admin and ADMIN not in identity.roles:
            raise ProtocolError(CLOSE_FORBIDDEN, "unknown route")
        return identity

    async def arrive(self, connection: Connection, hello: Hello, caller: Caller) -> None:
        """Attach a connection to the client it names or to a new one, here or elsewhere.

        Raises:
            ProtocolError: If it is refused.
        """
        identity = await self.identify(hello, caller)
        elsewhere = self.elsewhere
        if elsewhere is not None and await elsewhere.take(connection, hello, caller, identity):
            return
        if connection in self._all:  # else it has closed in the meantime
            self.hello(connection, hello, caller, identity)

    def hello(
        self, connection: Connection, hello: Hello, caller: Caller, identity: Identity = ANONYMOUS
    ) -> None:
        """Attach a connection to the client it names, or to a new one.

        Ends pages that this browser has of another user.

        Args:
            connection: The connection.
            hello: Its first message.
            caller: Its sender.
            identity: The user, from `identify`.

        Raises:
            ProtocolError: See `admit`.
        """
        client = self.admit(connection, hello, caller, identity)
        client.page.watchers.add(connection)
        user = client.auth.username
        self.greeting.greet(
            connection, client.page.live, hello, client.id, user, lambda: client.error
        )
        self.begin(client, hello)

    def route_of(self, hello: Hello) -> Route:
        """Return the route that a hello names.

        Raises:
            ProtocolError: If there is none, or the browser has another version.
        """
        if hello.v != PROTOCOL_VERSION or (hello.build and hello.build != self._build):
            raise ProtocolError(CLOSE_VERSION, "this page was loaded from another version")
        route = self._routes.get(hello.route)
        if route is None:
            raise ProtocolError(CLOSE_FORBIDDEN, "unknown route")
        return route

    def admit(
        self, connection: TabConnection, hello: Hello, caller: Caller, identity: Identity
    ) -> Client:
        """Return the client that a hello names, or a new one; it has the connection.

        Raises:
            ProtocolError: If the version differs, or the client is unknown, of another session
                (both give the same error), or of another user in this browser.
        """
        route = self.route_of(hello)
        if connection.client and hello.client != connection.client:
            raise ProtocolError(CLOSE_MALFORMED, "a connection belongs to one client")
        found = self.clients.get(hello.client or "")
        self.end_others(route, caller.session_id, identity.subject)
        if hello.client is None:
            client = self._open(route, caller, identity, connection.peer)
        elif found is None or found.session_id != caller.session_id or found.route is not route:
            raise ProtocolError(CLOSE_FORBIDDEN, "unknown client")
        elif found.ended:
            raise ProtocolError(CLOSE_OTHER_PERSON, "another user has signed in")
        else:
            client = found
            client.headers = caller.headers
            client.identify(identity)  # roles and tokens may have changed
        client.connections.add(connection)
        client.gone_at = None
        client.peer = connection.peer
        return client

    def begin(self, client: Client, hello: Hello) -> None:
        """Call the handler for a client that a hello without one has made."""
        if hello.client is None:
            name = "#" if hello.hash else None
            self._run(client, None, {"#": hello.hash} if hello.hash else {}, name, {})

    def end_others(self, route: Route, session_id: str, subject: str) -> None:
        """End the pages that a browser has of a route for users other than `subject`.

        Args:
            route: The route.
            session_id: The browser.
            subject: The signed-in user; empty for none.
        """
        if not self.identities.needed(route):
            return
        if self.elsewhere is not None:
            self.elsewhere.end_others(route, session_id, subject)
        for client in list(self._per_session.get(session_id, {}).values()):
            if client.route is route and client.auth.subject != subject:
                client.ended = True
                if subject:
                    self._end(client, CLOSE_OTHER_PERSON, "another user has signed in")
                else:
                    self._end(client, CLOSE_SIGNED_OUT, "the user has signed out")

    def sign_ins(self) -> set[str]:
        """Return the ids of the sign-ins that have pages here."""
        return {client.auth.sign_in for client in self.clients.values()} - {""}

    def end_sign_ins(self, ids: Collection[str]) -> None:
        """Close the pages of sign-ins that have ended."""
        for client in list(self.clients.values()):
            if client.auth.sign_in in ids:
                client.ended = True
                self._run(client, None, {}, None, {"@system": Expando({"logout": True})})
                self._end(client, CLOSE_SIGNED_OUT, "the user has signed out")

    def renew_sign_ins(self, ids: Collection[str]) -> None:
        """Let the tabs of sign-ins connect again, which asks for their users' roles."""
        for client in self.clients.values():
            if client.auth.sign_in in ids:
                client.send(Drain(0))

    def _end(self, client: Client, code: int, reason: str) -> None:
        """Close all connections of a client, and forget it."""
        for connection in list(client.connections):
            if isinstance(connection, Connection):
                client.page.unwatch(connection)
            connection.end(code, reason)
        client.connections.clear()
        self._leave(client)

    def end_page(self, address: str, code: int, reason: str) -> None:
        """Close all connections to a page, and forget its clients."""
        for client in list(self.clients.values()):
            if client.address == address:
                self._end(client, code, reason)

    async def owner(self, caller: Caller, client_id: str) -> str | None:
        """Return whose the files are that a client of the caller uploads; None if it has no such.

        The client may be one of another process, if processes share files.

        Raises:
            SignInError: If the route needs a signed-in user, and there is none.
        """
        client = self.clients.get(client_id)
        if client is None and self._files is not None and self._files.shared is not None:
            signed = signed_part(client_id)
            path = self._files.links.route_of_client(signed, caller.session_id, self._routes)
            if path is None:
                return None
            route = self._routes[path]
            subject = (await self.identities.of(route, caller)).subject
            return owner_key(caller.session_id, route, subject)
        if client is None or client.session_id != caller.session_id:
            return None
        subject = (await self.identities.of(client.route, caller)).subject
        self.end_others(client.route, caller.session_id, subject)
        return client.owner if client.auth.subject == subject else None

    async def owner_on(self, caller: Caller, path: str) -> str | None:
        """Return the owner that a caller is on a route; None if no user is signed in there."""
        route = self._routes.get(path)
        if route is None:
            return None
        try:
            subject = (await self.identities.of(route, caller)).subject
        except SignInError:
            return None
        return owner_key(caller.session_id, route, subject)

    async def may_fetch(self, caller: Caller, owner: str | None) -> bool:
        """Return whether the caller may fetch a file of an owner; None means every browser."""
        if owner is None:
            return await self.identities.let_in(caller)
        session_id, path = self.identities.route_of(owner)
        if session_id != caller.session_id or path is None:
            return session_id == caller.session_id
        route = self._routes.get(path)
        return route is not None and await self.identities.owns(route, caller, owner)

    # ---------------------------------------------------------------------- actions

    def act(self, connection: TabConnection, act: Act, session_id: str) -> None:
        """Answer an action and run the handler, once per id.

        Raises:
            ProtocolError: If the client is gone or is not this session's, or the action
                claims to be an event of the system.
        """
        client = self.clients.get(connection.client)
        if act.event is not None and act.event[0].startswith("@"):
            raise ProtocolError(CLOSE_MALFORMED, "events of the system come from the server")
        if client is None or client.session_id != session_id:
            if isinstance(connection, Connection) and self._passed_on(connection, act):
                return
            raise ProtocolError(CLOSE_FORBIDDEN, "unknown client")
        if client.seen.get(act.id) or (session_id, act.id) in self._left:
            connection.push(Ack(act.id, "dup"))
            return
        if act.id in client.seen:
            return  # its handler runs; whatever comes of it goes to all connections of the tab
        if self._to_others:
            connection.push(Drain(0))  # another process takes it, as soon as the tab is there
            return
        wait = connection.wait_for_act(time.monotonic())
        if wait:
            retry = max(1, int(wait * 1000))
            connection.push(Ack(act.id, "err", "rate_limited", "Too fast.", retry))
            return
        if client.running >= self.settings.handlers_per_client or self.draining:
            said = words_of().failures["busy"]
            connection.push(Ack(act.id, "err", "busy", said, _RETRY_MS))
            return
        client.seen[act.id] = False
        shared = self._files is not None and self._files.shared is not None
        if shared and (named := _named_files(act, client.page.state.cards.values())):
            self._tasks.start(self._fetch(connection, client, act, named), name="swell-fetch")
        else:
            self._begin(connection, client, act)

    async def _fetch(
        self, connection: TabConnection, client: Client, act: Act, named: list[str]
    ) -> None:
        """Fetch the files of an action, which other processes may have, and run its handler."""
        assert self._files is not None
        client.running += 1
        try:
            await self._files.fetch_all(named, client.owner)
        except (OSError, LimitError, StoreUnavailableError) as error:
            _log.warning("files of an action could not be fetched: %s", error)
            said = "The files cannot be read right now."
            _refuse(client, act.id, "unavailable", said, _RETRY_MS)
            return
        finally:
            client.running -= 1
        if self.clients.get(client.id) is client:  # else the tab sends it again
            self._begin(connection, client, act)

    def _begin(self, connection: TabConnection, client: Client, act: Act) -> None:
        """Run the handler of an action."""
        try:
            events = self._events(client, act)
        except AttachmentError as error:
            client.seen.pop(act.id, None)
            connection.push(Ack(act.id, "err", error.reason, error.message))
            return
        client.acted = True
        if self._sign_in is not None and client.auth.sign_in:
            self._sign_in.used(client.auth.sign_in)
        self._admission.acted(client.session_id)
        if len(client.seen) > SEEN_MAX:
            client.seen.popitem(last=False)
        if client.route.ack == "received":
            client.seen[act.id] = True
            connection.push(Ack(act.id, "ok"))
        if client.route.mode != "unicast":
            client.page.clear(client.id)
        self._run(client, act.id, act.args, act.name, events)

    def _passed_on(self, connection: Connection, act: Act) -> bool:
        return self.elsewhere is not None and self.elsewhere.act(connection, act)

    def _events(self, client: Client, act: Act) -> dict[str, Any]:
        """Return what an action puts into `q.events`, with ids of files made into paths.

        The files of upload components are checked as well.

        Raises:
            AttachmentError: If a file is gone, or the card does not take it.
        """
        cards, prefix = client.page.state.cards.values(), self.settings.prefix
        check_uploads(act.args, cards, self._files, client.owner, client.id)
        if act.event is None:
            return {}
        source, name, data = act.event
        if name == "submit":
            given = data if isinstance(data, dict) else {}
            if isinstance(act.args.get(source), str):
                given = {**given, "text": act.args[source]}  # it travels once
            data = submission(given, cards, source, self._files, client.owner, client.id, prefix)
        return {source: Expando({name: data})}

    def _run(
        self,
        client: Client,
        ref: str | None,
        args: dict[str, Any],
        name: str | None,
        events: dict[str, Any],
    ) -> None:
        if name is not None:
            args = {**args, "__wave_submission_name__": name}
        auth, prefix = client.auth, self.settings.prefix
        query = Query(
            site=AsyncSite(self.pushed, self._files, prefix, client.owner, client.id, self.local),
            mode=client.route.mode or UNICAST,
            auth=auth,
            client_id=client.id,
            route=client.route.path,
            app_state=self._app_state,
            user_state=self.users.setdefault(auth.subject, Expando()),
            client_state=client.state,
            args=Expando(args),
            events=Expando(events),
            headers=client.headers,
            page=AsyncPage(client.page, client.route.forgive, url=client.address),
            action_id=ref,
            session_id=public_session(client.session_id),
            acknowledge=functools.partial(_acknowledge, client, ref),
            locale=client.locale,
            peer=client.peer,
            rules=self._rules,
        )
        client.running += 1
        client.sequence += 1
        self._tasks.start(
            self._answer(client, query, ref, client.sequence), name=f"swell-{client.route.path}"
        )

    async def _answer(self, client: Client, query: Query, ref: str | None, number: int) -> None:
        outcome = "err"
        forgiving.set(client.route.forgive)
        page_scripts.set(self.settings.page_scripts)
        try:
            result = client.route.handler(query)
            if isinstance(result, Awaitable):
                await result
            outcome = "ok"
            _acknowledge(client, ref)
            if number == client.sequence:
                client.error = None
        except RefusedError as error:
            if not _refuse(client, ref, error.reason, error.message, error.retry_ms):
                client.error = Err(code=error.reason, msg=error.message, ref=ref)
                client.send(client.error)
        except (Exception, SystemExit, KeyboardInterrupt, GeneratorExit) as error:
            shown = self._report(client, ref, error)  # none of these ends the server
            _refuse(client, ref, shown.code, f"{shown.msg} (error {shown.id})", None)
        finally:
            client.running -= 1
            if ref is not None:
                client.send(End(ref, outcome))

    def _report(self, client: Client, ref: str | None, error: BaseException) -> Err:
        """Log an exception under an id, and show the id; in development also the exception."""
        where = f"the handler of {client.route.path}"
        reported = report(error, where, _log, development=self.settings.development)
        code, said = (
            ("exception", reported.details)
            if reported.details
            else (reported.code, reported.message)
        )
        client.error = Err(code=code, msg=said, id=reported.id, ref=ref)
        client.send(client.error)
        return client.error

    # ---------------------------------------------------------------- life and death

    def _open(self, route: Route, caller: Caller, identity: Identity, peer: str = "") -> Client:
        session_id, subject = caller.session_id, identity.subject
        if len(self._per_session.get(session_id, ())) >= self.settings.tabs_per_session:
            self._evict(session_id)
        for other in self._admission.room(
            peer,
            session_id,
            subject != ANON,
            self.clients.values(),
            time.monotonic(),
        ):
            self._end(other, CLOSE_FULL, "others need the room")
        address = shared_address(route, subject) or secrets.token_urlsafe(16)
        links = self._files.links if self._files is not None else Links()
        id = links.client(session_id, route.path)
        if self.elsewhere is not None and route.relayed:
            id = client_id(self.elsewhere.process, id)
        page, prefix = self.pages.open(address), self.settings.prefix
        fresh = self._sign_in.fresh if self._sign_in is not None else None
        client = Client(route, page, address, caller, identity, id, prefix, fresh)
        self.clients[client.id] = client
        self._per_session.setdefault(session_id, {})[client.id] = client
        return client

    def _evict(self, session_id: str) -> None:
        """Give up the tab of a session that has been closed for longest.

        Raises:
            ProtocolError: If all of them are open.
        """
        closed = [
            (client.gone_at, client.id)
            for client in self._per_session[session_id].values()
            if client.gone_at is not None
        ]
        if not closed:
            raise ProtocolError(CLOSE_TOO_MANY, "too many tabs at once")
        self._leave(self.clients[min(closed)[1]])

    def _leave(self, client: Client) -> None:
        """Notify the handler that a client has disconnected for good, and remove the client."""
        gone = {"@system": Expando({"client_disconnect": True})}
        self._run(client, None, {}, None, gone)
        del self.clients[client.id]
        # The tab may come back as another client, with actions whose acks it never got.
        for id, taken in list(client.seen.items())[-self.settings.unacked_max :]:
            if taken:
                self._left[client.session_id, id] = None
        while len(self._left) > LEFT_MAX:
            self._left.popitem(last=False)
        self.pages.close(client.address)
        del self._per_session[client.session_id][client.id]
        if not self._per_session[client.session_id]:
            del self._per_session[client.session_id]

    async def _expire(self) -> None:
        """Remove what is too old: clients that did not reconnect, patches, and files."""
        timeout = self.settings.reconnect_timeout_s
        while True:
            await asyncio.sleep(min(1.0, max(0.01, timeout / 4)))
            now = time.monotonic()
            for client in list(self.clients.values()):
                if client.gone_at is not None and now - client.gone_at >= timeout:
                    self._leave(client)
            self.pages.expire(now)
            if self._files is not None:
                self._files.expire(now, self.clients.__contains__)

    async def _tend(self) -> None:
        """Tidy the files that processes share; a slow database holds up nothing else."""
        while self._files is not None:
            await asyncio.sleep(1.0)
            await self._files.tend(time.monotonic(), tuple(self.clients))

    async def drain(
        self,
        hooks: Sequence[Callable[[float], Awaitable[Any]]] = (),
        *,
        to_others: bool = False,
    ) -> None:
        """Ask every browser to come back later, and wait for handlers that are running.

        Connections stay open until then, so that an answer that can still end is seen to. Tabs
        leave at random moments, so that they do not reconnect all at once.

        Args:
            hooks: Called with `drain_s` and awaited, at most `HOOK_GRACE_S` longer.
            to_others: Whether other processes serve the app: a tab that acts moves there at once,
                and this process waits, at most `drain_s`, until all tabs have moved.
        """
        self.draining, self._to_others = True, to_others
        seconds = self.settings.drain_s
        spread_s = max(1.0, min(len(self._all) / RECONNECTS_PER_S, seconds))
        leave_by = asyncio.get_running_loop().time() + min(spread_s, seconds)
        for connection in list(self._all):
            connection.push(Drain(int(spread_s * 1000)))
        if to_others and self.elsewhere is not None:
            self.elsewhere.drain()
        ending = [asyncio.ensure_future(hook(seconds)) for hook in hooks]
        if late := await self._tasks.wait(seconds):
            _log.warning("%d handlers were still running after drain_s and were cancelled", late)
        if ending:
            done, _ = await asyncio.wait(ending, timeout=seconds + HOOK_GRACE_S)
            for task in ending:
                if task not in done:
                    task.cancel()
                elif (error := task.exception()) is not None:
                    _log.error("an on_drain function failed", exc_info=error)
        if to_others and self._all:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(leave_by):
                    await self._empty.wait()
        self.drained = True
        for connection in list(self._all):
            connection.wake()

    async def stop(self) -> None:
        """Cancel what still runs and wait for it."""
        self._end_local()
        self.local.streams.stop()
        await asyncio.gather(self._tasks.cancel(_CANCEL_S), self._janitor.cancel(_CANCEL_S))


def _named_files(act: Act, cards: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ids of files that an action names, as many as a prompt can have."""
    named = upload_ids(act.args, cards)
    if act.event is not None and act.event[1] == "submit" and isinstance(act.event[2], dict):
        files = act.event[2].get("files")
        named += map(str, files) if isinstance(files, list) else ()
    return list(dict.fromkeys(named))[:FILES_MAX]


def _acknowledge(client: Client, ref: str | None, duplicate: bool = False) -> None:
    """Acknowledge a tab's action, once."""
    if ref is not None and client.seen.get(ref) is False:
        client.seen[ref] = True
        client.send(Ack(ref, "dup" if duplicate else "ok"))


def _refuse(client: Client, ref: str | None, code: str, message: str, retry_ms: int | None) -> bool:
    """Refuse an action for its tab, unless it has been accepted; return whether it was refused."""
    if ref is None or client.seen.get(ref) is not False:
        return False
    del client.seen[ref]
    client.send(Ack(ref, "err", code, message, retry_ms))
    return True
