"""The file of a backup: a ZIP archive of JSON lines and files, with a checksum for each of them.

`manifest.json` names every table with its number of rows and SHA-256, `files.jsonl` every file.
Both are written last, and the archive gets its name when it is complete: a backup that ended early
leaves a file with the suffix `.part`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from swell.errors import DECODE_ERRORS

__all__ = ["FORMAT", "VERSION", "BackupError", "Reader", "StoredBytes", "TableSum", "Writer"]

FORMAT = "swell.backup"
VERSION = 1

PIECE_BYTES = 256 * 1024
_MANIFEST = "manifest.json"
_FILES = "files.jsonl"


_DAMAGE: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, KeyError),
    *(RuntimeError, ValueError),  # encrypted, an unknown method, a number or name that cannot be
    *DECODE_ERRORS,
)
"""Errors of reading a file that is no archive, or a damaged one."""


class BackupError(Exception):
    """A backup cannot be made or restored; nothing was changed.

    Not a `SwellError`: it never leaves the command line.
    """


class TableSum(msgspec.Struct, frozen=True):
    """What the manifest has of one entry."""

    rows: int
    sha256: str


class StoredBytes(msgspec.Struct, frozen=True):
    """One line of `files.jsonl`.

    Attributes:
        id: Id of the file's row.
        entry: Entry of the archive with its bytes.
        size: Their number.
        sha256: Their checksum.
    """

    id: str
    entry: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup contains.

    Attributes:
        format: `swell.backup`.
        version: Version of the format.
        revision: Version of the tables.
        created: When the backup was made, in ISO 8601.
        swell: Version of Swell that made it.
        database: `sqlite` or `postgresql`.
        secrets: Whether it has the keys of the service.
        tables: Rows and checksums, by name.
        files: Number of files, and the checksum of `files.jsonl`.
        missing: Ids of files whose bytes were not there.
    """

    format: str
    version: int
    revision: str
    created: str
    swell: str
    database: str
    secrets: bool
    tables: dict[str, TableSum]
    files: TableSum
    missing: list[str]


class Writer:
    """Writes an archive; used with `with`, which gives the file its name at the end.

    Args:
        path: The file; it must not exist.

    Raises:
        BackupError: If it exists.
    """

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise BackupError(f"{path} exists; remove it, or name another file")
        self._path = path
        self._part = path.with_name(path.name + ".part")
        handle = os.open(self._part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
        self._file = os.fdopen(handle, "wb+")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._index = self._path.with_name(path.name + ".index.part")
        self._lines = self._index.open("wb+")
        self.tables: dict[str, TableSum] = {}
        self.files = 0
        self.bytes = 0

    def table(self, name: str, columns: list[str], rows: Iterable[Iterable[Any]]) -> None:
        """Write a table: a line with the names of the columns, and a line for each row."""
        encode = msgspec.json.Encoder().encode
        digest, count = hashlib.sha256(), -1  # the first line has the names
        with self._zip.open(f"tables/{name}.jsonl", "w", force_zip64=True) as entry:
            for row in chain([columns], rows):
                count += 1
                line = encode(list(row)) + b"\n"
                digest.update(line)
                entry.write(line)
        self.tables[name] = TableSum(count, digest.hexdigest())

    def file(self, file_id: str, pieces: Iterable[bytes]) -> None:
        """Write the bytes of a file."""
        digest, size = hashlib.sha256(), 0
        about = zipfile.ZipInfo(f"files/{file_id}")  # compressed formats, mostly
        with self._zip.open(about, "w", force_zip64=True) as entry:
            for piece in pieces:
                size += len(piece)
                digest.update(piece)
                entry.write(piece)
        stored = StoredBytes(file_id, about.filename, size, digest.hexdigest())
        self._lines.write(msgspec.json.encode(stored) + b"\n")
        self.files += 1
        self.bytes += size

    def manifest(self, **about: Any) -> None:
        """Write the manifest, which completes the archive."""
        digest = hashlib.sha256()
        self._lines.seek(0)
        with self._zip.open(_FILES, "w", force_zip64=True) as entry:
            for line in self._lines:
                digest.update(line)
                entry.write(line)
        made = Manifest(
            format=FORMAT,
            version=VERSION,
            tables=self.tables,
            files=TableSum(self.files, digest.hexdigest()),
            **about,
        )
        self._zip.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(made)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._index.unlink(missing_ok=True)
        if kind is not None:
            with contextlib.suppress(OSError, ValueError):  # the disk is full, mostly
                self._zip.close()
            self._zip.fp = None
            with contextlib.suppress(OSError):
                self._file.close()
            self._part.unlink(missing_ok=True)
            return
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._path)


class Reader:
    """Reads an archive.

    Args:
        path: The file.

    Raises:
        BackupError: If it is no backup, incomplete, or of a newer format.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.about = msgspec.json.decode(self._zip.read(_MANIFEST), type=Manifest)
        except FileNotFoundError:
            raise BackupError(f"{path} is not there") from None
        except _DAMAGE as error:
            raise BackupError(f"{path} is not a complete backup of Swell: {error}") from None
        if (self.about.format, self.about.version) != (FORMAT, VERSION):
            raise BackupError(
                f"{path} has format {self.about.format} {self.about.version}, and this Swell reads "
                f"{FORMAT} {VERSION}; update Swell"
            )

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def check(self) -> None:
        """Compare every entry with its checksum; memory is bounded.

        Raises:
            BackupError: If one differs or is missing.
        """
        for name, known in self.about.tables.items():
            if self._sum(f"tables/{name}.jsonl", _rows) != known:
                raise self._damaged(f"table {name}")
        if self._sum(_FILES, lambda _: 0).sha256 != self.about.files.sha256:
            raise self._damaged("list of files")
        count = 0
        for stored in self.files():
            if self._sum(stored.entry, len) != TableSum(stored.size, stored.sha256):
                raise self._damaged(f"file {stored.id}")
            count += 1
        if count != self.about.files.rows:
            raise self._damaged("list of files")

    def _damaged(self, what: str) -> BackupError:
        return BackupError(f"{self._path} is damaged: the {what} does not fit its checksum")

    def _sum(self, entry: str, count: Callable[[bytes], int]) -> TableSum:
        digest, total = hashlib.sha256(), 0
        try:
            with self._zip.open(entry) as opened:
                while piece := opened.read(PIECE_BYTES):
                    digest.update(piece)
                    total += count(piece)
        except _DAMAGE as error:
            raise BackupError(f"{self._path} is damaged: {error}") from None
        return TableSum(total - 1 if count is _rows else total, digest.hexdigest())

    @contextmanager
    def table(self, name: str) -> Iterator[tuple[list[str], Iterator[list[Any]]]]:
        """Open a table: the names of its columns, and its rows."""
        with self._zip.open(f"tables/{name}.jsonl") as opened:
            lines = _lines(opened)
            columns = msgspec.json.decode(next(lines), type=list[str])
            yield columns, (msgspec.json.decode(line, type=list[Any]) for line in lines)

    def files(self) -> Iterator[StoredBytes]:
        """Yield what is known of each file."""
        decode = msgspec.json.Decoder(StoredBytes).decode
        with self._zip.open(_FILES) as opened:
            for line in _lines(opened):
                yield decode(line)

    def pieces(self, stored: StoredBytes) -> Iterator[bytes]:
        """Yield the bytes of a file."""
        with self._zip.open(stored.entry) as opened:
            while piece := opened.read(PIECE_BYTES):
                yield piece


def _rows(piece: bytes) -> int:
    return piece.count(b"\n")


def _lines(opened: IO[bytes]) -> Iterator[bytes]:
    yield from iter(opened.readline, b"")
