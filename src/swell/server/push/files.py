"""Files and folders that programs upload, for all browsers that see the server's pages."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote, unquote

import anyio.to_thread
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from swell.errors import LimitError, PushError
from swell.server.download import FILE_HEADERS, media_type
from swell.server.files import FileStore, StoredFile
from swell.server.security import new_id
from swell.server.uploads import Admit, Reading
from swell.settings.table import Settings
from swell.site import files_below

from .routes import guarded, is_program, refused

__all__ = ["FOLDERS_PATH", "PushedFiles"]

FOLDERS_PATH = "/_d/"

FOLDER_FILES_MAX = 1_000
"""Most files in a folder that is uploaded."""

FOLDERS_MAX = 1_000
"""Most uploaded folders at the same time."""

DIRECTORY_HEADER = "wave-directory-upload"


class PushedFiles:
    """The files of programs.

    Args:
        store: Keeps them, as files of the app.
        settings: The access key, and bounds.
    """

    def __init__(self, store: FileStore, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._folders: dict[str, dict[str, StoredFile]] = {}

    def routes(self, admit: Admit) -> list[Route]:
        """Return the routes of folders.

        Args:
            admit: Returns whether the sender of a request may fetch files for all browsers.
        """

        async def send(request: Request) -> Response:
            folder = self._folders.get(request.path_params["folder"], {})
            stored = folder.get(request.path_params["path"])
            if stored is None or not (await admit(request) or self.lets_in(request)):
                return JSONResponse({"error": {"code": "not_found", "message": ""}}, 404)
            return FileResponse(
                (await self._store.fetch(stored)).path,
                media_type=media_type(stored.picture, stored.mime),
                filename=stored.name,
                content_disposition_type="inline" if stored.picture else "attachment",
                headers={"cache-control": "private, max-age=60", **FILE_HEADERS},
            )

        drop = guarded(self._unload, self._settings)
        return [
            Route(FOLDERS_PATH + "{folder}/{path:path}", send, methods=["GET"]),
            Route(FOLDERS_PATH + "{folder}", drop, methods=["DELETE"]),
        ]

    # ------------------------------------------------------------------- requests of programs

    def lets_in(self, request: Request) -> bool:
        """Return whether a program that may push sends a request."""
        return is_program(request) and refused(request, self._settings) is None

    async def upload(self, request: Request) -> Response:
        """Take in the files of one multipart request, all of them or none."""
        return await guarded(self._upload, self._settings)(request)

    async def unload(self, request: Request) -> Response:
        """Delete a file."""
        return await guarded(self._unload, self._settings)(request)

    async def _upload(self, request: Request) -> Response:
        folder = DIRECTORY_HEADER in request.headers
        settings = self._settings
        if folder:
            settings = replace(settings, upload_max_files=FOLDER_FILES_MAX)
        reading = Reading(self._store, None, "", settings)
        stored = await reading.run(request, request.stream())
        prefix = request.scope["root_path"]
        if not folder:
            return JSONResponse({"files": [prefix + one.url for one in stored]})
        try:
            names = [_place(name) for name in reading.names]
            url = self._add_folder(dict(zip(names, stored, strict=True)))
        except BaseException:
            for one in stored:
                self._store.delete(one.id)
            raise
        return JSONResponse({"files": [prefix + url]})

    async def _unload(self, request: Request) -> Response:
        await self.delete(request.url.path.removeprefix(request.scope["root_path"]))
        return Response(status_code=200)

    # ------------------------------------------------------------------- the same in the process

    async def add(self, path: Path) -> str:
        """Keep a copy of a file, and return its address."""
        if not await anyio.to_thread.run_sync(path.is_file):
            raise ValueError(f"{path} is not a file")
        return (await self._store.save(None, path.name, path)).url

    async def add_folder(self, path: Path) -> str:
        """Keep a copy of a folder, and return its address."""
        if not await anyio.to_thread.run_sync(path.is_dir):
            raise ValueError(f"{path} is not a directory")
        names = await anyio.to_thread.run_sync(lambda: list(files_below(path)))
        if len(names) > FOLDER_FILES_MAX:
            raise LimitError("the folder", f"{FOLDER_FILES_MAX:,} files")
        kept: dict[str, StoredFile] = {}
        try:
            for name in names:
                kept[_place(name)] = await self._store.save(None, name, path / name)
            return self._add_folder(kept)
        except BaseException:
            for one in kept.values():
                self._store.delete(one.id)
            raise

    async def copy(self, url: str, to: Path, owner: str | None = None) -> None:
        """Write a file to `to`.

        Args:
            url: Its address, without the prefix.
            to: Path of the copy.
            owner: The browser whose uploads count as well; None for files of all browsers.

        Raises:
            PushError: If there is no such file.
        """
        _, kind, file_id, place = [*url.split("/", 3), "", "", ""][:4]
        if kind == FOLDERS_PATH.strip("/"):
            stored = self._folders.get(file_id, {}).get(unquote(place))
        else:
            stored = await self._store.find(file_id, unquote(place), owner)
        if stored is None:
            raise PushError(url, "not_found", "there is no such file")
        source = (await self._store.fetch(stored)).path
        await anyio.to_thread.run_sync(shutil.copyfile, source, to)

    async def delete(self, url: str) -> None:
        """Delete a file or a folder of a program; a missing one is not an error."""
        _, kind, file_id, *_ = [*url.split("/"), "", "", ""]
        if kind == FOLDERS_PATH.strip("/"):
            for one in self._folders.pop(file_id, {}).values():
                await self._store.remove(one.id)
            return
        stored = await self._store.peek(file_id)
        if stored is not None and stored.owner is None:
            await self._store.remove(file_id)

    def _add_folder(self, files: dict[str, StoredFile]) -> str:
        if len(self._folders) >= FOLDERS_MAX:
            raise LimitError("the number of uploaded folders", f"{FOLDERS_MAX:,}")
        folder = new_id()
        self._folders[folder] = files
        return FOLDERS_PATH + quote(folder)


def _place(name: str) -> str:
    """Return the path of a file in its folder.

    Raises:
        PushError: If it leads out of the folder, or is no path.
    """
    parts = name.split("/")
    if (
        any(part in ("", ".", "..") for part in parts)
        or any(sign in name for sign in "\\:\0")
        or not name.isprintable()
        or len(name) > 1000
    ):
        raise PushError(name, "bad_name", "is no path below the folder")
    return name
