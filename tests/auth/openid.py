"""The OpenID provider that tests start: `oidc-provider` from npm, see `provider/provider.mjs`."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import hatch_build
import httpx
import pytest
from tools.bootstrap import NPM_PROGRAMS

from swell.auth.oidc.config import ProviderConfig
from tests.programs import NOT_INSTALLED

__all__ = ["ACCOUNTS", "ADA", "OpenIdServer", "free_port", "openid_server"]

START_S = 60.0
"""How long the provider may take to answer, in seconds: machines of tests are busy."""

FOLDER = NPM_PROGRAMS["oidc-provider"]

ADA = {
    "name": "Ada Lovelace",
    "preferred_username": "ada",
    "email": "ada@example.com",
    "email_verified": True,
    "groups": ["staff", "maths"],
}
ACCOUNTS: dict[str, dict[str, Any]] = {
    "ada": ADA,
    "bob": {"name": "Bob", "preferred_username": "bob", "email": "bob@example.org"},
}
CLIENT, SECRET = "swell", "a secret with spaces & signs: +/="


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class OpenIdServer:
    """A running provider with one client.

    Args:
        apps: Addresses of the apps that users sign in to; the first one gets the logouts.
        accounts: Claims by account.
        name: Name of the provider at the apps.
        port: Where it listens; any free port when left out.
        **ttl: Lifetimes in seconds: `access`, `refresh`, `id`.
    """

    def __init__(
        self,
        apps: Sequence[str],
        accounts: Mapping[str, Mapping[str, Any]] = ACCOUNTS,
        name: str = "oidc",
        port: int | None = None,
        **ttl: int,
    ) -> None:
        self.port = port or free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        client = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "redirect_uris": [
                f"{app}/_auth/callback{path}" for app in apps for path in ("", f"/{name}")
            ],
            "post_logout_redirect_uris": [
                f"{app}/_auth/{path}" for app in apps for path in ("login", "signed-out")
            ],
            "backchannel_logout_uri": f"{apps[0]}/_auth/backchannel/{name}",
            "backchannel_logout_session_required": True,
        }
        asked = {"port": self.port, "clients": [client], "accounts": accounts, "ttl": ttl}
        self._command = [_node(), str(FOLDER / "provider.mjs"), json.dumps(asked)]
        self._folder = Path(tempfile.mkdtemp(prefix="swell-openid-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, without sessions, and wait until it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while True:
            try:
                httpx.get(f"{self.issuer}/ready")
                return
            except httpx.TransportError:
                log_text = (self._folder / "log").read_text()
                assert self._process.poll() is None, log_text
                assert time.monotonic() < until, log_text
                time.sleep(0.02)

    def stop(self) -> None:
        """End it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it and remove its log."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def config(self, **fields: Any) -> ProviderConfig:
        """Return how an app knows it."""
        known = {"name": "oidc", "title": "Tests", "issuer": self.issuer, "client_id": CLIENT}
        return ProviderConfig(**{**known, "client_secret": SECRET, **fields})

    def settings(self, **fields: str) -> dict[str, str]:
        """Return the settings of an app that uses it, by their names."""
        known = {"issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET}
        return {f"oidc_{name}": value for name, value in {**known, **fields}.items()}

    def switch(self, name: str, **said: Any) -> dict[str, Any]:
        """Use one of the switches of `provider.mjs`."""
        done = httpx.post(f"{self.issuer}/test/{name}", json=said, timeout=20)
        assert done.status_code == 200, done.text
        answer: dict[str, Any] = done.json()
        return answer

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return int(self.switch("counts").get(path, 0))

    def sign_in(self, url: str, account: str, visitor: httpx.Client | None = None) -> str:
        """Sign in as a browser would, and return the address that it is sent back to.

        Args:
            url: Where the app sent the browser.
            account: Who signs in; an unknown one cancels.
            visitor: The browser, with its cookies of the provider; a new one when left out.
        """
        with visitor or httpx.Client() as browser:
            while url.startswith(self.issuer):
                answer = browser.get(url)
                if answer.status_code == 200:
                    answer = browser.post(url, data={"account": account})
                assert answer.is_redirect, answer.text
                url = urljoin(url, answer.headers["location"])
        return url


def params(url: str) -> dict[str, str]:
    """Return the query of an address."""
    return dict(parse_qsl(urlsplit(url).query))


def _node() -> str:
    _, environ = hatch_build.npm_command()
    found = shutil.which("node", path=environ["PATH"])
    if found is None or not (Path(FOLDER) / "node_modules/oidc-provider").is_dir():
        pytest.skip(f"{NOT_INSTALLED}oidc-provider (make programs)")
    return found


@contextlib.contextmanager
def openid_server(*apps: str, **options: Any) -> Iterator[OpenIdServer]:
    """Run a provider while the block runs; the arguments are those of `OpenIdServer`."""
    server = OpenIdServer(apps, **options)
    try:
        yield server
    finally:
        server.close()
