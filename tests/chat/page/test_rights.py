"""Rights on the page of a chat: what a role does not have is not shown, and refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
import pytest

from swell.chat import Turn
from swell.identity import Identity, Request
from swell.live.wire import Act
from swell.settings.load import load_settings
from swell.testing.chat import ChatClient, ChatTab, chatting
from swell.testing.client import UNHURRIED

pytestmark = pytest.mark.anyio

PEOPLE = {
    "ann": Identity("ann", email="ann@example.com", groups=("staff",)),
    "bob": Identity("bob", email="bob@example.com"),
    "eve": Identity("eve", email="eve@example.org"),
    "gil": Identity("gil", email="gil@gmail.com"),
}


class Tuning(msgspec.Struct):
    short: bool = False


def who(request: Request) -> Identity | None:
    return PEOPLE.get(request.header("x-who") or "")


async def roles(turn: Turn) -> AsyncIterator[str]:
    yield ", ".join(turn.user.roles)


def served(user: str, **settings: str) -> AbstractAsyncContextManager[ChatClient]:
    """Serve a chat for signed-in users, with settings as in the environment."""
    names = {f"SWELL_{name.upper()}": value for name, value in settings.items()}
    given = load_settings(names, {})
    changed = {name: getattr(given, name) for name in settings}
    return chatting(
        roles,
        identify=who,
        headers={"x-who": user},
        settings=Tuning,
        server_settings=msgspec.structs.replace(UNHURRIED, **changed),
    )


async def tab(chat: ChatClient, user: str, address: str = "") -> ChatTab:
    return await chat.tab(user, address, headers={"x-who": user})


def offered(tab: ChatTab) -> set[str]:
    """Return the commands of the sidebar and of its threads."""
    card = tab.page.page["threads"]
    return {one["name"] for one in [*card["commands"], *card["thread_commands"]]}


def panel(tab: ChatTab) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = tab.page.page["panel"]["items"]
    return items


def choices(tab: ChatTab, name: str) -> dict[str, str]:
    """Return what can be chosen in a list of the panel."""
    for item in panel(tab):
        if item.get("dropdown", {}).get("name") == name:
            return {one["name"]: one["label"] for one in item["dropdown"]["choices"]}
    return {}


def link_in(tab: ChatTab) -> str:
    [link] = [item["copyable_text"]["value"] for item in panel(tab) if "copyable_text" in item]
    return str(link).partition("#")[2]


ALL = {"archived", "settings", "share", "export", "import"}


async def test_a_handler_sees_the_roles_of_the_user() -> None:
    async with served("ann", admins="ann", roles="editor=group:staff") as chat:
        await chat.send("Who am I?")
        assert chat.answer == "admin, member, editor"
        bob = await tab(chat, "bob")
        await bob.send("And I?")
        assert bob.answer == "member"


async def test_without_settings_every_user_has_all_rights() -> None:
    async with served("ann") as chat:
        assert offered(chat) == ALL


@pytest.mark.parametrize("right", ["settings", "share", "export", "import"])
async def test_what_a_role_may_not_is_not_shown_and_refused(right: str) -> None:
    async with served("ann", rights=f"{right}=editor", roles="editor=ann") as chat:
        assert offered(chat) == ALL
        bob = await tab(chat, "bob")
        await bob.send("Hello")
        assert offered(bob) == ALL - {right}
        thread = bob.address.removeprefix("t/")
        for refused in await attempts(bob, right, thread):
            assert refused == ("err", "forbidden", "You may not do that here.")
        assert "panel" not in bob.page.page
        assert len(bob.threads) == 1


async def attempts(tab: ChatTab, right: str, thread: str) -> list[tuple[Any, ...]]:
    """Do what needs a right in every way that a browser can; return the acks."""
    menu = ("threads", "command", {"id": thread, "name": right})
    ways = {
        "settings": [
            Act("1", {"settings": True}, "settings"),
            Act("2", {"save_settings": True, "setting-short": True}, "save_settings"),
        ],
        "import": [Act("1", {"import": True}, "import", ("import", "submit", {"files": []}))],
        "share": [Act("1", {"new_link": thread}, "new_link"), Act("2", {}, "threads", menu)],
        "export": [Act("1", {}, "threads", menu)],
    }
    acks = [await tab.page.send(act) for act in ways[right]]
    return [(ack.st, ack.code, ack.msg) for ack in acks]


async def test_an_admin_has_every_right() -> None:
    rights = "settings=none,share=none,export=none,import=none"
    async with served("ann", rights=rights, admins="ann") as chat:
        assert offered(chat) == ALL
        assert offered(await tab(chat, "bob")) == {"archived"}


async def test_roles_are_those_of_the_last_connection() -> None:
    async with served("ann", rights="share=none") as chat:
        await chat.send("Hello")
        chat.page.headers["x-who"] = "ann"
        PEOPLE["ann"] = msgspec.structs.replace(PEOPLE["ann"], roles=("admin",))
        try:
            assert "share" not in offered(chat)
            await chat.drop()
            await chat.back()
            await chat.send("Again")
            assert chat.answer == "admin, member"
            assert "share" in offered(chat)
        finally:
            PEOPLE["ann"] = msgspec.structs.replace(PEOPLE["ann"], roles=())


# ------------------------------------------------------------------------------------------ links


async def test_a_link_is_for_the_organisation_unless_a_user_opens_it_to_all() -> None:
    async with served("ann") as chat:
        await chat.send("Plan")
        thread = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": thread, "name": "share"})
        assert choices(chat, "link_open_to") == {
            "organisation": "People of example.com",
            "all": "All users of this app",
        }
        await chat.page.act("new_link", thread)
        assert "People of this organisation with this link" in str(panel(chat))
        ours = link_in(chat)
        await chat.page.act("new_link", thread, link_open_to="all")
        assert "Anyone with this link" in str(panel(chat))
        anyones = link_in(chat)
        assert (await tab(chat, "bob", ours)).texts == chat.texts
        assert (await tab(chat, "eve", ours)).texts == []
        assert (await tab(chat, "gil", ours)).texts == []
        assert (await tab(chat, "eve", anyones)).texts == chat.texts


async def test_a_reader_of_another_organisation_cannot_follow_later() -> None:
    async with served("ann") as chat:
        await chat.send("Plan")
        await chat.page.act("new_link", chat.address.removeprefix("t/"))
        eve = await tab(chat, "eve")
        await eve.open(link_in(chat))
        assert eve.texts == []
        assert "not there" in str(eve.page.page["meta"]["notification_bar"])


async def test_with_an_allow_list_all_who_may_use_the_app_are_the_organisation() -> None:
    async with served("ann", allowed_domains="example.com,example.org") as chat:
        await chat.send("Plan")
        thread = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": thread, "name": "share"})
        assert choices(chat, "link_open_to") == {}
        await chat.page.act("new_link", thread, link_open_to="all")
        assert "People of this organisation with this link" in str(panel(chat))
        assert (await tab(chat, "eve", link_in(chat))).texts == chat.texts


async def test_a_user_of_no_organisation_shares_with_all_users() -> None:
    async with served("gil") as chat:
        await chat.send("Plan")
        await chat.page.act("new_link", chat.address.removeprefix("t/"))
        assert "Anyone with this link" in str(panel(chat))
        assert (await tab(chat, "eve", link_in(chat))).texts == chat.texts


async def test_a_user_chooses_how_long_a_link_works() -> None:
    async with served("ann", share_expires_s="720h") as chat:
        await chat.send("Plan")
        thread = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": thread, "name": "share"})
        assert list(choices(chat, "link_lasts")) == ["86400", "604800", "2592000"]
        await chat.page.act("new_link", thread, link_lasts="86400")
        day = until(chat)
        await chat.page.act("new_link", thread, link_lasts="604800")
        week = until(chat)
        await chat.page.act("new_link", thread, link_lasts="9999999999")  # not offered
        longest = until(chat)
        await chat.page.act("new_link", thread, link_lasts="0")  # for ever
        assert day < week < longest == until(chat)


async def test_without_a_limit_a_link_works_until_sharing_ends() -> None:
    async with served("ann") as chat:
        await chat.send("Plan")
        thread = chat.address.removeprefix("t/")
        await chat.page.event("threads", "command", {"id": thread, "name": "share"})
        assert choices(chat, "link_lasts")["0"] == "No end"
        await chat.page.act("new_link", thread)
        assert "until" not in str(panel(chat))
        await chat.page.act("new_link", thread, link_lasts="86400")
        assert until(chat)


def until(tab: ChatTab) -> str:
    """Return the time that the panel names."""
    found = re.search(r"works until (\d{4}-\d\d-\d\d \d\d:\d\d UTC)", str(panel(tab)))
    assert found is not None
    return found[1]
