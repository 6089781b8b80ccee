"""`q.site`: other pages, and files that the app serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from swell import Q, ui
from swell.app import App
from swell.errors import NotSupportedError, PushError
from swell.testing import connect, serving

from .server.live_server import Tab
from .server.live_server import serving as serving_http


def test_an_uploaded_file_has_an_address_that_browsers_can_fetch(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("all is well")

    async def serve(q: Q) -> None:
        [address] = await q.site.upload([tmp_path / "report.txt"])
        q.page["links"] = ui.markdown_card("1 1 4 2", "Files", f"[report]({address})")
        await q.page.save()

    app = App()
    app.add("/", serve)
    with serving_http(app) as server:
        tab = Tab(server)
        content = tab.wait("ops")["o"][0].value["content"]
        address = content.removeprefix("[report](").removesuffix(")")
        assert server.get(address, Cookie=tab.cookie)[2] == "all is well"
        tab.socket.close()


@pytest.mark.parametrize("way", ["upload", "serve_file"])
def test_a_file_can_be_for_the_browser_that_asks_alone(tmp_path: Path, way: str) -> None:
    report = tmp_path / "report.txt"
    report.write_text("all is well")

    async def serve(q: Q) -> None:
        if way == "serve_file":
            address = await q.site.serve_file(report)
        else:
            [address] = await q.site.upload([report], session_only=True)
        q.page["links"] = ui.markdown_card("1 1 4 2", "Files", address)
        await q.page.save()

    app = App()
    app.add("/", serve)
    with serving_http(app) as server:
        ann, bob = Tab(server), Tab(server)
        address = ann.wait("ops")["o"][0].value["content"]
        assert server.get(address, Cookie=ann.cookie)[2] == "all is well"
        assert server.get(address, Cookie=bob.cookie)[0] == 404


@pytest.mark.anyio
async def test_a_page_of_another_route_can_be_edited() -> None:
    async def serve(q: Q) -> None:
        q.page["news"] = ui.markdown_card("1 1 4 2", "News", "old")
        await q.page.save()
        if q.args.tell:
            board = q.site["/"]
            board["news"].content = "new"
            await board.save()

    async with serving(serve, mode="broadcast") as harness:
        first, second = await harness.tab("ann"), await harness.tab("bob")
        await first.act("tell")
        await second.until(lambda page: page["news"]["content"] == "new")
        assert first.page == second.page


@pytest.mark.anyio
async def test_what_a_site_does_not_have_is_named() -> None:
    async def serve(q: Q) -> None:
        with pytest.raises(NotSupportedError, match=r"q\.site\.teleport"):
            q.site.teleport("x")
        q.client.asked = True

    async with connect(serve) as client:
        assert client.error is None


def test_handlers_have_the_files_and_streams_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("of a folder")
    back = tmp_path / "back"
    back.mkdir()

    async def serve(q: Q) -> None:
        [folder] = await q.site.upload_dir(tmp_path / "folder")
        await q.site.download(f"{folder}/a.txt", back)
        [file] = await q.site.upload([tmp_path / "folder" / "a.txt"])
        await q.site.download(file, back / "file.txt")
        await q.site.unload(file)
        with pytest.raises(PushError, match="no such file"):
            await q.site.download(file, back)
        stream = await q.site.uplink("s.png", "image/png", b"frame")
        await q.site.unlink("s.png")
        with pytest.raises(PushError, match="setting proxy"):
            await q.site.proxy("GET", "http://localhost")
        q.page["links"] = ui.markdown_card("1 1 4 2", "Files", f"{folder} {stream}")
        await q.page.save()

    app = App()
    app.add("/", serve)
    with serving_http(app) as server:
        tab = Tab(server)
        folder, stream = tab.wait("ops")["o"][0].value["content"].split()
        assert server.get(f"{folder}/a.txt", Cookie=tab.cookie)[2] == "of a folder"
        assert stream == "/_m/s.png"
        assert sorted(path.read_text() for path in back.iterdir()) == ["of a folder"] * 2
        tab.socket.close()
