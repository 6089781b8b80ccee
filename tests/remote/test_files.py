"""Files, folders, picture streams, cached values and the proxy of a site."""

from __future__ import annotations

import asyncio
import http.client
import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from swell import ui
from swell.app import App
from swell.errors import PlainValueError, PushError
from swell.remote import AsyncSite, Site
from swell.remote.access import Access
from swell.settings.table import Settings
from tests.server.live_server import LiveServer, serving

SECRET = "a secret of the tests"
SETTINGS = Settings(
    access_key_secret=SECRET,
    upload_max_bytes=1000,
    streams_max=2,
    cache_max_bytes=200,
    push_max_bytes=2000,
)


def key() -> dict[str, str]:
    """Return the headers of a program with the key."""
    return Access("", "", "access_key_id", SECRET, 0).headers


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with serving(App(SETTINGS)) as running:
        yield running


@pytest.fixture
def site(server: LiveServer) -> Site:
    return Site(f"http://{server.host}", key_secret=SECRET)


def test_a_file_goes_up_and_comes_back(server: LiveServer, site: Site, tmp_path: Path) -> None:
    one, two = tmp_path / "one é.txt", tmp_path / "two.txt"
    one.write_text("first")
    two.write_text("second")
    addresses = site.upload([one, str(two)])
    assert [address.rpartition("/")[2] for address in addresses] == ["one%20%C3%A9.txt", "two.txt"]
    assert server.get(addresses[0], **key())[2] == "first"
    folder = tmp_path / "back"
    folder.mkdir()
    assert site.download(addresses[0], folder) == str(folder / "one é.txt")
    assert (folder / "one é.txt").read_text() == "first"
    assert Path(site.download(addresses[1], folder / "named")).read_text() == "second"
    site.unload(addresses[0])
    site.unload(addresses[0])  # a missing one is not an error
    assert server.get(addresses[0], **key())[0] == 404
    with pytest.raises(PushError, match="no such file"):
        site.download(addresses[0], folder)
    assert sorted(path.name for path in folder.iterdir()) == ["named", "one é.txt"]


def test_browsers_with_a_page_of_the_server_get_files_and_streams(
    server: LiveServer, site: Site, tmp_path: Path
) -> None:
    page = site["/page"]
    page["note"] = ui.markdown_card("1 1 2 2", "Note", "x")
    page.save()
    (tmp_path / "a.txt").write_text("a")
    [address] = site.upload([tmp_path / "a.txt"])
    cookie = server.get("/page")[1]["set-cookie"].partition(";")[0]
    assert server.get(address, Cookie=cookie)[2] == "a"
    assert server.get(address)[0] == 404


def test_a_folder_keeps_its_paths_and_nothing_from_outside(
    server: LiveServer, site: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "sub" / "b.txt").write_text("b")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    [address] = site.upload_dir(folder)
    assert server.get(f"{address}/a.txt", **key())[2] == "a"
    assert Path(site.download(f"{address}/sub/b.txt", tmp_path / "b")).read_text() == "b"
    for path in ("link.txt", "../secret.txt", "sub/../../secret.txt", "%2e%2e/secret.txt", "sub"):
        assert server.get(f"{address}/{path}", **key())[0] == 404
    site.unload(address)
    assert server.get(f"{address}/a.txt", **key())[0] == 404


@pytest.mark.parametrize(
    "name", ["../a.txt", "/a.txt", "a/../../b", "a//b", "C:a", "a\\..\\b", ".", "a/./b", "x\ty"]
)
def test_a_path_that_leads_out_of_the_folder_is_refused(server: LiveServer, name: str) -> None:
    body = (
        f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\nx\r\n--b--'
    ).encode()
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Wave-Directory-Upload": "True"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/_f/", body, {**headers, **key()})
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize(
    "url", ["/_f/x/..", "/_f/x/%2e%2e", "/_f/x/a%2Fb", "/_f/x/", "/_f/x/a%5Cb"]
)
def test_a_download_stays_in_its_folder(site: Site, tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"):
        site.download(url, tmp_path)


@pytest.mark.parametrize("url", ["http://other.example/_f/x/a", "//other.example/a", "a"])
def test_the_key_is_sent_to_no_other_server(site: Site, tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="an address of the server"):
        site.download(url, tmp_path)


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(site: Site, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * 300_000)
    with pytest.raises(PushError, match="upload_max_bytes"):
        site.upload([large])
    with pytest.raises(ValueError, match="is not a file"):
        site.upload([tmp_path / "missing"])
    with pytest.raises(ValueError, match="is not a directory"):
        site.upload_dir(large)


def test_without_the_key_nothing_goes_up_or_away(
    server: LiveServer, site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    [address] = site.upload([file])
    wrong = Site(f"http://{server.host}", key_secret="another secret of the tests")
    for use in (
        lambda: wrong.upload([file]),
        lambda: wrong.upload_dir(tmp_path),
        lambda: wrong.unload(address),
        lambda: wrong.uplink("x", "image/png", b"x"),
        lambda: wrong.unlink("x"),
        lambda: wrong.cache.get("a", "b"),
        lambda: wrong.cache.keys("a"),
        lambda: wrong.cache.set("a", "b", 1),
        lambda: wrong.proxy("GET", f"http://{server.host}/"),
    ):
        with pytest.raises(PushError) as caught:
            use()
        assert caught.value.reason == "refused"
    assert server.get(address, **key())[2] == "a"


class Watcher:
    """A connection that shows a stream."""

    def __init__(self, server: LiveServer, address: str) -> None:
        auth = f"Authorization: {key()['Authorization']}\r\n"
        self._socket = socket.create_connection(("127.0.0.1", server.port))
        self._socket.sendall(
            f"GET {address} HTTP/1.1\r\nHost: {server.host}\r\n{auth}\r\n".encode()
        )
        self._seen = b""

    def until(self, wanted: bytes) -> bytes:
        """Read until something has come, and return all of it."""
        while wanted not in self._seen:
            piece = self._socket.recv(65536)
            assert piece, self._seen
            self._seen += piece
        return self._seen

    def close(self) -> None:
        """Leave."""
        self._socket.close()


def test_a_stream_shows_each_frame_until_it_is_unlinked(server: LiveServer, site: Site) -> None:
    address = site.uplink("camera/1.jpeg", "image/jpeg", b"first frame")
    assert address == "/_m/camera/1.jpeg"
    watcher = Watcher(server, address)
    head = watcher.until(b"first frame\r\n--frame")
    assert b"multipart/x-mixed-replace; boundary=frame" in head
    assert b"sandbox" in head
    site.uplink("camera/1.jpeg", "image/jpeg", io.BytesIO(b"second frame"))
    watcher.until(b"second frame\r\n--frame")
    site.unlink("camera/1.jpeg")
    watcher.until(b"\r\n0\r\n\r\n")  # the end of the response
    watcher.close()
    assert server.get(address, **key())[0] == 404


@pytest.mark.parametrize(
    ("name", "kind", "frame"),
    [
        ("x", "text/html", b"<script>"),
        ("../x", "image/png", b"x"),
        ("a//b", "image/png", b"x"),
        ("x", "image/png", b"x" * 3000),
    ],
)
def test_some_frames_are_refused(site: Site, name: str, kind: str, frame: bytes) -> None:
    with pytest.raises(PushError):
        site.uplink(name, kind, frame)


def test_as_many_streams_as_the_setting_allows(site: Site) -> None:
    for name in "ab":
        site.uplink(name, "image/png", b"x")
    with pytest.raises(PushError, match="streams_max"):
        site.uplink("c", "image/png", b"x")
    for name in "ab":
        site.unlink(name)


def test_a_value_is_kept_in_the_cache(site: Site) -> None:
    assert site.cache.get("shard", "missing") is None
    assert site.cache.get("shard", "missing", 7) == 7
    site.cache.set("shard", "a/b", {"foo": [1, None]})
    assert site.cache.get("shard", "a/b") == {"foo": [1, None]}
    assert site.cache.keys("shard") == ["a/b"]
    assert site.cache.keys("other") == []
    with pytest.raises(PushError, match="cache_max_bytes"):
        site.cache.set("shard", "large", "x" * 300)
    with pytest.raises(PlainValueError):
        site.cache.set("shard", "no JSON", object())


def test_the_proxy_is_off_unless_a_setting_turns_it_on(server: LiveServer, site: Site) -> None:
    with pytest.raises(PushError, match="setting proxy"):
        site.proxy("GET", f"http://{server.host}/_s/live")
    with serving(App(Settings(proxy=True))) as other:
        through = Site(f"http://{other.host}")
        found = through.proxy("get", f"http://{server.host}/_s/live")["result"]
        assert (found["code"], found["body"]) == (200, "ok\n")
        assert through.proxy("get", f"http://{server.host}/none")["result"]["code"] == 404
        assert "file" in through.proxy("get", "file:///etc/passwd")["error"]


def test_an_async_site_has_the_same(server: LiveServer, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")

    async def use() -> None:
        site = AsyncSite(f"http://{server.host}", key_secret=SECRET)
        [address] = await site.upload([file])
        back = await site.download(address, tmp_path / "back")
        assert back == str(tmp_path / "back")
        await site.unload(address)
        [folder] = await site.upload_dir(tmp_path)
        await site.unload(folder)
        assert await site.uplink("s", "image/png", b"x") == "/_m/s"
        await site.unlink("s")
        await site.cache.set("async", "k", 1)
        assert await site.cache.get("async", "k") == 1
        assert await site.cache.keys("async") == ["k"]
        with pytest.raises(PushError):
            await site.proxy("GET", "http://localhost")

    asyncio.run(use())
