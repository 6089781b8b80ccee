"""Tracing: where the spans of a process go, while an app runs."""

from __future__ import annotations

import asyncio
import importlib
import os
from typing import TYPE_CHECKING

from swell.errors import SettingError

from . import traces

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from swell.settings.table import Settings

__all__ = ["Tracing"]

FLUSH_S = 5.0
"""How long sending the last spans may take, in seconds."""


_ours: list[TracerProvider] = []  # one at most


class Tracing:
    """Traces while an app runs.

    If the app has set a `TracerProvider`, spans go there. If not, Swell sets one that sends them to
    the collector of the standard variables `OTEL_*`, over OTLP. A process has one provider, which
    ends with it.

    Args:
        settings: `traces_content`.
        name: Name of the service, unless `OTEL_SERVICE_NAME` says it.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        self._name = name
        self._content = settings.traces_content

    def open(self) -> None:
        """Begin.

        Raises:
            SettingError: If a package is missing.
        """
        try:
            from opentelemetry import trace

            from .spans import Spans

            if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
                _ours.append(_provider(self._name))
                trace.set_tracer_provider(_ours[0])
        except ImportError as error:
            needed = f"traces need `pip install 'swell[otel]'` ({error})"
            raise SettingError("traces", "the settings", needed) from None
        traces.turn_on(Spans(content=self._content))

    async def close(self) -> None:
        """Send what waits, and end."""
        traces.turn_off()
        for provider in _ours:
            sending = asyncio.to_thread(provider.force_flush, int(FLUSH_S * 1000))
            await asyncio.wait({asyncio.ensure_future(sending)}, timeout=FLUSH_S)


def _provider(name: str) -> TracerProvider:
    """Return a provider that exports to the collector of the environment."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = "OTEL_SERVICE_NAME" in os.environ or "service.name" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    provider = TracerProvider(resource=Resource.create({} if named else {"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(_exporter()))
    return provider


def _exporter() -> SpanExporter:
    kind = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    if os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", kind) == "grpc":
        # Another package than that of the extra, with 20 MB of gRPC.
        found = importlib.import_module("opentelemetry.exporter.otlp.proto.grpc.trace_exporter")
        exporter: SpanExporter = found.OTLPSpanExporter()
        return exporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
