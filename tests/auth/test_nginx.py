"""Sign-in behind a real nginx with TLS: with a password, and by the header of the proxy."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.attacks.rig import target
from tests.programs import Program
from tests.server.test_nginx import NAME, documented, free_port, nginx

from .browser import PASSWORD, password_file


class Site:
    """What a browser reaches: nginx, with the certificate of a test.

    Args:
        port: Where nginx listens.
    """

    def __init__(self, port: int) -> None:
        self.origin = f"https://{NAME}:{port}"
        self._port = port
        self._trusting = ssl.create_default_context()
        self._trusting.check_hostname, self._trusting.verify_mode = False, ssl.CERT_NONE
        self.browser = httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            verify=self._trusting,
            headers={"host": f"{NAME}:{port}", "origin": self.origin},
            transport=httpx.HTTPTransport(verify=self._trusting, retries=5),
        )

    def user(self, **headers: str) -> str:
        """Open a page, and return the name of its user."""
        with connect(
            f"wss://{NAME}:{self._port}/_s/ws",
            origin=Origin(self.origin),
            ssl=self._trusting,
            additional_headers=headers,
            sock=socket.create_connection(("127.0.0.1", self._port)),
        ) as page:
            page.send(json.dumps({"t": "hello", "v": 1, "route": "/"}))
            welcome: dict[str, Any] = json.loads(page.recv(timeout=10))
            return str(welcome["user"])


@contextmanager
def behind(binary: Path, folder: Path, more: str = "", **settings: str) -> Iterator[Site]:
    """Serve an app behind the nginx of the docs."""
    pem, port = folder / "pem", free_port()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", f"/CN={NAME}", "-keyout", pem, "-out", folder / "crt"),
        ],
        check=True,
        capture_output=True,
    )
    pem.write_text(pem.read_text() + (folder / "crt").read_text())
    with target(folder, allowed_hosts=NAME, **settings) as swell:
        server = documented(swell.port, port, pem)
        server = server.replace("location / {", f"location / {{ {more}", 1)
        with nginx(binary, folder, server):
            wait_for(port)
            site = Site(port)
            with site.browser:
                yield site


def wait_for(port: int) -> None:
    """Wait until nginx listens."""
    for _ in range(1500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            continue
        return
    pytest.fail(f"nginx does not listen on port {port}")


def test_a_user_signs_in_with_a_password_over_tls(program: Program, tmp_path: Path) -> None:
    file = password_file(tmp_path)
    with behind(program("nginx"), tmp_path, password_file=str(file.path)) as site:
        asked = site.browser.get("/")
        assert (asked.status_code, asked.headers["location"]) == (303, "/_auth/login?next=%2F")
        form = {"name": "ada", "password": PASSWORD, "next": "/"}
        signed_in = site.browser.post("/_auth/password", data=form)
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")
        cookie = signed_in.headers["set-cookie"]
        assert cookie.startswith("__Host-swell_session_")
        assert "; Secure" in cookie
        assert "; HttpOnly" in cookie
        assert site.user(Cookie=cookie.split(";")[0]) == "Ada Lovelace"
        foreign = {"origin": "https://evil.example"}
        refused = site.browser.post("/_auth/password", data=form, headers=foreign)
        assert refused.status_code == 403
        assert "strict-transport-security" in refused.headers
        with pytest.raises(ConnectionClosed) as closed:
            site.user()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4502


def test_the_proxy_names_the_user_and_browsers_cannot(program: Program, tmp_path: Path) -> None:
    (tmp_path / "htpasswd").write_text("ada:{PLAIN}secret\n")
    more = (
        f"auth_basic realm; auth_basic_user_file {tmp_path / 'htpasswd'}; "
        "proxy_set_header X-Forwarded-User $remote_user;"
    )
    basic = "Basic " + base64.b64encode(b"ada:secret").decode()
    with behind(program("nginx"), tmp_path, more, user_header="X-Forwarded-User") as site:
        assert site.browser.get("/").status_code == 401
        assert site.user(Authorization=basic) == "ada"
        forged = {"Authorization": basic, "X-Forwarded-User": "mallory"}
        assert site.user(**forged) == "ada"


def test_without_the_header_the_page_is_refused(program: Program, tmp_path: Path) -> None:
    """As with a proxy that forgets to set it."""
    with behind(program("nginx"), tmp_path, user_header="X-Forwarded-User") as site:
        with pytest.raises(ConnectionClosed) as closed:
            site.user()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4502
