"""Scrape: what Prometheus reads, on a separate port or at `/_s/metrics`.

With `swell run --workers` each process writes its values to files in a folder that they share
(`share`), and the text is made of all files: any process can answer for the service, a counter
does not go back when a worker is replaced, and Prometheus has one target. The supervisor serves the
port, so it answers while a worker is busy. A port for each process would have been the alternative;
two processes that serve in the same place during a replacement cannot share one.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from swell.errors import SettingError
from swell.logs import logger

from . import metrics

if TYPE_CHECKING:
    from swell.settings.table import Settings

    from .instruments import Instruments

__all__ = ["CONTENT_TYPE", "Metrics", "ScrapePort", "may_scrape", "share", "text_of"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of `prometheus_client` with the folder that processes share."""

LAG_S = 0.5
"""How often the delay of the event loop is measured, in seconds."""

REQUEST_S = 5.0
"""How long a scrape may take to send its request, and to read the response, in seconds."""

HEAD_MAX = 8192
"""Longest head of a request, in bytes."""

AT_ONCE = 8
"""Scrapes at the same time; more are closed."""

_log = logger("swell.observe")


def may_scrape(authorization: str, token: str | None) -> bool:
    """Return whether a request may read the metrics.

    Args:
        authorization: Its header of that name.
        token: The setting `metrics_token`; None lets all requests pass.
    """
    if token is None:
        return True
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(
        given.strip().encode(), token.encode()
    )


def share(folder: Path, place: int) -> None:
    """Write the values of this process to files in a folder, from the first metric on.

    Args:
        folder: The same for all processes of a service.
        place: Number of this process; no other process that runs has it.
    """
    from prometheus_client import values

    os.environ[FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]


def forget(folder: Path, place: int) -> None:
    """Remove what a process that has ended has left: gauges. Its counters count on."""
    for file in folder.glob(f"gauge_live*_{place}.db"):
        file.unlink(missing_ok=True)


def text_of(folder: Path | None) -> bytes:
    """Return the metrics of this process, or of all processes that share a folder."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if folder is None:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together, str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(together)


_ports: dict[tuple[str, int], ScrapePort] = {}  # of this process: the first app serves for all


class Metrics:
    """The metrics of a process while an app runs.

    Args:
        settings: `metrics_port`, `metrics_host` and `metrics_token`.

    Raises:
        SettingError: If the package `prometheus-client` is missing.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            from .instruments import instruments
        except ImportError as error:
            needed = f"metrics need `pip install 'swell[metrics]'` ({error})"
            raise SettingError("metrics_port", "the settings", needed) from None
        self._settings = settings
        self._instruments: Instruments = instruments()
        found = os.environ.get(FOLDER)
        self._folder = Path(found) if found else None
        self._port: ScrapePort | None = None
        self._lag: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Collect, and serve the port, unless the supervisor of several processes does.

        Raises:
            SettingError: If the port cannot be listened on.
        """
        place = self._settings.metrics_host, self._settings.metrics_port
        if place[1] and self._folder is None and place not in _ports:
            port = ScrapePort(self._settings, self.text)
            await port.open()
            self._port = _ports[place] = port
        metrics.turn_on(self._instruments)
        self._lag = asyncio.create_task(self._measure(), name="swell-metrics")

    async def close(self) -> None:
        """Stop."""
        metrics.turn_off()
        if self._lag is not None:
            self._lag.cancel()
            await asyncio.wait({self._lag})
        if self._port is not None:
            _ports.pop((self._settings.metrics_host, self._settings.metrics_port))
            await self._port.close()

    def text(self) -> bytes:
        """Return the metrics as Prometheus reads them."""
        self._instruments.sample()
        return text_of(self._folder)

    async def _measure(self) -> None:
        while True:
            due = time.monotonic() + LAG_S
            await asyncio.sleep(LAG_S)
            self._instruments.loop_lag.observe(max(0.0, time.monotonic() - due))
            self._instruments.sample()


class ScrapePort:
    """A port that answers every request with the metrics.

    Args:
        settings: `metrics_port`, `metrics_host` and `metrics_token`.
        text: Returns the metrics.
    """

    def __init__(self, settings: Settings, text: Callable[[], bytes]) -> None:
        self._settings = settings
        self._text = text
        self._count = 0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen.

        Raises:
            SettingError: If that is not possible.
        """
        host, port = self._settings.metrics_host, self._settings.metrics_port
        try:
            self._server = await asyncio.start_server(self._answer, host, port, limit=HEAD_MAX)
        except OSError as error:
            reason = f"cannot listen on {host} port {port}: {error.strerror or error}"
            raise SettingError("metrics_port", "the settings", reason) from None

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        try:
            if self._count <= AT_ONCE:
                async with asyncio.timeout(REQUEST_S):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(self._response(head.decode("latin-1")))
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # Prometheus reports the failed scrape
        except Exception:
            _log.exception("could not answer a scrape of the metrics")
        finally:
            self._count -= 1
            writer.close()

    def _response(self, head: str) -> bytes:
        lines = head.split("\r\n")
        given = [
            value
            for line in lines[1:]
            for name, _, value in [line.partition(":")]
            if name.strip().lower() == "authorization"
        ]
        if not lines[0].startswith("GET "):
            return _http("405 Method Not Allowed", b"only GET\n")
        if not may_scrape(
            given[0].strip() if len(given) == 1 else "", self._settings.metrics_token
        ):
            return _http("401 Unauthorized", b"the setting metrics_token is needed\n")
        return _http("200 OK", self._text(), CONTENT_TYPE)


def _http(status: str, body: bytes, kind: str = "text/plain") -> bytes:
    more = "WWW-Authenticate: Bearer\r\n" if status.startswith("401") else ""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"{more}Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
