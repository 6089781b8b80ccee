"""An export has everything that is stored about a person, and nothing of others."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from swell.chat.store import open_store
from swell.parts import File
from swell.people import export as module
from swell.people.export import export
from tests.backup.filled import converse, files_of, keep
from tests.people.conftest import Filled

pytestmark = pytest.mark.anyio


def lines(archive: zipfile.ZipFile, entry: str) -> list[Any]:
    return [json.loads(line) for line in archive.read(entry).splitlines()]


async def exported(filled: Filled, to: Path, name: str = "ann") -> zipfile.ZipFile:
    await export(filled.engine, filled.storages, await filled.person(name), to)
    return zipfile.ZipFile(to)


async def test_everything_about_a_person_is_in_it(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)  # several windows of everything
    archive = await exported(filled, tmp_path / "ann.zip")
    assert (tmp_path / "ann.zip").stat().st_mode & 0o077 == 0
    about = json.loads(archive.read("person.json"))
    assert (about["subject"], sorted(about["apps"])) == ("ann", ["other", "support"])
    assert [one["name"] for one in lines(archive, "account.jsonl")] == ["Ann"]
    assert [one["agent"] for one in lines(archive, "sign_ins.jsonl")] == ["{}"]
    events = [(one["event"], one["detail"]) for one in lines(archive, "audit.jsonl")]
    assert events == [("sign_in", {}), ("role", {"to": "x"})]
    assert [one["prompts"] for one in lines(archive, "usage.jsonl")] == [3]
    assert [one["name"] for one in lines(archive, "support/user.jsonl")] == ["Ann"]
    assert [one["name"] for one in lines(archive, "other/user.jsonl")] == ["Ann elsewhere"]
    settings = [one["settings"] for one in lines(archive, "support/settings.jsonl")]
    assert settings == [{"tone": "1"}, {"tone": "2"}, {"tone": "3"}]
    assert len(lines(archive, "support/shares.jsonl")) == 1
    assert [one["state"] for one in lines(archive, "support/pages.jsonl")] == ['{"cards": []}']
    assert [one["comment"] for one in lines(archive, "support/feedback.jsonl")] == ["a comment"]
    assert len(lines(archive, "support/actions.jsonl")) == 3

    chats = [json.loads(archive.read(one)) for one in archive.namelist() if "/chats/" in one]
    said = [[message["parts"][0]["text"] for message in chat["messages"]] for chat in chats]
    assert sorted(said)[1] == ["Ships of ann", "An answer to Ships of ann."]
    assert [chat["deleted"] is not None for chat in chats] == [False, False, True]
    written = [one for one in archive.namelist() if "/files/" not in one]
    content = b"".join(archive.read(one) for one in written)
    assert b"bob" not in content.replace(b'"subject":"bob"', b""), "bob gave ann a role, no more"
    assert b"hash-ann" not in content, "the id of a session is a secret"

    bytes_of = await files_of(filled.url, filled.folder)
    found = {one["id"]: one["name"] for one in lines(archive, "support/files.jsonl")}
    for file_id, name in found.items():
        assert archive.read(f"support/files/{file_id}-{name}") == bytes_of[file_id]
    assert sorted(found.values()) == ["empty.txt", "long.bin", "short.txt"]


async def test_chats_of_an_export_can_be_imported(filled: Filled, tmp_path: Path) -> None:
    archive = await exported(filled, tmp_path / "ann.zip")
    store = open_store("memory", app="support")
    await store.open()
    user = await store.user("ann")
    for entry in archive.namelist():
        if "/chats/" in entry:
            await store.import_thread(user.id, json.loads(archive.read(entry)))
    assert len(await store.threads(user.id)) == 3
    assert len(await store.search(user.id, "ships")) == 2
    await store.close()


async def test_no_name_of_a_file_or_an_app_leads_out_of_the_archive(
    filled: Filled, tmp_path: Path
) -> None:
    store = open_store(filled.url, app="../../etc")
    await store.open()
    eve = await store.user("eve")
    url = await keep(store, filled.folder, eve, "../../../passwd", b"x")
    await converse(store, eve, "1", "Hi", File(url, "../../../passwd", 1))
    await store.close()
    archive = await exported(filled, tmp_path / "eve.zip", "eve")
    assert [one for one in archive.namelist() if ".." in one or one.startswith("/")] == []
    assert any(
        one.startswith("etc/files/") and one.endswith("-passwd") for one in archive.namelist()
    )


async def test_bytes_that_are_gone_do_not_end_an_export(filled: Filled, tmp_path: Path) -> None:
    for storage in filled.storages:
        for (key,) in await filled.engine.read(lambda tx: tx.rows("SELECT path FROM files")):
            if storage.made(key):
                await storage.delete(key)
    archive = await exported(filled, tmp_path / "ann.zip")
    assert len(lines(archive, "support/files.jsonl")) == 3
    assert [one for one in archive.namelist() if "/files/" in one] == []


async def test_a_file_that_is_there_stays(filled: Filled, tmp_path: Path) -> None:
    (tmp_path / "ann.zip").write_text("mine")
    with pytest.raises(FileExistsError):
        await exported(filled, tmp_path / "ann.zip")
    assert (tmp_path / "ann.zip").read_text() == "mine"
