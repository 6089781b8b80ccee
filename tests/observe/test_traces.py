"""Traces: a real collector receives the spans of runs in a real service."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from opentelemetry.context import attach
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import INVALID_SPAN, set_span_in_context

from swell.chat.store.ids import new_id
from swell.observe.spans import Spans, span_id_of, trace_id_of
from tests.models.standin import app as model
from tests.observe.collector import Collector, Received, collecting
from tests.observe.service import Service, serving_chat
from tests.postgres import PostgresServer, new_database
from tests.socket_tab import chat_tab, prompt, until

APP = """
import os
import sys

from swell import ui
from swell.chat import Turn, chat, tool
from swell.models import Compatible

EXTRA


@tool
async def weather(city: str) -> str:
    "Return the weather."
    return f"31 degrees in {city}"


@chat(app="notes")
async def answer(turn: Turn):
    print("opentelemetry is loaded:", "opentelemetry" in sys.modules, flush=True)
    if turn.prompt == "fail":
        raise ValueError("a secret")
    if turn.prompt == "ask":
        await turn.confirm("Sure?")
        yield "Done."
        return
    from swell.chat import run_tools

    model = Compatible(os.environ["MODEL"], "llama3.2")
    async for one in run_tools(model, turn, [weather]):
        yield one
"""

OWN = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

own = TracerProvider()
own.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
trace.set_tracer_provider(own)
"""


class Model:
    """The address of a model, and the header `traceparent` of each request."""

    def __init__(self) -> None:
        self.parents: list[str] = []
        self.url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            found = dict(scope["headers"]).get(b"traceparent", b"").decode()
            self.parents.append(found)
        await model(scope, receive, send)


@contextmanager
def serving_model() -> Iterator[Model]:
    """Serve a stand-in of a model."""
    noted = Model()
    server = uvicorn.Server(uvicorn.Config(noted, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < end
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    noted.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield noted
    finally:
        server.should_exit = True
        thread.join(60)


@contextmanager
def traced(
    folder: Path, app: str = APP, **environ: str
) -> Iterator[tuple[Service, Collector, Model]]:
    with collecting() as collector, serving_model() as noted:
        settings = {
            "SWELL_TRACES": "on",
            "SWELL_LOG_FORMAT": "json",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "MODEL": noted.url,
            **environ,
        }
        with serving_chat(folder, app.replace("EXTRA", ""), **settings) as service:
            yield service, collector, noted


def texts(spans: list[Received]) -> str:
    return json.dumps([(span.name, span.attributes, span.events) for span in spans])


def test_a_run_is_a_trace_with_spans_of_its_rounds_and_tools(tmp_path: Path) -> None:
    with traced(tmp_path) as (service, collector, noted):
        service.ask("weather")
        [run] = collector.named("invoke_agent notes")
        rounds = collector.named("chat llama3.2", 2)
        [tool] = collector.named("execute_tool weather")
    assert run.trace == f"{trace_id_of(run.attributes['swell.run.id']):032x}"
    assert (run.id, run.parent) == (f"{span_id_of(run.attributes['swell.run.id'], 1):016x}", "")
    assert run.service == "notes"
    assert {span.trace for span in (*rounds, tool)} == {run.trace}
    assert {span.parent for span in (*rounds, tool)} == {run.id}
    assert rounds[0].ended <= tool.began <= tool.ended <= rounds[1].began
    assert {"swell.started", "swell.first_output"} == run.events.keys()
    assert run.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert run.attributes["gen_ai.agent.name"] == "notes"
    assert len(run.attributes["gen_ai.conversation.id"]) == 32
    assert run.attributes["swell.run.outcome"] == "done"
    assert run.attributes["gen_ai.usage.output_tokens"] > 0
    for span in rounds:
        assert span.kind == 3, "a client"
        assert span.attributes["gen_ai.operation.name"] == "chat"
        assert span.attributes["gen_ai.provider.name"] == "compatible"
        assert span.attributes["gen_ai.request.model"] == "llama3.2"
        assert span.attributes["gen_ai.response.finish_reasons"] == ["stop"]
        assert span.attributes["gen_ai.usage.input_tokens"] > 0
        assert span.attributes["gen_ai.response.time_to_first_chunk"] >= 0
    assert noted.parents == [f"00-{run.trace}-{span.id}-01" for span in rounds]
    assert tool.attributes["gen_ai.tool.name"] == "weather"
    assert tool.attributes["gen_ai.tool.call.id"] == "a"
    said = texts(collector.spans)
    assert not [word for word in ("Rome", "31 degrees") if word in said], "no content"


def test_content_is_in_spans_by_choice(tmp_path: Path) -> None:
    with traced(tmp_path, SWELL_TRACES_CONTENT="on", OTEL_SERVICE_NAME="chat") as (
        service,
        found,
        _,
    ):
        service.ask("weather")
        [run] = found.named("invoke_agent notes")
        [tool] = found.named("execute_tool weather")
    assert run.service == "chat"
    assert json.loads(run.attributes["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "weather"}]}
    ]
    [message] = json.loads(run.attributes["gen_ai.output.messages"])
    assert message["parts"][0]["content"] == "It is 31 degrees in Rome."
    assert json.loads(tool.attributes["gen_ai.tool.call.arguments"]) == {"city": "Rome"}
    assert json.loads(tool.attributes["gen_ai.tool.call.result"]) == "31 degrees in Rome"


def test_failures_questions_and_ratings_are_in_the_trace_of_their_run(tmp_path: Path) -> None:
    with traced(tmp_path) as (service, collector, _):
        service.ask("fail")
        [failed] = collector.named("invoke_agent notes")
        with chat_tab(service.netloc, service.cookie()) as tab:
            prompt(tab, "ask", "ask" * 11)
            frames = until(tab, '["",false,"')
            while not (names := re.findall(r'"name":"(ask-\w+-yes)"', frames)):
                frames += str(tab.recv(timeout=60))
            name = names[0]
            tab.send(json.dumps({"t": "act", "id": "y" * 33, "name": name, "args": {name: True}}))
            until(tab, '"done"')
            asked = collector.named("invoke_agent notes", 2)[1]
            [question] = collector.named("ask")
            answer = re.findall(r'\["",false,"(\w{32})"', frames)[0]
            rating = {"id": answer, "positive": False, "comment": "my comment"}
            event = ["chat", "feedback", rating]
            tab.send(json.dumps({"t": "act", "id": "r" * 33, "name": "chat", "event": event}))
            [rated] = collector.named("feedback")
        lines = [json.loads(line) for line in service.log if line.startswith("{")]
    assert (failed.failed, failed.attributes["error.type"]) == (True, "handler_failed")
    error = next(line for line in lines if "in the handler" in line["message"])
    assert (error["trace"], error["run"]) == (failed.trace, failed.attributes["swell.run.id"])
    assert question.attributes == {"swell.ask.outcome": "answered"}
    assert (question.trace, question.parent) == (asked.trace, asked.id)
    assert (rated.trace, rated.parent) == (asked.trace, asked.id)
    assert rated.events == {
        "gen_ai.evaluation.result": {
            "gen_ai.evaluation.name": "user_feedback",
            "gen_ai.evaluation.score.value": 0.0,
            "gen_ai.evaluation.score.label": "negative",
        }
    }
    assert "my comment" not in texts(collector.spans)


def test_the_tracer_provider_of_the_app_gets_the_spans(tmp_path: Path) -> None:
    with traced(tmp_path, APP.replace("EXTRA", OWN)) as (service, collector, _):
        service.ask("weather")
        service.line('"name": "invoke_agent notes"')
        service.end()
        assert collector.spans == []


def test_nothing_is_loaded_without_the_setting(tmp_path: Path) -> None:
    with traced(tmp_path, SWELL_TRACES="off") as (service, collector, noted):
        service.ask("weather")
        assert service.line("opentelemetry is loaded: False")
        service.end()
        assert (collector.spans, noted.parents) == ([], ["", ""])


WAITS = """
import asyncio

from swell.chat import Turn, chat


@chat(app="notes")
async def answer(turn: Turn):
    if turn.prompt == "wait":
        await asyncio.Event().wait()
    yield "fine"
"""


def test_a_run_that_a_living_process_takes_from_a_dead_one_is_in_the_same_trace(
    tmp_path: Path, postgres: PostgresServer, postgres_template: str
) -> None:
    with collecting() as collector:
        settings = {
            "SWELL_TRACES": "on",
            "SWELL_DATABASE_URL": new_database(postgres, postgres_template),
            "SWELL_RUNS_MAX": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        with (
            serving_chat(tmp_path, WAITS, **settings) as dies,
            serving_chat(tmp_path, WAITS, **settings),
        ):
            with (
                chat_tab(dies.netloc, dies.cookie()) as first,
                chat_tab(dies.netloc, dies.cookie()) as second,
            ):
                prompt(first, "wait", "w" * 33)
                until(first, '"ack"')
                prompt(second, "queued", "q" * 33)
                until(second, '"ack"')
                dies.kill()
            [run] = collector.named("invoke_agent notes")
    run_id = run.attributes["swell.run.id"]
    assert run.attributes["swell.run.outcome"] == "done"
    assert (run.trace, run.id) == (f"{trace_id_of(run_id):032x}", f"{span_id_of(run_id, 2):016x}")
    assert run.links == [f"{run.trace}/{span_id_of(run_id, 1):016x}"]


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def spans(kept: InMemorySpanExporter, ratio: float = 1.0) -> Spans:
    provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(ratio)))
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return Spans(content=False, provider=provider)


def end(made: Spans, run_id: str, fence: int = 1) -> None:
    made.run(run_id, fence, "notes", "t", "u", 0.0).ended(
        "done", code=None, usage=None, prompt="", answer=""
    )
    attach(set_span_in_context(INVALID_SPAN))


def test_a_run_that_another_process_continues_is_in_the_same_trace(
    kept: InMemorySpanExporter,
) -> None:
    run_id = new_id()
    end(spans(kept), run_id)
    end(spans(kept), run_id, fence=2)  # as another process, which has another provider
    first, second = kept.get_finished_spans()
    assert first.context.trace_id == second.context.trace_id == trace_id_of(run_id)
    assert first.context.span_id != second.context.span_id
    [link] = second.links
    assert link.context.span_id == first.context.span_id
    assert not first.links


def test_a_sampler_by_ratio_takes_its_share_of_runs_and_the_ratings_of_these(
    kept: InMemorySpanExporter,
) -> None:
    made = spans(kept, 0.5)
    for _ in range(400):
        run_id = new_id()
        end(made, run_id)
        made.feedback(run_id, 1, positive=True, comment=None)
    found = kept.get_finished_spans()
    runs = {span.context.trace_id for span in found if span.name != "feedback"}
    rated = {span.context.trace_id for span in found if span.name == "feedback"}
    assert 120 < len(runs) < 280
    assert rated == runs
