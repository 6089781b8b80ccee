"""File upload: files that users send, and what the server checks of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swell import Q, ui
from swell.cards.base import check_card
from swell.errors import AttachmentError, CardError, PushError
from swell.testing import Client, connect, serving

WRONG: Any = ui
"""Takes what type checkers refuse."""


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item)


def test_all_properties_travel() -> None:
    sent = {"name": "f", "label": "F", "multiple": True, "file_extensions": ["csv"]}
    sent |= {"max_file_size": 1.5, "max_size": 3, "height": "200px", "compact": True}
    component = ui.file_upload("f", "F", True, ["csv"], 1.5, 3, "200px", compact=True)
    assert put(component) == {"file_upload": sent}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.file_upload(""), "a non-empty `str`, got ''"),
        (
            WRONG.file_upload("f", file_extensions="csv"),
            "got `str` - at `$.items[0].file_upload.file_extensions`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)


def app(got: list[Any], folder: Path, **properties: Any) -> Callable[[Q], Any]:
    """Return a handler that downloads what arrives."""

    async def serve(q: Q) -> None:
        if not q.client.ready:
            q.page["form"] = ui.form_card("1 1 4 4", [ui.file_upload("f", **properties)])
            q.client.ready = True
        for address in q.args.f or ():
            path = Path(await q.site.download(address, folder))
            got.append((path.name, await q.run(path.read_bytes)))
        await q.page.save()

    return serve


async def send(client: Client, *files: tuple[str, bytes]) -> None:
    """Upload files and submit their addresses, as the component does."""
    ids = [await client.upload(name, content) for name, content in files]
    await client.act("f", [f"/_f/{id}/{name}" for id, (name, _) in zip(ids, files, strict=True)])


@pytest.mark.anyio
async def test_the_app_downloads_what_was_uploaded(tmp_path: Path) -> None:
    got: list[Any] = []
    async with connect(app(got, tmp_path, multiple=True)) as client:
        await send(client, ("a.csv", b"1,2"), ("b.csv", b"3"))
    assert got == [("a.csv", b"1,2"), ("b.csv", b"3")]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("properties", "files", "message"),
    [
        ({}, [("a.csv", b"1"), ("b.csv", b"2")], "one file only"),
        ({"file_extensions": ["pdf", ".txt"]}, [("a.csv", b"1")], "a.csv is of a kind"),
        ({"max_file_size": 0.00001}, [("a.csv", b"1" * 20)], "a.csv is too large"),
        (
            {"max_size": 0.00001, "multiple": True},
            [("a.csv", b"1" * 8), ("b.csv", b"2" * 8)],
            "The files are too large",
        ),
    ],
)
async def test_the_server_refuses_what_is_over_the_limits(
    tmp_path: Path, properties: dict[str, Any], files: list[tuple[str, bytes]], message: str
) -> None:
    got: list[Any] = []
    async with connect(app(got, tmp_path, **properties)) as client:
        with pytest.raises(AttachmentError, match=message):
            await send(client, *files)
    assert got == []


@pytest.mark.anyio
@pytest.mark.parametrize("given", [["/etc/passwd"], "/_f/x/a.csv", ["/_f/0/a.csv"]])
async def test_only_addresses_of_uploads_are_taken(tmp_path: Path, given: Any) -> None:
    got: list[Any] = []
    async with connect(app(got, tmp_path)) as client:
        with pytest.raises(AttachmentError):
            await client.act("f", given)
    assert got == []


@pytest.mark.anyio
async def test_the_file_of_another_browser_is_refused(tmp_path: Path) -> None:
    got: list[Any] = []
    async with serving(app(got, tmp_path)) as harness:
        ann, bob = await harness.tab("ann"), await harness.tab("bob")
        file = await ann.upload("a.csv", b"secret")
        with pytest.raises(AttachmentError, match="no longer kept"):
            await bob.act("f", [f"/_f/{file}/a.csv"])
    assert got == []


@pytest.mark.anyio
async def test_a_browser_downloads_no_file_of_another() -> None:
    refused: list[str] = []

    async def serve(q: Q) -> None:
        if q.args.url:
            try:
                await q.site.download(q.args.url, "copy")
            except PushError as error:
                refused.append(error.url)
        await q.page.save()

    async with serving(serve) as harness:
        ann, bob = await harness.tab("ann"), await harness.tab("bob")
        url = f"/_f/{await ann.upload('a.csv', b'secret')}/a.csv"
        await bob.act("url", url)
    assert refused == [url]
