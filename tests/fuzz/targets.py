"""What is fuzzed: functions that read what others send, and what may come of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from swell import markdown
from swell.auth.oidc.fetch import _object
from swell.auth.oidc.jwt import _header
from swell.auth.requests import browser_name, safe_next
from swell.auth.sealed import Sealer
from swell.backplane.envelope import EnvelopeError, Receiver, Sender
from swell.backup.archive import BackupError, Reader, Writer
from swell.chat.feed import _read as _changed
from swell.chat.runs import news as peers
from swell.chat.runs.documents import decoded
from swell.chat.runs.title import plain_line
from swell.chat.store import words
from swell.chat.store.transfer import check, read
from swell.errors import (
    DocumentError,
    LimitError,
    OpError,
    ProtocolError,
    SettingError,
    SignInError,
    ThreadFormatError,
)
from swell.live import wire
from swell.live.frames import FrameReader
from swell.models.completions import SSEChunks
from swell.models.failures import failure_of_report
from swell.models.fields import argument_fault, arguments
from swell.models.sse import EventStream
from swell.parts.base import Part
from swell.parts.base import decoded as decoded_part
from swell.schema.kinds import MisfitError, unpack
from swell.server.file_names import safe_name
from swell.server.folders import _find
from swell.server.limits import address_of, is_proxy, peer_of
from swell.server.links import Links
from swell.server.locales import page_locale
from swell.server.relay import messages
from swell.server.relay.channel import packet
from swell.server.security import host_allowed, origin_allowed, same_site_request
from swell.server.sessions import Session, SessionSigner
from swell.server.uploads import Reading, _BadUploadError
from swell.settings.load import load_settings
from swell.settings.table import Settings, fields
from tests.server.place import SETTINGS, Place

__all__ = ["CORPUS", "TARGETS", "Target"]

CORPUS = Path(__file__).parent / "corpus"


class Target(NamedTuple):
    """Something that reads bytes of others.

    Attributes:
        run: Reads them; raises only if something is wrong.
        seeds: Bytes to begin with.
        tokens: Pieces that mean something there.
        tries: How many `make test` makes: about four seconds of them.
    """

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    tries: int

    def kept(self, name: str) -> list[bytes]:
        """Return the corpus."""
        return [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]


def _wire(data: bytes) -> None:
    """A frame of a browser is a message, or a refusal with a code."""
    for frame in (data, data.decode("utf-8", "replace")):
        with contextlib.suppress(ProtocolError):
            message = wire.decode(frame, 65_536, 32)
            assert isinstance(message, wire.Hello | wire.Act | wire.Pong | wire.Bye)
            msgspec.json.encode(message)


@cache
def _place() -> tuple[Place, asyncio.AbstractEventLoop]:
    return Place(), asyncio.new_event_loop()


class _Request:
    """The part of a request that an upload reads."""

    def __init__(self, kind: str) -> None:
        self.headers = {"content-type": kind}


def _multipart(data: bytes) -> None:
    """A body is files within the limits, all or none, or a refusal."""
    place, loop = _place()
    first, _, body = data.partition(b"\0")
    kind = "multipart/form-data; boundary=" + first.decode("latin-1")

    async def chunks() -> Any:
        for at in range(0, len(body), 37):
            yield body[at : at + 37]

    async def take() -> None:
        upload = Reading(place.store, "ann", "tab", SETTINGS)
        stored = await upload.run(_Request(kind), chunks())  # type: ignore[arg-type]
        assert len(stored) <= SETTINGS.upload_max_files
        for one in stored:
            _harmless(one.name)
            assert one.path.parent == place.folder
            place.store.delete(one.id)

    from python_multipart.exceptions import FormParserError

    with contextlib.suppress(_BadUploadError, FormParserError, LimitError):
        loop.run_until_complete(take())
    assert place.kept() in ([], [place.folder / ".alive"]), place.kept()


DEVICES = {
    *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"),
    *(port + digit for port in ("COM", "LPT") for digit in "0123456789¹²³"),
}
"""Names of Windows, as every Python knows them; `is_reserved` is not the same in each."""


def _harmless(name: str) -> None:
    assert 0 < len(name.encode()) <= 255
    for kind in (PurePosixPath, PureWindowsPath):
        assert kind(name).parts == (name,)
    assert name.partition(".")[0].rstrip(" ").upper() not in DEVICES
    assert not name.endswith((" ", "."))
    assert not {unicodedata.category(one) for one in name} & {"Cc", "Cf", "Cs"}


@cache
def _folder() -> Path:
    root = Path(tempfile.mkdtemp(prefix="swell-fuzz-"))
    (root / "inside" / "sub").mkdir(parents=True)
    (root / "secret").write_text("outside")
    (root / "inside" / "a.txt").write_text("inside")
    (root / "inside" / "sub" / "up").symlink_to(root)
    return root


def _paths(data: bytes) -> None:
    """A path finds a file below its folder, or none; a name of a file is only a name."""
    text = data.decode("utf-8", "surrogateescape")
    root = _folder() / "inside"
    found = _find(root, text)
    assert found is None or found[0].resolve().is_relative_to(root)
    _harmless(safe_name(text))
    assert safe_name(safe_name(text)) == safe_name(text)


def _next(data: bytes) -> None:
    """An address to continue at is a path of this site."""
    text = data.decode("utf-8", "replace")
    for prefix in ("", "/x"):
        place = safe_next(text, prefix)
        found = urlsplit(urljoin(f"http://here{prefix}/_auth/login", place))
        assert (found.scheme, found.netloc) == ("http", "here")
        path = place.partition("#")[0].partition("?")[0]
        assert f"{path}/".startswith(f"{prefix}/")
        assert not place.startswith(("//", "/\\"))
        assert place.isprintable()
    assert len(browser_name(text)) <= 80


def _markdown(data: bytes) -> None:
    """Texts of users stay texts, on their line and in their cell."""
    text = data.decode("utf-8", "replace")
    first, _, second = text.partition("\0")
    assert "\n" not in markdown.line(text)
    assert "\n" not in markdown.link(first, second)
    fence = markdown.fenced(text, first.split("\n")[0][:20])
    assert fence.startswith("`")
    markdown.code(text)
    rows = markdown.table([first or "x"], [[second], [text]]).split("\n")
    assert len(rows) == 4, rows
    title = plain_line(text)
    assert "\n" not in title
    query = words.parse_query(text)
    if query is not None:
        words.snippet(text * 2, query)


def _imports(data: bytes) -> None:
    """A chat in a file is one that can be stored, or a refusal that says why."""
    try:
        check(read(data, values_max=5_000, cells_max=1_000))
    except (ThreadFormatError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass


def _sse(data: bytes) -> None:
    """Events of a stream are the same however it is cut, and cost what they weigh."""
    whole = EventStream()
    events = [*whole.read(data), *whole.end()]
    for size in (1, 3, 7):
        pieces, found = EventStream(), []
        for at in range(0, len(data), size):
            found += pieces.read(data[at : at + size])
        found += pieces.end()
        assert found == events
        assert pieces.retry_ms == whole.retry_ms


def _settings(data: bytes) -> None:
    """A setting has a value of its type, or an error that names it."""
    number, _, rest = data.partition(b" ")
    rows = fields()
    name = rows[int.from_bytes(number[:2]) % len(rows)].row.name
    text = rest.decode("utf-8", "surrogateescape").replace("\0", "")
    with contextlib.suppress(SettingError):
        load_settings({f"SWELL_{name.upper()}": text}, {})


@cache
def _signers() -> tuple[SessionSigner, Links, Sealer]:
    return (
        SessionSigner("k" * 32, Settings(session_cookie="s")),
        Links(b"k" * 32),
        Sealer(b"k" * 32),
    )


@cache
def _proofs() -> tuple[str, str, str]:
    signer, links, sealer = _signers()
    session = Session("A" * 22, 2_000_000_000)
    return (
        signer.sign(session),
        links.make("ann", "/", "0" * 32, "1" * 64),
        sealer.seal(b"secret", "tokens"),
    )


def _tokens(data: bytes) -> None:
    """No client makes a cookie, a link to a file, or a sealed text."""
    signer, links, sealer = _signers()
    text = data.decode("latin-1")
    own = _proofs()
    session = signer.read(text)
    assert session is None or session == Session("A" * 22, 2_000_000_000)  # by our own signature
    link = links.read(text)
    assert link is None or not links.proves(link, "bob")
    assert link is None or text.rstrip("=") == own[1] or not links.proves(link, "ann")
    opened = sealer.open(text, "tokens")
    assert opened is None or opened == b"secret"
    headers = [(b"cookie", data), (b"host", data), (b"origin", data)]
    scope = {"headers": headers, "scheme": "http", "path": "/"}
    found = signer.of(scope)
    assert found is None or found.id == "A" * 22
    host_allowed(text, Settings())
    assert not origin_allowed(text, "ws", "localhost:1", Settings()) or text == "http://localhost:1"
    same_site_request(scope, Settings())
    with contextlib.suppress(LookupError):
        signer.name(scope)


def _between(data: bytes) -> None:
    """What comes over the backplane is a message of ours, or nothing."""
    with contextlib.suppress(EnvelopeError):
        Receiver(b"00000000").open("c", data)
    with contextlib.suppress(EnvelopeError):
        body = msgspec.msgpack.encode([b"a sender", 1, 0, 0, 1, data])
        Receiver(b"00000000").open("c", body)
    for opened in (
        *(messages.from_guest, messages.from_host, messages.news, messages.positions),
        *(packet, peers.request, peers.news, _changed),
    ):
        opened(data)


def _frames(data: bytes) -> None:
    """A frame of another process is patches, or one that does not fit."""
    with contextlib.suppress(OpError):
        FrameReader([["cards", "a"]]).read(data, 0)


def _answers(data: bytes) -> None:
    """The stream of a model's server is an answer, or no answer; a report is always an error."""
    for size in (len(data) or 1, 7):
        chunks = SSEChunks()
        with contextlib.suppress(ValueError, RecursionError):  # `compatible` makes errors of them
            for at in range(0, len(data), size):
                chunks.read(data[at : at + size])
            chunks.end()
    text = data.decode("utf-8", "surrogateescape")
    failure_of_report(text)
    arguments(text)
    argument_fault(text)


def _texts(data: bytes) -> None:
    """A stored part is shown whatever it is, and a packed string is its value or misfits."""
    text = data.decode("utf-8", "surrogateescape")
    assert isinstance(decoded_part(text), Part)
    with contextlib.suppress(MisfitError):
        unpack(text, "")


def _headers(data: bytes) -> None:
    """Headers name a language, an address and a token, or none."""
    text = data.decode("latin-1")
    page_locale(Settings(locale="auto"), text)
    proxies = ("10.0.0.0/8", "::1")
    forwarded = {"headers": [(b"x-forwarded-for", data)], "client": ("10.0.0.1", 1)}
    for address in (address_of(forwarded, proxies), text):
        peer_of(address)
        is_proxy(address, proxies)
    with contextlib.suppress(SignInError):
        _header(text)
    _object(data)


@cache
def _backup() -> Path:
    return Path(tempfile.mkdtemp(prefix="swell-fuzz-")) / "backup.zip"


def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "backup.zip")
        with Writer(path) as writer:
            writer.table("users", ["id"], [["ann"], ["bob"]])
            writer.file("f", [b"content"])
            about = {"revision": "1", "created": "", "swell": "1", "database": "sqlite"}
            writer.manifest(**about, secrets=False, missing=[])
        return path.read_bytes()


def _archives(data: bytes) -> None:
    """A backup is whole, or refused before anything is restored from it."""
    path = _backup()
    path.write_bytes(data)
    with contextlib.suppress(BackupError):
        reader = Reader(path)
        try:
            reader.check()
        finally:
            reader.close()


def _documents(data: bytes) -> None:
    """An attached file is text, or none."""
    with contextlib.suppress(DocumentError):
        decoded(data, "a.txt")


_ACT = b'{"t":"act","id":"1","args":{"chat":"Hi"},"event":["chat","submit",{"files":[]}]}'
_THREAD = json.dumps(
    {
        "format": "swell.thread",
        "version": 1,
        "title": "T",
        "created": 1.0,
        "leaf": None,
        "messages": [
            {
                "id": "1",
                "role": "assistant",
                "created": 1.0,
                "parts": [
                    {"type": "text", "text": "Hi"},
                    {"type": "table", "columns": ["a"], "rows": [["1"]]},
                ],
            }
        ],
    }
).encode()
_HEAD = b'b\0--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
_FORM = _HEAD + b"x\r\n--b--\r\n"


_CALL = (
    b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f",'
    b'"arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"total_tokens":1}}\n\n'
)


TARGETS = {
    "wire": Target(
        _wire,
        (_ACT, b'{"t":"hello","v":1,"route":"/","pos":{"e":"x","s":1}}', b'{"t":"pong","s":0}'),
        (b'"__proto__"', b"1e400", b"\\ud800", b"null", b"[[", b"{", b'"t"', b"-0", b"NaN"),
        110_000,
    ),
    "multipart": Target(
        _multipart,
        (_FORM, _FORM + _FORM[2:]),
        (b"\r\n", b"--b", b"--", b'filename="', b"filename*=utf-8''", b"; ", b"\0", b"../", b"%0D"),
        7_000,
    ),
    "paths": Target(
        _paths,
        (b"a.txt", b"sub/up/secret", b"../secret", b"CON.txt"),
        (
            b"..",
            b"/",
            b"\\",
            b"%2e",
            b"\0",
            b":",
            b"~",
            b"\xe2\x80\xae",
            b".",
            b"con",
            b"\xff",
            b"e\xcc\x88",
        ),
        14_000,
    ),
    "next": Target(
        _next,
        (b"/demo?x=1#a", b"//evil", b"/\\evil", b"/x/_auth/"),
        (b"/", b"\\", b"\t", b"%5c", b"@", b":", b"#", b"?", b"..", b"\xe3\x80\x82", b"https:"),
        50_000,
    ),
    "markdown": Target(
        _markdown,
        (b"# A [b](c) `d` **e**", b"| a |\n|--|\n\0x", b"> - 1. ```x"),
        (b"`", b"[", b"](", b"|", b"\\", b"*", b"\n", b"<", b"\r", b"\xe2\x80\xa8", b"~~~", b"\0"),
        12_000,
    ),
    "imports": Target(
        _imports,
        (_THREAD,),
        (
            b'"parts"',
            b"[",
            b"{",
            b"}",
            b"1e999",
            b"null",
            b'"type":"tool_call"',
            b'"\\ud800"',
            b",",
        ),
        50_000,
    ),
    "sse": Target(
        _sse,
        (b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n', b"event: x\r\nid: 1\rdata: a\n\n"),
        (b"\r", b"\n", b"data:", b"retry: 1", b"id:", b"\xef\xbb\xbf", b": x", b"\0", b"[DONE]"),
        8_000,
    ),
    "settings": Target(
        _settings,
        (b"\0\1 1", b"\0\2 a=b,c=d", b"\0\3 http://x:1", b"\0\4 10.0.0.0/8"),
        (b"-1", b"1e9", b"inf", b"nan", b",", b"=", b":", b"/", b"\xff", b"9" * 5000, b"true"),
        5_000,
    ),
    "tokens": Target(
        _tokens,
        (*(proof.encode() for proof in _proofs()), b"s=" + _proofs()[0].encode()),
        (b".", b"=", b"; ", b"-", b"_", b"A", b"\0", b"s=", b"localhost:1", b"http://"),
        25_000,
    ),
    "between": Target(
        _between,
        (
            *Sender(1000).seal("c", [("t", b"x")]),
            messages.encode(messages.Left("x")),
            messages.encode(messages.Want("e", 1)),
        ),
        (b"\xc1", b"\x96", b"\xc4\xff", b"\xd9\xff", b"\x80", b"\xdd\xff\xff\xff\xff"),
        40_000,
    ),
    "documents": Target(
        _documents,
        (b"plain", "älter".encode("utf-16"), b"\xff\xfea\0", b"PK\x03\x04"),
        (b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\0\0\xfe\xff", b"\x80", b"%PDF-1.4"),
        80_000,
    ),
    "frames": Target(
        _frames,
        (
            b'[2,2,["s",["cards","a"],{"view":"x"}],["a",["cards","a","text"],0,"Hi"]]',
            b'[1,1,["p",0,["cards","a"]],[0,1,"Hi"]]',
        ),
        (b"[", b"]", b"1e999", b"-1", b"null", b'"p"', b"0,", b"{", b'"\\ud800"', b"9" * 40),
        50_000,
    ),
    "answers": Target(
        _answers,
        (
            _CALL,
            b'event: error\ndata: {"error":{"message":"{\\"code\\": 429}","code":"400"}}\n\n',
            b'{"error": {"message": "too long", "code": "400"}}',
        ),
        (b'"content":', b"[", b"{", b"1e999", b"4" * 5000, b'"\\ud800"', b"null", b"data: "),
        4_000,
    ),
    "texts": Target(
        _texts,
        (
            b'{"type":"table","columns":["a"],"rows":[["1"]]}',
            b'{"type":"tool_call","name":"f","args":{"a":1}}',
            b'rows:[["a","b"],[[1,2]]]',
            b"data:[1]",
        ),
        (b"[", b"{", b"cols:", b"rows:", b"null", b"1e999", b'"\\ud800"', b"\xff", b'"type":'),
        20_000,
    ),
    "headers": Target(
        _headers,
        (b"de-AT, en;q=0.5", b"[::1]:80, 10.0.0.1", b"fe80::1%eth0", b"eyJhbGciOiJSUzI1NiJ9.e30.e"),
        (b",", b";q=", b"1e9", b"*", b"-", b"::", b"%", b"[", b"]", b"ffff:", b".", b"\xb2"),
        20_000,
    ),
    "archives": Target(
        _archives,
        (_made(),),
        (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\0\0", b"\xff\xff\xff\xff", b"\x01\0"),
        3_000,
    ),
}
