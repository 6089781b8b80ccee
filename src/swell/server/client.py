"""Client: one browser tab, and the connections it has."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from swell.expando import Expando
from swell.identity import ANON, Identity
from swell.live.connection import Connection
from swell.live.page import LivePage
from swell.live.wire import PROTOCOL_VERSION, Err, Hello, ServerMessage, Welcome
from swell.query import BROADCAST, MULTICAST, Auth, Fresh
from swell.settings.table import Settings, sent_settings

from .identity import Caller, owner_key
from .pages import WatchedPage
from .route import Route

__all__ = [
    "ANONYMOUS",
    "Client",
    "Greeting",
    "TabConnection",
    "client_id",
    "process_of",
    "shared_address",
]

ANONYMOUS = Identity(ANON)
"""The user of a request without sign-in."""

_MARK = "~"  # between the process and the rest of a client's id


def client_id(process: str, signed: str) -> str:
    """Return the id of a client that names its process, so that others can ask for its page."""
    return f"{process}{_MARK}{signed}"


def process_of(client: str) -> str:
    """Return the process that a client's id names; empty for none."""
    return client.rpartition(_MARK)[0]


def signed_part(client: str) -> str:
    """Return the id of a client without its process."""
    return client.rpartition(_MARK)[2]


def shared_address(route: Route, subject: str) -> str | None:
    """Return the address of the page that a user shares on a route; None if each tab has one.

    Addresses of different kinds differ: paths begin with a slash, ids do not, and no path has the
    character before the name of a signed-in user.
    """
    if route.mode == BROADCAST:
        return route.path
    if route.mode == MULTICAST:
        return f"/{subject}" if subject == ANON else f"/\x1f{subject}"
    return None


class TabConnection(Protocol):
    """A connection of a tab: at this process, or at another one that relays it.

    Attributes:
        client: Id of its client; empty before its hello.
        peer: See `limits.peer_of`.
    """

    client: str
    peer: str

    def push(self, message: ServerMessage) -> None:
        """Queue a message."""

    def end(self, code: int, reason: str) -> None:
        """Close it."""

    def wait_for_act(self, now: float) -> float:
        """Return 0 when an action may run now, or the seconds until it may."""


class Greeting:
    """What a process tells each tab in its welcome.

    Args:
        settings: Bounds and times.
        build: Id of the web client.
    """

    def __init__(self, settings: Settings, build: str) -> None:
        self._beat_s = settings.beat_interval_s
        self._limits = sent_settings(settings)
        self._build = build

    def greet(
        self,
        connection: Connection,
        live: LivePage,
        hello: Hello,
        client: str,
        user: str,
        error: Callable[[], Err | None],
    ) -> None:
        """Attach a connection to its page: where the browser was, or with a snapshot.

        Args:
            connection: The connection.
            live: The page.
            hello: Its first message.
            client: Id of the tab.
            user: Name of the user.
            error: Returns what last went wrong there.
        """
        pos = hello.pos
        known = hello.client is not None and pos is not None and live.covers(pos.e, pos.s)
        seq = pos.s if known and pos is not None else None

        def welcome(mode: str = "snapshot") -> Welcome:
            snapshot = live.snapshot() if mode == "snapshot" else None
            return Welcome(
                mode=mode,
                client=client,
                e=live.epoch,
                s=live.seq if mode == "snapshot" else seq or 0,
                v=PROTOCOL_VERSION,
                hb=self._beat_s,
                limits=self._limits,
                build=self._build,
                user=user,
                state=snapshot.state if snapshot else None,
                paths=(snapshot.paths or None) if snapshot else None,
                parts=(len(snapshot.parts) or None) if snapshot else None,
                crc=snapshot.crc if snapshot and snapshot.parts else None,
                error=error(),
            )

        connection.attach(live, client, seq, welcome)
        if seq is not None:
            connection.push(welcome("resumed"))
        connection.wake()


class Client:
    """One browser tab, from its first hello until it has been gone for too long.

    Attributes:
        id: Random, known to this tab and the server only.
        session_id: The browser it belongs to; other browsers are refused.
        auth: The user it belongs to; other users are refused, even in the same browser.
        owner: Whose its files are.
        state: `q.client`.
        seen: Ids of its latest actions, so that none runs twice; False until acknowledged.
        error: What last went wrong, until the next action succeeds.
        locale: `q.locale`.
        signed_in: Whether a user is signed in.
        acted: Whether anything was done in it.
        opened_at: When it was opened, in seconds of `time.monotonic`.
        gone_at: When its last connection closed, None while it has one.
        peer: `q.peer`.
    """

    def __init__(
        self,
        route: Route,
        page: WatchedPage,
        address: str,
        caller: Caller,
        identity: Identity,
        id: str,
        prefix: str = "",
        fresh: Fresh | None = None,
    ) -> None:
        self._prefix = prefix
        self._fresh = fresh
        self.id = id
        self.session_id = caller.session_id
        self.route = route
        self.page = page
        self.address = address
        self.headers = caller.headers
        self.locale = caller.locale
        self.identify(identity)
        self.owner = owner_key(caller.session_id, route, identity.subject)
        self.state = Expando()
        self.seen: OrderedDict[str, bool] = OrderedDict()
        self.connections: set[TabConnection] = set()
        self.error: Err | None = None
        self.signed_in = identity.subject != ANON
        self.acted = False
        self.opened_at = time.monotonic()
        self.gone_at: float | None = None
        self.ended = False  # since another user has signed in
        self.running = 0
        self.peer = ""
        self.sequence = 0  # of its actions; the answer to the latest decides about `error`

    def identify(self, identity: Identity) -> None:
        """Set `q.auth`."""
        self.auth = Auth(
            identity.name or identity.subject,
            identity.subject,
            identity.access_token,
            identity.refresh_token,
            email=identity.email,
            groups=identity.groups,
            roles=identity.roles,
            claims=identity.claims,
            sign_in=identity.sign_in,
            prefix=self._prefix,
            fresh=self._fresh,
        )

    def send(self, message: ServerMessage) -> None:
        """Queue a message for every connection of this tab."""
        for connection in list(self.connections):
            connection.push(message)
