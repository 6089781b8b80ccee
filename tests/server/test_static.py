"""The built client: what is served, how it is packed, and the page that starts it."""

from __future__ import annotations

import gzip
import json
import struct
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from swell.errors import SettingError
from swell.server.static import ClientBundle

SCRIPT = "console.log('hello');\n" * 100
MANIFEST = {
    "src/main.ts": {
        "file": "assets/main-a1.js",
        "isEntry": True,
        "css": ["assets/main-b2.css"],
        "imports": ["_shared.js"],
        "dynamicImports": ["src/forms/Form.svelte"],
    },
    "_shared.js": {"file": "assets/shared-c3.js", "imports": ["_deep.js"]},
    "_deep.js": {
        "file": "assets/deep-d4.js",
        "css": ["assets/deep-e5.css"],
        "imports": ["_shared.js"],
    },
    "src/forms/Form.svelte": {
        "file": "assets/Form-f6.js",
        "css": ["assets/Form-g7.css"],
        "assets": ["assets/logo-h8.png"],
    },
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A client as Vite leaves it, with a file that the manifest does not list."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    for name in ("main-a1.js", "shared-c3.js", "deep-d4.js", "Form-f6.js"):
        (assets / name).write_text(SCRIPT)
    for name in ("main-b2.css", "deep-e5.css", "Form-g7.css"):
        (assets / name).write_text("body { color: red }\n" * 50)
    (assets / "logo-h8.png").write_bytes(b"\x89PNG" + bytes(200))
    (assets / "secret.js").write_text("not listed")
    return tmp_path


def browse(bundle: ClientBundle) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=bundle.routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


def test_the_first_load_is_the_entry_and_its_static_imports(built: Path) -> None:
    bundle = ClientBundle.load(built)
    assert bundle.js == "main-a1.js"
    assert set(bundle.preload) == {"shared-c3.js", "deep-d4.js"}
    assert bundle.css == ("main-b2.css", "deep-e5.css")
    assert len(bundle.first_load()) == 5


def test_the_build_id_changes_with_the_build(built: Path) -> None:
    first = ClientBundle.load(built).build
    assert ClientBundle.load(built).build == first
    (built / "manifest.json").write_text(json.dumps(MANIFEST) + "\n")
    assert ClientBundle.load(built).build != first


def test_a_client_that_was_not_built_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="make web"):
        ClientBundle.load(tmp_path)


@pytest.mark.parametrize(
    "manifest",
    [
        "{}",
        "[]",
        "{",
        json.dumps({"src/main.ts": {"file": "assets/main.js", "imports": ["gone"]}}),
        json.dumps({"src/main.ts": {"file": "../../etc/passwd"}}),
        json.dumps({"src/main.ts": {"file": "assets/../x.js"}}),
        json.dumps({"src/main.ts": {"file": "assets/.hidden"}}),
    ],
)
def test_a_broken_manifest_is_named(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(SettingError, match=r"manifest"):
        ClientBundle.load(tmp_path)


async def test_files_are_packed_typed_and_kept_for_ever(built: Path) -> None:
    async with browse(ClientBundle.load(built)) as browser:
        answer = await browser.get("/_s/assets/main-a1.js", headers={"accept-encoding": "br, gzip"})
    assert answer.status_code == 200
    assert answer.text == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert int(answer.headers["content-length"]) < len(gzip.compress(SCRIPT.encode())) + 50


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br, gzip; q=0.0", "deflate"])
async def test_a_browser_without_gzip_gets_it_plain(built: Path, accepted: str) -> None:
    async with browse(ClientBundle.load(built)) as browser:
        answer = await browser.get("/_s/assets/main-a1.js", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.text == SCRIPT


async def test_pictures_are_not_packed_again(built: Path) -> None:
    async with browse(ClientBundle.load(built)) as browser:
        answer = await browser.get("/_s/assets/logo-h8.png")
    assert answer.headers["content-type"] == "image/png"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "secret.js",
        "manifest.json",
        "../manifest.json",
        "..%2fmanifest.json",
        "%2e%2e/manifest.json",
        "..%5cmanifest.json",
        "main-a1.js%00",
        "MAIN-A1.JS",
        "main-a1.js/",
        "assets/main-a1.js",
        "/etc/passwd",
        "%252e%252e%252fmanifest.json",
        "",
    ],
)
async def test_nothing_else_is_served(built: Path, path: str) -> None:
    scope_path = httpx.URL("http://localhost/_s/assets/").raw_path + path.encode()
    async with browse(ClientBundle.load(built)) as browser:
        url = httpx.URL(scheme="http", host="localhost", raw_path=scope_path)
        answer = await browser.get(url)
    assert answer.status_code in (404, 307)
    assert "max-age" not in answer.headers.get("cache-control", "")


async def test_a_file_that_vanished_is_not_found(built: Path) -> None:
    bundle = ClientBundle.load(built)
    (built / "assets" / "main-a1.js").unlink()
    async with browse(bundle) as browser:
        assert (await browser.get("/_s/assets/main-a1.js")).status_code == 404


class Page(HTMLParser):
    """What a page loads, and the attributes of its body."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.body: dict[str, str | None] = {}
        self.inline: list[str] = []
        self.ids: list[str | None] = []
        self.links: dict[str | None, str | None] = {}
        self.colours: dict[str | None, str | None] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get("src") or given.get("href")
        if address is not None:
            self.loads.append(address)
        if tag == "body":
            self.body = given
        if tag == "link":
            self.links[given.get("rel")] = address
        if given.get("name") == "theme-color":
            self.colours[given.get("media")] = given.get("content")
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.ids.append(given.get("id"))


def test_the_page_starts_the_client_under_its_prefix(built: Path) -> None:
    bundle = ClientBundle.load(built)
    page = Page(bundle.render_html(prefix="/x", route="/demo").decode())
    assert page.body == {"data-prefix": "/x", "data-route": "/demo", "data-build": bundle.build}
    assert "app" in page.ids
    later = {page.links["manifest"], page.links["apple-touch-icon"]}
    fetched = [url for url in page.loads if not url.startswith("data:") and url not in later]
    assert sorted(fetched) == sorted(f"/x/_s/assets/{name}" for name in bundle.first_load())


def test_the_early_script_is_part_of_the_first_load_and_of_the_build(built: Path) -> None:
    before = ClientBundle.load(built)
    assert before.early is None
    chunk = {"src/early.ts": {"file": "assets/early-k9.js"}}
    (built / "early.json").write_text(json.dumps(chunk))
    bundle = ClientBundle.load(built)
    assert "early-k9.js" in bundle.first_load()
    assert "early-k9.js" in bundle.names()
    assert bundle.build != before.build
    page = Page(bundle.render_html(prefix="/x", route="/demo").decode())
    assert "/x/_s/assets/early-k9.js" in page.loads


@pytest.mark.parametrize("prefix", ["", "/apps/talk"])
async def test_an_app_can_be_installed_from_wherever_it_is_served(built: Path, prefix: str) -> None:
    bundle = ClientBundle.load(built)
    page = Page(bundle.render_html(prefix=prefix, route="/demo").decode())
    assert set(page.colours) == {
        "(prefers-color-scheme: light)",
        "(prefers-color-scheme: dark)",
    }
    mounted = Starlette(routes=[Mount(prefix, routes=bundle.routes())])
    transport = httpx.ASGITransport(app=mounted)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as browser:
        answer = await browser.get(f"{page.links['manifest']}&name=Sea+life")
        assert answer.headers["content-type"] == "application/manifest+json"
        manifest = answer.json()
        assert manifest["name"] == "Sea life"
        assert str(answer.url.join(manifest["start_url"])) == f"http://chat.example{prefix}/demo"
        assert str(answer.url.join(manifest["scope"])) == f"http://chat.example{prefix}/"
        icons = [(answer.url.join(one["src"]), one) for one in manifest["icons"]]
        icons.append((answer.url.join(str(page.links["apple-touch-icon"])), {}))
        for address, said in icons:
            assert address.host == "chat.example"
            icon = await browser.get(address)
            assert icon.status_code == 200, address
            assert icon.headers["content-type"] == said.get("type", "image/png")
            if icon.content.startswith(b"\x89PNG"):
                width, height = struct.unpack(">II", icon.content[16:24])
                assert said.get("sizes", "180x180") == f"{width}x{height}"
    assert {one.get("purpose", "any") for one in manifest["icons"]} == {"any", "maskable"}
    assert {"192x192", "512x512"} < {one["sizes"] for one in manifest["icons"]}


@pytest.mark.parametrize(
    "route", ["//evil.example", "https://evil.example", "\\\\evil.example", ""]
)
async def test_a_manifest_starts_no_other_site(built: Path, route: str) -> None:
    async with browse(ClientBundle.load(built)) as browser:
        answer = await browser.get("/_s/app.webmanifest", params={"route": route})
        assert answer.url.join(answer.json()["start_url"]).host == "localhost"
        assert (await browser.get("/_s/icons/..%2finstall.py")).status_code == 404


def test_the_page_obeys_its_own_policy(built: Path) -> None:
    assert Page(ClientBundle.load(built).render_html(prefix="", route="/").decode()).inline == []


def test_nothing_breaks_out_of_the_page(built: Path) -> None:
    evil = '"><script>alert(1)</script>'
    text = ClientBundle.load(built).render_html(prefix="/x", route=evil, title=evil).decode()
    assert "<script>" not in text
    assert Page(text).body["data-route"] == evil


@pytest.mark.anyio
async def test_the_page_of_diagrams_has_no_origin_and_no_cookie(built: Path) -> None:
    assert ClientBundle.load(built).frame is None
    chunk = {"src/markdown/diagram/frame.ts": {"file": "assets/frame-b2.js"}}
    (built / "diagram.json").write_text(json.dumps(chunk))
    (built / "assets" / "frame-b2.js").write_text("1")
    bundle = ClientBundle.load(built)
    assert "frame-b2.js" in bundle.names()
    assert "frame-b2.js" not in bundle.first_load()
    async with browse(bundle) as client:
        answer = await client.get("/_s/diagram", headers={"host": "chat.example"})
        script = await client.get("/_s/assets/frame-b2.js")
    assert 'src="assets/frame-b2.js"' in answer.text
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[0] == "sandbox allow-scripts"
    assert policy[1:3] == ["default-src 'none'", "script-src http://chat.example"]
    assert "set-cookie" not in answer.headers
    assert script.headers["access-control-allow-origin"] == "*"


@pytest.mark.anyio
async def test_without_a_build_of_diagrams_there_is_no_page_of_them(built: Path) -> None:
    async with browse(ClientBundle.load(built)) as client:
        assert (await client.get("/_s/diagram")).status_code == 404
