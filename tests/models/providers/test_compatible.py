"""Our own client against a server that speaks OpenAI's HTTP, as other servers speak it."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import traceback
from pathlib import Path
from typing import Any

import pytest

from swell.errors import ModelError
from swell.models import Compatible, Delta, TextDelta
from tests.models.folded import Folded, fold
from tests.models.upstream import Reply, Upstream, chat_chunk, chat_stream, tool_call, upstream

pytestmark = pytest.mark.anyio

ASK = [{"role": "user", "content": "How warm is it?"}]


def model(server: Upstream, key: str | None = None) -> Compatible:
    return Compatible(f"{server.url}/v1/", "small", key)


async def answer(server: Upstream, **params: Any) -> Folded:
    return fold([delta async for delta in model(server).stream(ASK, **params)])


async def test_text_reasoning_tool_calls_and_usage() -> None:
    pieces: list[Any] = [
        {"reasoning_content": "Hm, "},
        {"reasoning": "Rome."},
        "It is warm.",
        tool_call(0, "", id="a", name="weather"),
        tool_call(0, '{"city": "Rome"}'),
    ]
    async with upstream(Reply(chat_stream(*pieces))) as server:
        found = await answer(server, tools=[{"type": "function"}], temperature=0.5)
    assert (found.reasoning, found.text) == ("Hm, Rome.", "It is warm.")
    assert found.calls == {"a": ("weather", {"city": "Rome"}, "running", None)}
    assert found.usage == (7, 3)
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.body == {
        "model": "small",
        "messages": ASK,
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [{"type": "function"}],
        "temperature": 0.5,
    }
    assert "authorization" not in request.headers


async def test_calls_that_a_server_counts_all_as_0_or_does_not_name() -> None:
    pieces: list[dict[str, Any]] = [
        tool_call(0, '{"city": "Rome"}', id="a", name="weather"),
        tool_call(0, '{"city": "Oslo"}', id="b", name="weather"),
    ]
    async with upstream(Reply(chat_stream(*pieces))) as server:
        assert list((await answer(server)).calls) == ["a", "b"]
    unnamed = {"tool_calls": [{"function": {"name": "now", "arguments": {}}}]}
    async with upstream(Reply(chat_stream(unnamed))) as server:
        first, second = (await answer(server)).calls, (await answer(server)).calls
        assert [*first.values()] == [*second.values()] == [("now", {}, "running", None)]
        assert first.keys().isdisjoint(second)  # or a program files results under a wrong call


async def test_a_server_that_does_not_stream_or_leaves_out_done() -> None:
    message = {"role": "assistant", "content": "Warm."}
    async with upstream(Reply(json={"choices": [{"index": 0, "message": message}]})) as server:
        assert (await answer(server)).text == "Warm."
    async with upstream(Reply([chat_chunk({"content": "Warm."}, "stop")])) as server:
        assert (await answer(server)).text == "Warm."


async def test_chunks_cut_anywhere_and_lines_that_mean_nothing() -> None:
    async with upstream(
        Reply([(": still here\nevent", "{}"), *chat_stream("Wärm", ".")])
    ) as server:
        assert (await answer(server)).text == "Wärm."


async def test_the_key_is_sent_and_never_shown() -> None:
    async with upstream(Reply(chat_stream("Warm."))) as server:
        with_key = model(server, "key-1")
        assert [d async for d in with_key.stream(ASK) if isinstance(d, TextDelta)]
    assert server.requests[0].headers["authorization"] == "Bearer key-1"
    assert "key-1" not in repr(with_key)


@pytest.mark.parametrize("end", ["aclose", "cancel"])
async def test_stopping_hangs_up_on_the_server_within_a_second(end: str) -> None:
    async with upstream(Reply([chat_chunk({"content": "It "})], hang=True)) as server:
        stream = model(server).stream(ASK)
        assert await anext(stream) == TextDelta("It ")
        if end == "aclose":
            await stream.aclose()
        else:
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        await asyncio.wait_for(server.closed.wait(), 1)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(json={"error": {"message": "secret"}}, status=401), "auth"),
        (Reply(json={"error": {"message": "secret"}}, status=404), "bad_request"),
        (
            Reply(json={"error": {"type": "exceed_context_size_error"}}, status=400),
            "context_too_long",
        ),
        (Reply(json={}, status=429, headers={"retry-after": "3"}), "rate_limited"),
        (Reply(json={"error": "Loading model"}, status=503), "overloaded"),
        (Reply([{"error": {"code": 500, "message": "secret"}}]), "model_failed"),
        (Reply([chat_chunk({"content": "It"})]), "connection"),
        (Reply([chat_chunk({"content": "It"})], cut=True), "connection"),
        (Reply(["no JSON"]), "model_failed"),
        (Reply(["[" * 100_000]), "model_failed"),
    ],
    ids=[
        "status 401",
        "status 404",
        "too long",
        "status 429",
        "status 503",
        "in the stream",
        "ends early",
        "breaks off",
        "no JSON",
        "nested without end",
    ],
)
async def test_what_goes_wrong_has_a_code_and_a_calm_sentence(reply: Reply, code: str) -> None:
    async with upstream(reply) as server:
        with pytest.raises(ModelError) as caught:
            await answer(server)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")
    assert "secret" not in str(caught.value)
    assert caught.value.retry_after == (3 if code == "rate_limited" else None)


async def test_a_server_that_is_not_there_or_an_address_that_is_none() -> None:
    for address in ("http://127.0.0.1:1/v1", "no address", "http://[::1"):
        with pytest.raises(ModelError) as caught:
            _ = [delta async for delta in Compatible(address, "small").stream(ASK)]
        assert caught.value.code == "connection"


async def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    found = list[Delta]()
    async with upstream(Reply(["x" * 5_000_000])) as server:
        with pytest.raises(ModelError):
            found += [delta async for delta in model(server).stream(ASK)]


async def test_the_models_that_a_server_has() -> None:
    listed = {"object": "list", "data": [{"id": "small"}, {"id": "large"}]}
    async with upstream(Reply(json=listed), Reply(json=json.loads("[]"))) as server:
        assert await model(server).models() == ["small", "large"]
        assert await model(server).models() == []
    assert server.requests[0].path == "/v1/models"


# ------------------------------------------------------------------- servers of all kinds


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/api"])
async def test_an_address_without_v1_is_found(base: str) -> None:
    expected = "/api/v1/chat/completions" if base == "/api" else "/v1/chat/completions"
    nowhere = Reply(json={"error": "404 page not found"}, status=404)
    page = Reply(["<html>"], headers={"content-type": "text/html"})
    for wrong in (nowhere, page):
        replies = [wrong] if "v1" not in base else []
        async with upstream(*replies, Reply(chat_stream("Warm."))) as server:
            client = Compatible(f" {server.url}{base} ", "small")
            for _ in range(2):  # the second time at once
                assert fold([d async for d in client.stream(ASK)]).text == "Warm."
        assert [r.path for r in server.requests][-2:] == [expected] * 2
        assert len(server.requests) == 2 + len(replies)


async def test_an_address_that_is_wrong_is_named_in_the_log() -> None:
    nowhere = Reply(json={"error": {"message": "no such model"}}, status=404)
    async with upstream(nowhere) as server:
        for base in (f"{server.url}/api", f"{server.url}/v1"):
            with pytest.raises(ModelError) as caught:
                _ = [d async for d in Compatible(base, "small").stream(ASK)]
            assert caught.value.code == "bad_request"
            said = str(caught.value.__cause__)
            assert "no such model" in said
            assert f"base_url is {base!r}, and mostly ends with /v1" in said
    moved = Reply(json={}, status=307, headers={"location": "https://example.com/v1"})
    async with upstream(moved) as server:
        with pytest.raises(ModelError) as caught:
            await answer(server)
    assert "redirects to https://example.com/v1" in str(caught.value.__cause__)


@pytest.mark.parametrize("status", [400, 422])
async def test_a_server_that_knows_no_stream_options(status: int) -> None:
    refusal = Reply(json={"error": {"message": "Unknown field: stream_options"}}, status=status)
    async with upstream(refusal, Reply(chat_stream("Warm."))) as server:
        client = model(server)
        for _ in range(2):
            assert fold([d async for d in client.stream(ASK)]).text == "Warm."
    asked = ["stream_options" in request.body for request in server.requests]
    assert asked == [True, False, False]


async def test_another_refusal_is_not_repeated() -> None:
    async with upstream(Reply(json={"error": {"message": "no"}}, status=400)) as server:
        with pytest.raises(ModelError):
            await answer(server)
    assert len(server.requests) == 1


async def test_more_headers_and_parameters_of_the_address() -> None:
    async with upstream(Reply(chat_stream("Warm."))) as server:
        azure = Compatible(
            f"{server.url}/openai/deployments/small/v1",
            "small",
            headers={"api-key": " key-1 ", "HTTP-Referer": "https://example.com"},
            query={"api-version": "2024-10-21"},
        )
        assert [d async for d in azure.stream(ASK)]
    [request] = server.requests
    assert request.path.endswith("/chat/completions?api-version=2024-10-21")
    assert request.headers["api-key"] == "key-1"
    assert request.headers["http-referer"] == "https://example.com"
    assert "key-1" not in repr(azure)


async def test_a_key_is_stripped_and_one_that_cannot_be_sent_is_refused() -> None:
    async with upstream(Reply(chat_stream("Warm."))) as server:
        assert [d async for d in model(server, " sk-SECRET\n").stream(ASK)]
    assert server.requests[0].headers["authorization"] == "Bearer sk-SECRET"
    for key in ("sk-SEC\nRET", "sk-SÉCRET", "sk-SEC\x00RET"):
        with pytest.raises(ValueError, match="api_key has a character") as caught:
            Compatible("http://127.0.0.1:1/v1", "small", key)
        assert "RET" not in str(caught.value)
    with pytest.raises(ValueError, match="the header 'x-key'"):
        Compatible("http://127.0.0.1:1/v1", "small", headers={"X-Key": "a\nb"})


@pytest.mark.parametrize(
    ("given", "query", "sent"),
    [
        ("http://{}/v1?key=SECRET", {}, "/v1/chat/completions?key=SECRET"),
        ("http://{}/v1", {"key": "SECRET"}, "/v1/chat/completions?key=SECRET"),
        ("http://ann:SECRET@{}/v1/", {}, "/v1/chat/completions"),
    ],
)
async def test_a_key_in_the_address_is_sent_and_never_shown(
    given: str, query: dict[str, str], sent: str
) -> None:
    async with upstream(Reply(status=404, json={"error": "no SECRET here"})) as server:
        model = Compatible(given.format(server.url.removeprefix("http://")), "m", query=query)
        with pytest.raises(ModelError) as caught:
            await anext(model.stream([]))
    assert server.requests[0].path == sent
    basic = server.requests[0].headers.get("authorization")
    assert basic == ("Basic YW5uOlNFQ1JFVA==" if "ann" in given else None)
    assert "SECRET" not in "".join([*traceback.format_exception(caught.value), repr(model)])


@pytest.mark.parametrize("key", ["Bearer SECRET", '"SECRET"', "'bearer  SECRET'\n", "SECRET\u00a0"])
async def test_what_is_copied_along_with_a_key_is_not_sent(key: str) -> None:
    async with upstream(Reply(json={"data": []})) as server:
        await Compatible(f"{server.url}/v1", "m", key).models()
    assert server.requests[0].headers["authorization"] == "Bearer SECRET"


async def test_a_key_that_the_server_repeats_is_not_logged() -> None:
    said = {"error": {"message": "Incorrect API key provided: sk-SECRET"}}
    async with upstream(Reply(json=said, status=401)) as server:
        with pytest.raises(ModelError) as caught:
            _ = [d async for d in model(server, "sk-SECRET").stream(ASK)]
    assert "Incorrect API key provided: ..." in str(caught.value.__cause__)


async def test_a_certificate_that_is_not_trusted_is_named_and_can_be_given(tmp_path: Path) -> None:
    files = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    async with upstream(Reply(chat_stream("Warm.")), tls=context) as server:
        with pytest.raises(ModelError) as caught:
            await answer(server)
        assert caught.value.code == "connection"
        assert 'verify="ca.pem"' in "".join(caught.value.__notes__)
        trusting = Compatible(f"{server.url}/v1", "small", verify=str(files[0]))
        assert fold([d async for d in trusting.stream(ASK)]).text == "Warm."
        blind = Compatible(f"{server.url}/v1", "small", verify=False)
        assert fold([d async for d in blind.stream(ASK)]).text == "Warm."


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Return the files of a certificate for 127.0.0.1 and of its key."""
    certificate, key = folder / "ca.pem", folder / "key.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    named = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command: list[str | Path] = [
        "openssl",
        *made.split(),
        *named.split(),
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
