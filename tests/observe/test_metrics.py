"""Metrics: a real Prometheus reads those of a real service, and the files in `deploy/` fit them."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from swell.app import App
from swell.errors import NotFoundError, StoreUnavailableError
from swell.observe import metrics
from swell.observe.instruments import instruments
from swell.observe.scrape import text_of
from swell.settings.table import Settings
from tests.observe.prometheus import free_port, scraping
from tests.observe.service import Service, get, serving_chat
from tests.postgres import PostgresServer, new_database
from tests.programs import Program
from tests.socket_tab import chat_tab, prompt, until

DEPLOY = Path(__file__).parents[2] / "deploy"
TOKEN = "a-token-for-prometheus"

APP = """
import sys

from swell.chat import Turn, chat
from swell.models import Usage

print("prometheus_client is loaded:", "prometheus_client" in sys.modules)


def admit(user, used):
    return "Not now." if used.prompts_day >= 3 else None


@chat(admit=admit)
async def answer(turn: Turn):
    print("prometheus_client is loaded:", "prometheus_client" in sys.modules, flush=True)
    if turn.prompt == "fail":
        raise ValueError("no")
    yield "fine"
    turn.charge(0.25)
    yield Usage(input=7, output=2)
"""


def families(text: str) -> dict[str, float]:
    """Return the values of series, by their name and labels."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_without_the_settings_nothing_is_loaded_and_nothing_is_served(tmp_path: Path) -> None:
    with serving_chat(tmp_path, APP) as service:
        service.ask("hello")
        assert service.get("/_s/metrics").status == 404
        assert not [line for line in service.log if "is loaded: True" in line]
        assert len([line for line in service.log if "is loaded: False" in line]) == 2


def test_prometheus_reads_what_a_service_has_done(tmp_path: Path, program: Program) -> None:
    port = free_port()
    (tmp_path / "prometheus").mkdir()
    with (
        serving_chat(tmp_path, APP, SWELL_METRICS_PORT=str(port)) as service,
        scraping(program("prometheus"), tmp_path / "prometheus", f"127.0.0.1:{port}") as found,
    ):
        service.ask("hello", "fail", "hello")
        service.refused("one more")
        found.until('swell_runs_ended_total{outcome="done"}', 2)
        found.until('swell_prompts_refused_total{reason="not_admitted"}', 1)
        expected = {
            "swell_prompts_total": 3,
            "swell_charges_total": 0.5,
            'swell_runs_ended_total{outcome="failed"}': 1,
            'swell_run_failures_total{code="handler_failed"}': 1,
            'swell_tokens_total{direction="input"}': 14,
            'swell_tokens_total{direction="output"}': 4,
            "swell_time_to_first_token_seconds_count": 2,
            "swell_run_seconds_count": 3,
            'swell_runs{state="running"}': 0,
            'swell_audit_entries_total{event="refused"}': 1,
            "swell_backplane_connected": 1,
            "swell_processes": 1,
            "swell_draining": 0,
        }
        assert {name: found.value(name) for name in expected} == expected
        assert (found.value("swell_memory_bytes") or 0) > 1e6
        assert (found.value('swell_store_seconds_count{operation="write"}') or 0) > 5
        assert (found.value("swell_tabs") or 0) >= 1


def test_every_query_of_the_dashboard_and_every_alert_has_only_metrics_that_exist(
    tmp_path: Path, program: Program
) -> None:
    dashboard = (DEPLOY / "grafana/swell.json").read_text(encoding="utf-8")
    queries = [
        target["expr"].replace("$job", "swell").replace("$__rate_interval", "1m")
        for panel in json.loads(dashboard)["panels"]
        for target in panel.get("targets", [])
    ]
    assert len(queries) > 30
    rules = DEPLOY / "prometheus/alerts.yml"
    port = free_port()
    (tmp_path / "prometheus").mkdir()
    prometheus = program("prometheus")
    with (
        serving_chat(tmp_path, APP, SWELL_METRICS_PORT=str(port)) as service,
        scraping(prometheus, tmp_path / "prometheus", f"127.0.0.1:{port}", rules=rules) as found,
    ):
        service.ask("hello")
        found.until("swell_prompts_total", 1)
        found.until("count(rate(swell_prompts_total[1m]))", 1)  # it needs two scrapes
        known = found.names()
        used = set(re.findall(r"swell_\w+", " ".join(queries) + rules.read_text()))
        assert used - known == set()
        assert not [query for query in queries if not found.query(query)]
        groups = found.ask("rules")["groups"]
        states = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
        assert len(states) == 10
        assert set(states.values()) <= {"ok", "unknown"}
        shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in used}
        counted = {re.sub(r"_(bucket|count|sum)$", "", name) for name in known}
        assert {name for name in counted if name.startswith("swell_")} - shown == set()


def test_promtool_finds_no_fault(tmp_path: Path, program: Program) -> None:
    promtool, port = str(program("promtool")), free_port()
    with serving_chat(tmp_path, APP, SWELL_METRICS_PORT=str(port)):
        text = get(f"127.0.0.1:{port}", "/metrics").text
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    config = str(DEPLOY / "prometheus/prometheus.yml")
    checked = subprocess.run([promtool, "check", "config", config], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "10 rules found" in checked.stdout


def test_a_token_opens_the_metrics_of_the_app_and_of_the_port(
    tmp_path: Path, program: Program
) -> None:
    port = free_port()
    (tmp_path / "prometheus").mkdir()
    settings = {"SWELL_METRICS_TOKEN": TOKEN, "SWELL_METRICS_PORT": str(port)}
    with serving_chat(tmp_path, APP, **settings) as service:
        for netloc, path in ((service.netloc, "/_s/metrics"), (f"127.0.0.1:{port}", "/metrics")):
            for wrong in ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer", "Bearer ÿ"):
                refused = get(netloc, path, Authorization=wrong)
                assert (refused.status, "swell_" in refused.text) == (401, False)
            given = get(netloc, path, Authorization=f"Bearer {TOKEN}")
            assert given.status == 200
            assert families(given.text)["swell_processes"] == 1
        with scraping(
            program("prometheus"),
            tmp_path / "prometheus",
            service.netloc,
            path="/_s/metrics",
            token=TOKEN,
        ) as found:
            found.until("swell_processes", 1)


def test_a_port_that_is_taken_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    with serving_chat(tmp_path, APP) as service:
        taken = service.netloc.rpartition(":")[2]
        with pytest.raises(AssertionError, match=rf"metrics_port.*port {taken}"):
            Service(tmp_path, SWELL_METRICS_PORT=taken)


def wait_for(condition: Callable[[], Any]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_one_target_has_the_metrics_of_all_workers_also_when_they_are_replaced(
    tmp_path: Path, postgres: PostgresServer, postgres_template: str
) -> None:
    port, url = free_port(), new_database(postgres, postgres_template)
    settings = {
        "SWELL_DATABASE_URL": url,
        "SWELL_METRICS_PORT": str(port),
        "SWELL_METRICS_TOKEN": TOKEN,
        "SWELL_DRAIN_S": "1",
    }

    def read() -> dict[str, float]:
        given = get(f"127.0.0.1:{port}", "/metrics", Authorization=f"Bearer {TOKEN}")
        return families(given.text)

    with serving_chat(tmp_path, APP, "--workers", "2", **settings) as service:
        for _ in range(6):  # each in a new connection, at one of the workers
            service.ask("hello")
        wait_for(lambda: read()['swell_runs_ended_total{outcome="done"}'] == 6)
        found = read()
        assert found["swell_processes"] == 2
        assert found["swell_prompts_total"] == 6
        for _ in range(4):  # whichever worker answers
            given = service.get("/_s/metrics", Authorization=f"Bearer {TOKEN}")
            assert families(given.text)["swell_prompts_total"] == 6
        service.signal(signal.SIGHUP)
        service.line("replaced 2 workers")
        wait_for(lambda: read()["swell_processes"] == 2)
        assert read()["swell_prompts_total"] == 6, "a counter does not go back"
        service.ask("hello")
        wait_for(lambda: read()["swell_prompts_total"] == 7)
        service.kill_worker()
        service.line("starting another")
        wait_for(lambda: read()["swell_processes"] == 2)
        assert read()["swell_prompts_total"] == 7


@pytest.mark.anyio
async def test_the_apps_of_a_process_share_a_port() -> None:
    port = free_port()
    settings = Settings(metrics_port=port, metrics_token=TOKEN, database_url="memory")
    first, second = App(settings), App(settings)

    async def scrape() -> int:
        fetch = partial(get, f"127.0.0.1:{port}", "/", Authorization=f"Bearer {TOKEN}")
        return (await asyncio.to_thread(fetch)).status

    async with first.lifespan():
        async with second.lifespan():
            assert await scrape() == 200
        assert await scrape() == 200
        assert metrics.is_on()
    assert not metrics.is_on()
    async with second.lifespan():
        assert await scrape() == 200


@pytest.fixture
def collected() -> Iterator[Callable[[], dict[str, float]]]:
    """Collect metrics in this process, and read them."""
    metrics.turn_on(instruments())

    def read() -> dict[str, float]:
        instruments().sample()
        return families(text_of(None).decode())

    yield read
    metrics.turn_off()


@pytest.mark.anyio
async def test_a_database_that_is_away_is_counted_and_other_errors_are_not(
    collected: Callable[[], dict[str, float]],
) -> None:
    async def fails(error: Exception) -> None:
        raise error

    before = collected()
    for error in (StoreUnavailableError("the disk is full"), NotFoundError("thread", "x")):
        with pytest.raises(type(error)):
            await metrics.store_call("write", fails(error))
    after = collected()
    for name, count in (("errors_total", 1), ("seconds_count", 2)):
        series = f'swell_store_{name}{{operation="write"}}'
        assert after[series] - before[series] == count


def test_values_of_several_apps_add_up_and_one_that_is_disconnected_counts(
    collected: Callable[[], dict[str, float]],
) -> None:
    before = collected()
    ends = [metrics.sampled("tabs", partial(float, count)) for count in (2, 3)]
    ends += [metrics.sampled("backplane_connected", partial(float, up)) for up in (True, False)]
    during = collected()
    for end in ends:
        end()
    assert during["swell_tabs"] - before["swell_tabs"] == 5
    assert (before["swell_backplane_connected"], during["swell_backplane_connected"]) == (1, 0)
    assert collected()["swell_tabs"] == before["swell_tabs"]


def test_an_unknown_value_of_a_label_counts_as_other(
    collected: Callable[[], dict[str, float]],
) -> None:
    before = collected()
    for number in range(50):
        metrics.prompt_refused(f"reason-{number}")
    after = collected()
    assert after.keys() == before.keys()
    series = 'swell_prompts_refused_total{reason="other"}'
    assert after[series] - before[series] == 50


def test_a_service_that_drains_says_so(tmp_path: Path) -> None:
    app = APP.replace('    yield "fine"\n', "    await asyncio.Event().wait()\n")
    port = free_port()
    settings = {"SWELL_METRICS_PORT": str(port), "SWELL_DRAIN_S": "600"}
    with (
        serving_chat(tmp_path, f"import asyncio\n{app}", **settings) as service,
        chat_tab(service.netloc, service.cookie()) as tab,
    ):
        prompt(tab, "hello", "h" * 33)
        until(tab, '"ack"')

        def read() -> dict[str, float]:
            return families(get(f"127.0.0.1:{port}", "/metrics").text)

        wait_for(lambda: read()['swell_runs{state="running"}'] == 1)
        assert read()["swell_draining"] == 0
        service.signal(signal.SIGTERM)
        wait_for(lambda: read()["swell_draining"] == 1)
        service.kill()
