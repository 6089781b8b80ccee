"""What `@chat` says itself, in every language of the interface."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from swell.chat import NewPrompt, RunLimits, Turn
from swell.chat.store import open_store
from swell.chat.tools import tool
from swell.live.wire import Act
from swell.parts import Text
from swell.site import AsyncSite
from swell.testing.chat import ChatTab, chatting


class Settings(msgspec.Struct):
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.7
    tokens: int = 100
    name: Annotated[str, msgspec.Meta(max_length=3)] = ""


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


async def import_file(tab: ChatTab, content: bytes) -> str:
    """Import a file that is refused, and return the reason."""
    submitted = {"files": [await tab.page.upload("x.json", content)]}
    act = Act(str(uuid.uuid4()), {}, "import", ("import", "submit", submitted))
    ack = await tab.page.send(act)
    assert (ack.st, ack.code) == ("err", "bad_thread")
    return ack.msg or ""


def said(node: Any, *keys: str) -> list[str]:
    """Return the texts under some keys of a card, in their order."""
    if isinstance(node, list):
        return [text for one in node for text in said(one, *keys)]
    if not isinstance(node, dict):
        return []
    own = [text for key in keys if isinstance(text := node.get(key), str)]
    return own + [text for one in node.values() for text in said(one, *keys)]


@pytest.mark.anyio
async def test_a_german_page_is_german_throughout() -> None:
    async with chatting(echo, settings=Settings, title="Helfer", language="de-AT") as chat:
        card = chat.page.page["threads"]
        assert said(card["thread_commands"], "label") == ["Teilen…", "Exportieren…"]
        assert said(card["commands"], "label") == [
            *("Einstellungen", "Archivierte Chats", "Chat importieren…"),
        ]
        await chat.page.act("archived")
        card = chat.page.page["threads"]
        assert card["title"] == "Archivierte Chats"
        assert said(card["commands"], "label")[1] == "Zurück zu meinen Chats"
        await chat.page.act("#", "")
        await chat.send("Hallo (du)")
        id = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": id, "name": "share"})
        await chat.page.act("new_link", id)
        panel = chat.page.page["panel"]["items"]
        assert said(panel, "content", "label")[:2] == [
            "Teilen",
            "Wer diesen Link hat, kann **Hallo (du)** lesen, auch was noch hinzukommt.",
        ]
        assert said(panel, "label") == ["Link", "Nicht mehr teilen", "Schließen"]
        await chat.page.event("threads", "command", {"id": id, "name": "export"})
        panel = chat.page.page["panel"]["items"]
        assert said(panel, "label") == ["Markdown", "JSON", "Schließen"]
        assert said(panel, "content")[0] == "Exportieren"
        await chat.open("t/nichts")
        bar = chat.page.page["meta"]["notification_bar"]
        assert bar["text"] == "Diesen Chat gibt es hier nicht. Vielleicht wurde er gelöscht."


@pytest.mark.anyio
async def test_two_languages_are_spoken_at_once() -> None:
    async with chatting(echo) as chat:
        german = await chat.tab(language="de")
        await german.send("Eins")
        await chat.page.until(lambda _: chat.threads)
        labels = [said(tab.page.page["threads"]["commands"], "label") for tab in (chat, german)]
        assert labels == [
            ["Archived chats", "Import a chat…"],
            ["Archivierte Chats", "Chat importieren…"],
        ]


@pytest.mark.anyio
async def test_settings_say_what_to_enter() -> None:
    async def complain(language: str, **values: str) -> list[str]:
        async with chatting(echo, settings=Settings, language=language) as chat:
            await chat.page.act("settings")
            given = {f"setting-{name}": value for name, value in values.items()}
            await chat.page.act("save_settings", **given)
            return said(chat.page.page["panel"]["items"], "text")

    wrong = {"temperature": "3", "tokens": "1.5", "name": "Anna"}
    assert await complain("en", **wrong) == [
        "Temperature: enter a number from 0 to 2.",
        "Tokens: enter a whole number.",
        "Name: this value does not fit.",
    ]
    assert await complain("de", temperature="warm", tokens="7") == [
        "Temperature: Geben Sie eine Zahl ein.",
    ]


@pytest.mark.anyio
async def test_refusals_are_in_the_language_of_who_is_refused() -> None:
    going = asyncio.Event()

    async def wait(turn: Turn) -> AsyncIterator[str]:
        await going.wait()
        yield "Done."

    async with chatting(wait, limits=RunLimits(per_user=1), language="de") as chat:
        english = await chat.tab(language="en")
        await chat.send("Eins", wait=False)
        refused = await chat.send("Zwei", wait=False)
        assert (refused.code, (refused.msg or "")[:46]) == (
            "too_many",
            "Für Sie werden schon zu viele Antworten geschr",
        )
        refused = await english.send("Two", wait=False)
        assert refused.msg == "Too many answers are being made for you. Wait for one, or stop it."
        refused = await chat.send("x" * 100_001, wait=False)
        assert refused.msg == "Ihre Nachricht ist länger als 100.000 Zeichen."
        assert await import_file(chat, b"Hallo") == (
            "„x.json“ ist kein Chat, der hier als JSON exportiert wurde, deshalb wurde nichts "
            "importiert: es ist kein JSON."
        )
        lost = await chat.page.send(
            Act(str(uuid.uuid4()), {}, "chat", ("chat", "edit", {"id": "x", "content": "y"}))
        )
        assert (lost.code, (lost.msg or "")[:26]) == ("not_found", "Das gibt es nicht mehr. Vi")
        going.set()
        await chat.done()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"format": "other"}', 'der Eintrag "format": "swell.thread" fehlt.'),
        (b'{"format": "swell.thread", "version": 9}', "Version 9 ist hier nicht bekannt."),
        (
            b'{"format": "swell.thread", "version": 1, "title": 7}',
            "die Angabe bei $.title fehlt oder passt nicht.",
        ),
    ],
)
async def test_what_is_wrong_with_an_import_is_said_in_the_readers_language(
    content: bytes, reason: str
) -> None:
    async with chatting(echo, language="de") as chat:
        assert (await import_file(chat, content)).endswith(f"importiert: {reason}")


@pytest.mark.anyio
async def test_an_export_to_read_is_in_the_language_of_who_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    upload = AsyncSite.upload

    async def keep(site: AsyncSite, files: list[str], **options: Any) -> list[str]:
        written.append(await asyncio.to_thread(Path(files[0]).read_text, encoding="utf-8"))
        return await upload(site, files, **options)

    monkeypatch.setattr(AsyncSite, "upload", keep)
    async with chatting(echo, language="de") as chat:
        await chat.send("Hallo")
        id = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": id, "name": "export"})
        assert written == ["# Hallo\n\n## Sie\n\nHallo\n\n## Assistent\n\nHallo?\n"]


@pytest.mark.anyio
async def test_questions_are_in_the_language_of_who_is_asked() -> None:
    @tool(confirm=True)
    def send_mail(to: str) -> str:
        """Send a mail."""
        return to

    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield f"{turn.locale}: "
        yield send_mail.question({}, turn.locale)
        await turn.confirm("Wirklich?")

    async with chatting(answer, language="de") as chat:
        await chat.send("Los", wait=False)
        await chat.page.until(lambda _: "Nein" in said(chat.messages[-1]["parts"], "label"))
        parts = chat.messages[-1]["parts"]
        assert said(parts, "label") == ["Ja", "Nein"]
        assert said(parts, "text")[0] == "de: **send_mail** erlauben?"
        await chat.stop()
        assert "*Nicht beantwortet.*" in said(chat.messages[-1]["parts"], "content")


@pytest.mark.anyio
async def test_who_is_asked_after_a_crash_is_asked_in_the_same_language(tmp_path: Path) -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        await turn.confirm("Wirklich?")
        yield ""

    path = str(tmp_path / "chat.db")
    crashed = open_store(path)  # a process that accepted a prompt and then ended
    await crashed.open()
    user = await crashed.user("anna")
    left = await crashed.accept(user.id, NewPrompt([Text("Los")]), action_id="1", locale="de")
    await crashed.close()
    async with chatting(answer, store=path, language="fr", identify=lambda _: "anna") as chat:
        await chat.open(f"t/{left.thread.id}")
        await chat.page.until(lambda _: said(chat.messages[-1].get("parts"), "label"))
        assert said(chat.messages[-1]["parts"], "label") == ["Ja", "Nein"]
        await chat.stop()
