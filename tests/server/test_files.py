"""Uploads: names, limits, ownership, and that nothing is left behind."""

from __future__ import annotations

import gc
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote, unquote

import anyio
import anyio.lowlevel
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette

from swell.config import Settings
from swell.errors import LimitError
from swell.server.files import FileStore, safe_name
from swell.server.security import COOKIE, SessionSigner
from swell.server.uploads import UPLOADS_AT_ONCE, file_routes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
SETTINGS = Settings(
    upload_max_bytes=1000, upload_max_files=3, upload_quota_bytes=4000, upload_total_bytes=6000
)


# --------------------------------------------------------------------------------------- names

NASTY = [
    "../x",
    "..\\x",
    "/etc/x",
    "C:\\x",
    "c:x",
    "\\\\h\\s",
    "a\0b",
    "%2e%2e/x",
    "CON",
    "con.txt",
    "LPT1.tar.gz",
    "COM¹",
    "name.",
    "name. . ",
    " name",
    "..",
    ".",
    "",
    "...",
    "\u202egnp.exe",
    "a\u2066b",
    "\ud800",
    "a\r\nSet-Cookie: x",
    "x" * 300 + ".png",
    "é" * 300,
    "a." + "b" * 300,
    "😀.png",
    "\xa0",
    "a\u2003b\u3000.txt",
    'a"b<c>d|e?f*g:h',
]


@given(st.text(max_size=400))
def test_any_name_becomes_harmless(raw: str) -> None:
    check_name(raw)


@pytest.mark.parametrize("raw", NASTY)
def test_a_nasty_name_becomes_harmless(raw: str) -> None:
    check_name(raw)


def check_name(raw: str) -> None:
    name = safe_name(raw)
    assert name not in ("", ".", "..")
    assert 1 <= len(name.encode()) <= 255
    assert name == safe_name(name)
    assert name.isprintable()
    assert not name.startswith(" ")
    assert not name.endswith((" ", "."))
    assert PurePosixPath(name).name == name
    windows = PureWindowsPath(name)
    assert windows.name == name
    assert not windows.drive
    assert not windows.is_absolute()
    assert windows.parts == (name,)
    device = re.split(r"[.:]", name.upper())[0].rstrip(" ")
    assert device not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "COM¹"}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\fakepath\\report.pdf", "report.pdf"),
        ("/home/me/Größe 1.txt", "Größe 1.txt"),
        (".bashrc", ".bashrc"),
        ("日本語.txt", "日本語.txt"),
        ("con.txt", "_con.txt"),
        ("what?.txt", "what_.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "file"),
        ("..", "file"),
    ],
)
def test_names_stay_recognisable(raw: str, name: str) -> None:
    assert safe_name(raw) == name


@given(st.text(min_size=250, max_size=400, alphabet="aé日"), st.sampled_from(["png", "tar", "x"]))
def test_a_long_name_keeps_its_ending(stem: str, ending: str) -> None:
    assert safe_name(f"{stem}.{ending}").endswith(f".{ending}")


# ---------------------------------------------------------------------------- a server with two


class Place:
    """A server with files, and two browsers that have one tab each."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.settings = settings
        self.signer = SessionSigner(None)
        self.store = FileStore(settings)
        self.sessions: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.folder = self.store.open()
        for name in ("ann", "bob"):
            self.sessions[name], self.cookies[name] = self.signer.new()
        routes = file_routes(self.store, settings, self.signer, self._owns)
        self.app = Starlette(routes=routes)

    def _owns(self, session_id: str, client_id: str) -> bool:
        return self.sessions.get(client_id.removesuffix("-tab")) == session_id

    def browser(self, name: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://localhost:1",
            headers={"origin": "http://localhost:1", "swell-client": f"{name}-tab"},
            cookies={COOKIE: self.cookies[name]} if name in self.cookies else {},
        )

    def kept(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.store.close()
    assert not made.folder.exists()


def files(*named: tuple[str, bytes], field: str = "files") -> list[Any]:
    return [(field, one) for one in named]


async def test_a_file_comes_back_to_the_browser_that_sent_it(place: Place) -> None:
    async with place.browser("ann") as ann:
        sent = await ann.post("/_f/", files=files(("a b.txt", b"hello"), ("c.bin", b"\0")))
        assert sent.status_code == 200
        first, second = sent.json()["files"]
        assert re.fullmatch(r"/_f/[\w-]{22}/a%20b\.txt", first)
        answer = await ann.get(first)
        assert (answer.status_code, answer.content) == (200, b"hello")
        assert (await ann.get(second)).content == b"\0"
    assert len(place.kept()) == 2
    assert not [path for path in place.kept() if "." in path.name]


async def test_not_yours_and_not_there_look_the_same(place: Place) -> None:
    async with place.browser("ann") as ann:
        url = (await ann.post("/_f/", files=files(("a.txt", b"hello")))).json()["files"][0]
    missing = f"/_f/{'x' * 22}/a.txt"
    async with place.browser("bob") as bob, place.browser("nobody") as nobody:
        answers = [
            await bob.get(url),
            await bob.get(missing),
            await nobody.get(url),
            await nobody.get(missing),
        ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers}) == 1


async def test_a_file_is_found_under_its_own_name_only(place: Place) -> None:
    async with place.browser("ann") as ann:
        url = (await ann.post("/_f/", files=files(("a.txt", b"hello")))).json()["files"][0]
        for other in ("b.txt", "..%2fa.txt", "a.txt%00", "%2e%2e", "a.txt%2f%2e%2e%2fa.txt"):
            address = url.replace("a.txt", other)
            assert (await ann.get(httpx.URL("http://localhost:1" + address))).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "kind", "shown"),
    [
        ("a.png", PNG, "image/png", "inline"),
        ("a.txt", PNG, "image/png", "inline"),
        ("a.png", b"<script>", "application/octet-stream", "attachment"),
        ("a.svg", b"<svg/>", "image/svg+xml", "attachment"),
        ("a.html", b"<script>", "application/octet-stream", "attachment"),
        ("a.xhtml", b"<x/>", "application/octet-stream", "attachment"),
        ("a.xml", b"<x/>", "application/octet-stream", "attachment"),
        ("a.js", b"alert()", "application/octet-stream", "attachment"),
        ("a.pdf", b"%PDF", "application/pdf", "attachment"),
        ("a.txt", b"hi", "text/plain; charset=utf-8", "attachment"),
        ("a.mp4", b"....", "video/mp4", "attachment"),
        ("a.unheard", b"x", "application/octet-stream", "attachment"),
    ],
)
async def test_only_real_pictures_are_shown_in_place(
    place: Place, name: str, content: bytes, kind: str, shown: str
) -> None:
    async with place.browser("ann") as ann:
        url = (await ann.post("/_f/", files=files((name, content)))).json()["files"][0]
        answer = await ann.get(url)
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f'{shown}; filename="{name}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("raw", NASTY)
async def test_a_nasty_name_stays_inside_and_out_of_headers(place: Place, raw: str) -> None:
    async with place.browser("ann") as ann:
        body, kind = multipart([("files", raw.encode("utf-8", "replace"), b"x")])
        sent = await ann.post("/_f/", content=body, headers={"content-type": kind})
        if sent.status_code == 400:  # line ends cannot be in a header
            assert "\r\n" in raw
            return
        url = sent.json()["files"][0]
        name = unquote(url.rpartition("/")[2])
        check_name(name)
        answer = await ann.get(url)
    assert answer.content == b"x"
    assert "set-cookie" not in answer.headers
    assert quote(name) in answer.headers["content-disposition"] or name in quote(name)
    assert [path.parent for path in place.kept()] == [place.folder]


@given(raw=st.text(min_size=1, max_size=40))
@example(raw="..\\..\\x")
def test_an_address_leads_back_to_the_name(raw: str) -> None:
    # quote(safe='') leaves nothing that a router or proxy would take for a path
    assert "/" not in quote(safe_name(raw), safe="")


async def test_a_name_in_the_extended_form_is_not_believed(place: Place) -> None:
    head = 'form-data; name="files"; filename="good.txt"; filename*=utf-8\'\'..%2Fevil.txt'
    body, kind = multipart([("files", b"", b"x")], disposition=head)
    async with place.browser("ann") as ann:
        sent = await ann.post("/_f/", content=body, headers={"content-type": kind})
    assert sent.json()["files"][0].endswith("/good.txt")


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
        ({"cookie": f"{COOKIE}=forged"}, 403),
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
            ["big.bin", "1000 bytes", "upload_max_bytes"],
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


# -------------------------------------------------------------------------- files that are over


async def test_a_browser_takes_back_its_own_file_only(place: Place) -> None:
    async with place.browser("ann") as ann, place.browser("bob") as bob:
        [url] = (await ann.post("/_f/", files=files(("a.txt", b"x")))).json()["files"]
        assert (await bob.delete(url)).status_code == 204  # as for one that is not there
        assert (await ann.get(url)).status_code == 200
        foreign = await ann.delete(url, headers={"origin": "http://evil.example"})
        assert foreign.status_code == 403
        assert (await ann.delete(url)).status_code == 204
        assert (await ann.get(url)).status_code == 404
        for_all = await place.store.save(None, "b.txt", b"x")
        assert (await ann.delete(for_all.url)).status_code == 204
        assert (await ann.get(for_all.url)).status_code == 200


async def test_files_go_some_time_after_their_tab() -> None:
    place = Place(Settings(upload_keep_s=100))
    there = {"ann-tab"}
    async with place.browser("ann") as ann:
        await ann.post("/_f/", files=files(("a.txt", b"x")))
    await place.store.save(None, "of-the-app.txt", b"x")
    for now, kept in [(0, 2), (1000, 2)]:
        place.store.expire(now, there.__contains__)
        assert len(place.kept()) == kept
    there.clear()
    for now, kept in [(2000, 2), (2099, 2)]:
        place.store.expire(now, there.__contains__)
        assert len(place.kept()) == kept
    there.add("ann-tab")  # it is back
    place.store.expire(2099, there.__contains__)
    there.clear()
    for now, kept in [(2150, 2), (2249, 2), (2250, 1)]:
        place.store.expire(now, there.__contains__)
        assert len(place.kept()) == kept
    place.store.close()


# ---------------------------------------------------------------------------- files of the app


async def test_what_the_app_hands_out_is_for_every_session(place: Place, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes(b"from disk")
    for_all = await place.store.save(None, "a.txt", source)
    for_bob = await place.store.save(place.sessions["bob"], "b.txt", b"for bob")
    async with place.browser("ann") as ann, place.browser("bob") as bob:
        assert (await ann.get(for_all.url)).content == b"from disk"
        assert (await bob.get(for_bob.url)).content == b"for bob"
        assert (await ann.get(for_bob.url)).status_code == 404
        place.store.share(for_bob.id)
        assert (await ann.get(for_bob.url)).status_code == 200
    async with place.browser("nobody") as nobody:
        assert (await nobody.get(for_all.url)).status_code == 404


async def test_a_lent_file_is_for_one_session_and_stays_where_it_is(
    place: Place, tmp_path: Path
) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(PNG * 100)  # more than a browser may have
    ann_id, bob_id = place.sessions["ann"], place.sessions["bob"]
    for_ann, again = await place.store.lend(ann_id, source), await place.store.lend(ann_id, source)
    for_bob = await place.store.lend(bob_id, source)
    assert for_ann is again
    assert for_ann.url != for_bob.url
    assert place.kept() == []
    async with place.browser("ann") as ann, place.browser("bob") as bob:
        answer = await ann.get(for_ann.url)
        assert (answer.headers["content-type"], answer.content) == ("image/png", PNG * 100)
        assert (await bob.get(for_ann.url)).status_code == 404
        place.store.expire(0, lambda _: False)
        place.store.expire(1e9, lambda _: False)
        assert (await bob.get(for_bob.url)).status_code == 200
        assert (await ann.delete(for_ann.url)).status_code == 204
        assert (await ann.get(for_ann.url)).status_code == 404
        assert source.exists()
        assert (await place.store.lend(ann_id, source)).url != for_ann.url
        source.unlink()
        assert (await bob.get(for_bob.url)).status_code == 404
        with pytest.raises(FileNotFoundError):
            await place.store.lend(ann_id, source.with_name("b.png"))


async def test_the_file_that_nobody_asked_for_longest_is_no_longer_lent(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swell.server.files.LENT_MAX", 2)
    (tmp_path / "a.txt").write_text("a")
    lent = {}
    for session in ("ann", "bob", "ann", "cat"):
        lent[session] = await place.store.lend(session, tmp_path / "a.txt")
    known = {name: place.store.get(one.id, name) is not None for name, one in lent.items()}
    assert known == {"ann": True, "bob": False, "cat": True}


async def test_a_file_of_the_app_has_no_limit_but_the_space(place: Place) -> None:
    assert (await place.store.save(None, "a", b"x" * 5000)).size == 5000
    with pytest.raises(LimitError, match="upload_total_bytes"):
        await place.store.save(None, "b", b"x" * 5000)
    assert len(place.kept()) == 1


async def test_a_deleted_file_is_gone(place: Place) -> None:
    stored = await place.store.save(None, "a", b"x")
    place.store.delete(stored.id)
    place.store.delete(stored.id)
    assert place.store.get(stored.id, place.sessions["ann"]) is None
    assert place.kept() == []


async def test_a_part_of_a_file_can_be_fetched(place: Place) -> None:
    stored = await place.store.save(None, "a.mp4", bytes(range(100)))
    async with place.browser("ann") as ann:
        part = await ann.get(stored.url, headers={"range": "bytes=10-19"})
        beyond = await ann.get(stored.url, headers={"range": "bytes=500-"})
        flood = await ann.get(stored.url, headers={"range": "bytes=" + "0-," * 5000 + "0-"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert beyond.status_code == 416
    assert len(flood.content) == 100


# ------------------------------------------------------------------------------------- helpers


def multipart(parts: list[tuple[str, bytes, bytes]], disposition: str = "") -> tuple[bytes, str]:
    body = b""
    for field, name, content in parts:
        head = disposition.encode() or (
            b'form-data; name="%s"; filename="%s"' % (field.encode(), name.replace(b'"', b"%22"))
        )
        body += b"--b\r\nContent-Disposition: " + head + b"\r\n\r\n" + content + b"\r\n"
    return body + b"--b--\r\n", "multipart/form-data; boundary=b"


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 16384):
        yield body[at : at + 16384]


def descriptors_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def scope(place: Place) -> dict[str, Any]:
    headers = {
        "host": "localhost:1",
        "origin": "http://localhost:1",
        "cookie": f"{COOKIE}={place.cookies['ann']}",
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
