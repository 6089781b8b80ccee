"""The built web client: its files, and the HTML page that starts it.

The client is built by Vite into `swell/web`. The manifest that Vite writes beside it is the only
list of what may be served: a name is looked up in it, never joined to a path.
"""

from __future__ import annotations

import gzip
import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from swell.errors import SettingError
from swell.locales import LOCALES, words_of

from .install import install_links, install_routes
from .security import content_frame_headers, frame_headers, request_host

__all__ = ["ASSETS_PATH", "ENTRY", "FRAME_PATH", "WEB_DIR", "ClientBundle"]

WEB_DIR = Path(__file__).parent.parent / "web"
ENTRY = "src/main.ts"
ASSETS_PATH = "/_s/assets/"
FRAME_PATH = "/_s/diagram"
CONTENT_PATH = "/_s/frame"
_FRAME_ENTRY = "src/markdown/diagram/frame.ts"
_EARLY_ENTRY = "src/early.ts"
_LANGUAGE_ENTRY = "src/i18n/languages/{}"  # made by web/tools/words.ts

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
}
# Writes what the page around it sends, once. What is written replaces the script.
_CONTENT_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Frame</title>
<script>
addEventListener("message", (event) => {
  if (event.source !== parent) return;
  document.open();
  document.write(event.data);
  document.close();
}, { once: true });
parent.postMessage("swell-frame", "*");
</script></head><body></body></html>"""
_VIEWPORT = (
    "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
)
_PACKED_ALREADY = {".png", ".webp", ".woff2"}


class _Chunk(msgspec.Struct):
    """One entry of Vite's manifest, as far as it matters here."""

    file: str
    css: list[str] = []
    assets: list[str] = []
    imports: list[str] = []


@dataclass(slots=True)
class _File:
    """A file of the client; read and packed when first asked for."""

    path: Path
    body: bytes | None = None
    packed: bytes | None = None

    def read(self) -> None:
        body = self.path.read_bytes()
        if self.path.suffix not in _PACKED_ALREADY:
            packed = gzip.compress(body, 9, mtime=0)
            self.packed = packed if len(packed) < len(body) else None
        self.body = body


@dataclass(frozen=True)
class ClientBundle:
    """A built client.

    Attributes:
        js: File name of the entry script, such as `main-4fA1.js`.
        preload: Further scripts that the entry needs at once.
        early: The script that connects before the entry has loaded; None if it was not built.
        css: Style sheets of the entry and its static imports.
        build: Short id of this build; the browser reports it, so that an old tab is noticed.
        frame: The script that draws diagrams, with separate files; None if it was not built.
        words: File names of the catalogues of languages other than English, by language.
    """

    js: str
    preload: tuple[str, ...]
    early: str | None
    css: tuple[str, ...]
    build: str
    frame: str | None
    words: dict[str, str]
    _files: dict[str, _File] = field(repr=False)

    @classmethod
    def load(cls, directory: Path = WEB_DIR) -> ClientBundle:
        """Read the manifest of a built client.

        Raises:
            SettingError: If there is none, or it does not fit the files beside it.
        """
        try:
            raw = (directory / "manifest.json").read_bytes()
            manifest = msgspec.json.decode(raw, type=dict[str, _Chunk])
            entry = manifest[ENTRY]
            frame_raw, frames = _other_manifest(directory / "diagram.json")
            early_raw, earlies = _other_manifest(directory / "early.json")
            frame, early = frames.get(_FRAME_ENTRY), earlies.get(_EARLY_ENTRY)
            needed = list(_closure(manifest, ENTRY))
        except FileNotFoundError:
            raise SettingError(
                "web client",
                str(directory),
                "it has not been built. In a checkout run `make web`; a package that was installed "
                "has it, so reinstall swell if you see this",
            ) from None
        except (KeyError, ValueError) as error:
            raise SettingError(
                "web client", str(directory), f"its manifest cannot be used: {error!r}"
            ) from None
        chunks = [*manifest.values(), *frames.values(), *earlies.values()]
        listed = {path for chunk in chunks for path in _paths(chunk)}
        return cls(
            js=_name(entry.file),
            preload=tuple(_name(chunk.file) for chunk in needed if chunk is not entry),
            css=tuple(dict.fromkeys(_name(css) for chunk in needed for css in chunk.css)),
            build=sha256(raw + frame_raw + early_raw).hexdigest()[:12],
            early=_name(early.file) if early else None,
            frame=_name(frame.file) if frame else None,
            words={
                name: _name(manifest[key].file)
                for name in LOCALES
                if (key := _LANGUAGE_ENTRY.format(name)) in manifest
            },
            _files={_name(path): _File(directory / path) for path in sorted(listed)},
        )

    def names(self) -> tuple[str, ...]:
        """Return the names of all files that may be served."""
        return tuple(self._files)

    def first_load(self) -> tuple[str, ...]:
        """Return the files that a browser fetches, after the HTML, before the first paint."""
        early = (self.early,) if self.early else ()
        return (self.js, *early, *self.preload, *self.css)

    def render_html(
        self,
        *,
        prefix: str,
        route: str,
        title: str = "Swell",
        locale: str = "en",
        sign_in: str = "",
        user: str = "",
        nonce: str = "",
    ) -> bytes:
        """Return the page that starts the client.

        Args:
            prefix: Where the server is mounted: empty or `/x`.
            route: Route of the app, such as `/demo`, without the prefix.
            title: Title until the app sets its own.
            locale: Language of the interface, one of `LOCALES`.
            sign_in: Address of the sign-in page, without the prefix; empty if there is none.
            user: Stands for the user who has signed in there.
            nonce: With which scripts of the app run; empty where they do not.
        """
        base = html.escape(quote(prefix) + ASSETS_PATH)
        preload = [*self.preload, *([self.words[locale]] if locale in self.words else [])]
        words = words_of(locale)
        links = [f'<link rel="stylesheet" href="{base}{name}">' for name in self.css]
        links += [f'<link rel="modulepreload" href="{base}{name}">' for name in preload]
        links += install_links(prefix=prefix, route=route, title=title)
        body = {"data-prefix": prefix, "data-route": route, "data-build": self.build}
        body |= {"data-sign-in": sign_in, "data-user": user} if sign_in else {}
        attributes = " ".join(f'{name}="{html.escape(text)}"' for name, text in body.items())
        key = f' nonce="{html.escape(nonce)}"' if nonce else ""
        page = [
            "<!doctype html>",
            f'<html lang="{words.language.tag}" dir="{words.language.direction}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta name="viewport" content="{_VIEWPORT}">',
            f"<title>{html.escape(title)}</title>",
            *links,
            f'<script type="module"{key} src="{base}{self.js}"></script>',
            "</head>",
            f"<body {attributes}>",
            # in the body, whose attributes it reads
            *(
                [f'<script async fetchpriority="high" src="{base}{self.early}"></script>']
                if self.early
                else []
            ),
            '<div id="app"></div>',
            f'<p class="too-old">{words.too_old}</p>',
            f"<noscript>{words.noscript}</noscript>",
            "</body>",
            "</html>",
            "",
        ]
        return "\n".join(page).encode()

    def routes(self) -> list[Route]:
        """Return the routes that serve the client's files."""
        return [
            Route(ASSETS_PATH + "{name}", self.serve, methods=["GET"], name="asset"),
            Route(FRAME_PATH, self.serve_frame, methods=["GET"], name="diagram"),
            Route(CONTENT_PATH, self.serve_content_frame, methods=["GET"], name="frame"),
            *install_routes(),
        ]

    async def serve_frame(self, request: Request) -> Response:
        """Answer with the page that draws diagrams; the client puts it into a frame."""
        if self.frame is None:
            return _missing()
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Diagram</title>'
            f'<script type="module" src="assets/{self.frame}"></script></head><body></body></html>'
        )
        response = HTMLResponse(page, headers={"cache-control": "no-cache"})
        host = request_host(request.scope["headers"]) or ""
        response.raw_headers.extend(frame_headers(host, request.scope["scheme"] == "https"))
        return response

    async def serve_content_frame(self, request: Request) -> Response:
        """Answer with the page that shows HTML of the app; the client puts it into a frame."""
        response = HTMLResponse(_CONTENT_PAGE, headers={"cache-control": "no-cache"})
        host = request_host(request.scope["headers"]) or ""
        response.raw_headers.extend(content_frame_headers(host, request.scope["scheme"] == "https"))
        return response

    async def serve(self, request: Request) -> Response:
        """Answer one request for a file of the client."""
        name = request.path_params["name"]
        file = self._files.get(name)
        if file is None:
            return _missing()
        if file.body is None:
            try:
                await anyio.to_thread.run_sync(file.read)
            except FileNotFoundError:  # rebuilt under a running server
                return _missing()
        headers = {
            # names hold a hash of the content, so a name never changes its meaning
            "cache-control": "public, max-age=31536000, immutable",
            "content-type": _TYPES.get(file.path.suffix, "application/octet-stream"),
            "x-content-type-options": "nosniff",
            # public and the same for all users; the page that draws diagrams has no origin
            "access-control-allow-origin": "*",
        }
        body = file.body
        if file.packed is not None:
            headers["vary"] = "accept-encoding"
            if _accepts_gzip(request.headers.getlist("accept-encoding")):
                headers["content-encoding"] = "gzip"
                body = file.packed
        return Response(body, headers=headers)


def _other_manifest(path: Path) -> tuple[bytes, dict[str, _Chunk]]:
    """Read the manifest of a separate build; empty if it was not built."""
    raw = path.read_bytes() if path.is_file() else b"{}"
    return raw, msgspec.json.decode(raw, type=dict[str, _Chunk])


def _missing() -> Response:
    # not cached: the same name exists again once the tab has reloaded or the server is updated
    return Response(
        "Not found\n", 404, {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    )


def _accepts_gzip(values: Iterable[str]) -> bool:
    for item in ",".join(values).split(","):
        coding, _, weight = item.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _closure(manifest: dict[str, _Chunk], key: str) -> Iterable[_Chunk]:
    """Yield a chunk and all that it imports statically, each once."""
    seen: dict[str, _Chunk] = {}
    todo: list[Any] = [key]
    while todo:
        if (current := todo.pop()) not in seen:
            seen[current] = manifest[current]
            todo += manifest[current].imports
    return seen.values()


def _paths(chunk: _Chunk) -> list[str]:
    return [chunk.file, *chunk.css, *chunk.assets]


def _name(path: str) -> str:
    """The part of a path in the manifest that URLs use; all files lie flat in `assets/`."""
    folder, _, name = path.rpartition("/")
    if folder != "assets" or not name or name.startswith("."):
        raise SettingError("web client", "manifest.json", f"unexpected file {path!r}")
    return name
