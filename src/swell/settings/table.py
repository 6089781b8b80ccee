"""Every setting of Swell, in one table.

The fields of `Settings` are the table: name, type, default, bounds, help, and the names under which
the environment and the command line know it. Parsing (in `values.py`), `swell config` and the
reference page `docs/reference/settings.md` are all derived from it, so a new setting is one new
field.

Importing this module does not read the environment: the caller passes it to `load_settings`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from swell.hints import unwrap
from swell.locales import LOCALES
from swell.settings import values as values

__all__ = [
    "About",
    "Field",
    "Row",
    "Settings",
    "choices_of",
    "fields",
    "sent_settings",
    "settings_table",
]


class About(NamedTuple):
    """Metadata in a field's annotation, beyond its type."""

    help: str
    least: float | None = None
    most: float | None = None
    wave: str = ""
    flag: str = ""
    secret: bool = False
    sent: bool = False  # to browsers, in `welcome`
    parse: Callable[[str], Any] | None = None
    choices: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------- the table


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one process. `load_settings` checks the values; the constructor does not.

    Names carry their unit: `_s` is seconds, `_bytes` is bytes (on the wire, in UTF-8).
    """

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
    user_header: Annotated[
        str | None,
        About(
            "Request header with the signed-in user, set by a proxy, such as `X-Forwarded-User`. "
            "It is trusted from addresses in `trusted_proxies` only; requests without it, or not "
            "through the proxy, are refused.",
            parse=values.header_name,
        ),
    ] = None
    secret_key: Annotated[
        str | None,
        About(
            "Key that signs session cookies, at least 32 characters. Without it, `@chat` keeps one "
            "in the database if that is PostgreSQL, else in the folder of the default database. "
            "Other apps create a random key at each start, which ends all earlier sessions.",
            least=32,
            secret=True,
        ),
    ] = None
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
    session_cookie: Annotated[
        str | None,
        About(
            "Name of the session cookie. The default is `swell_session`, followed by the "
            "port and the path of the browser's address, if it has them.",
            parse=values.cookie_name,
        ),
    ] = None
    session_total_age_s: Annotated[
        float,
        About(
            "Total lifetime of a browser's session, however often it is used. "
            "Without sign-in, its conversations are unreachable after that.",
            60,
            100 * 365 * 86400,
        ),
    ] = 2 * 365 * 86400.0
    session_max_age_s: Annotated[
        float,
        About(
            "How long a browser's session cookie is valid after the last visit.",
            60,
            10 * 365 * 86400,
            "SESSION_EXPIRY",
        ),
    ] = 30 * 86400.0
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
    development: Annotated[
        bool,
        About(
            "Show exceptions of the app in the browser, with file and line. `swell run --reload` "
            "sets it; never set it in production.",
        ),
    ] = False
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        About("Lowest level that is logged.", flag="--log-level"),
    ] = "info"

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
    ring_s: Annotated[float, About("How long a patch is kept.", 1, 86400, sent=True)] = 300.0
    page_max_bytes: Annotated[int, About("Largest page, as JSON.", 1024, 1 << 30, sent=True)] = (
        8 << 20
    )
    text_max_bytes: Annotated[
        int, About("Longest single text on a page.", 1024, 1 << 30, sent=True)
    ] = 1 << 20

    runs_max: Annotated[
        int, About("Answers made at the same time; further ones wait in a queue.", 1, 100_000)
    ] = 32
    runs_max_per_user: Annotated[
        int, About("Of these for one user; further ones wait.", 1, 100_000)
    ] = 4
    runs_max_per_address: Annotated[
        int,
        About(
            "Of these for one address, IPv6 by /64; further ones wait. Connections from this "
            "machine are not limited by it.",
            1,
            100_000,
        ),
    ] = 16
    runs_queue_max: Annotated[
        int, About("Answers that wait in the queue; further prompts are refused.", 1, 1_000_000)
    ] = 256
    prompts_per_minute: Annotated[
        int, About("Prompts of one user in a minute; 0 means no limit.", 0, 1_000_000)
    ] = 60
    prompts_per_minute_per_address: Annotated[
        int, About("Prompts of one address in a minute; 0 means no limit.", 0, 1_000_000)
    ] = 240
    prompts_per_day: Annotated[
        int,
        About("Prompts of one user in 24 hours of this process; 0 means no limit.", 0, 1_000_000),
    ] = 0
    tokens_per_day: Annotated[
        int,
        About(
            "Tokens that models count for one user in 24 hours of this process; 0 means no limit.",
            0,
            1 << 40,
        ),
    ] = 0

    handler_threads: Annotated[
        int, About("Sync handlers that run at the same time.", 1, 10_000)
    ] = 32
    handler_threads_per_user: Annotated[
        int, About("Of these for one user; further ones wait.", 1, 10_000)
    ] = 8
    tool_threads: Annotated[int, About("Sync tools that run at the same time.", 1, 10_000)] = 64
    tool_threads_per_user: Annotated[
        int,
        About(
            "Of these for one user; further ones wait. A tool that hangs keeps its thread, even "
            "after Stop.",
            1,
            10_000,
        ),
    ] = 8
    file_threads: Annotated[
        int, About("Attachments that are read or copied at the same time.", 1, 10_000)
    ] = 16
    file_threads_per_user: Annotated[
        int, About("Of these for one user; further ones wait.", 1, 10_000)
    ] = 4

    pdf_processes: Annotated[
        int, About("PDFs that are read at the same time; further ones wait.", 1, 1_000)
    ] = 2
    pdf_processes_per_user: Annotated[int, About("Of these for one user.", 1, 1_000)] = 1
    pdf_pages: Annotated[
        int, About("Pages of a PDF that are read; further ones are left out.", 1, 1_000_000)
    ] = 1000
    pdf_seconds: Annotated[
        float, About("How long reading a PDF may take, in seconds.", 0.1, 3600)
    ] = 30.0
    pdf_memory_bytes: Annotated[
        int, About("Memory that reading a PDF may take.", 64 << 20, 1 << 40)
    ] = 512 << 20

    answer_file_max_bytes: Annotated[
        int, About("Largest file that a handler may send with `turn.file`.", 1, 1 << 40)
    ] = 256 << 20
    answer_files_max: Annotated[
        int, About("Files that one answer may send with `turn.file`.", 1, 10_000)
    ] = 100

    model_picture_max_bytes: Annotated[
        int,
        About(
            "Largest picture that `turn.as_openai(images=True)` and `turn.as_anthropic` send to a "
            "model; 3.75 MiB are 5 MiB in base64, which Anthropic takes.",
            1,
            1 << 30,
        ),
    ] = 15 << 18
    model_pictures_max_bytes: Annotated[
        int,
        About(
            "Total size of the pictures in one request to a model. The event loop is blocked about "
            "10 ms for each MiB while the request is encoded.",
            1,
            1 << 30,
        ),
    ] = 15 << 19
    model_pictures_max: Annotated[
        int, About("Number of pictures in one request to a model.", 1, 10_000)
    ] = 20

    public_dirs: Annotated[
        tuple[str, ...],
        About(
            "Folders whose files browsers may read, comma separated, each as `/docs@folder`: "
            "`/docs/a.pdf` is `a.pdf` of the folder.",
            parse=values.folders,
        ),
    ] = ()

    upload_max_bytes: Annotated[int, About("Largest uploaded file.", 1, 1 << 40, sent=True)] = (
        25 << 20
    )
    upload_max_files: Annotated[int, About("Files in one upload.", 1, 10_000, sent=True)] = 10
    upload_quota_bytes: Annotated[
        int, About("Total size of the uploaded files kept for one browser.", 1, 1 << 44, sent=True)
    ] = 1 << 30
    upload_quota_files: Annotated[
        int, About("Number of uploaded files kept for one browser.", 1, 1_000_000, sent=True)
    ] = 1000
    upload_total_bytes: Annotated[
        int, About("Total size of the uploaded files kept by this process.", 1, 1 << 44)
    ] = 8 << 30
    upload_keep_s: Annotated[
        float,
        About("How long the files of a browser tab are kept after it closes.", 0, 365 * 86400),
    ] = 3600.0
    upload_idle_s: Annotated[
        float, About("How long an upload may stall before it is cancelled.", 0.1, 3600)
    ] = 30.0

    @property
    def prefix(self) -> str:
        """`base_url` as a prefix of paths: empty, or `/x` without a trailing slash."""
        return "" if self.base_url == "/" else self.base_url

    def __repr__(self) -> str:
        """Like a dataclass, with secrets masked, so that a log line cannot leak one."""
        shown = ", ".join(
            f"{row.name}={'***' if row.secret and value is not None else repr(value)}"
            for row in settings_table()
            for value in [getattr(self, row.name)]
        )
        return f"Settings({shown})"


class Row(NamedTuple):
    """One setting, as the reference page and `swell config` show it.

    Attributes:
        name: Field of `Settings`.
        kind: Its type in words.
        default: Its default as one would write it, empty when there is none.
        help: One or two sentences.
        env: Name in the environment.
        wave: Name of the same setting in H2O Wave's environment, empty when there is none.
        flag: Flag of `swell run`, empty when there is none.
        secret: Whether its value must not be shown.
    """

    name: str
    kind: str
    default: str
    help: str
    env: str
    wave: str
    flag: str
    secret: bool


class Field(NamedTuple):
    row: Row
    base: Any
    about: About


@functools.cache
def fields() -> tuple[Field, ...]:
    hints = get_type_hints(Settings, include_extras=True)
    fields = []
    for info in msgspec.structs.fields(Settings):
        base, (about,) = unwrap(hints[info.name])
        row = Row(
            name=info.name,
            kind=_kind(info.name, base, about),
            default=_default(info.name, info.default),
            help=about.help,
            env=f"SWELL_{info.name.upper()}",
            wave=f"H2O_WAVE_{about.wave}" if about.wave else "",
            flag=about.flag,
            secret=about.secret,
        )
        fields.append(Field(row, base, about))
    return tuple(fields)


def settings_table() -> tuple[Row, ...]:
    """Return every setting in the order of the reference page."""
    return tuple(field.row for field in fields())


def show(value: object) -> str:
    """Write a value as it would be set: lists with commas, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _default(name: str, value: object) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.3g}"
    if isinstance(value, bool):
        return show(value)
    return _readable(name, value) if isinstance(value, (int, float)) else show(value)


def sent_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that a browser is sent in `welcome`."""
    names = [field.row.name for field in fields() if field.about.sent]
    return {name: getattr(settings, name) for name in names}


def choices_of(base: Any, about: About) -> tuple[str, ...]:
    """Return the only values that a setting takes; none when it takes others."""
    return get_args(base) if get_origin(base) is Literal else about.choices


def _kind(name: str, base: Any, about: About) -> str:
    if choices := choices_of(base, about):
        return " | ".join(choices)
    if get_origin(base) is tuple:
        return "list"
    if base is bool:
        return "on or off"
    if base not in (int, float):
        return "text" if about.least is None else f"text, {about.least:g} characters or more"
    unit = "seconds" if name.endswith("_s") and not name.endswith("per_s") else ""
    unit = "bytes" if name.endswith("_bytes") else unit
    word = unit or ("whole number" if base is int else "number")
    assert about.least is not None, "every numeric setting is bounded"
    assert about.most is not None, "every numeric setting is bounded"
    return f"{word}, {_readable(name, about.least)} to {_readable(name, about.most)}"


def _readable(name: str, number: float) -> str:
    """A number for humans: sizes in the largest unit that divides them."""
    if name.endswith("_bytes"):
        for unit, factor in (("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)):
            if number >= factor and number % factor == 0:
                return f"{number // factor:.10g}{unit}"
    return f"{number:.10g}"
