"""A real Prometheus for tests, which scrapes a service four times a second."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.observe.service import get

__all__ = ["Prometheus", "free_port", "scraping"]

CONFIG = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}}
rule_files: {rules}
scrape_configs:
  - job_name: swell
    metrics_path: {path}
    {authorization}
    static_configs: [{{targets: [{target}]}}]
"""


def free_port() -> int:
    """Return a port that no program listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Prometheus:
    """A running Prometheus.

    Attributes:
        netloc: Its host and port.
    """

    def __init__(self, netloc: str) -> None:
        self.netloc = netloc

    def ask(self, path: str, **query: str) -> Any:
        """Return the data of an answer of its API."""
        response = get(self.netloc, f"/api/v1/{path}?{urllib.parse.urlencode(query)}")
        found = json.loads(response.text)
        assert found["status"] == "success", found
        return found["data"]

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return the labels and values that an expression has now."""
        found = self.ask("query", query=expression)
        assert found["resultType"] == "vector", found
        return [(one["metric"], float(one["value"][1])) for one in found["result"]]

    def value(self, expression: str) -> float | None:
        """Return the only value of an expression; None if it has none."""
        found = self.query(expression)
        assert len(found) <= 1, found
        return found[0][1] if found else None

    def until(self, expression: str, value: float) -> None:
        """Wait until an expression has a value."""
        until = time.monotonic() + 60
        while (found := self.value(expression)) != value:
            assert time.monotonic() < until, (expression, found, self.ask("targets"))
            time.sleep(0.1)

    def names(self) -> set[str]:
        """Return the names of all metrics."""
        return set(self.ask("label/__name__/values"))


@contextmanager
def scraping(
    program: Path,
    folder: Path,
    target: str,
    *,
    path: str = "/metrics",
    token: str = "",
    rules: Path | None = None,
) -> Iterator[Prometheus]:
    """Start a Prometheus that scrapes a target as the job `swell`.

    Args:
        program: The program.
        folder: An empty folder.
        target: Host and port.
        path: Path of the metrics.
        token: Bearer token.
        rules: File of rules to evaluate.
    """
    authorization = f"authorization: {{credentials: {token}}}" if token else ""
    listed = json.dumps([str(rules)] if rules is not None else [])
    config = CONFIG.format(path=path, target=target, authorization=authorization, rules=listed)
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    netloc = f"127.0.0.1:{free_port()}"
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [
            str(program),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={netloc}",
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                if get(netloc, "/-/ready").status == 200:
                    break
            except OSError:
                pass
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        yield Prometheus(netloc)
    finally:
        process.terminate()
        process.wait(60)
        log.close()
