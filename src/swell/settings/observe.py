"""Settings of logs, metrics, traces and the audit log."""

from __future__ import annotations

from typing import Annotated, Literal

from .about import About
from .service import ServiceSettings


class ObserveSettings(ServiceSettings, frozen=True, kw_only=True):
    """Logs, metrics, traces and the audit log."""

    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        About("Lowest level that is logged.", flag="--log-level"),
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"],
        About(
            "Format of log lines: text, or one JSON object a line with ids of request, "
            "connection, run, thread and user.",
            flag="--log-format",
        ),
    ] = "text"
    metrics_port: Annotated[
        int,
        About(
            "Port on which Prometheus reads metrics, apart from the port of the app. 0 means none. "
            "Needs `pip install 'swell[metrics]'`.",
            0,
            65535,
        ),
    ] = 0
    metrics_host: Annotated[
        str, About("Address on which `metrics_port` listens; `0.0.0.0` for other machines.")
    ] = "127.0.0.1"
    metrics_token: Annotated[
        str | None,
        About(
            "Bearer token that Prometheus must send, at least 16 characters. With it, metrics are "
            "also served at `/_s/metrics`.",
            least=16,
            secret=True,
        ),
    ] = None
    traces: Annotated[
        bool,
        About(
            "Trace runs with OpenTelemetry. Spans go to the `TracerProvider` of the app, else to "
            "the collector of the standard variables `OTEL_*`, such as "
            "`OTEL_EXPORTER_OTLP_ENDPOINT`. Needs `pip install 'swell[otel]'`.",
        ),
    ] = False
    traces_content: Annotated[
        bool,
        About(
            "Include the text of prompts and answers, the arguments and results of tools, and "
            "comments of users in traces.",
        ),
    ] = False
    audit_keep_s: Annotated[
        float,
        About(
            "How long entries of the audit log are kept, in seconds. 0 keeps them until they are "
            "removed by other means.",
            0,
            100 * 365 * 86400,
        ),
    ] = 365 * 86400.0
