"""An archive on a disk that has changed a bit of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from swell.backup.archive import BackupError, Reader, Writer


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of a backup of two rows and a file."""
    path = tmp_path_factory.mktemp("archive") / "backup.zip"
    with Writer(path) as writer:
        writer.table("users", ["id"], [["ann"], ["bob"]])
        writer.file("f", [b"content"])
        about = {"revision": "1", "created": "", "swell": "1", "database": "sqlite"}
        writer.manifest(**about, secrets=False, missing=[])
    return path.read_bytes()


def read(path: Path) -> None:
    reader = Reader(path)
    try:
        reader.check()
    finally:
        reader.close()


@pytest.mark.parametrize("bit", [0, 3, 7])
def test_a_changed_bit_is_found_or_changes_nothing(whole: bytes, tmp_path: Path, bit: int) -> None:
    path, refused = tmp_path / "backup.zip", 0
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << bit
        path.write_bytes(damaged)
        try:
            read(path)
        except BackupError:
            refused += 1
    assert refused > len(whole) // 3  # the rest are dates and flags that nothing reads


def test_half_a_backup_is_refused(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        with pytest.raises(BackupError):
            read(path)
