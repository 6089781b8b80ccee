"""The admin page: its sections, and what an administrator does there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from swell import ui
from swell.audit.log import AuditLog
from swell.errors import NotFoundError, RefusedError, StoreUnavailableError
from swell.locales import words_of
from swell.query import Q
from swell.rights import ADMIN, Rights
from swell.server.route import Route
from swell.settings.table import Settings

from .limits import Limits
from .log import Log
from .people import People
from .runs import Runs
from .sessions import Sessions
from .tab import Admin, Chat, Keeper, Section, Tab, texts
from .usage import Usage

__all__ = ["PATH", "AdminPage"]

PATH = "/_admin"

_SECTIONS: tuple[Callable[[Admin], Section], ...] = (People, Sessions, Runs, Usage, Limits, Log)


class AdminPage:
    """The page for administrators at `/_admin`.

    Args:
        keeper: The accounts.
        chats: The chats of this application, by name.
        settings: Those of the application.
        title: Returns the title of the application.
    """

    def __init__(
        self,
        keeper: Keeper,
        chats: Mapping[str, Chat],
        settings: Settings,
        title: Callable[[], str],
    ) -> None:
        self._keeper = keeper
        audit = AuditLog(keeper.engine)
        admin = Admin(keeper, chats, settings, Rights(settings), audit)
        self._sections = {made.name: made for made in (make(admin) for make in _SECTIONS)}
        self._title = title

    def route(self) -> Route:
        """Return the route, which is there for administrators only."""
        return Route(PATH, self.serve, "unicast", "handled", relayed=False, admin=True)

    async def serve(self, q: Q) -> None:
        """Answer one query of a tab."""
        if q.events["@system"]:
            return
        if ADMIN not in q.auth.roles:
            raise RefusedError(words_of(q.locale).forbidden, "forbidden")
        try:
            tab = q.client.tab
            if not isinstance(tab, Tab):
                tab = q.client.tab = await self._open(q)
            tab.q, tab.notice, tab.fault = q, "", ""
            await self._act(tab)
            await self._draw(tab)
        except StoreUnavailableError as error:
            raise RefusedError(words_of(q.locale).away, error.code) from None
        await q.page.save()

    async def _open(self, q: Q) -> Tab:
        account = await self._keeper.accounts.get(q.auth.subject)
        by_account = account is not None and account.role == ADMIN
        tab = Tab(q, texts(words_of(q.locale)), independent=not by_account)
        title = self._title()
        q.page["meta"] = ui.meta_card(
            "",
            title=f"{tab.said['administration']} - {title}",
            theme="auto",
            layouts=[
                ui.layout(
                    "xs",
                    height="100vh",
                    zones=[ui.zone("header"), ui.zone("sections"), ui.zone("main", size="1")],
                )
            ],
        )
        q.page["header"] = ui.header_card("header", title, tab.said["administration"], color="card")
        return tab

    async def _act(self, tab: Tab) -> None:
        q = tab.q
        name = str(q.args["__wave_submission_name__"] or "")
        value = _first(q.args[name]) if name else ""
        asked, tab.question = tab.question, None
        if name == "#":
            section = value.partition("/")[0]
            tab.turn_to(section if section in self._sections else "people")
        elif name == "confirm" and asked is not None:
            tab.notice = await asked.answer()
        elif name == "page_after":
            tab.before.append(value)
        elif name == "page_before" and len(tab.before) > 1:
            tab.before.pop()
        else:
            section, _, rest = name.partition("_")
            if section == tab.section:
                try:
                    await self._sections[section].act(tab, rest, value)
                except NotFoundError:
                    tab.fault = tab.said["gone"]

    async def _draw(self, tab: Tab) -> None:
        """Show the section; assigned items leave the focus where it is."""
        page, same = tab.q.page, tab.drawn == tab.section
        sections = [
            ui.button(f"#{name}", tab.said[name], primary=name == tab.section or None)
            for name in self._sections
        ]
        items = [*_said(tab), *await self._sections[tab.section].items(tab)]
        if tab.drawn:
            page["sections"].items = [ui.buttons(sections)]
        else:
            page["sections"] = ui.form_card("sections", [ui.buttons(sections)])
        if same:
            page["main"].items = items
        else:
            page["main"] = ui.form_card("main", items)
        page["meta"].dialog = _dialog(tab)
        tab.drawn = tab.section


def _said(tab: Tab) -> list[Any]:
    """Return what stands above a section: its title, and what has been done."""
    items: list[Any] = [ui.text_xl(tab.said[tab.section])]
    if tab.fault:
        items.append(ui.message_bar("error", tab.fault))
    elif tab.notice:
        items.append(ui.message_bar("success", tab.notice))
    return items


def _dialog(tab: Tab) -> Any:
    """Return the question that is asked; None for none."""
    if tab.question is None:
        return None
    confirm = ui.button("confirm", tab.question.label, primary=True)
    return ui.dialog(
        tab.question.label,
        [
            ui.text(tab.question.text),
            ui.buttons([confirm, ui.button("cancel", tab.said["cancel"])]),
        ],
        name="question",
        width="480px",
        closable=True,
        events=["dismissed"],
    )


def _first(value: Any) -> str:
    """Return a submitted value; of a table, the row."""
    if isinstance(value, list):
        return str(value[0]) if value else ""
    return str(value) if value is not None else ""
