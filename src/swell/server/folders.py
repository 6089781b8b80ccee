"""Folders of the app that browsers may read, such as the documents that answers cite."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from swell.settings.table import Settings

from .download import FILE_HEADERS, media_type
from .files import looked_at, picture_of
from .identity import Caller, direct_peer, header_lists
from .sessions import SessionSigner

__all__ = ["configured_folders", "folder_routes"]


def folder_routes(
    folders: Mapping[str, Path],
    signer: SessionSigner,
    may_fetch: Callable[[Caller, str | None], Awaitable[bool]],
    modules: Collection[str] = (),
) -> list[Route]:
    """Return a route for each folder.

    Only files below the folder are sent, with types as safe as those of uploads: no listing, no
    hidden files, and no symbolic link that leads out of it.

    Args:
        folders: By the path that they are served below.
        signer: Reads the session cookie.
        may_fetch: Returns whether a caller may fetch files for all users.
        modules: The paths below which `.js` files are scripts.
    """

    def route(path: str, root: Path) -> Route:
        async def send(request: Request) -> Response:
            headers = header_lists(request.scope["headers"])
            session = signer.of(request.scope)
            session_id = session.id if session is not None else ""
            peer = direct_peer(request.scope)
            caller = Caller(session_id, headers, peer, scope=request.scope)
            found = None
            if await may_fetch(caller, None):
                found = await anyio.to_thread.run_sync(_find, root, request.path_params["file"])
            if found is None:
                return PlainTextResponse("There is no such file.\n", 404)
            file, picture = found
            kind = mimetypes.guess_type(file.name)[0] or ""
            script = path in modules and file.suffix == ".js"
            return FileResponse(
                file,
                media_type="text/javascript" if script else media_type(picture, kind),
                filename=file.name,
                content_disposition_type="inline" if picture or script else "attachment",
                headers={"cache-control": "private, max-age=60", **FILE_HEADERS},
            )

        return Route(f"{path}/{{file:path}}", send, methods=["GET"])

    return [route(path, root) for path, root in folders.items()]


def configured_folders(settings: Settings) -> dict[str, Path]:
    """Return the folders of the setting `public_dirs`, by the path they are served below."""
    pairs = (item.partition("@") for item in settings.public_dirs)
    return {"/" + path.strip("/"): Path(folder) for path, _, folder in pairs}


def _find(root: Path, name: str) -> tuple[Path, str] | None:
    """Return a file below a folder and what picture it is; None if there is no such file."""
    parts = name.split("/")
    if any(part in ("", "..") or part.startswith(".") for part in parts):
        return None
    if any(sign in name for sign in "\\:\0"):  # drives, streams and folders of Windows
        return None
    try:
        file = root.joinpath(*parts).resolve(strict=True)
        if not file.is_relative_to(root.resolve()) or not file.is_file():
            return None
        return file, picture_of(looked_at(file)[1])
    except (OSError, ValueError):
        return None
