"""S20: every event of a chat, by role: who may, and who is refused.

The events come from the tables of the code: a new one fails until `NEEDS` says which right it
needs. `test_strangers.py` sends them all with the ids of another user.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from swell.admin.page import PATH
from swell.cards.chatbot import Event
from swell.cards.threads import ThreadsEvent
from swell.chat.page import actions
from swell.live.wire import CLOSE_FORBIDDEN, CLOSE_SIGNED_OUT

from .rig import Peer, Target
from .strangers import Browser, acting, enter, people, rows, say

pytestmark = pytest.mark.anyio

ROLES = {"ann": {"member", "editor"}, "bob": {"member"}, "root": {"member", "admin"}}
"""Three people, one of each role."""

RIGHTS = {"share": "editor", "export": "editor", "import": "editor", "settings": "editor"}
"""Which role has which right, as the server is told; `admin` has them all."""

NEEDS: dict[str, str] = {
    # events of the chat card
    **dict.fromkeys(get_args(Event), ""),
    # events of the list of chats, and its menu
    **dict.fromkeys((f"threads {name}" for name in get_args(ThreadsEvent)), ""),
    "menu share": "share",
    "menu export": "export",
    # buttons of forms and notices
    "form undelete": "",
    "form restore": "",
    "form archived": "",
    "form close_panel": "",
    "form usage": "",
    "form sign_out": "",
    "form import": "import",
    "form new_link": "share",
    "form unshare": "",
    "form settings": "settings",
    "form save_settings": "settings",
}
"""The right that each event needs; empty for none but being the owner."""


def events() -> Iterator[str]:
    """Yield each event that a tab of a chat can send."""
    yield from get_args(Event)
    yield from (f"threads {name}" for name in get_args(ThreadsEvent))
    yield from (f"menu {name}" for name in actions._MENU)
    yield from (f"form {name}" for name in actions._FORMS)


def test_every_event_has_a_row() -> None:
    assert set(events()) == set(NEEDS)


def test_the_rights_are_those_of_the_code() -> None:
    found = {f"form {name}": right for name, right in actions._RIGHTS.items()}
    found |= {f"menu {name}": one.right or "" for name, one in actions._MENU.items()}
    assert found == {name: NEEDS[name] for name in found}
    assert {name for name, right in NEEDS.items() if right} <= set(found)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roles")


@pytest.fixture(scope="module")
def served(place: Path) -> Iterator[Target]:
    granted = ",".join(f"{right}={role}" for right, role in RIGHTS.items())
    with people(place, admins="root", roles="editor=ann", rights=granted) as running:
        yield running


@pytest.fixture(params=ROLES)
async def person(request: pytest.FixtureRequest, served: Target) -> AsyncIterator[Browser]:
    browser = await enter(served, request.param)
    await say(browser.peer, f"Hello of {request.param}")
    await browser.peer.shown(b"says Hello")
    yield browser
    browser.peer.drop()


def act_of(event: str, thread: str) -> dict[str, Any]:
    """Return what a tab sends, about its thread."""
    kind, _, name = event.partition(" ")
    match kind:
        case "menu":
            return {"event": ["threads", "command", {"id": thread, "name": name}]}
        case "form" if name == "import":
            return {"event": ["import", "submit", {"text": "", "files": []}], "name": "import"}
        case _:
            return {"name": name, "args": {name: thread}}


async def test_s20_each_role_may_do_what_its_rights_say(
    served: Target, place: Path, person: Browser
) -> None:
    name = person.head["X-Login"]
    owned = "SELECT t.id FROM threads t JOIN users u ON u.id = t.user_id WHERE u.subject = ?"
    thread = rows(place, owned, name)[0][0]
    for event, right in NEEDS.items():
        if not right:
            continue
        ack = await acting(person.peer, **act_of(event, thread))
        may = "admin" in ROLES[name] or RIGHTS[right] in ROLES[name]
        assert (ack["st"], ack.get("code")) == (("ok", None) if may else ("err", "forbidden")), (
            event,
            name,
        )
    if "editor" not in ROLES[name] and "admin" not in ROLES[name]:
        linked = "SELECT count(*) FROM shares s WHERE s.thread_id = ?"
        assert rows(place, linked, thread) == [(0,)]


async def hello(running: Target, name: str, route: str) -> tuple[int, bytes]:
    """Say hello to a route as a person; return the opcode and what comes."""
    async with Peer(running.port) as peer:
        assert await peer.upgrade(**({"X-Login": name} if name else {})) == 101
        peer.send(t="hello", v=1, route=route)
        return await peer.receive()


@pytest.mark.parametrize("name", [*ROLES, ""])
async def test_s20_the_page_for_administrators_is_theirs_alone(served: Target, name: str) -> None:
    for route in (PATH, f"{PATH}/", PATH.upper(), f"{PATH}.png", f"/{PATH}"):
        opcode, payload = await hello(served, name, route)
        if name == "root" and route == PATH:
            assert opcode == 1
        else:
            code = int.from_bytes(payload[:2])
            assert (opcode, code) in {(8, CLOSE_FORBIDDEN), (8, CLOSE_SIGNED_OUT)}, route


async def test_s20_an_action_for_administrators_does_nothing_in_another_page(
    served: Target, place: Path, person: Browser
) -> None:
    """Buttons of the admin page, sent by a tab of the chat."""
    before = rows(place, "SELECT count(*) FROM accounts")
    for button in ("disable", "enable", "sign_out", "role", "erase", "stop", "export"):
        await acting(person.peer, name=button, args={button: "ann", "name": "ann"})
    assert rows(place, "SELECT count(*) FROM accounts") == before
    await say(person.peer, "Still here")
    await person.peer.shown(b"says Still here")
