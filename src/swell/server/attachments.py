"""Files of a submission: those of a prompt, of a command, and of upload components.

A browser names files by the ids that it got for its uploads. Here they become paths, so no browser
can ever name a path, or a file of another session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from swell import sizes
from swell.errors import AttachmentError

from .files import FILES_PATH, FileStore, StoredFile

__all__ = ["MB", "accepts", "check_uploads", "submission", "upload_ids"]

MB = 1_000_000
"""Bytes of a megabyte, as in `ChatAttachments.max_file_mb` and as the browser shows sizes."""

MIB = 1 << 20
"""Bytes in the unit of the limits of `FileUpload`, as in Wave."""

MAX_FILES = 10
MAX_FILE_MB = 20
MENTIONS_MAX = 100


def submission(
    data: Any,
    cards: Iterable[Mapping[str, Any]],
    source: str,
    files: FileStore | None,
    session_id: str,
    client_id: str,
    prefix: str = "",
) -> dict[str, Any]:
    """Return the data of a `submit` event as the handler gets it.

    Args:
        data: The prompt's text, and as the browser sent them ids of files, command, mentions.
        cards: The cards of the page; one of them, or a command of it, is named `source`.
        source: Name of the card or the command.
        files: Where uploads are kept.
        session_id: Session of the sender.
        client_id: Tab of the sender; from now on the files are kept as long as the tab.
        prefix: Path under which browsers reach the server, empty or `/x`.

    Returns:
        `{text, files: [{path, name, size, mime, url, id}], command, mentions}`.

    Raises:
        AttachmentError: If a file is gone, or the card does not take it.
    """
    given: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    text, command = given.get("text"), given.get("command")
    ids, mentions = given.get("files"), given.get("mentions")
    found = []
    if ids:
        limits = _limits(cards, source)
        if not isinstance(limits, Mapping) or files is None or not isinstance(ids, list):
            raise AttachmentError("file_refused", "No files can be attached here.")
        found = [_file(files, id, session_id) for id in dict.fromkeys(map(str, ids))]
        _check(found, limits)
        for stored in found:
            stored.client = client_id
    return {
        "text": text if isinstance(text, str) else "",
        "files": [_described(stored, prefix) for stored in found],
        "command": command if isinstance(command, str) else None,
        "mentions": [one for one in mentions if isinstance(one, str)][:MENTIONS_MAX]
        if isinstance(mentions, list)
        else [],
    }


def upload_ids(args: Mapping[str, Any], cards: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ids of the files that upload components submit."""
    names = _upload_components(args, cards)
    given = [one for name in names if isinstance(args[name], list) for one in args[name]]
    return [found for found in map(_upload_id, map(str, given)) if found]


def check_uploads(
    args: Mapping[str, Any],
    cards: Iterable[Mapping[str, Any]],
    files: FileStore | None,
    session_id: str,
    client_id: str,
) -> None:
    """Check the files that upload components submit, whose addresses are in `args`.

    From now on the files are kept as long as the tab of the sender.

    Args:
        args: What is submitted.
        cards: The cards of the page.
        files: Where uploads are kept.
        session_id: Session of the sender.
        client_id: Tab of the sender.

    Raises:
        AttachmentError: If a file is gone, or the component does not take it.
    """
    for name, component in _upload_components(args, cards).items():
        given = args[name]
        if given is None:
            continue
        if not isinstance(given, list) or files is None:
            raise AttachmentError("file_refused", f"{name} takes uploaded files only.")
        if len(given) > 1 and not component.get("multiple"):
            raise AttachmentError("file_refused", "This upload takes one file only.")
        ids = dict.fromkeys(_id_of(address, name) for address in given)
        found = [_file(files, one, session_id) for one in ids]
        endings = [f".{ending.lstrip('.')}" for ending in component.get("file_extensions") or ()]
        for stored in found:
            _check_size(stored, (component.get("max_file_size") or 0) * MIB)
            _check_kind(stored, endings)
            stored.client = client_id
        most = (component.get("max_size") or 0) * MIB
        if most and sum(stored.size for stored in found) > most:
            said = f"The files are too large: {sizes.size(int(most))} can be uploaded at once."
            raise AttachmentError("file_refused", said)


def accepts(accept: Iterable[str], name: str, mime: str) -> bool:
    """Return whether a card accepts a file of this kind.

    Args:
        accept: Endings such as `.pdf`, media types such as `text/plain` or `image/*`; empty takes
            every file.
        name: Name of the file.
        mime: Its media type.

    >>> accepts([".pdf", "image/*"], "Photo.PNG", "image/png")
    True
    >>> accepts([".pdf", "image/*"], "notes.txt", "text/plain")
    False
    """
    kinds = [kind.strip().lower() for kind in accept]
    return not kinds or any(
        name.lower().endswith(kind) if kind.startswith(".") else fnmatchcase(mime, kind)
        for kind in kinds
    )


def _limits(cards: Iterable[Mapping[str, Any]], source: str) -> Any:
    """Return the attachment options of a card, or the file options of a command."""
    cards = list(cards)
    for card in cards:
        if card.get("name") == source:
            return card.get("attachments")
    for record in _records(cards):
        if record.get("name") == source and record.get("accept"):
            return {"accept": record["accept"], "max_files": 1}
    return None


def _records(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all records on cards at any depth, including the commands of menus."""
    if isinstance(node, Mapping):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _records(one)


def _file(files: FileStore, file_id: str, session_id: str) -> StoredFile:
    stored = files.get(file_id, session_id)
    if stored is None:
        raise AttachmentError(
            "file_gone", "An attached file is no longer kept here. Attach it again."
        )
    return stored


def _check(found: list[StoredFile], limits: Mapping[str, Any]) -> None:
    most, size = limits.get("max_files", MAX_FILES), limits.get("max_file_mb", MAX_FILE_MB)
    if len(found) > most:
        raise AttachmentError("file_refused", f"At most {most} files can be attached at once.")
    for stored in found:
        _check_size(stored, size * MB)
        _check_kind(stored, limits.get("accept") or ())


def _check_size(stored: StoredFile, most: float) -> None:
    """Refuse a file of more than `most` bytes; 0 is no limit."""
    if most and stored.size > most:
        most_bytes = sizes.size(int(most))
        said = f"{stored.name} is too large: files of up to {most_bytes} can be attached."
        raise AttachmentError("file_refused", said)


def _check_kind(stored: StoredFile, accept: Iterable[str]) -> None:
    if not accepts(accept, stored.name, stored.mime):
        said = f"{stored.name} is of a kind that cannot be attached here."
        raise AttachmentError("file_refused", said)


def _upload_components(
    args: Mapping[str, Any], cards: Iterable[Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Return the upload components of a page that submit something, by name."""
    if not args:
        return {}  # most events
    found = {}
    for record in _records(list(cards)):
        component = record.get("file_upload")
        if isinstance(component, Mapping) and component.get("name") in args:
            found[component["name"]] = component
    return found


def _id_of(address: Any, name: str) -> str:
    found = _upload_id(str(address))
    if not found:
        raise AttachmentError("file_refused", f"{name} takes uploaded files only.")
    return found


def _upload_id(address: str) -> str:
    """Return the id in the address of an upload, `.../_f/<id>/<name>`; empty if it is none."""
    before, _, name = address.rpartition("/")
    before, _, found = before.rpartition("/")
    return found if name and f"{before}/".endswith(FILES_PATH) else ""


def _described(stored: StoredFile, prefix: str) -> dict[str, Any]:
    return {
        "path": str(stored.path),
        "name": stored.name,
        "size": stored.size,
        "mime": stored.mime,
        "url": prefix + stored.url,
        "id": stored.id,
    }
