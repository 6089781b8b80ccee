"""The admin page in this process, on a database in memory, with the accounts that a test needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from swell.admin.page import AdminPage
from swell.admin.tab import Chat
from swell.audit.log import AuditLog, Entry
from swell.auth.accounts import Accounts
from swell.auth.base import SignedIn
from swell.auth.sign_in import SignIn
from swell.auth.sign_ins import sign_in_id
from swell.chat.store import Store, open_store
from swell.identity import Identity, Request
from swell.settings.load import load_settings
from swell.testing.client import UNHURRIED, Client, serving


class Rig:
    """One administrator's tab.

    Attributes:
        tab: The tab.
        store: The database.
        accounts: The accounts.
        sign_in: The sign-ins.
    """

    def __init__(self, tab: Client, store: Store, sign_in: SignIn) -> None:
        self.tab, self.store, self.sign_in = tab, store, sign_in
        self.accounts: Accounts = sign_in.accounts

    @property
    def items(self) -> list[dict[str, Any]]:
        """The components of the section that is shown."""
        items: list[dict[str, Any]] = self.tab.page["main"]["items"]
        return items

    @property
    def title(self) -> str:
        """The title of the section."""
        return str(self.items[0]["text_xl"]["content"])

    @property
    def notices(self) -> list[str]:
        """The texts of notices and of the question in a dialog."""
        asked = (self.tab.page["meta"].get("dialog") or {}).get("items", ())
        said = [item["message_bar"]["text"] for item in self.items if "message_bar" in item]
        return said + [item["text"]["content"] for item in asked if "text" in item]

    def rows(self, at: int = 0) -> list[list[str]]:
        """Return the cells of the rows of a table."""
        tables = [item["table"] for item in self.items if "table" in item]
        return [row["cells"] for row in tables[at]["rows"]] if len(tables) > at else []

    @property
    def controls(self) -> set[str]:
        """The names of the controls that can be used."""
        return set(_names(self.items))

    async def go(self, section: str) -> None:
        """Open a section."""
        await self.tab.act("#", section, **{"#": section})

    async def press(self, name: str, value: Any = True, **args: Any) -> None:
        """Press a button, or choose a row."""
        await self.tab.act(name, value, **args)

    async def keep(self, subject: str, **more: Any) -> None:
        """Store an account."""
        await self.accounts.keep(SignedIn(subject, **more), "password")

    async def signed_in(self, subject: str, session: str) -> str:
        """Store a sign-in of an account, and return its id."""
        id = sign_in_id(session)
        await self.sign_in.sign_ins.add(
            id, SignedIn(subject), "password", address="192.0.2.1", agent="Firefox"
        )
        return id

    async def audit(self) -> list[Entry]:
        """Return the audit log, newest first."""
        return await AuditLog(self.store.engine).latest()


def _names(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _names(item)]
    if not isinstance(node, dict) or node.get("disabled"):
        return []
    own = [node["name"]] if isinstance(node.get("name"), str) else []
    return own + [name for value in node.values() for name in _names(value)]


@asynccontextmanager
async def administered(
    chats: Mapping[str, Chat] | None = None, *, role: str | None = "admin", **settings: str
) -> AsyncIterator[Rig]:
    """Open the page for the administrator `ann`.

    Args:
        chats: The chats of the application.
        role: The role of Ann's account.
        **settings: As in the environment.
    """
    names = {f"SWELL_{name.upper()}": value for name, value in settings.items()}
    given = load_settings(names, {})
    changed = {name: getattr(given, name) for name in settings}
    settled = msgspec.structs.replace(UNHURRIED, **changed)
    store = open_store(None, app="test")
    await store.open()
    sign_in = SignIn(settled, store.engine)
    page = AdminPage(sign_in, chats or {}, settled, lambda: "Demo")

    async def who(request: Request) -> Identity:
        account = await sign_in.accounts.get(request.header("x-who") or "ann")
        assert account is not None
        roles = () if account.role is None else (account.role,)
        return Identity(account.subject, account.name, roles=roles)

    await sign_in.accounts.keep(SignedIn("ann", "Ann Lee", "ann@example.com"), "password")
    await sign_in.accounts.set_role("ann", role)
    try:
        async with serving(page.serve, ack="handled", identify=who, settings=settled) as harness:
            yield Rig(await harness.tab("session"), store, sign_in)
    finally:
        await store.close()
