"""S7 and S8: names of uploads and paths of downloads stay in their folder."""

from __future__ import annotations

import asyncio
import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from .rig import HERE, Peer, Target, exchange, request, tab, target
from .test_documents import upload

pytestmark = pytest.mark.anyio

SECRET = b"kept outside of every folder"
NASTY = [
    *("../x", "..\\x", "/etc/passwd", "C:\\x", "\\\\host\\share", "a\0b", "%2e%2e/x", "%2e%2e%2fx"),
    *("x" * 300, "CON", "con.txt", "LPT1", "x.", "x ", "..", ".", "", " "),
    *("\u202egpj.exe", "\U0001f600"),
    *("a\r\nSet-Cookie: x=y", '"; filename="evil.html', "a;b", "file:///etc/passwd", "~/x"),
    *("a/../../b", "....//x", "..\u2215x", "..\uff0fx", "\ufeffx", "-rf", "x:stream", "NUL.tar.gz"),
]  # fmt: skip

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\r\n"\0'), max_size=40)
PIECES = st.lists(
    st.sampled_from(["..", "/", "\\", ".", ":", "%2e", "%2f", "%5c", "a", "CON", " ", "\u202e"]),
    max_size=12,
).map("".join)


class Folder:
    """A server with a folder of the app, and the temporary folder that its uploads are in."""

    def __init__(self, running: Target, temporary: Path) -> None:
        self.running = running
        self._temporary = temporary
        self.loop = asyncio.new_event_loop()
        self.owner = self.loop.run_until_complete(tab(running.port))

    def uploads(self) -> list[Path]:
        """Return everything that the server has written into its temporary folder."""
        return [path for path in self._temporary.rglob("*") if not path.is_dir()]

    def keeps(self, name: str) -> None:
        """Upload a file and fetch it; require that the name is only ever a name."""
        self.loop.run_until_complete(self._keeps(name))

    async def _keeps(self, name: str) -> None:
        port, owner = self.running.port, self.owner
        address = await upload(port, owner, name, b"its words")
        _, root, file_id, last = address.split("/")
        assert root == "_f"
        assert re.fullmatch(r"[A-Za-z0-9_-]{22}", file_id)
        harmless(unquote(last))
        cookie = f"Cookie: {owner.cookie}"
        answer = await exchange(port, request(port, f"GET {address}", cookie))
        assert (answer.status, answer.body) == (200, b"its words")
        said = answer.headers["content-disposition"]
        kind, _, sent = said.partition("; filename")
        assert kind == "attachment"
        found = unquote(sent.removeprefix("*=utf-8''").removeprefix("=").strip('"'))
        assert found == unquote(last)
        assert set(answer.headers) <= KNOWN
        assert file_id in {path.name for path in self.uploads()}
        for path in self.uploads():
            assert path.name == ".alive" or re.fullmatch(r"[A-Za-z0-9_-]{22}", path.name), path
        await exchange(
            port, request(port, f"DELETE {address}", cookie, "Sec-Fetch-Site: same-origin")
        )


KNOWN = {
    *("date", "server", "content-type", "content-length", "content-disposition", "etag"),
    *("cache-control", "last-modified", "accept-ranges", "content-security-policy", "connection"),
    *("x-content-type-options", "cross-origin-resource-policy"),
}


def harmless(name: str) -> None:
    """Require that a name stays in its folder, whatever system saves it there."""
    assert name
    assert len(name.encode()) <= 255
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(name)
        assert path.parts == (name,), (kind, path.parts)
        assert not path.is_absolute()
        assert not path.drive
    assert not PureWindowsPath(name).is_reserved()
    assert name not in (".", "..")
    assert not name.endswith((".", " "))
    assert not {unicodedata.category(one) for one in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    base = tmp_path_factory.mktemp("names")
    (base / "secret.txt").write_bytes(SECRET)
    public = base / "public"
    (public / "sub").mkdir(parents=True)
    (public / "a.txt").write_bytes(b"for everybody")
    (public / ".hidden").write_bytes(SECRET)
    (public / "sub" / "link.txt").symlink_to(base / "secret.txt")
    (public / "sub" / "up").symlink_to(base)
    temporary = base / "tmp"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        with target(
            base,
            app=HERE / "reader.py",
            public_dirs=f"docs@{public}",
            act_rate_per_s=10_000,
            upload_quota_files=100_000,
        ) as running:
            made = Folder(running, temporary)
            yield made
            made.owner.drop()
            made.loop.run_until_complete(asyncio.sleep(0))
            made.loop.close()


EXAMPLES = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_s7_a_nasty_name_is_only_shown(folder: Folder, name: str) -> None:
    folder.keeps(escaped(name))


@EXAMPLES
@given(st.one_of(ANY, PIECES))
@example("..\\..\\x")
def test_s7_any_name_is_only_shown(folder: Folder, name: str) -> None:
    folder.keeps(escaped(name))


def escaped(name: str) -> str:
    """Return a name as a browser writes it, by the HTML standard; a NUL is cut off there."""
    for one in '"\r\n':
        name = name.replace(one, quote(one))
    return name.replace("\0", "")


def test_s7_a_name_of_raw_bytes_is_refused_or_only_shown(folder: Folder) -> None:
    """What no browser writes: NUL, `filename*`, two names, bytes that are no UTF-8."""

    async def send(disposition: bytes) -> bytes:
        body = b"--b\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\nx\r\n--b--\r\n"
        head = request(
            folder.running.port,
            "POST /_f/",
            f"Cookie: {folder.owner.cookie}",
            f"Origin: http://127.0.0.1:{folder.running.port}",
            f"Swell-Client: {folder.owner.client}",
            "Content-Type: multipart/form-data; boundary=b",
            f"Content-Length: {len(body)}",
        )
        answer = await exchange(folder.running.port, head + body)
        assert answer.status in (200, 400)
        return answer.body

    for name in (
        b'name="files"; filename="a\0/../b"',
        b"name=\"files\"; filename*=utf-8''..%2f..%2fx",
        b'name="files"; filename="ok"; filename="../../x"',
        b'name="files"; filename="ok"; filename*=utf-8\'\'%2e%2e%2fx',
        b'name="files"; filename="\xff\xfe/../x"',
        b'name="files"; filename=../x',
        b'name="../files"; filename="x"',
        b'name="files"; filename="' + b"../" * 10_000 + b'x"',
    ):
        body = folder.loop.run_until_complete(send(name))
        for address in re.findall(rb'"(/_f/[^"]+)"', body):
            harmless(unquote(address.decode().split("/")[3]))
    for path in folder.uploads():
        assert path.name == ".alive" or re.fullmatch(r"[A-Za-z0-9_-]{22}", path.name), path


# ------------------------------------------------------------------------------------ downloads

UP = [
    *("..", "..%2f", "%2e%2e", "%2e%2e%2f", "..%5c", "%252e%252e", "..%252f", "..;"),
    *(".%2e", "%c0%ae%c0%ae"),
    *("..%00", "..%ef%bc%8f", "....//", "..\\", "%5c%5chost%5cshare%5c", "c:", "%2f%2fhost/"),
]  # fmt: skip


def paths() -> Iterator[str]:
    for up in UP:
        for depth in (1, 2, 3, 8):
            yield f"/docs/{(up + '/') * depth}secret.txt"
            yield f"/docs/sub/{(up + '/') * depth}secret.txt"
            yield f"/_s/assets/{up * depth}secret.txt"
            yield f"/_s/icons/{up * depth}secret.txt"
            yield f"/_f/{up * depth}/secret.txt"
    yield from ("/docs/sub/link.txt", "/docs/sub/up/secret.txt", "/docs/.hidden", "/docs/", "/docs")
    yield from (
        "/docs/a.txt%00.png",
        "/docs/a.txt%0d%0aX: y",
        "/docs//etc/passwd",
        "/docs/%2fetc%2fpasswd",
    )
    yield from (
        "/docs/a.txt/",
        "/docs/a.txt/../.hidden",
        "/docs/sub",
        "/DOCS/a.txt",
        "/docs/./.hidden",
    )


def test_s8_no_path_leads_out_of_a_folder(folder: Folder) -> None:
    port = folder.running.port

    async def look(path: str) -> None:
        answer = await exchange(port, request(port, f"GET {path}"))
        assert SECRET not in answer.raw, path
        assert b"root:" not in answer.raw, path
        assert answer.status in (400, 404), (path, answer.status)

    async def all_() -> None:
        for path in paths():
            await look(path)
        plain = await exchange(port, request(port, "GET /docs/a.txt"))
        assert (plain.status, plain.body) == (200, b"for everybody")

    folder.loop.run_until_complete(all_())


def test_s8_ranges_cost_nothing(folder: Folder) -> None:
    """Many ranges, none, and those that are no range: as an answer, or as a refusal, at once."""
    port = folder.running.port
    ranges = [
        "bytes=" + ",".join(f"{n}-{n}" for n in range(1500)),
        "bytes=" + ",".join("0-" for _ in range(2500)),
        "bytes=9999999999999999999-",
        "bytes=-0",
        "bytes=5-1",
        "bytes=--1",
        "lines=0-1",
        "bytes=" + "0" * 8000 + "-",
        "bytes=0-0," + "," * 5000,
        "bytes=\u0660-\u0661",
    ]

    async def ask(address: str, wanted: str) -> float:
        begun = time.perf_counter()
        lines = [f"Cookie: {folder.owner.cookie}", f"Range: {wanted}"]
        answer = await exchange(port, request(port, f"GET {address}", *lines))
        assert answer.status in (200, 206, 400, 416), wanted
        assert len(answer.raw) < 1_000_000
        return time.perf_counter() - begun

    async def all_() -> None:
        address = await upload(port, folder.owner, "a.bin", bytes(1000))
        took = [await ask(to, one) for to in (address, "/docs/a.txt") for one in ranges]
        print(f"at most {max(took) * 1000:.0f} ms")
        async with Peer(port) as peer:
            assert await peer.get("/_s/live") == 200

    folder.loop.run_until_complete(all_())
