"""Files: names, who gets one and how it is shown, and how long it is kept."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swell.errors import LimitError
from swell.server.file_names import safe_name
from swell.settings.table import Settings

from .place import Place, files, multipart

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


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
        ('12" screen.txt', '12" screen.txt'),
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
    for_ann, again = (
        await place.store.serve_file(ann_id, source),
        await place.store.serve_file(ann_id, source),
    )
    for_bob = await place.store.serve_file(bob_id, source)
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
        assert (await place.store.serve_file(ann_id, source)).url != for_ann.url
        source.unlink()
        assert (await bob.get(for_bob.url)).status_code == 404
        with pytest.raises(FileNotFoundError):
            await place.store.serve_file(ann_id, source.with_name("b.png"))


async def test_the_file_that_nobody_asked_for_longest_is_no_longer_lent(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swell.server.files.IN_PLACE_MAX", 2)
    (tmp_path / "a.txt").write_text("a")
    served = {}
    for session in ("ann", "bob", "ann", "cat"):
        served[session] = await place.store.serve_file(session, tmp_path / "a.txt")
    known = {name: place.store.get(one.id, name) is not None for name, one in served.items()}
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
