"""People: who may sign in, with which role; disable, enable, and give a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, or_, select, update

from swell import ui
from swell.audit.log import record
from swell.auth.accounts import ACCOUNT, Account, account_of
from swell.auth.members import PROVIDER
from swell.auth.passwords import NAME
from swell.auth.sign_ins import StoredSignIn
from swell.chat.store.engines.base import Row, Tx
from swell.chat.store.ids import now
from swell.chat.store.statements import from_json
from swell.chat.store.tables import accounts, sign_ins
from swell.errors import NotFoundError
from swell.markdown import escape
from swell.rights import ADMIN, MEMBER
from swell.settings.who import pairs

from .tab import PER_PAGE, Admin, Question, Tab, paging, table, when

__all__ = ["LockedOutError", "People"]

_T = accounts.c
_WORDS: BindParameter[str] = bindparam("words")
_LIKE = or_(
    *(
        func.lower(column).like(_WORDS, escape="\\")
        for column in (_T.subject, _T.name, func.coalesce(_T.email, ""))
    )
)
_CLAIMS = (
    select(sign_ins.c.claims)
    .where(sign_ins.c.subject == _T.subject)
    .order_by(sign_ins.c.created.desc())
    .limit(1)
    .scalar_subquery()
)
_PAGE = (
    select(_CLAIMS, *ACCOUNT)
    .where(_T.subject > bindparam("after"), _LIKE)
    .order_by(_T.subject)
    .limit(bindparam("most"))
)
_DETAIL = select(_CLAIMS, *ACCOUNT).where(_T.subject == bindparam("of"))
_LOCKED = (
    select(*ACCOUNT)
    .where(_T.subject.in_([bindparam("one"), bindparam("other")]))
    .order_by(_T.subject)
    .with_for_update()
)
_ONE = _T.subject == bindparam("of")
_ROLE = update(accounts).where(_ONE).values(role=bindparam("new"))
_DISABLED = update(accounts).where(_ONE).values(disabled=bindparam("new"))


_WITHOUT_CLAIMS = (NAME, PROVIDER)


class LockedOutError(Exception):
    """The change would take away the last administrator, or the actor is none any more."""


class People:
    """The accounts: a list to search, and one of them in detail.

    An administrator cannot disable or demote themselves, so that one always remains: a change is
    made in a transaction that sees both accounts, and only by an administrator who still is one.

    Args:
        admin: What the page manages.
    """

    name = "people"

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._engine = admin.keeper.engine
        given = {role for role, _ in pairs(admin.settings.roles)}
        given |= {role for _, role in pairs(admin.settings.rights) if role not in ("none", MEMBER)}
        self._roles = [ADMIN, *sorted(given - {ADMIN})]

    async def items(self, tab: Tab) -> list[Any]:
        """Return the list, or an account in detail."""
        if tab.chosen:
            row = await self._engine.read(lambda tx: tx.row(_DETAIL, of=tab.chosen))
            if row is not None:
                return await self._detail(tab, _Person(row))
            tab.turn_to()
        said = tab.said
        found = await self._page(tab.search, tab.before[-1])
        following = found[PER_PAGE - 1].account.subject if len(found) > PER_PAGE else None
        heads = [said["name"], said["email"], said["role"], said["state"], said["seen"]]
        rows = [(one.subject, self._cells(one, tab)) for one in found[:PER_PAGE]]
        return [
            ui.inline(
                [
                    ui.textbox("people_words", said["search"], value=tab.search, width="320px"),
                    ui.button("people_search", said["find"]),
                ],
                align="end",
            ),
            table("people_choose", heads, rows, links=True)
            if rows
            else ui.text(said["none_found"]),
            *paging(tab, following),
        ]

    async def act(self, tab: Tab, name: str, value: str) -> None:
        """Search, choose an account, or change the chosen one."""
        match name:
            case "search":
                tab.turn_to()
                tab.search = str(tab.q.args.people_words or "")[:200]
            case "choose" | "list":
                tab.turn_to(chosen=value if name == "choose" else "")
            case "give":
                role = str(tab.q.args.people_role or "")
                await self._change(tab, tab.chosen, "role", role if role in self._roles else None)
            case "enable":
                await self._change(tab, tab.chosen, "enabled", None)
            case "disable":
                subject = tab.chosen
                text = tab.said["ask_disable"].format(name=escape(subject))
                tab.question = Question(
                    text, tab.said["disable"], lambda: self._disable(tab, subject)
                )
            case "sign_out":
                subject = tab.chosen
                text = tab.said["ask_sign_out"].format(name=escape(subject))
                tab.question = Question(
                    text, tab.said["sign_out"], lambda: self._sign_out(tab, subject, None)
                )
            case "sign_out_one":
                subject = tab.chosen
                text = tab.said["ask_sign_out_one"].format(name=escape(subject))
                tab.question = Question(
                    text, tab.said["sign_out"], lambda: self._sign_out(tab, subject, value)
                )

    # ---------------------------------------------------------------------------- in detail

    async def _detail(self, tab: Tab, person: _Person) -> list[Any]:
        said, account = tab.said, person.account
        fixed = self._admin.rights.is_admin_by_settings(person)
        choices = [ui.choice("-", said["role_by_settings"])]
        choices += [ui.choice(role, said.get(f"role_{role}", role)) for role in self._roles]
        facts = [
            (said["subject"], account.subject),
            (said["email"], account.email or "-"),
            (said["provider"], account.provider),
            (said["groups"], ", ".join(account.groups) or "-"),
            (said["created"], when(account.created)),
            (said["seen"], when(account.seen)),
            (said["state"], _state(account, tab)),
        ]
        mine = account.subject == tab.actor
        disable = ui.button("people_disable", said["disable"], disabled=mine or None)
        change = ui.button("people_enable", said["enable"]) if account.disabled else disable
        sign_ins = self._admin.keeper.sign_ins
        where = await sign_ins.of(account.subject) if sign_ins is not None else []
        return [
            ui.link(said["back"], name="people_list"),
            ui.text_l(escape(_name(account))),
            *([ui.text(said["own_account"])] if mine else []),
            *([ui.text(said["admin_by_settings"])] if fixed else []),
            ui.inline(
                [
                    ui.dropdown(
                        "people_role",
                        said["role"],
                        value=account.role or "-",
                        choices=choices,
                        disabled=mine or fixed or None,
                        width="320px",
                    ),
                    ui.button("people_give", said["give_role"], disabled=mine or fixed or None),
                ],
                align="end",
            ),
            ui.buttons([change]),
            table("people_facts", [said["what"], said["value"]], _numbered(facts), links=False),
            *(self._where(tab, where) if sign_ins is not None else []),
        ]

    def _where(self, tab: Tab, where: list[StoredSignIn]) -> list[Any]:
        """Return where a user is signed in."""
        said = tab.said
        heads = [said["browser"], said["address"], said["since"], said["used"]]
        rows = [
            (one.id, [one.agent or "-", one.address or "-", when(one.created), when(one.seen)])
            for one in where[:PER_PAGE]
        ]
        if not rows:
            return [ui.text_m(said["sessions"]), ui.text(said["not_signed_in"])]
        return [
            ui.text_m(said["sessions"]),
            ui.text(said["sessions_hint"]),
            table("people_sign_out_one", heads, rows, links=True),
            ui.buttons([ui.button("people_sign_out", said["sign_out_everywhere"])]),
        ]

    def _cells(self, person: _Person, tab: Tab) -> list[str]:
        account, role = person.account, self._role(person, tab)
        email, seen = account.email or "-", when(account.seen)
        return [_name(account), email, role, _state(account, tab), seen]

    def _role(self, person: _Person, tab: Tab) -> str:
        roles = self._admin.rights.of(person, filter(None, [person.account.role])).roles
        return ", ".join(tab.said.get(f"role_{role}", role) for role in roles) or "-"

    # ------------------------------------------------------------------------------ changes

    async def _page(self, words: str, after: str) -> list[_Person]:
        pattern = f"%{_escaped(words.strip().lower())}%"

        def read(tx: Tx) -> list[Row]:
            return tx.rows(_PAGE, words=pattern, after=after, most=PER_PAGE + 1)

        return [_Person(row) for row in await self._engine.read(read)]

    async def _change(self, tab: Tab, subject: str, event: Any, value: Any) -> None:
        """Change an account, and write that into the audit log, in one transaction."""
        actor, peer, by_settings = tab.actor, tab.q.peer, self._admin.rights.is_admin_by_settings

        def change(tx: Tx) -> None:
            known = {
                one.subject: one
                for one in map(account_of, tx.rows(_LOCKED, one=subject, other=actor))
            }
            if subject not in known:
                raise NotFoundError("account", subject)
            mine = known.get(actor)
            if mine is None or mine.disabled is not None:
                raise LockedOutError
            if not (tab.independent or mine.role == ADMIN or by_settings(tab.q.auth)):
                raise LockedOutError
            if subject == actor and event != "enabled":
                raise LockedOutError
            tx.run(_ROLE if event == "role" else _DISABLED, of=subject, new=value)
            detail = {"role": value or ""} if event == "role" else {}
            record(tx, event, actor, peer, subject, at=now(), **detail)

        try:
            await self._engine.write(change)
        except LockedOutError:
            tab.fault = tab.said["locked_out"]
        else:
            tab.notice = tab.said[f"done_{event}"]

    async def _disable(self, tab: Tab, subject: str) -> str:
        await self._change(tab, subject, "disabled", now())
        if not tab.fault:
            await self._admin.keeper.end_all(subject)
        return tab.notice

    async def _sign_out(self, tab: Tab, subject: str, id: str | None) -> str:
        keeper = self._admin.keeper
        if id is None:
            await keeper.end_all(subject)
        elif keeper.sign_ins is not None:
            theirs = {one.id for one in await keeper.sign_ins.of(subject)}
            await keeper.end([one for one in (id,) if one in theirs])
        await self._admin.audit.write(
            "signed_out", subject=tab.actor, address=tab.q.peer, object=subject
        )
        return tab.said["done_signed_out"]


class _Person:
    """An account with the claims of the last sign-in, as `Rights` asks about it."""

    def __init__(self, row: Row) -> None:
        claims, self.account = row[0], account_of(row[1:])
        self.subject, self.email = self.account.subject, self.account.email
        self.groups = self.account.groups
        unknown = {} if self.account.provider in _WITHOUT_CLAIMS else {"email_verified": None}
        self.claims: Mapping[str, Any] = unknown if claims is None else from_json(claims)


def _name(account: Account) -> str:
    return account.name or account.subject


def _state(account: Account, tab: Tab) -> str:
    return tab.said["active"] if account.disabled is None else tab.said["disabled"]


def _numbered(facts: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    return [(str(at), list(fact)) for at, fact in enumerate(facts)]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
