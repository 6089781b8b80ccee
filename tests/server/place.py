"""A server with files, and what browsers send it; for tests of files and of uploads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from swell.server.files import FileStore
from swell.server.identity import Caller
from swell.server.sessions import COOKIE, SessionSigner
from swell.server.uploads import FileRoutes
from swell.settings.table import Settings

NAME = f"{COOKIE}_1"
"""Of the cookie: that of the port of its address."""

SETTINGS = Settings(
    upload_max_bytes=1000, upload_max_files=3, upload_quota_bytes=4000, upload_total_bytes=6000
)


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
            session = self.signer.new()
            self.sessions[name], self.cookies[name] = session.id, self.signer.sign(session)
        routes = FileRoutes(
            self.store, self.signer, settings, self._owner, self._may_fetch, self._owner_on
        ).routes()
        self.app = Starlette(routes=routes)

    async def _owner(self, caller: Caller, client_id: str) -> str | None:
        owner = self.sessions.get(client_id.removesuffix("-tab"))
        return owner if owner == caller.session_id else None

    async def _owner_on(self, caller: Caller, _route: str) -> str | None:
        return caller.session_id

    async def _may_fetch(self, caller: Caller, owner: str | None) -> bool:
        return owner in (None, caller.session_id)

    def browser(self, name: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://localhost:1",
            headers={"origin": "http://localhost:1", "swell-client": f"{name}-tab"},
            cookies={NAME: self.cookies[name]} if name in self.cookies else {},
        )

    def kept(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.exists() else []


def files(*named: tuple[str, bytes], field: str = "files") -> list[Any]:
    return [(field, one) for one in named]


def multipart(parts: list[tuple[str, bytes, bytes]], disposition: str = "") -> tuple[bytes, str]:
    body = b""
    for field, name, content in parts:
        head = disposition.encode() or (
            b'form-data; name="%s"; filename="%s"' % (field.encode(), name.replace(b'"', b"%22"))
        )
        body += b"--b\r\nContent-Disposition: " + head + b"\r\n\r\n" + content + b"\r\n"
    return body + b"--b--\r\n", "multipart/form-data; boundary=b"
