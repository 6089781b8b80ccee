"""A collector of OpenTelemetry for tests: it receives spans over OTLP/HTTP and decodes them."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

__all__ = ["Collector", "Received", "collecting"]


class Received(NamedTuple):
    """A span."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    attributes: dict[str, Any]
    events: dict[str, dict[str, Any]]
    links: list[str]
    failed: bool
    service: str
    began: int
    ended: int


class Collector:
    """A running collector.

    Attributes:
        url: Its address, for `OTEL_EXPORTER_OTLP_ENDPOINT`.
        spans: What it has received.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[Received] = []

    def named(self, name: str, count: int = 1) -> list[Received]:
        """Wait until so many spans with a name have come, and return them."""
        until = time.monotonic() + 60
        while len(found := [span for span in self.spans if span.name == name]) < count:
            assert time.monotonic() < until, (name, [span.name for span in self.spans])
            time.sleep(0.05)
        return found

    def take(self, body: bytes) -> None:
        """Decode a request."""
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _dict(group.resource.attributes).get("service.name", "")
            self.spans += [
                Received(
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.kind,
                    _dict(span.attributes),
                    {event.name: _dict(event.attributes) for event in span.events},
                    [link.trace_id.hex() + "/" + link.span_id.hex() for link in span.links],
                    span.status.code == 2,
                    service,
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                )
                for scope in group.scope_spans
                for span in scope.spans
            ]


def _dict(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair) for pair in pairs}


def _value(pair: KeyValue) -> Any:
    kind = pair.value.WhichOneof("value")
    if kind == "array_value":
        return [one.string_value for one in pair.value.array_value.values]
    return getattr(pair.value, kind or "string_value")


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            found.take(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)
