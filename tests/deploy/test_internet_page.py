"""docs/howto/internet.md, followed word by word behind nginx with TLS, and then attacked.

Packages are not installed. Folders and ports are others; `curl` of the page reaches them under the
names that the page has.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.attacks.rig import ANSWER_S
from tests.programs import Program
from tests.server.test_nginx import free_port, nginx

from .test_files import passes
from .test_proxies import until_listening

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "internet.md"
NAME = "chat.example.com"
HOME = f"https://{NAME}"
APP = """
from swell.chat import Turn, chat

@chat("/", title="Chat")
async def answer(turn: Turn):
    yield f"You said: {turn.prompt}"
"""
ADA, BOB = "ada@example.com", "bob@example.com"
PASSWORD = "correct horse battery staple"
SPOOFED = "203.0.113.9"


def blocks(title: str, language: str) -> str:
    """Return the blocks of a section of the page in a language."""
    section = PAGE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return "".join(re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))


@dataclass
class Response:
    """An answer: its status, its headers by small name, and its body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Browser:
    """A browser at the public address, with its cookies.

    Attributes:
        port: Where nginx speaks TLS.
        cookies: By name.
    """

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> Response:
        """Send a request, and keep the cookies of its answer."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=ANSWER_S, context=trusting()
        )
        sent = {"Host": NAME, "Origin": HOME, "Sec-Fetch-Site": "same-origin", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(connection):
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            found = Response(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        if match := re.match(r"([^=]+)=([^;]*)", found.headers.get("set-cookie", "")):
            self.cookies[match[1]] = match[2]
        return found

    def sign_in(
        self, name: str, password: str = PASSWORD, to: str = "/", **headers: str
    ) -> Response:
        """Send the form of the sign-in page."""
        form = {"name": name, "password": password, "next": to}
        return self.ask("POST", "/_auth/password", form, **headers)

    @contextlib.contextmanager
    def tab(self, origin: str = HOME, host: str = NAME) -> Iterator[ClientConnection]:
        """Open a WebSocket as a page would."""
        sock = socket.create_connection(("127.0.0.1", self.port))
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with connect(
            f"wss://{host}/_s/ws",
            sock=sock,
            ssl=trusting(),
            server_hostname=NAME,
            origin=Origin(origin),
            additional_headers={"Cookie": cookies},
        ) as opened:
            yield opened

    def hello(self) -> str:
        """Open a tab; return its first message, or the code with which it was closed."""
        with self.tab() as tab:
            tab.send(json.dumps({"t": "hello", "v": 1, "route": "/", "hash": ""}))
            with contextlib.suppress(ConnectionClosed):
                return str(json.loads(tab.recv(timeout=ANSWER_S))["t"])
            return str(tab.close_code)


def trusting() -> ssl.SSLContext:
    """Return a context that takes the certificate of the test."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@dataclass(frozen=True)
class Site:
    """What the page leads to.

    Attributes:
        port: Where nginx speaks TLS.
        folder: Where `chat.db` is, and where commands run.
        environ: With `curl` and `swell` on the path, and the settings of the page.
    """

    port: int
    folder: Path
    environ: dict[str, str]

    def run(self, command: str, given: str = "") -> str:
        """Run a command of the page."""
        ended = subprocess.run(
            ["sh", "-c", command.replace("/var/lib/swell", str(self.folder))],
            cwd=self.folder,
            env=self.environ,
            input=given,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def site(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Follow the page up to its checks."""
    folder = tmp_path_factory.mktemp("site")
    key, pem, port, plain, own = (
        folder / "key",
        folder / "crt",
        free_port(),
        free_port(),
        free_port(),
    )
    made = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    passes(*made, "-nodes", "-subj", f"/CN={NAME}", "-keyout", key, "-out", pem)
    programs = folder / "bin"
    programs.mkdir()
    curl = programs / "curl"
    curl.write_text(
        f"#!/bin/sh\nexec {program('curl')} --insecure --connect-to {NAME}:443:127.0.0.1:{port} "
        f'--connect-to {NAME}:80:127.0.0.1:{plain} --connect-to {NAME}:9464:127.0.0.1:{port} "$@"\n'
    )
    curl.chmod(0o755)
    path = os.pathsep.join(map(str, (programs, Path(sys.executable).parent, os.environ["PATH"])))
    settings = dict(line.split("=", 1) for line in blocks("Settings", "text").splitlines())
    metrics = free_port()
    settings = {
        name: value.replace("/var/lib/swell", str(folder)).replace("9464", str(metrics))
        for name, value in settings.items()
    }
    environ = {**os.environ, **settings, "PATH": path, "XDG_DATA_HOME": str(folder / "data")}
    here = Site(port, folder, environ)

    export, *commands = blocks("Users", "sh").splitlines()
    for command in commands:
        here.run(f"{export}\n{command}", f"{PASSWORD}\n")
    (folder / "app.py").write_text(APP)
    server = blocks("nginx", "nginx").replace("listen 80;", f"listen {plain};")
    server = server.replace("listen 443", f"listen {port}").replace("10101", str(own))
    server = re.sub(r"/etc/ssl/\S+key(?=;)", str(key), server)
    server = re.sub(r"/etc/ssl/\S+pem(?=;)", str(pem), server)
    start = blocks("Start", "sh").splitlines()[-1]
    assert start == "swell run app.py"
    with contextlib.ExitStack() as stack:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {start} --port {own}"], cwd=folder, env=environ
        )

        def end() -> None:
            process.terminate()
            assert process.wait(120) == 0

        stack.callback(end)
        until_listening(own)
        stack.enter_context(nginx(program("nginx"), folder, server))
        until_listening(port)
        yield here


@pytest.fixture
def visitor(site: Site) -> Browser:
    return Browser(site.port)


# ----------------------------------------------------------------------------------- the page


def test_its_checks_print_what_it_says(site: Site) -> None:
    lines = blocks("Check", "sh").splitlines()
    for command, said in zip(lines[::2], lines[1::2], strict=True):
        expected = said.removeprefix("# ").partition(":")[0]
        if "9464" in command:  # nginx has no port for it
            site.run(f"{command} || true")
            continue
        assert site.run(command) == f"{expected}\n", command


def test_a_user_signs_in_and_gets_an_answer(visitor: Browser) -> None:
    assert visitor.ask("GET", "/").headers["location"] == "/_auth/login?next=%2F"
    answer = visitor.sign_in(ADA)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    page = visitor.ask("GET", "/")
    assert page.status == 200
    assert page.headers["strict-transport-security"].startswith("max-age=31536000")
    with visitor.tab() as tab:
        tab.send(json.dumps({"t": "hello", "v": 1, "route": "/", "hash": ""}))
        tab.send(json.dumps({"t": "act", "id": "first", "name": "chat", "args": {"chat": "Hello"}}))
        while "You said: Hello" not in str(tab.recv(timeout=ANSWER_S)):
            pass


def test_administrators_see_the_admin_page_and_others_nothing(site: Site) -> None:
    seen = {}
    for name in (ADA, BOB):
        visitor = Browser(site.port)
        visitor.sign_in(name)
        seen[name] = visitor.ask("GET", "/_admin").status
    assert seen == {ADA: 200, BOB: 404}


def test_its_backup_is_made_while_the_app_runs(site: Site) -> None:
    command = blocks("Backup", "sh").replace("/var/backups", str(site.folder))
    site.run(command)
    assert (site.folder / "chat.swell").stat().st_size


# -------------------------------------------------------------------------------- the attacks


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", f"http://{NAME}", f"https://{NAME}.evil.example", "null"),
        *(f"https://evil{NAME}", f"https://{NAME}:8443", f"https://{NAME}@evil.example"),
    ],
)
def test_s4_no_other_origin_gets_a_socket(visitor: Browser, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, visitor.tab(origin):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", f"{NAME}.evil.example", "127.0.0.1@evil"])
def test_s5_no_other_name_gets_an_answer(visitor: Browser, host: str) -> None:
    for path in ("/", "/_auth/login", "/_s/live"):
        assert visitor.ask("GET", path, Host=host).status == 400


def test_s5_headers_of_a_browser_change_neither_name_nor_scheme(visitor: Browser) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    page = visitor.ask("GET", "/_auth/login", None, **forged)
    assert page.status == 200
    assert b"evil.example" not in page.body
    visitor.sign_in(BOB, **forged)
    assert all(name.startswith("__Host-") for name in visitor.cookies)


def test_s6_forms_and_uploads_of_other_sites_are_refused(visitor: Browser) -> None:
    forged = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert visitor.sign_in(ADA, **forged).status == 403
    visitor.sign_in(ADA)
    for path in ("/_auth/logout", "/_auth/sessions", "/_f/"):
        assert visitor.ask("POST", path, {"id": "all"}, **forged).status == 403, path
    assert visitor.ask("GET", "/").status == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/_f/../users.json", "/_f/%2e%2e/%2e%2e/users.json", "/_s/assets/..%2f..%2fusers.json"),
        *("/_s/assets/%00", "/..%5c..%5cusers.json", "/_f/x/..%252fusers.json"),
    ],
)
def test_s8_no_path_leads_to_another_file(visitor: Browser, path: str) -> None:
    visitor.sign_in(BOB)
    answer = visitor.ask("GET", path)
    assert answer.status in (400, 404)
    assert b"argon2" not in answer.body


@pytest.mark.parametrize(
    "to", ["//evil.example", "/\\evil.example", "https:evil.example", "\t//evil", "javascript:1"]
)
def test_s18_sign_in_leads_nowhere_else(visitor: Browser, to: str) -> None:
    place = visitor.sign_in(BOB, to=to).headers["location"]
    found = urlsplit(urljoin(HOME, place.replace("\\", "/")))
    assert (found.scheme, found.netloc) == ("https", NAME)
    assert b'value="//evil' not in visitor.ask("GET", f"/_auth/login?next={quote(to)}").body


def test_s19_a_cookie_from_before_the_sign_in_is_worthless(visitor: Browser) -> None:
    visitor.ask("GET", "/_auth/login")
    [(name, before)] = visitor.cookies.items() or [("__Host-swell_session", "planted")]
    visitor.sign_in(ADA)
    assert visitor.cookies[name] != before
    planted = Browser(visitor.port, {name: before})
    assert planted.ask("GET", "/").status == 303
    assert planted.hello() == "4502"


def test_s19_sign_out_ends_the_open_tab_and_the_cookie(visitor: Browser) -> None:
    visitor.sign_in(ADA)
    old = Browser(visitor.port, dict(visitor.cookies))
    with old.tab() as tab:
        tab.send(json.dumps({"t": "hello", "v": 1, "route": "/", "hash": ""}))
        assert visitor.ask("POST", "/_auth/logout", {}).status == 200
        with contextlib.suppress(ConnectionClosed):
            while tab.recv(timeout=ANSWER_S):
                pass
        assert tab.close_code in (4502, 4506)
    assert old.ask("GET", "/").status == 303


def test_s20_without_sign_in_nothing_is_served_but_the_way_in(visitor: Browser) -> None:
    assert visitor.hello() == "4502"
    for path in ("/", "/?x", "/index.html", "/_admin", "/_admin/", "//", "/x.png", "/_s/metrics"):
        answer = visitor.ask("GET", path)
        assert answer.status in (303, 404), path
        assert b"You said" not in answer.body
    assert visitor.ask("POST", "/_f/", {"a": "b"}).status in (401, 403, 404)


def test_s21_the_address_in_the_log_is_the_real_one(site: Site, visitor: Browser) -> None:
    forged = {"X-Forwarded-For": SPOOFED, "Forwarded": f"for={SPOOFED}"}
    visitor.sign_in(BOB, **forged)
    assert SPOOFED.encode() not in visitor.ask("GET", "/_auth/sessions").body
    kept = site.run("swell audit export")
    assert BOB in kept
    assert SPOOFED not in kept


def test_s24_guessing_passwords_becomes_slow(visitor: Browser) -> None:
    found = [visitor.sign_in("eve@example.com", f"guess number {i}").status for i in range(12)]
    assert found[0] == 403
    assert found[-1] == 429
