"""Limits: the settings that hold."""

from __future__ import annotations

from typing import Any

from swell import ui
from swell.settings.table import Settings, settings_table, show

from .tab import Admin, Tab, table

__all__ = ["Limits"]


class Limits:
    """The settings of this process, without secrets.

    Args:
        admin: What the page manages.
    """

    name = "limits"

    def __init__(self, admin: Admin) -> None:
        self._settings = admin.settings

    async def items(self, tab: Tab) -> list[Any]:
        """Return the list."""
        said, default = tab.said, Settings()
        rows = []
        for row in settings_table():
            value = getattr(self._settings, row.name)
            text = show(value) or "-"
            # An address may hold a password; those of origins do not.
            hidden = row.secret or ("://" in text and row.name != "allowed_origins")
            mark = said["changed"] if value != getattr(default, row.name) else ""
            secret = said["set"] if value else "-"
            rows.append((row.name, [row.name, secret if hidden else text, mark]))
        heads = [said["setting"], said["value"], said["default"]]
        return [ui.text(said["limits_hint"]), table("limits_choose", heads, rows, links=False)]

    async def act(self, tab: Tab, name: str, value: str) -> None:
        """Do nothing: settings are changed where the process is started."""
