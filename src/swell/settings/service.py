"""Settings of the service: its address, database, other processes and language."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from swell.locales import LOCALES
from swell.settings import values as values

from .about import About


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The service: its address, database, other processes and language."""

    host: Annotated[
        str,
        About(
            "Address to listen on. `0.0.0.0` or `::` makes the server reachable from the network.",
            flag="--host",
            wave="LISTEN",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        About("Port to listen on; 0 takes any free one.", 0, 65535, flag="--port", wave="LISTEN"),
    ] = 10101
    workers: Annotated[
        int,
        About(
            "Processes that `swell run` starts on the port. More than one needs PostgreSQL for "
            "`@chat`, and Linux or macOS.",
            1,
            256,
            flag="--workers",
        ),
    ] = 1
    base_url: Annotated[
        str,
        About(
            "Path under which a proxy serves everything, such as `/apps/chat`.",
            flag="--base-url",
            wave="BASE_URL",
            parse=values.base_url,
        ),
    ] = "/"
    allowed_origins: Annotated[
        tuple[str, ...],
        About(
            "Further origins whose pages may connect, comma separated. A page may always connect "
            "to the host it came from.",
            flag="--allowed-origins",
            wave="ALLOWED_ORIGINS",
            parse=values.origins,
        ),
    ] = ()
    allowed_hosts: Annotated[
        tuple[str, ...],
        About(
            "Host names under which the server may be reached, comma separated. IP addresses, "
            "`localhost` and this machine's host name always work.",
            flag="--allowed-hosts",
            parse=values.hosts,
        ),
    ] = ()
    frame_origins: Annotated[
        tuple[str, ...],
        About(
            "Origins whose pages `ui.frame` and `ui.frame_card` may show, comma separated. Pages "
            "of this server are always shown.",
            parse=values.origins,
        ),
    ] = ()
    page_scripts: Annotated[
        bool,
        About(
            "Run scripts that the app puts on its meta card. They can do in a page what its user "
            "can; without this setting they are left out.",
        ),
    ] = False
    import_max_values: Annotated[
        int,
        About(
            "Most JSON values in an imported chat. A larger one is refused and not stored.",
            1000,
            10_000_000,
        ),
    ] = 300_000
    import_max_cells: Annotated[
        int,
        About(
            "Most cells in one table of a chat that is imported. With more it is refused and not "
            "stored.",
            100,
            10_000_000,
        ),
    ] = 50_000
    share_expires_s: Annotated[
        float,
        About(
            "Lifetime of the read-only link of a shared chat, in seconds. 0 means until sharing "
            "is ended.",
            0,
            3_153_600_000,
        ),
    ] = 0.0
    trusted_proxies: Annotated[
        tuple[str, ...],
        About(
            "Addresses of proxies whose `X-Forwarded-For`, `X-Forwarded-Proto` and `user_header` "
            "are trusted, comma separated.",
            parse=values.proxies,
        ),
    ] = ("127.0.0.1", "::1")
    database_url: Annotated[
        str,
        About(
            "Database for the conversations of `@chat`: `sqlite:///file.db`, a path, or "
            "`postgresql://user:password@host/name`; `default` is a file of the app in the folder "
            "for application data of this system, `memory` keeps them until the process exits.",
            secret=True,
            parse=values.database_url,
        ),
    ] = "default"
    backplane: Annotated[
        str,
        About(
            "Server that carries news between the processes of a service: `valkey://host:6379/0` "
            "(or `redis://`; `valkeys://` or `rediss://` over TLS), the same with several hosts "
            "for a cluster, `valkey+sentinel://host:26379,host:26379/service/0` for Sentinel, or "
            "`postgresql://user:password@host/name`. `auto` is the database of `database_url` if "
            "that is PostgreSQL, and else `memory`, for a single process.",
            secret=True,
            parse=values.backplane,
        ),
    ] = "auto"
    backplane_name: Annotated[
        str,
        About(
            "Name of the service on the backplane. Services with different names do not hear each "
            "other; all processes of one have the same.",
            least=1,
        ),
    ] = "swell"
    files_dir: Annotated[
        str | None,
        About(
            "Directory for the files of chats, such as a mount that all machines of a service "
            "share. Without it they are in the database if that is PostgreSQL, else in the folder "
            "for application data of this system.",
        ),
    ] = None
    api_key: Annotated[
        str | None,
        About(
            "Bearer token that programs must send to use a chat through an API, at least 16 "
            "characters. Without it only programs on this machine have access.",
            least=16,
            secret=True,
        ),
    ] = None
    hsts_max_age_s: Annotated[
        float,
        About(
            "How long browsers use only https after a visit over https "
            "(`Strict-Transport-Security`); it applies to every port of the host. 0 turns it "
            "off.",
            0,
            10 * 365 * 86400,
        ),
    ] = 365 * 86400.0
    app_mode: Annotated[
        Literal["unicast", "multicast", "broadcast"],
        About("Who shares a page, for apps that do not set `mode`.", wave="APP_MODE"),
    ] = "unicast"
    locale: Annotated[
        str,
        About(
            "Language of the interface; `auto` follows the preferences of the browser.",
            flag="--locale",
            choices=("auto", *LOCALES),
        ),
    ] = "auto"
    checkpoint_dir: Annotated[
        str | None,
        About(
            "Folder in which `q.app` and `q.user` are kept from one run of an app to the next, as "
            "a pickle: only the account of the app may write there. One process only.",
            wave="CHECKPOINT_DIR",
            parse=values.folder,
        ),
    ] = None
    development: Annotated[
        bool,
        About(
            "Show exceptions of the app in the browser, with file and line. `swell run --reload` "
            "sets it; never set it in production.",
        ),
    ] = False
