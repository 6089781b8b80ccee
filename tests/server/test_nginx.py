"""Behind nginx: the configuration of the docs, with and without TLS, on free ports."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.attacks.rig import target
from tests.programs import Program

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "proxy.md"
NAME = "chat.example.com"


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        return int(made.getsockname()[1])


def documented(swell: int, port: int, pem: Path | None) -> str:
    """Return the server of the docs, on another port; without a certificate, without TLS."""
    [block] = re.findall(r"```text\n(server \{.*?)```", PAGE.read_text(), re.DOTALL)
    text = str(block).replace("10101", str(swell))
    if pem is None:
        text = re.sub(r" *ssl_certificate.*\n", "", text).replace("443 ssl", str(port))
    else:
        text = text.replace("listen 443", f"listen {port}")
        text = re.sub(r"/etc/ssl/\S+(?=;)", str(pem), text)
    return text


@contextmanager
def nginx(binary: Path, folder: Path, *servers: str) -> Iterator[None]:
    temporary = "".join(
        f"{name}_temp_path {folder / name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {folder / 'pid'}; error_log {folder / 'error.log'};"
        f"events {{}}\nhttp {{ access_log off; {temporary} {''.join(servers)} }}"
    )
    process = subprocess.Popen([binary, "-c", config, "-p", folder, "-e", folder / "error.log"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def hello(port: int, *, tls: bool, host: str = NAME) -> dict[str, Any]:
    """Connect as a page at that address would, and return the welcome."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    scheme = "s" if tls else ""
    for _ in range(1500):  # nginx may not listen yet
        try:
            opened = connect(
                f"ws{scheme}://{host}:{port}/_s/ws",
                origin=Origin(f"http{scheme}://{host}:{port}"),
                ssl=context if tls else None,
                sock=socket.create_connection(("127.0.0.1", port)),
            )
            break
        except ConnectionRefusedError:
            time.sleep(0.02)
    else:
        pytest.fail(f"nginx does not listen on port {port}")
    with opened as page:
        assert page.response is not None
        page.send(json.dumps({"t": "hello", "v": 1, "route": "/"}))
        welcome: dict[str, Any] = json.loads(page.recv(timeout=10))
        return {**welcome, "cookie": page.response.headers["Set-Cookie"]}


def test_the_documented_nginx_serves_a_chat_on_any_port_with_and_without_tls(
    program: Program, tmp_path: Path
) -> None:
    binary = program("nginx")
    pem = tmp_path / "pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", f"/CN={NAME}", "-keyout", pem, "-out", tmp_path / "crt"),
        ],
        check=True,
        capture_output=True,
    )
    pem.write_text(pem.read_text() + (tmp_path / "crt").read_text())
    plain, secure, wrong, blocked = (free_port() for _ in range(4))
    with target(tmp_path, allowed_hosts=NAME) as swell:
        loses_port = documented(swell.port, wrong, None).replace("$http_host", "$host")
        loses_upgrade = re.sub(
            r" *proxy_set_header (Upgrade|Connection).*\n",
            "",
            documented(swell.port, blocked, None),
        )
        servers = (
            loses_upgrade,
            documented(swell.port, plain, None),
            documented(swell.port, secure, pem),
            loses_port,
        )
        with nginx(binary, tmp_path, *servers):
            assert hello(plain, tls=False)["cookie"].startswith(f"swell_session_{plain}=")
            welcome = hello(secure, tls=True)
            assert welcome["t"] == "welcome"
            assert welcome["cookie"].startswith(f"__Host-swell_session_{secure}=")
            assert "Secure" in welcome["cookie"]
            for _ in range(3):
                with pytest.raises(InvalidStatus) as refused:
                    hello(wrong, tls=False)
                assert refused.value.response.status_code == 403
            for _ in range(3):
                with pytest.raises(InvalidStatus) as refused:
                    hello(blocked, tls=False)
                assert refused.value.response.status_code == 426
        said = [line for line in swell.log if "refused a WebSocket" in line]
        assert len(said) == 2, swell.log
        assert "let it pass on Upgrade and Connection" in said[1]
        assert f"Origin 'http://{NAME}:{wrong}' may not connect" in said[0]
        assert f"expected 'http://{NAME}'" in said[0]
        assert not [line for line in swell.log if "ERROR" in line], swell.log
