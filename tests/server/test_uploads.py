"""Uploads: whose are refused, limits, and that nothing is left of one that does not arrive."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swell.server.uploads import UPLOADS_AT_ONCE
from swell.settings.table import Settings

from .place import NAME, Place, files, multipart

# ------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:1.evil.example"}, 403),
        ({"origin": None, "sec-fetch-site": "cross-site"}, 403),
        ({"origin": None, "sec-fetch-site": "same-site"}, 403),
        ({"origin": None}, 403),
        ({"host": "rebind.evil", "origin": "http://rebind.evil"}, 400),
        ({"swell-client": "bob-tab"}, 403),
        ({"swell-client": "unknown"}, 403),
        ({"swell-client": None}, 403),
        ({"cookie": f"{NAME}=forged"}, 403),
        ({"content-type": "text/plain"}, 400),
        ({"content-type": "multipart/form-data"}, 400),
        ({"content-type": "multipart/form-data; boundary=other"}, 400),
    ],
)
async def test_a_foreign_upload_is_refused(
    place: Place, headers: dict[str, str | None], status: int
) -> None:
    body, kind = multipart([("files", b"a.txt", b"hello")])
    async with place.browser("ann") as ann:
        request = ann.build_request("POST", "/_f/", content=body, headers={"content-type": kind})
        for name, value in headers.items():
            request.headers.pop(name, None)
            if value is not None:
                request.headers[name] = value
        answer = await ann.send(request)
    assert answer.status_code == status
    assert answer.json()["error"]["code"]
    assert place.kept() == []


async def test_another_tabs_id_and_an_unknown_id_look_the_same(place: Place) -> None:
    async with place.browser("ann") as ann:
        answers = [
            await ann.post("/_f/", files=files(("a", b"x")), headers={"swell-client": client})
            for client in ("bob-tab", "unknown")
        ]
    assert len({answer.content for answer in answers}) == 1


async def test_the_browsers_own_word_is_enough_without_an_origin(place: Place) -> None:
    async with place.browser("ann") as ann:
        del ann.headers["origin"]
        ann.headers["sec-fetch-site"] = "same-origin"
        assert (await ann.post("/_f/", files=files(("a.txt", b"x")))).status_code == 200


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (
            [("ok.txt", b"x"), ("big.bin", b"x" * 1001)],
            ["big.bin", "1 kB", "upload_max_bytes"],
        ),
        ([(f"{n}.txt", b"x") for n in range(4)], ["3.txt", "3 files", "upload_max_files"]),
        ([("huge.bin", b"x" * 100_000)], ["3 files", "upload_max_bytes"]),
    ],
)
async def test_over_a_limit_nothing_is_kept_and_the_answer_says_which(
    place: Place, named: list[tuple[str, bytes]], said: list[str]
) -> None:
    async with place.browser("ann") as ann:
        answer = await ann.post("/_f/", files=files(*named))
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "limit"
    for word in said:
        assert word in answer.json()["error"]["message"]
    assert place.kept() == []


async def test_a_length_that_was_not_told_is_limited_too(place: Place) -> None:
    body, kind = multipart([("files", b"big.bin", b"x" * 5000)])

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 100):
            yield body[at : at + 100]

    async with place.browser("ann") as ann:
        answer = await ann.post("/_f/", content=pieces(), headers={"content-type": kind})
    assert answer.status_code == 413
    assert "big.bin" in answer.json()["error"]["message"]
    assert place.kept() == []


async def test_a_file_of_exactly_the_limit_is_taken(place: Place) -> None:
    async with place.browser("ann") as ann:
        answer = await ann.post("/_f/", files=files(("a", b"x" * 1000), ("b", b""), ("c", b"y")))
    assert answer.status_code == 200


async def test_one_browser_cannot_use_up_the_space_of_others(place: Place) -> None:
    whole = files(*[(name, b"x" * 1000) for name in "abc"])
    async with place.browser("ann") as ann, place.browser("bob") as bob:
        assert (await ann.post("/_f/", files=whole)).status_code == 200
        refused = await ann.post("/_f/", files=whole)
        assert refused.status_code == 413
        assert "upload_quota_bytes" in refused.json()["error"]["message"]
        assert (await bob.post("/_f/", files=whole)).status_code == 200
        assert "upload_total_bytes" in (await bob.post("/_f/", files=whole)).text
        place.store.forget(place.sessions["ann"])
        await place.store.tend(0.0, ())
        assert (await ann.post("/_f/", files=whole)).status_code == 200
    assert len(place.kept()) == 6


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk" * 10,
        b"junk" * 50_000,
        b"--b\r\n\r\n\r\n--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nx\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx',
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n--b\r\n',
        b"--b\r\n" + b"X: y\r\n" * 10_000 + b"\r\nx\r\n--b--\r\n",
        b"--b\r\nX: " + b"y" * 100_000 + b"\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\n\r\nx\r\n" * 1000,
    ],
)
async def test_a_body_that_is_not_an_upload_is_refused(place: Place, body: bytes) -> None:
    async with place.browser("ann") as ann:
        kind = {"content-type": "multipart/form-data; boundary=b"}
        answer = await ann.post("/_f/", content=chunks(body), headers=kind)
    assert answer.status_code in (400, 413)
    assert place.kept() == []


@given(body=st.binary(max_size=300))
async def test_any_bytes_are_answered(body: bytes) -> None:
    place = Place()
    try:
        async with place.browser("ann") as ann:
            kind = {"content-type": "multipart/form-data; boundary=b"}
            answer = await ann.post("/_f/", content=b"--b\r\n" + body, headers=kind)
        assert answer.status_code in (400, 413)
        assert place.kept() == []
    finally:
        place.store.close()


async def test_an_upload_that_stands_still_is_given_up() -> None:
    place = Place(Settings(upload_idle_s=0.01))
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx'
    sent: list[dict[str, Any]] = []
    events = iter([{"type": "http.request", "body": head, "more_body": True}])

    async def receive() -> dict[str, Any]:
        for event in events:
            return event
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    await place.app(scope(place), receive, send)
    assert sent[0]["status"] == 408
    assert place.kept() == []
    place.store.close()


async def test_an_upload_that_breaks_off_leaves_nothing(place: Place) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx'
    events: list[dict[str, Any]] = [
        {"type": "http.request", "body": head, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(message: Any) -> None:
        pass

    await place.app(scope(place), receive, send)
    assert events == []
    assert place.kept() == []


async def test_a_thousand_uploads_that_break_off_leave_nothing(place: Place) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'

    async def send(message: Any) -> None:
        pass

    async def break_off() -> None:
        events: list[dict[str, Any]] = [
            {"type": "http.request", "body": head + bytes(100), "more_body": True},
            {"type": "http.request", "body": bytes(100), "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> dict[str, Any]:
            await anyio.lowlevel.checkpoint()
            return events.pop(0)

        await place.app(scope(place), receive, send)

    await break_off()
    gc.collect()
    descriptors, objects = descriptors_open(), len(gc.get_objects())
    for _ in range(100):
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(break_off)
    gc.collect()
    assert place.kept() == []
    assert descriptors_open() == descriptors
    assert len(gc.get_objects()) < objects * 1.01 + 200
    # and the whole share is free again
    async with place.browser("ann") as ann:
        whole = files(*[(name, b"x" * 1000) for name in "abc"])
        assert (await ann.post("/_f/", files=whole)).status_code == 200


async def test_an_upload_that_is_cancelled_leaves_nothing(place: Place) -> None:
    """At every point that it waits at, as when the server stops."""
    body, _ = multipart([("files", b"a.txt", b"x" * 300), ("files", b"b.txt", b"y" * 300)])
    pieces = [body[at : at + 100] for at in range(0, len(body), 100)]

    async def upload(stop_at: int) -> None:
        left = list(pieces)

        async def receive() -> dict[str, Any]:
            if len(pieces) - len(left) == stop_at:
                group.cancel_scope.cancel()
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        async def send(message: Any) -> None:
            pass

        async with anyio.create_task_group() as group:
            await place.app(scope(place), receive, send)

    for stop_at in range(len(pieces) - 1):
        await upload(stop_at)
        assert place.kept() == [], stop_at
    await upload(-1)
    assert len(place.kept()) == 2


async def test_one_browser_cannot_upload_everything_at_once(place: Place) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx'
    arrived, release = anyio.Event(), anyio.Event()
    hanging: list[int] = []

    async def hang() -> None:
        events = [{"type": "http.request", "body": head, "more_body": True}]

        async def receive() -> dict[str, Any]:
            if events:
                return events.pop()
            hanging.append(1)
            if len(hanging) == UPLOADS_AT_ONCE:
                arrived.set()
            await release.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            pass

        await place.app(scope(place), receive, send)

    async with anyio.create_task_group() as group:
        for _ in range(UPLOADS_AT_ONCE):
            group.start_soon(hang)
        await arrived.wait()
        async with place.browser("ann") as ann, place.browser("bob") as bob:
            one = files(("a.txt", b"x"))
            assert (await ann.post("/_f/", files=one)).status_code == 429
            assert (await bob.post("/_f/", files=one)).status_code == 200
            release.set()
    async with place.browser("ann") as ann:
        assert (await ann.post("/_f/", files=one)).status_code == 200


async def test_empty_files_are_counted_too() -> None:
    place = Place(Settings(upload_quota_files=2))
    async with place.browser("ann") as ann:
        two = files(("a", b""), ("b", b""))
        assert (await ann.post("/_f/", files=two)).status_code == 200
        refused = await ann.post("/_f/", files=files(("c", b"")))
        assert refused.status_code == 413
        assert "upload_quota_files" in refused.json()["error"]["message"]
    assert len(place.kept()) == 2
    place.store.close()


async def test_a_name_in_the_extended_form_is_not_believed(place: Place) -> None:
    head = 'form-data; name="files"; filename="good.txt"; filename*=utf-8\'\'..%2Fevil.txt'
    body, kind = multipart([("files", b"", b"x")], disposition=head)
    async with place.browser("ann") as ann:
        sent = await ann.post("/_f/", content=body, headers={"content-type": kind})
    assert sent.json()["files"][0].endswith("/good.txt")


# ------------------------------------------------------------------------------------- helpers


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 16384):
        yield body[at : at + 16384]


def descriptors_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def scope(place: Place) -> dict[str, Any]:
    headers = {
        "host": "localhost:1",
        "origin": "http://localhost:1",
        "cookie": f"{NAME}={place.cookies['ann']}",
        "swell-client": "ann-tab",
        "content-type": "multipart/form-data; boundary=b",
    }
    return {
        "type": "http",
        "method": "POST",
        "path": "/_f/",
        "raw_path": b"/_f/",
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


async def test_a_name_is_as_the_person_wrote_it(place: Place) -> None:
    # Browsers write a quotation mark in a name as %22; a per cent sign stays as it is.
    body, kind = multipart([("files", b"5%22 at 50%.txt", b"x")])
    async with place.browser("ann") as ann:
        answer = await ann.post("/_f/", content=body, headers={"content-type": kind})
        assert answer.status_code == 200
        found = await ann.get(answer.json()["files"][0])
    # Here as RFC 5987 wants it.
    assert "5%22%20at%2050%25.txt" in found.headers["content-disposition"]
