"""S9: addresses in messages, files and imports: the server asks none of them."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Iterator

import pytest

from tests.chat.test_imports import exported

from .rig import HERE, Target, tab, target
from .test_documents import ask, upload

pytestmark = pytest.mark.anyio


class Trap:
    """A server of this machine that no request should reach.

    Attributes:
        port: Where it listens.
        hits: What it was asked for.
    """

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.asked = threading.Event()
        trap = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle(self) -> None:
                trap.hits.append(self.rfile.readline(1000).decode("latin-1"))
                trap.asked.set()

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def addresses(self) -> list[str]:
        """Return addresses that all lead here, or to a service that knows secrets."""
        port = self.port
        return [
            f"http://127.0.0.1:{port}/plain",
            f"http://localhost:{port}/name",
            f"http://2130706433:{port}/decimal",
            f"http://0177.0.0.1:{port}/octal",
            f"http://0x7f.1:{port}/hex",
            f"http://[::ffff:7f00:1]:{port}/mapped",
            f"http://[::ffff:127.0.0.1]:{port}/mapped-dotted",
            f"http://ok.example#@127.0.0.1:{port}/fragment",
            f"http://ok.example@127.0.0.1:{port}/user",
            f"http://127.0.0.1.nip.io:{port}/dns",
            f"//127.0.0.1:{port}/scheme",
            f"https://127.0.0.1:{port}/tls",
            f"ftp://127.0.0.1:{port}/ftp",
            f"gopher://127.0.0.1:{port}/_x",
            f"\\\\127.0.0.1@{port}\\share\\x",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
        ]


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with target(tmp_path_factory.mktemp("out"), app=HERE / "citing.py") as running:
        yield running


async def asked_itself(trap: Trap) -> None:
    """See that the trap works."""
    _, writer = await asyncio.open_connection("127.0.0.1", trap.port)
    writer.write(b"GET /trap HTTP/1.1\r\n\r\n")
    assert await asyncio.to_thread(trap.asked.wait, 30)
    writer.close()
    assert trap.hits.pop() == "GET /trap HTTP/1.1\r\n"


async def test_s9_no_address_of_a_message_is_asked(served: Target, trap: Trap) -> None:
    """As text, Markdown picture, link; as picture, source and file of an answer."""
    peer = await tab(served.port)
    await peer.painted()
    for number, address in enumerate(trap.addresses()):
        text = f"{address} ![x]({address}) [y]({address}) <img src='{address}'>"
        peer.send(t="act", id=f"{number}", name="chat", args={"chat": text})
        assert (await peer.message("ack"))["st"] == "ok"
        assert (await peer.message("end"))["st"] == "ok"
        await peer.shown(b"cited")
    await asked_itself(trap)
    assert trap.hits == []
    peer.drop()


async def test_s9_no_address_of_an_import_or_a_document_is_asked(
    served: Target, trap: Trap
) -> None:
    peer = await tab(served.port)
    await peer.painted()
    for number, address in enumerate(trap.addresses()):
        parts = [{"type": "text", "text": f"![x]({address})"}, {"type": "image", "url": address}]
        for part in parts:
            content = exported(part)
            place = await upload(served.port, peer, "chat.json", content)
            event = ["import", "submit", {"files": [place.split("/")[-2]]}]
            peer.send(t="act", id=f"i{number}{part['type']}", name="import", args={}, event=event)
            await peer.message("ack")
        svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}"/></svg>'
        xml = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]><x>&e;</x>'
        for name, document in (
            ("a.svg", svg),
            ("a.xml", xml),
            ("a.html", f"<img src='{address}'>"),
        ):
            place = await upload(served.port, peer, name, document.encode())
            event = ["chat", "submit", {"files": [place.split("/")[-2]]}]
            peer.send(t="act", id=f"d{number}{name}", name="chat", args={"chat": "x"}, event=event)
            await peer.message("ack")
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI(" + trap.addresses()[0].encode()
    place = await upload(served.port, peer, "a.pdf", pdf + b")>>>>endobj\n%%EOF")
    ask(peer, place)
    await peer.message("ack")
    await asked_itself(trap)
    assert trap.hits == []
    peer.drop()
