"""Folders of the app that browsers may read: its files, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from swell.app import App
from swell.errors import SettingError
from swell.settings.load import load_settings
from swell.settings.table import Settings

from .live_server import LiveServer, serving

GIF = b"GIF89a" + b"\0" * 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "secret.txt").write_text("secret")
    folder = home / "docs"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_text("text")
    (folder / "inner" / "b.html").write_text("<script>alert(1)</script>")
    (folder / "c.bin").write_bytes(GIF)
    (folder / ".env").write_text("secret")
    (folder / "out.txt").symlink_to(home / "secret.txt")
    (folder / "in.txt").symlink_to(folder / "a.txt")
    (folder / "up").symlink_to(home)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[LiveServer]:
    app = App()
    app.settings = Settings(public_dirs=(f"/more@{folder}",))
    app.serve_folder("/docs", folder)
    with serving(app) as server:
        yield server


@pytest.mark.parametrize("path", ["/docs/a.txt", "/docs/in.txt", "/more/a.txt"])
def test_its_files_are_sent(server: LiveServer, path: str) -> None:
    status, headers, body = server.get(path)
    assert (status, body) == (200, "text")
    assert headers["content-type"].startswith("text/plain")
    assert headers["content-disposition"].startswith("attachment")


def test_types_are_as_safe_as_those_of_uploads(server: LiveServer) -> None:
    _, headers, _ = server.get("/docs/inner/b.html")
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    _, headers, _ = server.get("/docs/c.bin")
    assert headers["content-type"] == "image/gif"
    assert headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize(
    "path",
    [
        *("/docs/", "/docs/inner", "/docs/inner/", "/docs/nothing", "/docs//a.txt"),
        *("/docs/../secret.txt", "/docs/%2e%2e/secret.txt", "/docs/..%2fsecret.txt"),
        *("/docs/inner/../../secret.txt", "/docs/..%5csecret.txt", "/docs/%00", "/docs/a.txt%00"),
        *(
            "/docs/.env",
            "/docs/out.txt",
            "/docs/up/secret.txt",
            "/docs/C:%5ca",
            "/docs/%2fetc/hosts",
        ),
        "/docs/a.txt::$DATA",
    ],
)
def test_nothing_else_is(server: LiveServer, path: str) -> None:
    status, _, body = server.get(path)
    assert status == 404
    assert "secret" not in body
    assert "a.txt" not in body


def test_mistakes_are_named_at_the_start(tmp_path: Path) -> None:
    app = App()
    with pytest.raises(ValueError, match="is not a folder"):
        app.serve_folder("/docs", tmp_path / "nothing")
    with pytest.raises(ValueError, match="cannot be served at '/_f'"):
        app.serve_folder("/_f", tmp_path)
    for value in ("docs", "@folder", f"/_f@{tmp_path}", "/docs@/nothing/there"):
        with pytest.raises(SettingError, match="public_dirs"):
            load_settings({"SWELL_PUBLIC_DIRS": value}, {})
