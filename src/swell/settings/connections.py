"""Settings of connections and pages: times and bounds."""

from __future__ import annotations

from typing import Annotated

from .about import About
from .oidc import OidcSettings


class ConnectionSettings(OidcSettings, frozen=True, kw_only=True):
    """Connections and pages: times and bounds."""

    reconnect_timeout_s: Annotated[
        float,
        About(
            "How long the page of a disconnected browser tab is kept for a reconnect.",
            0,
            86400,
            "RECONNECT_TIMEOUT",
            sent=True,
        ),
    ] = 120.0
    beat_interval_s: Annotated[
        float,
        About("Time between two heartbeats of a connection.", 1, 3600, "PING_INTERVAL", sent=True),
    ] = 25.0
    beat_timeout_s: Annotated[
        float, About("How late the answer to a heartbeat may be.", 1, 3600, sent=True)
    ] = 10.0
    hello_timeout_s: Annotated[
        float,
        About("How long a new connection may take to send `hello`.", 0.1, 600, sent=True),
    ] = 10.0
    drain_s: Annotated[
        float,
        About("How long running handlers may take to finish at shutdown.", 0, 3600, sent=True),
    ] = 30.0
    slow_reader_s: Annotated[
        float,
        About(
            "How long a browser may stop reading while data is queued for it.",
            0.1,
            3600,
            sent=True,
        ),
    ] = 30.0
    flush_interval_s: Annotated[
        float,
        About(
            "Minimum time between two merged frames to one browser; 1.5 times as much if a frame "
            "holds two saves or more, and 2.5 times as much if it holds five.",
            0,
            10,
            sent=True,
        ),
    ] = 1 / 30
    connections_max: Annotated[
        int,
        About(
            "Open connections of all kinds under `swell run`; 0 means three quarters of the "
            "limit of open files, at most 10,000. At the limit, connections without a request "
            "are closed for new ones; if there are none, a new one gets status 503.",
            0,
            1_000_000,
        ),
    ] = 0
    header_timeout_s: Annotated[
        float,
        About("How long the head of a request may take before status 408.", 0.1, 3600),
    ] = 10.0
    body_timeout_s: Annotated[
        float,
        About(
            "How long the body of a request may take before status 408, in addition to the time "
            "granted by `body_bytes_per_s`.",
            0.1,
            3600,
        ),
    ] = 30.0
    body_bytes_per_s: Annotated[
        float, About("Bytes of a request body that extend its deadline by a second.", 1, 1 << 30)
    ] = 1024.0
    keep_alive_s: Annotated[
        float,
        About("How long a connection may stay open between two requests.", 0.1, 3600),
    ] = 5.0
    frame_max_bytes: Annotated[
        int, About("Largest message accepted from a browser.", 1024, 64 << 20, sent=True)
    ] = 256 << 10
    json_max_depth: Annotated[
        int, About("Deepest nesting accepted in a message from a browser.", 4, 200, sent=True)
    ] = 32
    act_rate_per_s: Annotated[
        float,
        About(
            "Actions a browser tab may send per second, in the long run.", 0.1, 10_000, sent=True
        ),
    ] = 10.0
    act_burst: Annotated[
        int, About("Actions a browser tab may send at once.", 1, 100_000, sent=True)
    ] = 30
    unacked_max: Annotated[
        int, About("Unacknowledged actions of a browser tab.", 1, 1000, sent=True)
    ] = 32
    sockets_per_ip: Annotated[
        int,
        About(
            "WebSockets from one address, or from one IPv6 network of 64 bits.",
            1,
            1_000_000,
            sent=True,
        ),
    ] = 100
    tabs_max: Annotated[
        int,
        About(
            "Browser tabs of all users, including disconnected ones that are kept. Beyond, unused "
            "tabs are dropped; if there are none, a new tab is refused and retries later (4007).",
            1,
            1_000_000,
        ),
    ] = 10_000
    tabs_per_session: Annotated[
        int,
        About(
            "Tabs of one browser. Beyond, the tab that was closed first is dropped; if all are "
            "open, the new one is refused (4505).",
            1,
            10_000,
        ),
    ] = 64
    tab_rate_per_s: Annotated[
        float,
        About(
            "New tabs from one address per second, in the long run. Beyond, a browser tries again "
            "later (4006). Users who are signed in or have been active are not counted.",
            0.1,
            10_000,
        ),
    ] = 10.0
    tab_burst: Annotated[int, About("New tabs from one address at once.", 1, 100_000)] = 300
    sockets_per_session: Annotated[
        int, About("Connections of one browser.", 1, 10_000, sent=True)
    ] = 20
    handlers_per_client: Annotated[
        int, About("Handlers of one browser tab that run at the same time.", 1, 10_000, sent=True)
    ] = 32
    ring_patches: Annotated[
        int, About("Patches kept per page for browsers that reconnect.", 1, 1_000_000, sent=True)
    ] = 1000
    ring_bytes: Annotated[
        int, About("Bytes of patches kept per page.", 1024, 1 << 30, sent=True)
    ] = 1 << 20
    ring_total_bytes: Annotated[
        int,
        About(
            "Bytes of patches kept by a process for all pages. Beyond, those of pages without a "
            "recent change are dropped, and browsers that reconnect there load the whole page.",
            1024,
            1 << 40,
        ),
    ] = 64 << 20
    ring_s: Annotated[float, About("How long a patch is kept.", 1, 86400, sent=True)] = 300.0
    page_max_bytes: Annotated[int, About("Largest page, as JSON.", 1024, 1 << 30, sent=True)] = (
        8 << 20
    )
    text_max_bytes: Annotated[
        int, About("Longest single text on a page.", 1024, 1 << 30, sent=True)
    ] = 1 << 20
