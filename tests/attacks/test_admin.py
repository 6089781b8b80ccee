"""S20: every action of the admin page: what it does for an administrator, and for other users.

The actions come from the code of the sections: a new one fails until `DOES` says what it does.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from swell.admin import page
from swell.admin.page import PATH
from swell.auth.passwords import PasswordFile, User
from swell.live.wire import CLOSE_FORBIDDEN, CLOSE_SIGNED_OUT
from tests.auth.browser import hashed

from .rig import HERE, Peer, Target, tab, target
from .strangers import acting, rows, say
from .test_sign_in import Browser

pytestmark = pytest.mark.anyio

DOES = {
    "people search": "",
    "people choose": "",
    "people list": "",
    "people give": "role",
    "people enable": "enabled",
    "people disable": "disabled",
    "people sign_out": "signed_out",
    "people sign_out_one": "signed_out",
    "sessions choose": "signed_out",
    "runs choose": "stopped",
    "log filter": "",
}
"""The event of the audit log that each action leaves; empty for one that only reads."""


def actions() -> Iterator[str]:
    """Yield the actions of the sections: the names that their `act` compares with."""
    for section in page._SECTIONS:
        source = textwrap.dedent(inspect.getsource(section.act))  # type: ignore[attr-defined]
        for node in ast.walk(ast.parse(source)):
            named: list[ast.expr] = []
            if isinstance(node, ast.MatchValue):
                named = [node.value]
            elif isinstance(node, ast.Compare) and ast.unparse(node.left) == "name":
                named = node.comparators
            for one in named:
                yield f"{section.name} {ast.literal_eval(one)}"  # type: ignore[attr-defined]


def test_s20_every_action_of_the_admin_page_has_a_row() -> None:
    assert set(actions()) == set(DOES)


RUNS = """
SELECT r.id, u.app, r.state FROM runs r JOIN threads t ON t.id = r.thread_id
JOIN users u ON u.id = t.user_id WHERE u.subject = ?
"""


class Victim(NamedTuple):
    """What an action is about.

    Attributes:
        browser: Where Bob is signed in.
        sign_in: The id of that.
        run: His running answer.
    """

    browser: Browser
    sign_in: str
    run: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("admin")


@pytest.fixture(scope="module")
def served(place: Path) -> Iterator[Target]:
    file = PasswordFile(place / "users.json")
    names = ("root", "eve", *(f"bob{number}" for number in range(len(DOES))))
    file.change(lambda found: found.update({name: User(hashed(), name) for name in names}))
    settings = {"password_file": file.path, "admins": "root", "roles": "editor=eve"}
    with target(place, app=HERE / "waiting.py", **settings) as running:
        yield running


async def page_of(running: Target, name: str, address: str) -> Peer:
    """Open a tab of the chat, in which a user is signed in."""
    browser = Browser(running.port, address)
    assert (await browser.sign_in(name)).status == 303
    return await tab(running.port, cookie=browser.cookie)


async def send(peer: Peer, name: str, value: Any = True, **args: Any) -> None:
    """Press a control, whatever comes of it."""
    await acting(peer, name=name, args={name: value, **args})


async def press(peer: Peer, action: str, victim: Victim, subject: str) -> None:
    """Send what a browser sends for an action about a user, and confirm it."""
    section, name = action.split()
    await send(peer, "#", section)
    if section == "people" and name not in ("search", "choose"):
        await send(peer, "people_choose", [subject])
    value: Any = {
        "people choose": [subject],
        "people sign_out_one": [victim.sign_in],
        "sessions choose": [victim.sign_in],
        "runs choose": [victim.run],
    }.get(action, True)
    await send(peer, f"{section}_{name}", value, people_role="editor", people_words=subject)
    await send(peer, "confirm")


def changed(place: Path, subject: str) -> dict[str, Any]:
    """Return all that an action can change about a user."""
    account = rows(place, "SELECT role, disabled FROM accounts WHERE subject = ?", subject)
    ended = rows(place, "SELECT id, ended FROM sign_ins WHERE subject = ?", subject)
    return {"account": account, "ended": ended, "runs": rows(place, RUNS, subject)}


def events(place: Path) -> list[tuple[str, str]]:
    """Return what administrators have done, by the audit log: what, and about whom."""
    found = rows(place, "SELECT event, subject, object, detail FROM audit ORDER BY n")
    done = {event for event in DOES.values() if event}
    return [
        (event, str(json.loads(detail or "{}").get("user") or about))
        for event, _, about, detail in found
        if event in done
    ]


@pytest.mark.parametrize("action", DOES)
async def test_s20_an_action_of_the_admin_page_works_there_and_for_administrators_only(
    served: Target, place: Path, action: str
) -> None:
    number = list(DOES).index(action)
    subject = f"bob{number}"
    browser = Browser(served.port, f"198.51.100.{number + 1}")
    assert (await browser.sign_in(subject)).status == 303
    victim_tab = await tab(served.port, cookie=browser.cookie)
    await victim_tab.painted()
    assert (await say(victim_tab, "Hello"))["st"] == "ok"
    await victim_tab.shown(b"Begun")
    [(sign_in,)] = rows(place, "SELECT id FROM sign_ins WHERE subject = ?", subject)
    [(run, app, _)] = rows(place, RUNS, subject)
    victim = Victim(browser, sign_in, f"{app} {run}")
    before, said = changed(place, subject), events(place)

    eve = await page_of(served, "eve", "198.51.100.200")  # has a role, and is no administrator
    for peer in (victim_tab, eve):
        await press(peer, action, victim, subject)
    eve.drop()
    for cookie in ("", browser.cookie, eve.cookie):
        async with Peer(served.port, cookie=cookie) as peer:
            assert await peer.upgrade() == 101
            peer.send(t="hello", v=1, route=PATH)
            opcode, payload = await peer.receive()
            code = int.from_bytes(payload[:2])
            assert (opcode, code) in {(8, CLOSE_FORBIDDEN), (8, CLOSE_SIGNED_OUT)}
    assert changed(place, subject) == before
    assert events(place) == said

    root = Browser(served.port, "198.51.100.201")
    assert (await root.sign_in("root")).status == 303
    async with Peer(served.port, cookie=root.cookie) as peer:
        assert await peer.upgrade() == 101
        peer.send(t="hello", v=1, route=PATH)
        opcode, _ = await peer.receive()
        assert opcode == 1
        await press(peer, action, victim, subject)
    assert events(place)[len(said) :] == ([(DOES[action], subject)] if DOES[action] else [])
    victim_tab.drop()
